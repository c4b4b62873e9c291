"""Does each step ask for what it needs and no more, and can a draft be thrown away from any?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask

from portal.core.times import now
from portal.domain.registrations.models import Status
from tests.browser import Browser
from tests.domain.world import draft, everything, in_state

SignIn = Callable[[str], Browser]


@pytest.fixture
def path(app: Flask) -> str:
    """Return the address of a complete draft of Ana's for a customer in France."""
    with everything(app) as session:
        begun = draft(domain="steps.fr", country="FR", region="", city="Lyon")
        session.commit()
        return f"/registrations/{begun.reference}"


def test_a_country_without_regions_is_not_asked_for_one(sign_in: SignIn, path: str) -> None:
    ana = sign_in("ana")
    assert not ana.get(f"{path}/customer").soup.select("#field-region")
    chosen = ana.get(f"{path}/customer?country=CA", **{"HX-Request": "true"})
    assert chosen.soup.select_one("#place #field-region option[value='CA-ON']")
    ana.submit(ana.get(f"{path}/customer"), status=303)


@pytest.mark.parametrize("step", ["customer", "opportunity", "evidence"])
def test_a_draft_is_thrown_away_from_any_step(sign_in: SignIn, path: str, step: str) -> None:
    ana = sign_in("ana")
    page = ana.follow(ana.submit(ana.get(f"{path}/{step}"), "/discard"))
    assert "The draft is gone." in page.words
    ana.get(path, status=404)


@pytest.mark.parametrize(("years", "is_taken"), [(4, True), (6, False)])
def test_what_was_done_long_ago_says_nothing_of_this_deal(
    sign_in: SignIn, path: str, years: int, is_taken: bool
) -> None:
    ana = sign_in("ana")
    day = (now() - dt.timedelta(days=365 * years)).date()
    page = ana.submit(ana.get(f"{path}/evidence"), meeting_did="y", meeting_on=str(day))
    assert page.status == (303 if is_taken else 422)
    if not is_taken:
        assert page.errors() == ["Meeting, the day: give a date of the last five years."]


def test_something_else_says_what_it_was_and_both_sides_read_it(sign_in: SignIn, path: str) -> None:
    ana, day = sign_in("ana"), str((now() - dt.timedelta(days=9)).date())
    form = f"{path}/evidence"
    page = ana.submit(ana.get(form), status=422, other_did="y", other_on=day, other_what="  ")
    assert page.errors() == ["Say what else you have done, such as a training day."]
    said = "Two days in their test hall"
    ana.submit(ana.get(form), status=303, other_did="y", other_on=day, other_what=said)
    assert ana.get(form).soup.select_one("#field-other_what")["value"] == said  # type: ignore[index]
    check = ana.get(f"{path}/check")
    assert f"Something else: {said}" in check.words
    ana.submit(check, "/submission", status=303)
    assert f"Something else: {said}" in ana.get(path).words
    assert f"Something else: {said}" in sign_in("omar").get(f"/admin{path}").words


def test_something_else_that_is_not_ticked_says_nothing(sign_in: SignIn, path: str) -> None:
    ana = sign_in("ana")
    ana.submit(ana.get(f"{path}/evidence"), status=303, other_what="Was typed before")
    assert "Was typed before" not in ana.get(f"{path}/check").words


def test_an_approved_registration_names_the_day_of_protection(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        reference = in_state(Status.APPROVED, domain="protected-day.ca").reference
        session.commit()
    words = sign_in("ana").get(f"/registrations/{reference}").words
    assert "The customer is protected until " in words


def test_registrations_are_found_by_customer_reference_and_state(
    app: Flask, sign_in: SignIn
) -> None:
    with everything(app) as session:
        sent = in_state(Status.SUBMITTED, company="Zephyr & Söhne Works", domain="zephyr.ca")
        draft(company="Zephyr North", domain="zephyr-north.ca")
        in_state(Status.SUBMITTED, "noah", company="Zephyr of Noah", domain="zephyr-noah.ca")
        session.commit()
        reference = sent.reference
    ana = sign_in("ana")

    def found(query: str) -> list[str]:
        page = ana.get(f"/registrations?{query}")
        return sorted(a.get_text() for a in page.soup.select("tbody th a"))

    assert found("q=zephyr") == ["Zephyr & Söhne Works", "Zephyr North"]
    assert found("q=works+ZEPHYR") == ["Zephyr & Söhne Works"]
    assert found(f"q={reference.lower()}") == ["Zephyr & Söhne Works"]
    assert found("q=zephyr&status=draft") == ["Zephyr North"]
    assert found("q=100%25") == []
    page = ana.get("/registrations?q=nothing+like+it")
    assert "No registration matches this." in page.words
    assert page.soup.select_one("input[name=q]")["value"] == "nothing like it"  # type: ignore[index]
