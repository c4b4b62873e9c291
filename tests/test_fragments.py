"""Is a page into which htmx swapped a fragment the same as the page loaded afresh?"""

from __future__ import annotations

import copy
import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from flask import Flask

from portal.core.database import db
from portal.core.net import system_mode
from portal.domain.deals.models import Deal
from portal.domain.registrations.models import Registration, RegistrationMatch
from tests.browser import Browser, Page

SignIn = Callable[[str], Browser]


@pytest.fixture(autouse=True)
def _one_moment() -> Iterator[None]:
    """No minute passes between the swap and the fresh page."""
    with time_machine.travel(dt.datetime.now(dt.UTC), tick=False):
        yield


@pytest.fixture
def at(app: Flask) -> Callable[[str], dict[str, str]]:
    """Returns the references of a company's registration and deal, to be put into addresses."""

    def find(company: str) -> dict[str, str]:
        with app.app_context(), system_mode("test"):
            found = {}
            for name, model in (("dr", Registration), ("dl", Deal)):
                row = db.session.query(model).filter_by(company=company).first()
                if row is not None:
                    found[name] = str(row.reference)
            return found

    return find


def swapped(page: Page, action: str | None, answer: Page) -> BeautifulSoup:
    """Return ``page`` as it is after htmx has put ``answer`` where the form says."""
    form = page.form(action)
    soup = copy.copy(page.soup)
    retarget = answer.response.headers.get("HX-Retarget")
    target = soup.select_one(retarget or str(form["hx-target"]))
    assert target is not None, f"{page.path}: there is no {form['hx-target']}"
    answered = BeautifulSoup(answer.text, "html.parser")
    for part in answered.select("[hx-swap-oob]"):
        del part["hx-swap-oob"]
        place = soup.select_one(f"#{part['id']}")
        assert place is not None, f"{page.path}: there is no #{part['id']}"
        place.replace_with(part.extract())
    parts = list(answered.children)
    if form.get("hx-swap", "innerHTML") == "outerHTML" and not retarget:
        target.replace_with(*parts)
    else:
        target.clear()
        target.extend(parts)
    return soup


def lines_of(soup: Tag) -> list[str]:
    """Return the page's body, a tag a line, without what is made anew for each answer."""
    soup = copy.copy(soup)
    for tag in soup.select("[name=csrf_token], [name=submission_key]"):
        tag["value"] = ""
    body = soup.find("body")
    assert isinstance(body, Tag)
    return [line.strip() for line in re.sub(r"\s+", " ", str(body)).replace("> <", "><").replace(
        "><", ">\n<").splitlines()]  # fmt: skip


def assert_same(after_swap: Tag, fresh: Tag) -> None:
    """Assert that a person could not tell the two pages apart."""
    one, other = lines_of(after_swap), lines_of(fresh)
    assert one == other, "\n".join(difflib.unified_diff(one, other, "swapped", "fresh", n=1))


def company_in(app: Flask, status: str) -> str:
    """Return a company whose registration is in that state, small, and matches no other."""
    with app.app_context(), system_mode("test"):
        for row in db.session.query(Registration).filter_by(status=status):
            known = db.session.query(RegistrationMatch).filter_by(registration_id=row.id)
            if not known.count() and row.value_minor and row.value_minor < 9_000_000:
                return str(row.company)
    raise AssertionError(f"no registration without a match is {status}")


@pytest.mark.parametrize(
    ("who", "status", "where", "action", "told"),
    [
        ("omar", "submitted", "/admin/registrations/{dr}", "/take", ""),
        ("omar", "under_review", "/admin/registrations/{dr}", "/approval", "?just=approve"),
    ],
    ids=["take", "approve"],
)
def test_a_decision_changes_all_of_its_page(
    app: Flask, sign_in: SignIn, at: Any, who: str, status: str, where: str, action: str, told: str
) -> None:
    path = where.format(**at(company_in(app, status)))
    browser = sign_in(who)
    before = browser.get(path)
    answer = browser.submit(before, action, htmx=True, status=200)
    assert_same(swapped(before, action, answer), browser.get(path + told).soup)


def test_a_comparison_changes_all_of_its_page(sign_in: SignIn, at: Any) -> None:
    """Said once, said otherwise, and said back: each time the page is as if loaded afresh."""
    path = "/admin/registrations/{dr}".format(**at("Northern Robotics Canada"))
    browser = sign_in("omar")
    for _again in range(3):
        before = browser.get(path)
        answer = browser.submit(before, "/match", htmx=True, status=200)
        assert answer.text != before.text
        assert_same(swapped(before, "/match", answer), browser.get(path).soup)


