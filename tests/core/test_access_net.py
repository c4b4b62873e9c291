"""Does a query that forgot whose it is show too little, and never too much?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import (
    case,
    delete,
    exists,
    func,
    insert,
    inspect,
    literal,
    literal_column,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import Session, aliased, joinedload, selectinload, subqueryload

from portal.core.access import policies, scope_of, visible
from portal.core.actors import NOBODY
from portal.core.database import Base, db
from portal.core.events import Event
from portal.core.net import acting_as, is_visible, stop_acting, system_mode
from portal.core.statements import Unscoped
from portal.core.submissions import SubmissionKey
from portal.demo_personas import PERSONAS
from portal.domain.deals.models import Deal, DealWord
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import Membership
from portal.domain.registrations.models import (
    Question,
    Receipt,
    Registration,
    RegistrationActivity,
    RegistrationMatch,
)
from tests.domain.world import actor_of, everything, membership_of, seen_by

Ids = set[int]


def of_northwind_ana(app: Flask) -> tuple[Ids, Ids]:
    """Return Ana's registrations, and everybody's."""
    with everything(app) as session:
        ana = membership_of("ana").id
        rows = session.execute(select(Registration.id, Registration.owner_id)).all()
    return {row.id for row in rows if row.owner_id == ana}, {row.id for row in rows}


R = Registration
other = aliased(R)
READS: dict[str, Callable[[Session], Ids]] = {
    "entities": lambda s: {r.id for r in s.scalars(select(R))},
    "columns": lambda s: set(s.scalars(select(R.id))),
    "legacy query": lambda s: {r.id for r in s.query(R)},
    "aliased": lambda s: set(s.scalars(select(aliased(R).id))),
    "join from another": lambda s: set(
        s.scalars(
            select(R.id).select_from(Organisation).join(R, R.organisation_id == Organisation.id)
        )
    ),
    "outer join": lambda s: set(
        s.scalars(
            select(R.id)
            .select_from(Organisation)
            .outerjoin(R, R.organisation_id == Organisation.id)
            .where(R.id.is_not(None))
        )
    ),
    "self join": lambda s: set(s.scalars(select(other.id).join(R, R.country == other.country))),
    "in a subquery": lambda s: set(s.scalars(select(select(R.id).subquery().c.id))),
    "in a cte": lambda s: set(s.scalars(select(select(R.id).cte().c.id))),
    "in a scalar subquery": lambda s: (
        {s.scalar(select(select(func.max(R.id)).scalar_subquery())) or 0}
        | {s.scalar(select(select(func.min(R.id)).scalar_subquery())) or 0}
    ),
    "in an in-clause": lambda s: set(
        s.scalars(select(Deal.registration_id).where(Deal.registration_id.in_(select(R.id))))
    ),
    "in exists": lambda s: set(
        s.scalars(select(Deal.registration_id).where(exists().where(R.id == Deal.registration_id)))
    ),
    "union": lambda s: set(
        s.scalars(union_all(select(R.id), select(R.id).where(R.country == "CA")))
    ),
    "with a column of a join": lambda s: {
        row[0] for row in s.execute(select(R.id, Organisation.name).join(R.organisation))
    },
    "with limit and offset": lambda s: set(s.scalars(select(R.id).order_by(R.id).offset(1))),
    "by primary key": lambda s: {
        number for number in range(1, 200) if s.get(R, number) is not None
    },
    "streamed": lambda s: {r.id for r in s.scalars(select(R).execution_options(yield_per=2))},
    "locked": lambda s: {r.id for r in s.scalars(select(R).with_for_update(of=R))},
    "in exists of another": lambda s: (
        set(
            s.scalars(
                select(Organisation.id).where(exists().where(R.organisation_id == Organisation.id))
            )
        )
        and set(s.scalars(select(R.id)))
    ),
    "from a statement": lambda s: {r.id for r in s.scalars(select(R).from_statement(select(R)))},
    "in a case": lambda s: set(s.scalars(select(case((R.id > 0, R.id), else_=R.id)))),
    "ordered by a subquery": lambda s: set(
        s.scalars(
            select(R.id).order_by(
                select(func.count(Deal.id)).where(Deal.registration_id == R.id).scalar_subquery()
            )
        )
    ),
    "in a lateral count": lambda s: {
        row[0]
        for row in s.execute(
            select(
                select(func.max(R.id))
                .where(R.organisation_id == Organisation.id)
                .correlate(Organisation)
                .scalar_subquery()
            )
        )
        if row[0]
    },
    "grouped": lambda s: set(s.scalars(select(func.max(R.id)).group_by(R.id))),
}


def test_every_way_of_reading_stays_inside_the_scope(data_app: Flask) -> None:
    hers, all_ids = of_northwind_ana(data_app)
    assert hers and len(all_ids) > len(hers) + 10
    for name, read in READS.items():
        with seen_by(data_app, "ana"):
            found = read(db.session())
            assert found, f"{name} found nothing at all"
            assert found <= hers, f"{name} leaks {found - hers}"
    with seen_by(data_app, "ana"):
        assert READS["entities"](db.session()) == hers
        assert READS["by primary key"](db.session()) == hers


def test_counts_and_sums_are_of_the_scope(data_app: Flask) -> None:
    hers, _all = of_northwind_ana(data_app)
    with everything(data_app) as session:
        total = session.scalar(select(func.sum(R.value_minor)).where(R.id.in_(hers)))
    with seen_by(data_app, "ana"):
        session = db.session()
        assert session.scalar(select(func.count()).select_from(R)) == len(hers)
        assert session.scalar(select(func.count(R.id))) == len(hers)
        assert session.query(R).count() == len(hers)
        assert session.scalar(select(func.sum(R.value_minor))) == total
        counted = select(func.count()).select_from(select(R).subquery())
        assert session.scalar(counted) == len(hers)


def test_without_an_actor_nothing_is_seen(data_app: Flask) -> None:
    with data_app.app_context():
        stop_acting()
        for model in policies():
            assert db.session.scalar(select(func.count()).select_from(model)) == 0, model
        for name, read in READS.items():
            assert not read(db.session()) - {0}, name
    with data_app.app_context(), acting_as(NOBODY):
        for model in policies():
            assert db.session.scalar(select(func.count()).select_from(model)) == 0, model


def test_a_model_without_a_policy_is_empty_for_everybody(data_app: Flask) -> None:
    bare = [m.class_ for m in Base.registry.mappers if m.class_ not in policies()]
    assert {"ChainHead", "Claim", "SubmissionKey"} <= {model.__name__ for model in bare}
    for short in ("axel", "olga", "marc"):
        with seen_by(data_app, short) as actor:
            for model in bare:
                count = db.session.scalar(select(func.count()).select_from(model))
                assert count == 0, (short, model)
                assert str(scope_of(model, actor)) == "false"


def test_relations_load_inside_the_scope_however_they_load(data_app: Flask) -> None:
    """Marc sees Northwind's people and records; Harbour above is not his to see."""
    with everything(data_app) as session:
        northwind = membership_of("marc").organisation_id
    with seen_by(data_app, "marc"):
        session = db.session()
        mine = session.scalars(select(Organisation)).one()
        assert mine.id == northwind
        assert mine.parent_id is not None
        assert mine.parent is None  # many to one, lazily
        session.expunge_all()
        for option in (joinedload, selectinload, subqueryload):
            eager = session.scalars(select(Organisation).options(option(Organisation.parent)))
            assert [row.parent for row in eager] == [None], option.__name__
            session.expunge_all()
        asked = session.scalars(select(R).where(R.status == "needs_info")).first()
        assert asked is not None
        assert asked.questions  # one to many, lazily: his own, so they are there
        assert asked.products


