"""Does each version go its way alone, and reach whom it is for and nobody else?"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.core import outbox
from portal.core.access import Denied, visible
from portal.core.audit import verify_chains
from portal.core.events import Event
from portal.core.net import acting_as
from portal.core.outbox import Delivery
from portal.core.times import DAY, at, now
from portal.core.workflow import Refused, WrongState
from portal.domain.assets import clock, operations
from portal.domain.assets.audience import audience_like, reached_by
from portal.domain.assets.copies import copies_of, note_taking
from portal.domain.assets.events import E
from portal.domain.assets.models import (
    Asset,
    AssetFolder,
    AssetVersion,
    Audience,
    Facet,
    Kind,
    Status,
)
from portal.domain.assets.workflow import ASSET
from portal.domain.organisations.models import PartnerType, Side
from portal.domain.people.actor import actor_of_membership
from portal.domain.people.models import Membership
from tests.browser import Browser
from tests.domain.registrations.test_races import at_once, statuses
from tests.domain.world import actor_of, everything
from tests.figures import record

S = Status
EVERYBODY: dict[Facet, list[str]] = {}


def written(session: Any, **values: Any) -> AssetVersion:
    """Return a new draft of Pia's that says something; call in system mode."""
    facets = values.pop("facets", EVERYBODY)
    given = {
        "title": "Canary deck", "title_fr": "", "summary": "", "summary_fr": "",
        "kind": Kind.DECK, "folder": session.scalars(select(AssetFolder)).first(),
        "language": "en", "tags": [], "note": "", "note_fr": "", "link": "", "text": "Words",
        "text_fr": "", "audience": audience_like(session, facets), "valid_from": None,
        "valid_until": None, **values,
    }  # fmt: skip
    return operations.create(actor_of("pia"), given)


def brought_to(session: Any, status: Status, **values: Any) -> AssetVersion:
    """Return a version that has come to ``status`` step by step; call in system mode."""
    pia, carla = actor_of("pia"), actor_of("carla")
    if status == S.SCHEDULED:
        values["valid_from"] = now() + 3 * DAY
    version = written(session, **values)
    if status == S.DRAFT:
        return version
    operations.send(version, pia)
    if status == S.IN_REVIEW:
        return version
    operations.approve(version, carla)
    if status == S.APPROVED:
        return version
    operations.publish(version, pia)
    if status == S.SUPERSEDED:
        following = operations.begin_version(version.asset, pia)
        operations.send(following, pia)
        operations.approve(following, carla)
        operations.publish(following, pia)
    if status == S.WITHDRAWN:
        operations.withdraw(version, pia, "It was wrong.")
    session.flush()
    assert version.status == status
    return version


PARTICULARS = {
    "return": {"words": {"reason": "Put it right."}},
    "schedule": {"until": "2030-01-01"},
    "publish": {"number": 1},
    "supersede": {"number": 2},
    "withdraw": {"number": 1, "words": {"reason": "It was wrong."}},
    "expire": {"number": 1},
}


def test_every_step_from_every_state(data_app: Flask) -> None:
    steps = list(ASSET.transitions.values())
    right = 0
    for state, step in itertools.product(Status, steps):
        with everything(data_app) as session:
            version = brought_to(session, state)
            actor = actor_of("carla" if step.permission == "asset:review" else "pia")
            try:
                ASSET.apply(version, step.name, actor, **PARTICULARS.get(step.name, {}))
                has_moved = version.status == step.target
            except WrongState:
                has_moved = False
            right += has_moved == (state in step.sources)
            session.rollback()
    count = len(Status) * len(steps)
    kind = data_app.config["SQLALCHEMY_DATABASE_URI"].partition(":")[0].partition("+")[0]
    record(
        4, f"states × transitions of a version of an asset ({kind})",
        "all as the table says", f"{right} of {count}", right == count,
    )  # fmt: skip
    assert right == count


def test_the_author_does_not_approve_and_a_draft_alone_is_written(data_app: Flask) -> None:
    with everything(data_app) as session:
        pia, carla = actor_of("pia"), actor_of("carla")
        version = brought_to(session, S.IN_REVIEW)
        with pytest.raises(Denied):
            operations.approve(version, pia)
        with pytest.raises(WrongState):
            operations.edit(version, carla, {"title": "Other"})
        operations.give_back(version, carla, "Say more.")
        operations.edit(version, carla, {"title": "Other"})
        operations.send(version, carla)
        with pytest.raises(Denied):  # she wrote it last
            operations.approve(version, carla)
        operations.approve(version, pia)
        assert version.status == S.APPROVED
        empty = written(session, text="")
        with pytest.raises(Refused):
            operations.send(empty, pia)


