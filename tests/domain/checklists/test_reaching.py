"""Is what staff read before they put a checklist in use what then happens?"""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from portal.domain.checklist_templates import operations as templates
from portal.domain.checklists import operations
from portal.domain.checklists.clock import run
from portal.domain.checklists.models import Checklist
from portal.domain.checklists.reaching import (
    Reached,
    halfway_with,
    in_place_of,
    reached_by,
)
from portal.domain.organisations.models import OrganisationStatus, Side
from portal.domain.organisations.operations import add_organisation
from tests.domain.checklist_templates.writing import GREET, written
from tests.domain.checklists.taking import items, newcomer
from tests.domain.world import actor_of, everything
from tests.figures import record

WAITING = [
    (("technology",), "Gold"), (("technology", "services"), "Gold"), (("technology",), "Silver"),
    (("services",), "Gold"), (("technology",), ""),
]  # fmt: skip


def test_as_many_begin_as_was_said(data_app: Flask) -> None:
    wrong: list[tuple[str, Reached]] = []
    count = 0
    with everything(data_app) as session:
        pia = actor_of("pia")
        for number, (types, tier) in enumerate(WAITING):
            add_organisation(
                session, f"Waiting {number}", Side.PARTNER, types=types, tier=tier,
                status=OrganisationStatus.ONBOARDING,
            )  # fmt: skip
        add_organisation(
            session, "Gone", Side.PARTNER, types=["technology"], status=OrganisationStatus.ENDED
        )
        session.commit()
        # One for Gold comes before one for any tier; the clock comes when both are in use.
        said = {}
        for tier in ("Gold", ""):
            template = written(tier=tier)
            said[template] = reached_by(template, pia)
            templates.publish(template, pia)
            session.commit()
        begun = {one.reference for one in run(session) if one.what == "begun"}
        assert len(begun) == 4
        for template, reached in said.items():
            having = select(func.count(Checklist.id)).where(Checklist.template_id == template.id)
            count += 1
            if reached != Reached(0, 0, beginning=session.scalar(having)):
                wrong.append((template.tier, reached))
            assert reached_by(template, pia) == Reached(2, 0, 0)
    kind = data_app.config["SQLALCHEMY_DATABASE_URI"].partition(":")[0].partition("+")[0]
    record(
        4, f"new partners announced / that begin ({kind})", "equal for all",
        f"{count - len(wrong)} of {count} checklists", not wrong,
    )  # fmt: skip
    assert not wrong


def test_who_is_halfway_and_what_comes_instead(data_app: Flask) -> None:
    with everything(data_app) as session:
        pia = actor_of("pia")
        gold, of_any = written([GREET], tier="Gold"), written([GREET])
        assert in_place_of(gold, pia) is None
        for one in (gold, of_any):
            templates.publish(one, pia)
        there = [newcomer(session, name, ("technology",), "Gold") for name in ("Zed", "Abel")]
        operations.do(items(session, there[0])["greet"], pia)
        session.flush()
        assert reached_by(gold, pia) == Reached(halfway=1, finished=1, beginning=0)
        assert [one.name for one in halfway_with(gold, pia, 9)] == ["Abel"]
        assert halfway_with(gold, pia, 0) == [] and halfway_with(of_any, pia, 9) == []
        assert in_place_of(gold, pia) == of_any and in_place_of(of_any, pia) is None
        # Whoever looks after some partners alone is told of these alone.
        assert reached_by(gold, actor_of("carla")) == Reached(0, 0, 0)