def test_children_of_hidden_records_are_hidden(data_app: Flask) -> None:
    hers, _all = of_northwind_ana(data_app)
    with everything(data_app) as session:
        assert session.scalar(select(func.count(Question.id)))
        assert session.scalar(select(func.count(RegistrationMatch.id)))
    with seen_by(data_app, "ana"):
        session = db.session()
        assert set(session.scalars(select(Question.registration_id))) <= hers
        # Possible matches are the vendor's alone, also those of her own registration.
        assert session.scalar(select(func.count(RegistrationMatch.id))) == 0
        for record in session.scalars(select(R).options(selectinload(R.questions))):
            assert all(question.registration_id in hers for question in record.questions)
    with seen_by(data_app, "olga"):
        assert db.session.scalar(select(func.count(RegistrationMatch.id)))


def test_bulk_writes_touch_only_the_scope(data_app: Flask) -> None:
    hers, all_ids = of_northwind_ana(data_app)
    with seen_by(data_app, "ana"):
        session = db.session()
        session.execute(update(R).values(rivals="touched"))
        session.execute(update(R).where(R.id.in_(all_ids)).values(city="touched"))
        session.execute(
            update(R).where(R.id.in_(select(R.id))).values(region="touched"),
            execution_options={"synchronize_session": False},
        )
        session.query(R).update({"street": "touched"})
        session.execute(delete(Question))
        session.commit()
    with everything(data_app) as session:
        for column in (R.rivals, R.city, R.region, R.street):
            touched = set(session.scalars(select(R.id).where(column == "touched")))
            assert touched == hers, column
        assert session.scalar(select(func.count(Question.id)))


