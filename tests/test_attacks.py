"""What does somebody reach who tries to get past the boundary on purpose?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Integer, and_, case, cast, extract, func, literal, select, text, update
from sqlalchemy.orm import Bundle, Session, aliased, joinedload

from portal.core.access import policies
from portal.core.database import Base, db
from portal.core.statements import Unscoped
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import MemberActor
from portal.domain.registrations.models import Registration
from tests.domain.world import actor_of, everything, seen_by

R = Registration
Other = aliased(R)
Above = aliased(Organisation)
Ask = Callable[[Session], Any]

# Ways of asking for which SQLAlchemy adds no criteria by itself: each counted or showed every
# row of everybody, without a word. The answer is the actor's own count, or none at all.
COUNTS: dict[str, Ask] = {
    "a function in the WHERE alone": lambda s: s.scalar(
        select(func.count()).where(func.abs(R.id) > 0)
    ),
    "a FILTER": lambda s: s.scalar(select(func.count(R.id).filter(R.id > 0))),
    "a window": lambda s: s.scalar(select(func.count(R.id).over())),
    "a window over an alias": lambda s: s.scalar(select(func.count(Other.id).over())),
    "a window in a subquery": lambda s: s.scalar(
        select(select(func.count(R.id).over().label("n")).subquery().c.n)
    ),
    "a window in a scalar subquery": lambda s: s.scalar(
        select(select(func.count(R.id).over()).limit(1).scalar_subquery())
    ),
    "a part of a date": lambda s: len(s.execute(select(extract("year", R.made_at))).all()),
    "a conjunction": lambda s: len(s.execute(select(and_(R.id > 0, R.id > -1))).all()),
    "the table itself": lambda s: len(s.execute(select(R.__table__.c.id)).all()),
    "an alias of the table": lambda s: len(s.execute(select(R.__table__.alias().c.id)).all()),
    "text": lambda s: s.scalar(text("SELECT count(*) FROM registration")),
    "text as a statement": lambda s: len(
        s.scalars(select(R).from_statement(text("SELECT * FROM registration"))).all()
    ),
    "two models in one column": lambda s: len(
        s.execute(select(func.coalesce(Organisation.id, R.id))).all()
    ),
    "an update from another table": lambda s: len(
        s.execute(
            update(Organisation)
            .values(tier="touched")
            .where(Organisation.id == Organisation.id, R.id > 0)
            .returning(R.id)
        ).all()
    ),
}
# Ways that work, so that nobody is refused for nothing.
USUAL: dict[str, Ask] = {
    "a sum of cases": lambda s: s.scalar(select(func.sum(case((R.id > 0, 1), else_=0)))),
    "a function": lambda s: len(s.execute(select(func.abs(R.id))).all()),
    "a cast": lambda s: len(s.execute(select(cast(R.id, Integer))).all()),
    "a bundle": lambda s: len(s.execute(select(Bundle("one", func.abs(R.id)))).all()),
    "a comparison": lambda s: len(s.execute(select(literal(1)).where(R.id > 0)).all()),
    "a window beside the model": lambda s: s.execute(select(R.id, func.count().over())).all()[0][1],
    "a FILTER with its source": lambda s: s.scalar(
        select(func.count(R.id).filter(func.abs(R.id) > 0)).select_from(R)
    ),
    "a function in the WHERE of a join": lambda s: len(
        s.execute(
            select(R.id).join(R.organisation).where(func.lower(Organisation.name) != "")
        ).all()
    ),
    "an eager load": lambda s: len(s.scalars(select(R).options(joinedload(R.organisation))).all()),
}


def test_no_way_of_asking_counts_what_is_hidden(data_app: Flask) -> None:
    with seen_by(data_app, "ana"):
        hers = db.session.scalar(select(func.count()).select_from(R))
    for name, ask in COUNTS.items():
        with seen_by(data_app, "ana"):
            try:
                answer = ask(db.session())
            except Unscoped:
                answer = None
            assert answer in (None, hers), f"{name}: {answer} of her {hers}"
            db.session.rollback()
    for name, ask in USUAL.items():
        with seen_by(data_app, "ana"):
            assert ask(db.session()) == hers, name


def test_a_relation_to_the_own_kind_is_no_oracle(app: Flask) -> None:
    """Marc does not see the distributor above; nor may he find out its name letter by letter."""
    with seen_by(app, "marc"):
        guess = Organisation.parent.has(Organisation.name.like("H%"))
        with pytest.raises(Unscoped):
            db.session.scalars(select(Organisation.id).where(guess)).all()
        named = Organisation.parent.of_type(Above).has(Above.name.like("H%"))
        assert db.session.scalars(select(Organisation.id).where(named)).all() == []


def test_no_model_loads_another_by_itself(app: Flask) -> None:
    """What a mapper joins without being asked is in no statement, so the net would miss it."""
    for mapper in Base.registry.mappers:
        for relation in mapper.relationships:
            assert relation.lazy in ("select", "raise"), relation
        for attribute in mapper.column_attrs:
            assert [column.table for column in attribute.columns] == [mapper.local_table], attribute


class _Watched:
    """An actor that notes what is asked of it."""

    def __init__(self, actor: MemberActor) -> None:
        self.actor, self.asked = actor, set[str]()

    def __getattr__(self, name: str) -> Any:
        self.asked.add(name)
        return getattr(self.actor, name)


@pytest.mark.parametrize("short", ["ana", "marc", "diego", "carla", "olga", "vic", "pia", "axel"])
def test_scopes_are_kept_under_everything_that_they_read(app: Flask, short: str) -> None:
    with everything(app):
        actor = actor_of(short)
    part_of_key = _Watched(actor)
    MemberActor.scope_key.fget(part_of_key)  # type: ignore[attr-defined]
    for model, policy in policies().items():
        watched = _Watched(actor)
        for term in policy.scope:
            term.where(watched)
        # The key itself is asked for where one model's term stands on another model's scope.
        unkept = watched.asked - part_of_key.asked - {"scope_key"}
        assert not unkept, (model, unkept)
