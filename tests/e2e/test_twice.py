"""When the same thing is sent twice, is there one record, and is the person told?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.e2e.customers import new_customer
from tests.e2e.people import Seller, in_days


def test_a_double_tap_on_submit_is_one_submission(person: Callable[..., Any], js: bool) -> None:
    ana: Seller = person("ana", js=js)
    ana.is_signed_in()
    customer = new_customer()
    reference = ana.stands_before_submit(customer)
    ana.control("Submit").dblclick()
    ana.reads("Meridian has it")
    assert ana.live.registrations_of(customer.company) == [(reference, "submitted")]
    assert ana.live.count("registration:submit", reference) == 1


def test_a_double_tap_on_a_step_saves_it_once(person: Callable[..., Any], js: bool) -> None:
    ana: Seller = person("ana", js=js)
    ana.is_signed_in()
    reference = ana.begins_a_deal()
    ana.says_who(new_customer())
    ana.control("Next").dblclick()
    ana.reads_heading("What could you sell?")
    assert ana.live.count("registration:edit", reference) == 1


def test_a_double_tap_on_register_begins_one_draft(person: Callable[..., Any], js: bool) -> None:
    bruno: Seller = person("bruno", js=js)
    bruno.is_signed_in()
    bruno.goes_home()
    before = bruno.live.ask("SELECT count(*) FROM registration")
    bruno.control("Register a deal").dblclick()
    bruno.reads_heading("Who is the customer?")
    ((count,),) = bruno.live.ask("SELECT count(*) FROM registration")
    assert count == before[0][0] + 1


def test_two_tabs_on_one_step_do_not_overwrite_each_other(
    person: Callable[..., Any], js: bool
) -> None:
    ana: Seller = person("ana", js=js)
    ana.is_signed_in()
    first, second = new_customer(), new_customer()
    reference = ana.begins_a_deal()
    one, other = ana.page, ana.context.new_page()
    other.goto(ana.path)
    ana.says_who(first)
    ana.goes_to("What could you sell?")
    ana.page = other
    ana.says_who(second)
    ana.tap("Next")
    ana.reads("This has changed meanwhile")
    assert ana.live.registrations_of(first.company) == [(reference, "draft")]
    assert ana.live.registrations_of(second.company) == []
    ana.opens(f"/registrations/{reference}/customer")
    ana.reads("It is not sent yet")  # what the second tab holds is kept and offered
    ana.sees_typed("Customer company", second.company)
    one.close()


def test_two_tabs_on_the_last_step_submit_once(person: Callable[..., Any], js: bool) -> None:
    ana: Seller = person("ana", js=js)
    ana.is_signed_in()
    customer = new_customer()
    reference = ana.stands_before_submit(customer)
    other = ana.context.new_page()
    other.goto(ana.path)
    expect(other.locator("h1")).to_have_text("Check and submit")
    ana.tap("Submit")
    ana.reads("Meridian has it")
    ana.page = other
    ana.tap("Submit")
    ana.reads("This has changed meanwhile", "You submitted it")
    ana.tap(f"Open {reference}")
    ana.reads_heading(customer.company)
    assert ana.live.count("registration:submit", reference) == 1


def test_back_after_submitting_says_that_it_is_sent(person: Callable[..., Any], js: bool) -> None:
    ana: Seller = person("ana", js=js)
    ana.is_signed_in()
    customer = new_customer()
    reference = ana.stands_before_submit(customer)
    ana.tap("Submit")
    ana.reads("Meridian has it")
    ana.goes_back()
    ana.reads("This is sent already", customer.company)
    for step in ("customer", "opportunity", "evidence", "check"):
        ana.opens(f"/registrations/{reference}/{step}")
        ana.reads("This is sent already")
    assert ana.live.registrations_of(customer.company) == [(reference, "submitted")]


def shows_the_old_page(page: Page, path: str) -> Callable[[], None]:
    """Have Back show ``page`` as it stood, from memory, as some browsers do; return the way out."""
    body = page.content()
    pattern = re.compile(re.escape(path) + "$")

    def handle(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(body=body, content_type="text/html; charset=utf-8")
        else:
            route.fallback()

    page.route(pattern, handle)
    return lambda: page.unroute(pattern)


def test_back_and_submit_again_gives_the_first_receipt(
    person: Callable[..., Any], js: bool
) -> None:
    ana: Seller = person("ana", js=js)
    ana.is_signed_in()
    customer = new_customer()
    reference = ana.stands_before_submit(customer)
    undo = shows_the_old_page(ana.page, ana.path)
    ana.tap("Submit")
    ana.reads("Meridian has it")
    ana.goes_back()
    ana.reads_heading("Check and submit")
    undo()
    ana.tap("Submit")
    ana.reads("Meridian has it")
    assert ana.live.count("registration:submit", reference) == 1


def test_back_and_change_says_that_it_was_sent(person: Callable[..., Any], js: bool) -> None:
    ana: Seller = person("ana", js=js)
    ana.is_signed_in()
    reference = ana.live.given("draft", new_customer())
    ana.opens(f"/registrations/{reference}/customer?check=1")
    undo = shows_the_old_page(ana.page, ana.path)
    ana.type("City", "Hamilton")
    ana.goes_to("Check and submit")
    ana.goes_back()
    ana.reads_heading("Who is the customer?")
    undo()
    ana.type("City", "Windsor")
    ana.tap("Next")
    ana.reads(f"You already sent this as {reference}")
    assert ana.live.ask("SELECT city FROM registration WHERE reference = ?", reference) == [
        ("Hamilton",)
    ]
    ana.tap("Start anew")
    ana.reads_heading("Who is the customer?")
    ana.sees_typed("City", "Windsor")


def test_two_people_with_one_deal(person: Callable[..., Any], js: bool) -> None:
    """A seller and the manager change the same deal; the second is told by whom and what."""
    ana, marc = person("ana", js=js), person("marc", js=js)
    ana.is_signed_in()
    marc.is_signed_in()
    ((reference,),) = ana.live.ask(
        "SELECT reference FROM deal WHERE company = 'Harbourview Clinics'"
    )
    ana.opens(f"/deals/{reference}/next-step")
    marc.opens(f"/deals/{reference}/next-step")
    words = f"Call the clinic, {new_customer().company}"
    ana.type("What is next?", words)
    ana.type("By when?", in_days(5))
    ana.tap("Save")
    ana.reads(words)
    marc.type("What is next?", "Send the price list")
    marc.type("By when?", in_days(6))
    marc.tap("Save")
    marc.reads("This has changed meanwhile")
    if not js:
        marc.reads("Ana Duarte set the next step")
    assert ana.live.ask("SELECT next_step FROM deal WHERE reference = ?", reference) == [(words,)]