def _facets() -> Iterator[dict[Facet, list[str]]]:
    yield {}
    for kind in PartnerType:
        yield {Facet.TYPE: [kind.value]}
    for facet, values in (
        (Facet.TIER, ("Gold", "Silver", "Bronze")),
        (Facet.COUNTRY, ("CA", "US", "JP")),
        (Facet.PRODUCT, ("ARM", "AMR", "NONE")),
        (Facet.LANGUAGE, ("en", "fr")),
    ):
        for value in values:
            yield {facet: [value]}
    yield {Facet.TYPE: ["reseller", "technology"], Facet.COUNTRY: ["CA"]}
    yield {Facet.TIER: ["Gold"], Facet.PRODUCT: ["ARM"], Facet.LANGUAGE: ["fr", "en"]}
    yield {Facet.COUNTRY: ["US", "CA"], Facet.LANGUAGE: ["fr"], Facet.TYPE: ["reseller"]}


def test_the_head_count_is_who_sees_it(data_app: Flask) -> None:
    wrong, count, cells = [], 0, 0
    with everything(data_app) as session:
        actor_of("ana")  # the world is there
        some = session.scalars(
            select(Membership).join(Membership.organisation).order_by(Membership.id)
        ).all()
        some[0].user.language = "fr"
        session.flush()
        people = [one.id for one in some if one.organisation.side == Side.PARTNER]
        for facets in _facets():
            version = brought_to(session, S.PUBLISHED, facets=facets)
            number, seen, companies = version.asset_id, 0, set()
            for membership in people:
                actor = actor_of_membership(membership)
                if actor is None:
                    continue
                with acting_as(actor):
                    query = visible(Asset, actor).where(Asset.id == number)
                    rows = session.execute(query.with_only_columns(Asset.id)).all()
                    netted = session.execute(select(Asset.id).where(Asset.id == number)).all()
                    readable = session.execute(
                        select(AssetVersion.id).where(AssetVersion.id == version.id)
                    ).all()
                assert rows == netted and len(readable) == len(rows)
                cells += 1
                if rows:
                    seen += 1
                    companies.add(actor.organisation_id)
            reached = reached_by(facets)
            count += 1
            if reached.people != seen or not companies.__len__() <= reached.companies:
                wrong.append((facets, reached, seen))
        session.rollback()
    kind = data_app.config["SQLALCHEMY_DATABASE_URI"].partition(":")[0].partition("+")[0]
    record(
        4, f"head count of an audience / who sees the asset ({kind})", "equal for all",
        f"{count - len(wrong)} of {count} audiences, {cells} people asked", not wrong,
    )  # fmt: skip
    assert not wrong


def test_an_audience_with_the_same_rule_is_the_same_row(data_app: Flask) -> None:
    with everything(data_app) as session:
        first = audience_like(session, {Facet.TYPE: ["reseller", "distributor"]})
        again = audience_like(session, {Facet.TYPE: ["distributor", "reseller", "reseller"]})
        assert first.id == again.id
        assert session.scalar(select(func.count(Audience.id)).where(Audience.id == first.id)) == 1


def test_two_publishers_at_once_one_wins(data_app: Flask) -> None:
    outcomes = []
    for _round in range(3):
        with everything(data_app) as session:
            version = brought_to(session, S.APPROVED)
            reference, asset = version.reference, version.asset_id
            session.commit()
        path = f"/admin/assets/versions/{reference}/publication"
        browsers = [Browser(data_app).signed_in("pia") for _two in range(2)]
        pages = [(browser, browser.get(path)) for browser in browsers]
        answers = at_once(*(lambda b=browser, p=page: b.submit(p) for browser, page in pages))
        outcomes.append(statuses(answers))
        with everything(data_app) as session:
            numbers = session.scalars(
                select(AssetVersion.number).where(AssetVersion.asset_id == asset)
            ).all()
            published = select(func.count(Event.id)).where(
                Event.chain == reference, Event.tag == E.PUBLISH
            )
            assert list(numbers) == [1] and session.scalar(published) == 1
    kind = data_app.config["SQLALCHEMY_DATABASE_URI"].partition(":")[0].partition("+")[0]
    won = sum(one == [303, 409] for one in outcomes)
    record(
        4, f"two publishers at once ({kind})", "one wins, the other gets 409",
        f"{won} of 3 rounds", won == 3,
    )  # fmt: skip
    assert outcomes == [[303, 409]] * 3


@contextmanager
def later(span: dt.timedelta) -> Iterator[None]:
    with at(now() + span):
        yield


def test_what_is_scheduled_goes_out_once_and_what_runs_out_is_taken_away(data_app: Flask) -> None:
    with everything(data_app) as session:
        version = brought_to(session, S.SCHEDULED, valid_until=now() + 9 * DAY)
        ana, asset = actor_of("ana"), version.asset_id
        session.commit()
        mine = [version.reference]

        def seen() -> bool:
            with acting_as(ana):
                query = visible(Asset, ana).where(Asset.id == asset)
                return session.scalar(query.with_only_columns(Asset.id)) is not None

        assert [step for step in clock.run(session) if step.reference in mine] == []
        assert not seen()
        with later(4 * DAY):
            steps = [step.what for step in clock.run(session) if step.reference in mine]
            assert steps == ["published"] and seen()
            assert [step for step in clock.run(session) if step.reference in mine] == []
            note_taking(session, ana, session.get_one(AssetVersion, version.id))
            session.commit()
        with later(10 * DAY):
            assert not seen()  # at once, whenever the clock comes
            steps = [step.what for step in clock.run(session) if step.reference in mine]
            assert steps == ["expired"] and not seen()
            with acting_as(ana):
                (copy, *_rest) = copies_of(ana, "en")
            assert copy.recalled_at and copy.reference is None and copy.title == "Canary deck"
            letters = _letters(session, version.reference, E.EXPIRE)
            assert [letter["To"].addresses[0].username for letter in letters] == ["ana"]
        assert not verify_chains(session).faults


