"""Do staff see who is stuck where, look at what was sent, and make a partner active with it?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from portal.domain.checklists import operations
from portal.domain.checklists.models import Checklist, ChecklistItem, ItemStatus, Status
from portal.domain.organisations.models import Organisation, OrganisationStatus
from portal.domain.people.actor import actor_from
from portal.domain.people.models import PortfolioEntry
from tests.browser import Browser, Page
from tests.domain.world import everything, membership_of

SignIn = Callable[[str], Browser]
BOARD = "/admin/onboarding"
MAPLE, VOSGES = "Maple Onboard", "Vosges Automatisme"
REASON = {"reason": "The second page is missing."}


def item_of(app: Flask, key: str, name: str = MAPLE) -> str:
    """Return the reference of a partner's item."""
    with everything(app) as session:
        query = select(ChecklistItem.reference).join(
            Organisation, Organisation.id == ChecklistItem.organisation_id
        )
        found = session.scalar(query.where(ChecklistItem.key == key, Organisation.name == name))
        assert found, (key, name)
        return str(found)


def checklist_of(app: Flask, name: str = MAPLE) -> str:
    """Return the reference of a partner's checklist."""
    with everything(app) as session:
        query = select(Checklist.reference).join(Checklist.organisation)
        return str(session.scalars(query.where(Organisation.name == name)).one())


def page_of(app: Flask, key: str, name: str = MAPLE) -> str:
    return f"{BOARD}/items/{item_of(app, key, name)}"


def companies(page: Page) -> list[str]:
    return [link.get_text() for link in page.soup.select("table.rows th a")]


def actions(page: Page) -> set[str]:
    """Return what the buttons of the page's end do."""
    return {one.get_text(" ", strip=True) for one in page.soup.select(".actions .button")}


def finish_but(app: Flask, *left: str) -> None:
    """Let Maple have done everything that is needed but for some items."""
    with everything(app) as session:
        maple = session.scalars(select(Organisation).where(Organisation.name == MAPLE)).one()
        query = select(ChecklistItem).where(ChecklistItem.organisation_id == maple.id)
        pia = actor("pia")
        for item in session.scalars(query.order_by(ChecklistItem.position)).all():
            if item.key not in left and item.is_mandatory and not item.is_done:
                operations.waive(item, pia, "Known from before.")
        session.commit()


def actor(short: str) -> Any:
    return actor_from(membership_of(short))


def test_the_board_says_who_waits_where_for_whom_and_how_long(app: Flask, sign_in: SignIn) -> None:
    page = sign_in("pia").get(BOARD)
    # Vosges has waited since before Maple sent its certificate.
    assert companies(page) == [VOSGES, MAPLE]
    maple = page.soup.select("tbody tr")[1].get_text(" ", strip=True)
    for words in ("With us", "2 of 6", "Safety training for collaborative arms", "by "):
        assert words in maple, words
    vosges = page.soup.select("tbody tr")[0].get_text(" ", strip=True)
    assert "With the partner" in vosges
    assert "How the company is reached" in vosges


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("view=us", [MAPLE]), ("view=partner", [VOSGES]), ("view=overdue", []),
        ("q=map", [MAPLE]), ("q=vosges&view=us", []), ("view=nothing", [VOSGES, MAPLE]),
        ("view=complete", []), ("after=nonsense", [VOSGES, MAPLE]),
    ],
)  # fmt: skip
def test_the_board_is_narrowed(sign_in: SignIn, query: str, found: list[str]) -> None:
    assert companies(sign_in("pia").get(f"{BOARD}?{query}")) == found