def test_a_bulk_delete_without_a_scope_deletes_nothing(data_app: Flask) -> None:
    with everything(data_app) as session:
        before = session.scalar(select(func.count(Question.id)))
    with data_app.app_context():
        stop_acting()
        db.session.execute(delete(Question))
        db.session.query(Question).delete()
        db.session.execute(update(Question).values(reply="x"))
        db.session.commit()
    with everything(data_app) as session:
        assert session.scalar(select(func.count(Question.id))) == before
        assert not session.scalar(select(func.count(Question.id)).where(Question.reply == "x"))


def test_a_bulk_update_by_primary_key_is_refused(data_app: Flask) -> None:
    """Such a statement has no WHERE to which a scope could be added."""
    with everything(data_app) as session:
        foreign = max(session.scalars(select(Question.id)))
    for model in (Question, R):
        with seen_by(data_app, "ana"), pytest.raises(Unscoped):
            db.session.execute(update(model), [{"id": foreign, "reply": "touched"}])


def test_rows_are_not_copied_by_a_select_that_the_net_does_not_reach(data_app: Flask) -> None:
    with everything(data_app) as session:
        before = session.scalar(select(func.count(Question.id)))
    with seen_by(data_app, "ana"), pytest.raises(Unscoped):
        db.session.execute(
            insert(Question).from_select(
                ["registration_id", "field", "comment", "reply", "asked_at"],
                select(R.id, literal("copy"), R.company, literal(""), R.made_at),
            )
        )
    with everything(data_app) as session:
        assert session.scalar(select(func.count(Question.id))) == before


T: Any = R.__table__
PAST_THE_MODELS: dict[str, Any] = {
    "a table alone": select(T.c.company),
    "a table without a scope": select(cast(Any, SubmissionKey.__table__).c.key),
    "a literal column": select(Organisation.id, literal_column("(SELECT company FROM deal)")),
    "a literal column in a WHERE": select(Organisation.id).where(
        literal_column("(SELECT count(*) FROM deal)") > 1
    ),
    "text": select(Organisation.id).where(text("1 = (SELECT count(*) FROM deal)")),
}


@pytest.mark.parametrize("statement", PAST_THE_MODELS.values(), ids=PAST_THE_MODELS.keys())
def test_what_names_no_model_is_refused(app: Flask, statement: Any) -> None:
    """No scope could be added to it."""
    with seen_by(app, "ana"), pytest.raises(Unscoped):
        db.session.execute(statement)


