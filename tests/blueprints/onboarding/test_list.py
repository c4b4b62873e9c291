"""Does everybody of a new partner see what is next for them, and nobody else's?"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import delete, select, update

from portal.core.times import DAY, now
from portal.demo_personas import MAPLE
from portal.domain.checklists.models import Checklist, ChecklistItem
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import Reach
from tests.blueprints.onboarding.reading import line, next_of, selects
from tests.browser import Browser
from tests.domain.world import everything, membership_of
from tests.figures import record

SignIn = Callable[[str], Browser]
Where = Callable[[str], str]


def test_what_is_to_be_done_once_more_comes_first(sign_in: SignIn, maple: Where) -> None:
    page = sign_in("theo").get("/checklist")
    assert next_of(page).startswith("Certificate of liability insurance")
    assert "It ends next month." in next_of(page)
    button = page.soup.select_one("article.turn a.primary")
    assert button is not None and button["href"] == maple("insurance")
    assert "2 of 6 done" in page.words


def test_each_line_says_where_it_stands_and_what_it_waits_for(
    sign_in: SignIn, maple: Where
) -> None:
    page = sign_in("theo").get("/checklist")
    assert "Returned" in line(page, "Certificate of liability insurance")
    assert "days late" in line(page, "How the company is reached")
    safety = line(page, "Safety training")
    assert "With Meridian" in safety and "Meridian looks at it" in safety
    call = line(page, "Kick-off call")
    assert "After: Certificate of liability insurance" in call and "Tell us" not in call
    assert "Meridian does this" in call
    assert "Not required" in line(page, "Bring in a colleague")
    folded = page.soup.select_one("details")
    assert folded is not None and "2 are done" in folded.get_text()
    assert "Tell us how you sell" in folded.get_text()


def test_a_manager_is_led_to_their_own_part(sign_in: SignIn, maple: Where) -> None:
    page = sign_in("marc").get("/checklist")
    assert next_of(page).startswith("Certificate of liability insurance")
    assert "Your company’s administrator does this" in line(page, "How the company is reached")


def test_a_seller_reads_that_nothing_waits_for_them(sign_in: SignIn, maple: Where) -> None:
    noah = sign_in("noah")
    page = noah.get("/checklist")
    assert not next_of(page)
    assert "Nothing here waits for you." in page.words
    insurance = line(page, "Certificate of liability insurance")
    assert "A manager or administrator of your company does this" in insurance
    item = noah.get(maple("insurance"))
    assert item.soup.select_one("#answer, #attach") is None
    assert "Attestation 2025.pdf" in item.words
    home = noah.get("/")
    assert "Put it right" not in home.words
    assert "What is left is with Meridian or with your colleagues." in home.words


def test_a_company_without_a_checklist_reads_what_the_page_is_for(sign_in: SignIn) -> None:
    marc = sign_in("marc")
    assert "Nothing is asked of your company here." in marc.get("/checklist").words
    assert marc.get("/").soup.select_one("nav.tabs a[href='/checklist']") is None
    assert marc.get("/company").soup.select_one("main a[href='/checklist']")


def test_the_way_there_stands_in_the_tabs_while_something_is_open(sign_in: SignIn) -> None:
    theo = sign_in("theo")
    assert theo.get("/").soup.select_one("nav.tabs a[href='/checklist']")
    current = theo.get("/checklist").soup.select_one("nav.tabs [aria-current]")
    assert current is not None and "Checklist" in current.get_text()


def test_nobody_else_knows_of_an_item(app: Flask, sign_in: SignIn, maple: Where) -> None:
    with everything(app) as session:
        session.execute(
            update(Organisation)
            .where(Organisation.name == MAPLE)
            .values(parent_id=membership_of("diego").organisation_id)
        )
        membership_of("diego").reach = Reach.FAMILY
        session.commit()
    for short in ("diego", "ana", "omar", "pia"):
        somebody = sign_in(short)
        somebody.get(maple("insurance"), status=403 if short == "pia" else 404)
        somebody.get("/checklist/items/CI-00000000", status=404)
    sign_in("omar").get("/checklist", status=403)
    assert "Certificate" not in sign_in("diego").get("/checklist").words


def test_everything_done_is_said(app: Flask, sign_in: SignIn, maple: Where) -> None:
    with everything(app) as session:
        company = session.scalars(select(Organisation).filter_by(name=MAPLE)).one()
        items = session.scalars(select(ChecklistItem).filter_by(organisation_id=company.id))
        for one in items:
            one.status, one.next_side = "complete", None
        lists = update(Checklist).where(Checklist.organisation_id == company.id)
        session.execute(lists.values(status="complete", done=6))
        company.has_open_checklist = False
        session.commit()
    page = sign_in("theo").get("/checklist")
    assert "Everything is done." in page.words and not next_of(page)


def test_the_list_asks_few_statements(app: Flask, sign_in: SignIn, maple: Where) -> None:
    theo = sign_in("theo")
    theo.get("/checklist")
    with selects(app) as asked:
        theo.get("/checklist")
    record(4, "SQL statements of a partner's checklist", "<= 4", str(len(asked)), len(asked) <= 4)
    assert len(asked) <= 4, "\n".join(asked)


def test_home_asks_of_checklists_only_where_one_is_open(
    app: Flask, sign_in: SignIn, maple: Where
) -> None:
    for short, most in (("theo", 1), ("ana", 0)):
        somebody = sign_in(short)
        somebody.get("/")
        with selects(app) as asked:
            somebody.get("/")
        of_items = [one for one in asked if "FROM checklist" in one]
        assert len(of_items) == most, "\n".join(of_items)


def test_home_says_for_some_days_that_the_company_is_active(app: Flask, sign_in: SignIn) -> None:
    words = "Northwind Resale is active. What you do with Meridian is open to you now."
    for days, is_said in ((6, True), (8, False)):
        with everything(app) as session:
            membership_of("ana").organisation.active_at = now() - DAY * days
            session.commit()
        assert (words in sign_in("ana").get("/").words) is is_said


def test_home_has_a_card_for_each_of_them_and_the_next_one(
    app: Flask, sign_in: SignIn, maple: Where
) -> None:
    def cards() -> list[str]:
        found = sign_in("theo").get("/").soup.select("article.turn")
        return [" ".join(one.get_text(" ").split()) for one in found]

    first, second = cards()
    assert first.startswith("Put it right") and "It ends next month." in first
    assert second.startswith("Next step") and "2 of 6 done" in second
    with everything(app) as session:
        session.execute(delete(ChecklistItem).where(ChecklistItem.key == "insurance"))
        session.commit()
    assert ["Next step" in one for one in cards()] == [True]
