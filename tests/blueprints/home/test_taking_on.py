"""Does what new partners sent, and what staff do for them, come up on the right people's home?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from portal.domain.checklists import operations
from portal.domain.checklists.keeping import keep
from portal.domain.checklists.models import Checklist, ChecklistItem
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import actor_from
from portal.domain.people.models import PortfolioEntry
from portal.domain.products.models import OrganisationProduct
from tests.browser import Browser
from tests.domain.world import everything, membership_of

SignIn = Callable[[str], Browser]
MAPLE, VOSGES = "Maple Onboard", "Vosges Automatisme"


def cards(browser: Browser) -> list[tuple[str, str]]:
    """Return title and company of each card about a new partner."""
    found = []
    for card in browser.get("/").soup.select(".turn"):
        link = card.select_one("a.button")
        if link is not None and "/admin/onboarding/" in str(link["href"]):
            title, subject = card.select_one("h3"), card.select_one(".subject")
            assert title is not None and subject is not None
            found.append((title.get_text(strip=True), subject.get_text(strip=True)))
    return found


def let_call_begin(session: Any) -> None:
    """Let Vosges stand at the call that staff make."""
    pia = actor_from(membership_of("pia"))
    query = select(ChecklistItem).where(
        ChecklistItem.key.in_(("profile", "insurance")),
        ChecklistItem.organisation_id == vosges_of(session).id,
    )
    for item in session.scalars(query).all():
        operations.waive(item, pia, "Known from before.")


def vosges_of(session: Any) -> Organisation:
    return session.scalars(select(Organisation).where(Organisation.name == VOSGES)).one()  # type: ignore[no-any-return]


def test_what_was_sent_waits_with_whoever_looks_after_the_partner(
    app: Flask, sign_in: SignIn
) -> None:
    pia = sign_in("pia")
    assert cards(pia) == [("Review: Safety training for collaborative arms", MAPLE)]
    for short in ("carla", "axel", "olga", "sam", "theo"):
        assert not cards(sign_in(short)), short
    # Done: it is gone.
    with everything(app) as session:
        item = session.scalars(
            select(ChecklistItem)
            .join(Organisation, Organisation.id == ChecklistItem.organisation_id)
            .where(ChecklistItem.key == "safety", Organisation.name == MAPLE)
        ).one()
        operations.accept(item, actor_from(membership_of("pia")))
        session.commit()
    assert not cards(pia)


@pytest.mark.parametrize("is_large", [False, True])
def test_a_channel_manager_has_the_tasks_of_the_portfolio(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, is_large: bool
) -> None:
    monkeypatch.setattr("portal.blueprints.home.taking_on.is_large", lambda _actor: is_large)
    with everything(app) as session:
        let_call_begin(session)
        session.commit()
    assert cards(sign_in("carla")) == [("Kick-off call", VOSGES)]
    # It stands in a portfolio, so it is not everybody's.
    assert VOSGES not in [subject for _title, subject in cards(sign_in("pia"))]


def test_whom_nobody_follows_waits_with_the_programme_administrators(
    app: Flask, sign_in: SignIn
) -> None:
    with everything(app) as session:
        let_call_begin(session)
        entry = PortfolioEntry.organisation_id == vosges_of(session).id
        session.execute(delete(PortfolioEntry).where(entry))
        session.commit()
    assert ("Kick-off call", VOSGES) in cards(sign_in("pia"))
    assert not cards(sign_in("carla"))


def test_an_account_manager_has_them_whoever_else_follows(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        let_call_begin(session)
        vosges = update(Organisation).where(Organisation.name == VOSGES)
        session.execute(vosges.values(account_manager_id=membership_of("pia").id))
        session.commit()
    assert ("Kick-off call", VOSGES) in cards(sign_in("pia"))
    assert cards(sign_in("carla")) == [("Kick-off call", VOSGES)]


def test_what_only_the_partners_page_sets_waits_with_whoever_may_set_it(
    app: Flask, sign_in: SignIn
) -> None:
    with everything(app) as session:
        vosges = vosges_of(session)
        sold = OrganisationProduct.organisation_id == vosges.id
        session.execute(delete(OrganisationProduct).where(sold))
        query = select(Checklist).where(Checklist.organisation_id == vosges.id)
        keep(session, session.scalars(query).one())
        session.commit()
    assert ("Products and countries agreed", VOSGES) in cards(sign_in("pia"))
    assert not cards(sign_in("carla"))
