"""When two people change the hierarchy at the same moment, does it stay one?"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from portal.core.audit import verify_chains
from portal.domain.organisations.models import Organisation, OrganisationClosure, Side
from portal.domain.organisations.operations import add_organisation
from portal.domain.people.models import Membership, Role, UserIdentity
from portal.domain.people.operations import add_membership, bind_identity
from tests.browser import Browser, Page
from tests.domain.registrations.test_races import at_once, statuses
from tests.domain.world import everything, membership_of
from tests.figures import record

ROUNDS = 5


def another_administrator(app: Flask) -> None:
    """Give the vendor a second programme administrator, "paul"."""
    with everything(app) as session:
        pia: Membership = membership_of("pia")
        paul = add_membership(
            session, pia.organisation, name="Paul Second", email="paul@meridian.example",
            role=Role.PROGRAMME_ADMINISTRATOR,
        )  # fmt: skip
        issuer = session.scalars(select(UserIdentity.issuer).filter_by(subject="pia")).one()
        bind_identity(session, paul, issuer, "paul")
        session.commit()


def moving(browser: Browser, what: str, where: str) -> Callable[[], Page]:
    """Open the page of a move now, and confirm it when called."""
    path = f"/admin/organisations/{what}/move"
    page = browser.get(f"{path}?parent={where}")
    return lambda: browser.submit(page, path)


def test_two_moves_that_together_make_a_circle(data_app: Flask) -> None:
    another_administrator(data_app)
    pia, paul = (Browser(data_app).signed_in(short) for short in ("pia", "paul"))
    outcomes = []
    for number in range(ROUNDS):
        with everything(data_app) as session:
            # Neither move touches a row of the other's: each goes below the other's lowest.
            tops = []
            for side in ("left", "right"):
                top = add_organisation(session, f"{side} {number}", Side.PARTNER)
                low = add_organisation(session, f"{side} low {number}", Side.PARTNER, parent=top)
                tops.append((top.reference, low.reference))
            session.commit()
        (left, left_low), (right, right_low) = tops
        answers = at_once(moving(pia, left, right_low), moving(paul, right, left_low))
        outcomes.append(statuses(answers))
        (loser,) = [page for page in answers if page.status == 409]
        assert "so it cannot stand above it" in loser.words
        with everything(data_app) as session:
            parents = {one.id: one.parent_id for one in session.scalars(select(Organisation)).all()}
            for start in parents:
                seen, place = set(), parents[start]
                while place is not None:
                    assert place not in seen, "a circle"
                    seen.add(place)
                    place = parents[place]
                above = session.scalars(
                    select(OrganisationClosure.ancestor_id).where(
                        OrganisationClosure.descendant_id == start, OrganisationClosure.depth > 0
                    )
                )
                assert set(above) == seen
            assert not verify_chains(session).faults
    kind = "SQLite" if "sqlite" in data_app.config["SQLALCHEMY_DATABASE_URI"] else "PostgreSQL"
    won = sum(outcome == [303, 409] for outcome in outcomes)
    record(
        3,
        f"two moves at once that together make a circle ({kind})",
        "one wins, the other gets 409",
        f"{won} of {ROUNDS} rounds",
        won == ROUNDS,
    )
    assert outcomes == [[303, 409]] * ROUNDS


def test_each_below_the_other_at_once(data_app: Flask) -> None:
    """Both rows are in both hands, and nobody waits for ever."""
    another_administrator(data_app)
    pia, paul = (Browser(data_app).signed_in(short) for short in ("pia", "paul"))
    with everything(data_app):
        one, other = (membership_of(short).organisation.reference for short in ("bruno", "sofia"))
    answers = at_once(moving(pia, one, other), moving(paul, other, one))
    assert statuses(answers) == [303, 409]


def test_one_name_for_two_at_once(data_app: Flask) -> None:
    another_administrator(data_app)
    browsers = [Browser(data_app).signed_in(short) for short in ("pia", "paul")]
    form = {"types": "reseller", "countries": "Canada"}
    pages = [browser.get("/admin/organisations/new") for browser in browsers]
    answers = at_once(
        lambda: browsers[0].submit(pages[0], **form, name="Twice Here"),
        lambda: browsers[1].submit(pages[1], **form, name="TWICE  here"),
    )
    assert statuses(answers) == [303, 422]
    (loser,) = [page for page in answers if page.status == 422]
    assert "already" in loser.errors()[0]