def _letters(session: Any, chain: str, tag: str) -> list[Any]:
    from portal.integrations.mail.letters import write_letter

    query = select(Delivery).join(Event, Event.id == Delivery.event_id)
    query = query.where(Event.chain == chain, Event.tag == tag, Delivery.destination == "mail")
    return [write_letter(one) for one in session.scalars(query)]


def test_whoever_took_an_old_version_hears_of_the_new_one_in_their_language(
    data_app: Flask,
) -> None:
    with everything(data_app) as session:
        pia, carla = actor_of("pia"), actor_of("carla")
        for_canada = {Facet.COUNTRY: ["CA"]}
        first = brought_to(session, S.PUBLISHED, title="Deck", title_fr="Dépliant")
        for short in ("ana", "bruno"):
            note_taking(session, actor_of(short), first)
        session.flush()
        _user_of(session, "ana").language = "fr"
        following = operations.begin_version(first.asset, pia)
        operations.edit(
            following, pia,
            {"note_fr": "La page 2", "audience": audience_like(session, for_canada)},
        )  # fmt: skip
        operations.send(following, pia)
        operations.approve(following, carla)
        operations.publish(following, pia)
        session.commit()
        query = select(Delivery).join(Event, Event.id == Delivery.event_id)
        query = query.where(Event.chain == following.reference, Event.tag == E.PUBLISH)
        told = {}
        from portal.integrations.mail.letters import write_letter

        for delivery in session.scalars(query).all():
            try:
                letter = write_letter(delivery)
                told[letter["To"].addresses[0].username] = letter.as_string()
            except outbox.Drop:
                pass
        # Bruno sells in the United States alone: he took the first one, and hears nothing more.
        assert list(told) == ["ana"]
        assert "La page 2" in str(told["ana"]) or "La_page_2" in told["ana"]
        operations.withdraw(first, pia, "It names a wrong price.")
        session.commit()
        letters = _letters(session, first.reference, E.WITHDRAW)
        assert sorted(one["To"].addresses[0].username for one in letters) == ["ana", "bruno"]
        assert first.asset.current_id == following.id


def _user_of(session: Any, short: str) -> Any:
    return session.get_one(Membership, actor_of(short).membership_id).user


class Checker:
    """Says what it is told to say, and how often it was asked."""

    def __init__(self, problem: str = "") -> None:
        self.problem, self.asked = problem, 0

    def problem_with(self, _url: str) -> str:
        self.asked += 1
        return self.problem


def test_a_link_that_breaks_twice_is_told_once(data_app: Flask) -> None:
    with everything(data_app) as session:
        others = session.scalars(select(AssetVersion).where(AssetVersion.link != "")).all()
        for one in others:
            one.link = ""
        version = brought_to(session, S.PUBLISHED, link="https://gone.example/page", text="")
        reference, before = version.reference, version.version
        session.commit()
        checker = Checker("gone")

        def told(tag: str) -> int:
            query = select(func.count(Event.id)).where(Event.chain == reference, Event.tag == tag)
            return int(session.scalar(query) or 0)

        for hours, count in ((0, 0), (0.5, 0), (2, 1), (4, 1), (6, 1)):
            with later(dt.timedelta(hours=hours)):
                clock.check_links(session, checker)
            assert told(E.LINK_BROKEN) == count, hours
        assert checker.asked == 4
        checker.problem = ""
        with later(dt.timedelta(hours=9)):
            clock.check_links(session, checker)
        assert told(E.LINK_MENDED) == 1
        session.expire_all()
        assert session.get_one(AssetVersion, version.id).version == before
        query = select(Delivery.recipient_id).join(Event).where(Event.tag == E.LINK_BROKEN)
        assert set(session.scalars(query)) == {actor_of("pia").membership_id}


def test_a_discarded_draft_leaves_nothing(data_app: Flask) -> None:
    with everything(data_app) as session:
        pia = actor_of("pia")
        version = written(session)
        asset = version.asset_id
        operations.discard(version, pia)
        session.flush()
        assert session.get(Asset, asset) is None
        kept = brought_to(session, S.PUBLISHED)
        following = operations.begin_version(kept.asset, pia)
        assert operations.begin_version(kept.asset, pia).id == following.id
        operations.discard(following, pia)
        session.flush()
        assert session.get(Asset, kept.asset_id) is not None