def test_who_is_late_stands_among_the_overdue_in_its_tone(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        maple = select(Organisation.id).where(Organisation.name == MAPLE).scalar_subquery()
        late = update(Checklist).where(Checklist.organisation_id == maple)
        session.execute(late.values(due_at=Checklist.begun_at))
        session.commit()
    page = sign_in("pia").get(f"{BOARD}?view=overdue")
    assert companies(page) == [MAPLE]
    chip = page.soup.select_one("tbody time.chip.bad")
    assert chip is not None and "late" in chip.get_text()


def test_whose_partnership_rests_waits_for_nobody(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        ended = update(Organisation).where(Organisation.name == MAPLE)
        session.execute(ended.values(status=OrganisationStatus.ENDED))
        session.commit()
    pia = sign_in("pia")
    assert companies(pia.get(BOARD)) == [VOSGES]
    assert MAPLE not in pia.get("/").words


def test_an_empty_board_says_what_it_is_for(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        session.execute(delete(ChecklistItem))
        session.execute(delete(Checklist))
        session.commit()
    page = sign_in("pia").get(BOARD)
    assert "Nobody is being taken on." in page.words
    assert page.soup.select_one("input[type=search]") is None


@pytest.mark.parametrize("is_large", [False, True])
def test_a_channel_manager_has_the_portfolio_alone(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, is_large: bool
) -> None:
    monkeypatch.setattr("portal.blueprints.admin.onboarding.board.is_large", lambda _: is_large)
    carla = sign_in("carla")
    assert companies(carla.get(BOARD)) == [VOSGES]
    carla.get(f"{BOARD}/{checklist_of(app, VOSGES)}")
    for path in (f"{BOARD}/{checklist_of(app)}", page_of(app, "safety"),
                 page_of(app, "safety") + "/return"):  # fmt: skip
        carla.get(path, status=404)
    with everything(app) as session:
        session.execute(delete(PortfolioEntry))
        session.commit()
    page = carla.get(BOARD)
    assert not companies(page)
    assert "Nobody is being taken on." in page.words


def test_who_takes_nobody_on_has_no_board(app: Flask, sign_in: SignIn) -> None:
    for short in ("omar", "theo", "ana"):
        person = sign_in(short)
        person.get(BOARD, status=403)
        assert not person.get("/").soup.select(f"a[href='{BOARD}']")


def test_an_auditor_reads_and_has_no_buttons(app: Flask, sign_in: SignIn) -> None:
    axel, page = sign_in("axel"), None
    assert companies(axel.get(BOARD)) == [VOSGES, MAPLE]
    for key in ("safety", "insurance", "call"):
        page = axel.get(page_of(app, key))
        assert not page.soup.select(".actions, main form[method=post]")
        assert not axel.get(page_of(app, key) + "/waiver", status=403).soup.select("#change")
    shown = axel.get(f"{BOARD}/{checklist_of(app)}")
    assert "Your turn" not in shown.words
    assert not shown.soup.select("main form[method=post]")


def test_a_checklist_shows_every_item_with_what_one_wants_to_know(
    app: Flask, sign_in: SignIn
) -> None:
    page = sign_in("pia").get(f"{BOARD}/{checklist_of(app)}")
    assert page.heading == MAPLE
    assert len(companies(page)) == 7
    for words in (
        "2 of 6", "Your turn", "Review it", "1 file", "Sent by Théo Gagnon", "(optional)",
        "Comes after: Tell us how you sell, Certificate of liability insurance",
        "Please send the one that is valid for the whole year.",
    ):  # fmt: skip
        assert words in page.words, words
    french = sign_in("pia")
    french.signed_in("pia", "fr")
    assert "Dites-nous comment vous vendez" in french.get(f"{BOARD}/{checklist_of(app)}").words


def test_what_was_answered_and_sent_is_read_before_it_is_taken(app: Flask, sign_in: SignIn) -> None:
    pia = sign_in("pia")
    answered = pia.get(page_of(app, "profile"))
    for words in ("Who are your typical customers?", "Food and beverage plants", "Done"):
        assert words in answered.words, words
    page = pia.get(page_of(app, "safety"))
    assert page.soup.select_one("#files a[download]") is not None
    assert actions(page) == {"Accept", "Return it", "Do without it"}
    after = pia.follow(pia.submit(page, f"{page.path}/acceptance", status=303))
    assert after.heading == MAPLE
    assert "You accepted it." in after.words
    assert "3 of 6" in after.words
    assert "Your turn" not in after.words


def test_after_a_decision_the_next_one_is_at_hand(app: Flask, sign_in: SignIn) -> None:
    reference = item_of(app, "insurance")
    with everything(app) as session:
        theo = actor("theo")
        item = session.scalars(select(ChecklistItem).filter_by(reference=reference)).one()
        item.kept = {**item.kept, "needs_file": False}
        operations.submit(item, theo, {})
        session.commit()
    pia = sign_in("pia")
    page = pia.get(page_of(app, "safety"))
    after = pia.follow(pia.submit(page, f"{page.path}/acceptance"))
    link = after.soup.select_one(".turn a.button")
    assert link is not None and link["href"] == page_of(app, "insurance")


def test_two_reviewers_of_one_document(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        maple = session.scalars(select(Organisation).where(Organisation.name == MAPLE)).one()
        carla_id = membership_of("carla").id
        session.add(PortfolioEntry(membership_id=carla_id, organisation_id=maple.id))
        session.commit()
    pia, carla = sign_in("pia"), sign_in("carla")
    path = page_of(app, "safety")
    first, second = pia.get(path), carla.get(f"{path}/return")
    other = carla.get(path)
    pia.submit(first, f"{path}/acceptance", status=303)
    late = carla.submit(second, f"{path}/return", status=409, **REASON)
    assert "Pia Castellanos accepted it" in late.words
    assert late.soup.select_one(f"a[href='{path}']") is not None
    assert "accepted it" in carla.submit(other, f"{path}/acceptance", status=409).words
    carla.get(f"{path}/return", status=409)
    with everything(app) as session:
        item = session.scalars(select(ChecklistItem).filter_by(reference=path[-11:])).one()
        assert item.status == ItemStatus.COMPLETE


@pytest.mark.parametrize("htmx", [False, True])
def test_giving_back_asks_for_the_reason(app: Flask, sign_in: SignIn, htmx: bool) -> None:
    pia, path = sign_in("pia"), page_of(app, "safety")
    form = pia.get(f"{path}/return")
    for reason in ("", "   ", "No."):
        assert pia.submit(form, f"{path}/return", status=422, htmx=htmx, reason=reason).errors()
    after = pia.follow(pia.submit(form, f"{path}/return", status=303, **REASON))
    assert "It is back with the partner" in after.words
    page = pia.get(path)
    assert "Returned" in page.words
    assert page.words.count(REASON["reason"]) == 2  # at its head, and in its history
    assert actions(page) == {"Do without it"}


def test_doing_without_is_asked_twice_and_taken_back(app: Flask, sign_in: SignIn) -> None:
    pia, path = sign_in("pia"), page_of(app, "insurance")
    page = pia.get(path)
    assert not page.soup.select(f"form[action='{path}/waiver']")
    form = pia.get(f"{path}/waiver")
    assert "Do without this?" in form.heading
    assert pia.submit(form, f"{path}/waiver", status=422, reason="").errors()
    after = pia.follow(pia.submit(form, f"{path}/waiver", reason="They are insured by us."))
    assert "3 of 6" in after.words
    waived = pia.get(path)
    assert "They are insured by us." in waived.words
    assert actions(waived) == {"Ask for it again"}
    again = pia.follow(pia.submit(waived, f"{path}/asking"))
    assert "It is asked for again." in again.words
    assert "2 of 6" in again.words
    pia.post(f"{path}/asking", [], status=400)


def test_staff_tick_off_what_is_theirs_once_nothing_comes_before(
    app: Flask, sign_in: SignIn
) -> None:
    pia, path = sign_in("pia"), page_of(app, "call")
    waiting = pia.get(path)
    assert "This comes before:" in waiting.words
    assert actions(waiting) == {"Do without it"}
    finish_but(app, "call", "safety")
    page = pia.get(path)
    assert actions(page) == {"Done", "Do without it"}
    after = pia.follow(pia.submit(page, f"{path}/done"))
    assert "It is done." in after.words
    assert "5 of 6" in after.words


def test_nobody_ticks_what_follows_from_facts(app: Flask, sign_in: SignIn) -> None:
    page = sign_in("pia").get(page_of(app, "contact"))
    assert "Nobody ticks this" in page.words
    assert actions(page) == {"Do without it"}


@pytest.mark.parametrize("step", ["acceptance", "done", "waiver"])
def test_the_last_item_makes_the_partner_active_on_both_sides(
    app: Flask, sign_in: SignIn, step: str
) -> None:
    key = "call" if step == "done" else "safety"
    finish_but(app, key)
    pia, path = sign_in("pia"), page_of(app, key)
    page = pia.get(path if step != "waiver" else f"{path}/waiver")
    assert "It is the last one that Maple Onboard needs." in page.words
    more = {"reason": "Known from before."} if step == "waiver" else {}
    after = pia.follow(pia.submit(page, f"{path}/{step}", status=303, **more))
    assert "The partner is active now" in after.words
    assert "6 of 6" in after.words
    with everything(app) as session:
        maple = session.scalars(select(Organisation).where(Organisation.name == MAPLE)).one()
        assert maple.status == OrganisationStatus.ACTIVE
        assert session.scalars(select(Checklist.status).where(
            Checklist.organisation_id == maple.id)).one() == Status.COMPLETE  # fmt: skip
    # What was closed to the partner before is open.
    sign_in("theo").get("/deals")
    assert MAPLE not in companies(pia.get(BOARD))
    assert companies(pia.get(f"{BOARD}?view=complete")) == [MAPLE]


def test_the_last_but_one_does_not(app: Flask, sign_in: SignIn) -> None:
    finish_but(app, "safety", "call")
    page = sign_in("pia").get(page_of(app, "safety"))
    assert "It is the last one" not in page.words
    sign_in("theo").get("/deals", status=403)


def test_the_partners_page_says_how_far_it_is(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        names = dict(session.execute(select(Organisation.name, Organisation.reference)).all())
    pia = sign_in("pia")
    page = pia.get(f"/admin/organisations/{names[MAPLE]}")
    assert "2 of 6" in page.words
    assert page.soup.select_one(f"a[href='{BOARD}/{checklist_of(app)}']") is not None
    assert "No checklist is in use" not in page.words
    assert "Onboarding" not in [
        one.get_text() for one in pia.get(f"/admin/organisations/{names['Northwind Resale']}")
        .soup.select("main h2")
    ]  # fmt: skip
    # Who takes nobody on reads of no checklist.
    assert "2 of 6" not in sign_in("omar").get(f"/admin/organisations/{names[MAPLE]}").words
    with everything(app) as session:
        session.execute(delete(ChecklistItem))
        session.execute(delete(Checklist))
        session.commit()
    without = pia.get(f"/admin/organisations/{names[MAPLE]}")
    assert "No checklist is in use for its kind" in without.words
    assert without.soup.select_one("main a[href='/admin/checklists']") is not None


def test_who_waits_for_something_optional_is_not_lost_from_sight(
    app: Flask, sign_in: SignIn
) -> None:
    reference = item_of(app, "call")
    with everything(app) as session:
        call = session.scalars(select(ChecklistItem).filter_by(reference=reference)).one()
        call.kept = {**call.kept, "after": ["colleague"]}
        session.commit()
    finish_but(app, "call")
    page = sign_in("pia").get(f"{BOARD}?view=partner")
    assert MAPLE in companies(page)
    assert "Bring in a colleague" in page.words
