"""Does the page on which one lands say what has just been done, and only then?"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from portal.domain.deals.models import Deal, Stage
from portal.domain.registrations.models import Status
from tests.browser import Browser, Page
from tests.domain.world import everything, in_state, membership_of

SignIn = Callable[[str], Browser]


def said(page: Page) -> str:
    """Return what the page says of what was just done."""
    found = page.soup.select_one("#main [role=status]")
    return found.get_text(" ", strip=True) if found else ""


def own_deal(app: Flask) -> str:
    """Return a new open deal of Ana's."""
    with everything(app) as session:
        record = in_state(Status.APPROVED, domain="said-deal.ca")
        found = session.scalars(select(Deal).filter_by(registration_id=record.id)).one()
        reference = str(found.reference)
        session.commit()
    return reference


def test_a_share_made_and_ended_is_said(app: Flask, sign_in: SignIn) -> None:
    ana, path = sign_in("ana"), f"/deals/{own_deal(app)}"
    with everything(app):
        company = membership_of("ana").organisation.reference
    page = ana.follow(ana.submit(ana.get(f"{path}/share"), holder=company))
    assert said(page) == "It is shared. They hear of it by mail."
    end = str(page.soup.select_one("a[href*='/shares/']")["href"])  # type: ignore[index]
    page = ana.follow(ana.submit(ana.get(end)))
    assert said(page) == "The share has ended. They no longer see it."
    assert said(ana.get(path)) == ""
    assert said(ana.get(f"{path}?said=nothing-of-ours")) == ""


def test_a_changed_deal_says_so(app: Flask, sign_in: SignIn) -> None:
    ana, path = sign_in("ana"), f"/deals/{own_deal(app)}"
    page = ana.follow(ana.submit(ana.get(f"{path}/edit"), amount="51,000"))
    assert said(page) == "Saved."
    page = ana.follow(ana.submit(ana.get(f"{path}/next-step"), step="Call", on="2031-02-03"))
    assert said(page) == "The next step is set."


def test_a_move_is_said_and_one_to_the_same_stage_too(app: Flask, sign_in: SignIn) -> None:
    ana, path = sign_in("ana"), f"/deals/{own_deal(app)}"
    moved = "It stands at its new stage."
    page = ana.submit(ana.get(path), "/stage", htmx=True, stage=Stage.QUALIFIED)
    assert moved in page.words
    page = ana.follow(ana.submit(ana.get(path), "/stage", stage=Stage.PROVING))
    assert said(page) == moved
    page = ana.follow(ana.submit(ana.get(path), "/stage", stage=Stage.PROVING))
    assert said(page) == "It stands at that stage already."
    assert page.words.count("moved it from") == 2


def test_a_withdrawal_is_said(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        reference = in_state(Status.SUBMITTED, domain="said-withdrawn.ca").reference
        session.commit()
    ana = sign_in("ana")
    page = ana.follow(ana.submit(ana.get(f"/registrations/{reference}/withdrawal")))
    assert said(page) == "You withdrew it. The reviewer hears of it by mail."


def test_the_companys_data_say_it(sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    page = nadia.follow(nadia.submit(nadia.get("/company/contact"), contact_email="us@nw.ca"))
    assert page.heading == "Northwind Resale" and said(page) == "Saved."