def test_the_net_follows_who_acts(data_app: Flask) -> None:
    count = select(func.count()).select_from(R)
    with data_app.app_context():
        with system_mode("test"):
            ana, noah = actor_of("ana"), actor_of("noah")
            everybody = db.session.scalar(count)
        with acting_as(ana):
            of_ana = db.session.scalar(count)
            with acting_as(noah):
                of_noah = db.session.scalar(count)
                with system_mode("test"):
                    assert db.session.scalar(count) == everybody
                assert db.session.scalar(count) == of_noah
            assert db.session.scalar(count) == of_ana
        assert db.session.scalar(count) == 0
    assert 0 < of_ana < everybody
    assert 0 < of_noah < everybody


def test_visible_says_the_same_with_and_without_the_net(data_app: Flask) -> None:
    for short in ("ana", "marc", "diego", "carla", "olga", "vic", "sam", "rosa", "axel"):
        with seen_by(data_app, short) as actor:
            for model in policies():
                netted = db.session.scalar(select(func.count()).select_from(model))
                with system_mode("test"):
                    query = visible(model, actor).with_only_columns(func.count()).select_from(model)
                    assert db.session.scalar(query) == netted, (short, model)


def test_one_records_visibility_is_asked_of_the_database(data_app: Flask) -> None:
    hers, all_ids = of_northwind_ana(data_app)
    with everything(data_app) as session:
        ana = actor_of("ana")
        rows: list[Any] = list(session.scalars(select(R).order_by(R.id)))
        assert {row.id for row in rows if is_visible(ana, row)} == hers
        assert len(rows) == len(all_ids)


@pytest.mark.parametrize("short", ["sam", "fay", "pia", "sid", "sofia", "ivo", "theo"])
def test_who_takes_no_part_in_deals_sees_none(app: Flask, short: str) -> None:
    with seen_by(app, short):
        for model in (Registration, Deal, Question, RegistrationMatch):
            assert db.session.scalar(select(func.count()).select_from(model)) == 0, model
        assert db.session.scalar(select(func.count()).select_from(Membership))


def test_a_scope_that_follows_a_record_holds_beside_the_record_itself(data_app: Flask) -> None:
    """The questions of a registration, read alone and together with it."""
    with everything(data_app) as session:
        everyone = set(session.scalars(select(Question.id)))
    with seen_by(data_app, "ana"):
        alone = set(db.session.scalars(select(Question.id)))
        joined = set(
            db.session.scalars(select(Question.id).join(R, R.id == Question.registration_id))
        )
    assert alone == joined
    assert alone < everyone
    assert alone


@pytest.mark.parametrize("model", [Event, Question, Receipt, RegistrationActivity, DealWord])
def test_a_scope_that_follows_a_record_holds_for_an_alias(app: Flask, model: Any) -> None:
    """A scope that did not follow the alias would be true of every row."""
    other = aliased(model)
    key = inspect(model).primary_key[0].key
    with everything(app) as session:
        everyone = session.scalars(select(getattr(model, key))).all()
    with seen_by(app, "ana"):
        plain = db.session.scalars(select(getattr(model, key))).all()
        through = db.session.scalars(select(getattr(other, key))).all()
    assert sorted(plain) == sorted(through)
    assert 0 < len(plain) < len(everyone)


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.short)
def test_every_scope_can_be_asked_for_by_everybody(app: Flask, persona: Any) -> None:
    """What visible() answers, under the net, is what the scope alone finds."""
    with everything(app) as session:
        actor = actor_of(persona.short)
        wanted = {
            model: len(session.execute(select(model).where(scope_of(model, actor))).all())
            for model in policies()
        }
        db.session.remove()
    with app.app_context(), acting_as(actor):
        for model, count in wanted.items():
            found = len(db.session.execute(visible(model, actor)).all())
            assert found == count, model.__name__
