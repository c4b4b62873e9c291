"""Does each version go its way alone, and reach whom it is for and nobody else?"""

from __future__ import annotations

import itertools

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.core.access import Denied, visible
from portal.core.audit import verify_chains
from portal.core.events import Event
from portal.core.net import acting_as
from portal.core.times import DAY, now
from portal.core.workflow import Refused, WrongState
from portal.domain.assets import clock, operations
from portal.domain.assets.copies import copies_of, note_taking
from portal.domain.assets.events import E
from portal.domain.assets.models import (
    Asset,
    AssetVersion,
    Status,
)
from portal.domain.assets.workflow import ASSET
from tests.browser import Browser
from tests.domain.assets.writing import brought_to, later, letters_of, written
from tests.domain.registrations.test_races import at_once, statuses
from tests.domain.world import actor_of, everything
from tests.figures import record

S = Status


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
            letters = letters_of(session, version.reference, E.EXPIRE)
            assert [letter["To"].addresses[0].username for letter in letters] == ["ana"]
        assert not verify_chains(session).faults


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


@pytest.mark.parametrize("status", [S.DRAFT, S.APPROVED, S.SUPERSEDED, S.WITHDRAWN])
def test_a_partner_has_the_current_version_alone(data_app: Flask, status: Status) -> None:
    with everything(data_app) as session:
        version = brought_to(session, status)
        ana = actor_of("ana")
        with acting_as(ana):
            query = visible(AssetVersion, ana).where(AssetVersion.asset_id == version.asset_id)
            seen = session.scalars(query).all()
        assert version not in seen
        assert [one.status for one in seen] == [S.PUBLISHED] * (status == S.SUPERSEDED)