def test_a_move_changes_all_of_a_deals_page(sign_in: SignIn, at: Any) -> None:
    path = "/deals/{dl}".format(**at("Harbourview Clinics"))
    browser = sign_in("ana")
    for stage in ("verbal_yes", "prospect", "prospect"):
        before = browser.get(path)
        answer = browser.submit(before, "/stage", htmx=True, status=200, stage=stage)
        after = swapped(before, "/stage", answer)
        # What was just done is said above, which a page opened anew does not.
        told = after.select_one("#top [role=status]")
        assert told is not None
        told.extract()
        assert_same(after, browser.get(path).soup)


WRONG = {
    "step 1": ("ana", "customer", {"company": "N", "contact_email": "no"}),
    "step 1, nothing": ("ana", "customer", {"company": "", "website": ""}),
    "step 2": ("ana", "opportunity", {"value": "much", "close_on": "1999-01-01"}),
    "step 3": ("ana", "evidence", {"may_contact": None}),
    "answer": ("ana", "answer", {}),
    "withdraw": ("ana", "withdrawal", {"text": "x" * 501}),
    "ask": ("omar", "questions", {"ask_city": "y"}),
    "ask, nothing": ("omar", "questions", {}),
    "reject": ("omar", "rejection", {"text": "short"}),
    "edit": ("ana", "edit", {"amount": "0", "close_on": ""}),
    "plan": ("ana", "next-step", {"step": "", "on": "soon"}),
    "lose": ("ana", "lost", {"reason": "because"}),
    "stage": ("ana", "stage", {"stage": "nowhere"}),
}


def wrong_page(app: Flask, at: Any, name: str) -> str:
    """Return the address of a form that is to be filled in wrongly."""
    _who, ending, _values = WRONG[name]
    status = {
        "customer": "draft", "opportunity": "draft", "evidence": "draft", "answer": "needs_info",
        "withdrawal": "submitted", "questions": "under_review", "rejection": "under_review",
    }.get(ending)  # fmt: skip
    if status is None:
        return f"/deals/{at('Harbourview Clinics')['dl']}/{ending}"
    with app.app_context(), system_mode("test"):
        rows = db.session.query(Registration).filter_by(status=status).all()
        ana = next(r.owner_id for r in db.session.query(Registration).filter_by(
            company="Laurentide Dental Group"))  # fmt: skip
        reference = next(row.reference for row in rows if row.owner_id == ana and row.company)
    side = "/admin" if WRONG[name][0] == "omar" else ""
    return f"{side}/registrations/{reference}/{ending}"


@pytest.mark.parametrize("name", WRONG)
def test_a_form_filled_in_wrongly_is_the_same_form(
    app: Flask, sign_in: SignIn, at: Any, name: str
) -> None:
    """What htmx gets for 422, in its place, is the page that a browser without scripts gets."""
    who, _ending, values = WRONG[name]
    path = wrong_page(app, at, name)
    browser = sign_in(who)
    before = browser.get(path)
    answer = browser.submit(before, htmx=True, status=422, **values)
    fresh = browser.submit(before, status=422, **values)
    assert answer.errors() and answer.errors() == fresh.errors()
    assert_same(swapped(before, None, answer), fresh.soup)


def test_a_conflict_is_told_above_the_form_which_stays(sign_in: SignIn, at: Any) -> None:
    path = "/deals/{dl}/next-step".format(**at("Harbourview Clinics"))
    ana, marc = sign_in("ana"), sign_in("marc")
    form = marc.get(path)
    ana.submit(ana.get(path), status=303, step="Call them", on="2030-01-02")
    answer = marc.submit(form, htmx=True, status=409, step="Write to them", on="2030-01-03")
    page = swapped(form, None, answer)
    assert page.select_one("main") == form.soup.select_one("main")
    notice = page.select_one("#notice")
    assert notice and "This has changed meanwhile" in notice.get_text()


@pytest.mark.parametrize(
    ("who", "path", "place"),
    [
        ("ana", "/registrations", "#rows"),
        ("ana", "/registrations?status=submitted", "#rows"),
        ("ana", "/deals", "#rows"),
        ("ana", "/deals?q=zzzz", "#rows"),
        ("omar", "/admin/registrations", "#queue"),
        ("omar", "/admin/registrations?view=mine", "#queue"),
    ],
)
def test_a_list_is_the_same_by_itself_and_in_its_page(
    sign_in: SignIn, who: str, path: str, place: str
) -> None:
    browser = sign_in(who)
    whole = browser.get(path).soup.select_one(place)
    part = BeautifulSoup(browser.get(path, **{"HX-Request": "true"}).text, "html.parser")
    part = part.select_one(place) or part
    assert whole and part.get_text(" ", strip=True) == whole.get_text(" ", strip=True)
