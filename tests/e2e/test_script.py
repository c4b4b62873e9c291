"""Does the pages' own script help where the network fails, and never stand in the way?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.customers import new_customer
from tests.e2e.people import Seller
from tests.e2e.test_lost_connection import FAILED, before_or_after, connection_breaks


def test_the_saving_of_typed_text_is_tried_again(person: Callable[..., Any]) -> None:
    ana: Seller = person("ana")
    ana.is_signed_in()
    ana.begins_a_deal()
    saved = ana.page.locator("[data-saved]")
    with connection_breaks(ana, "/drafts", is_committed=False):
        ana.type("City", "Hamilton")
        ana.reads(FAILED)
        expect(saved).to_have_text("Not saved yet")
    ana.tap("Send again")
    expect(saved).to_have_text(re.compile(r"^Draft kept "))
    ana.does_not_read(FAILED)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_answer_that_is_no_answer_leaves_the_form_as_it_is(
    person: Callable[..., Any], status: int
) -> None:
    """What stands between us and the person may answer in our place; one more tap sends it."""
    ana: Seller = person("ana")
    ana.is_signed_in()
    customer = new_customer()
    reference = ana.begins_a_deal()
    ana.says_who(customer)
    page = "<html><head><title>x</title></head><body><h1>Bad gateway</h1></body></html>"

    def handle(route: Route) -> None:
        route.fulfill(status=status, body=page, content_type="text/html")

    ana.page.route("**/customer", handle)
    ana.tap("Next")
    ana.reads(FAILED)
    ana.does_not_read("Bad gateway")
    ana.page.unroute("**/customer", handle)
    ana.sees_typed("Customer company", customer.company)
    ana.tap("Send again")
    ana.reads_heading("What could you sell?")
    assert ana.live.count("registration:edit", reference) == 1


def test_what_is_wrong_comes_into_view_and_can_be_put_right(person: Callable[..., Any]) -> None:
    ana: Seller = person("ana")
    ana.is_signed_in()
    customer = new_customer()
    ana.begins_a_deal()
    ana.says_who(customer)
    ana.type("Contact e-mail", "dana at example")
    ana.tap("Next")
    expect(ana.page.locator(".errors")).to_be_focused()
    ana.sees_typed("Contact e-mail", "dana at example")
    ana.sees_typed("Customer company", customer.company)
    ana.tap("Give your contact's e-mail address", ana.page.locator(".errors"))
    expect(ana.field("Contact e-mail")).to_be_focused()
    ana.type("Contact e-mail", "dana@example.com")
    ana.goes_to("What could you sell?")


@before_or_after
def test_back_from_a_dead_end_brings_the_text_back(
    person: Callable[..., Any], is_committed: bool
) -> None:
    """Where htmx did not load, the browser sends the form itself and ends on its error page."""
    ana: Seller = person("ana")
    ana.is_signed_in()
    ana.context.route("**/htmx.min.js*", lambda route: route.abort())
    customer = new_customer()
    reference = ana.begins_a_deal()
    ana.says_who(customer)
    with connection_breaks(ana, "/customer", is_committed):
        ana.tap("Next")
        ana.page.wait_for_url("chrome-error://**")
    ana.goes_back()  # the error page stands in the form's place, so this is home
    ana.reads_heading("Ana")
    ana.opens(f"/registrations/{reference}/customer")
    ana.reads("What you typed is back in the form")
    ana.sees_typed("Customer company", customer.company)
    ana.sees_typed("Contact name", "Dana Roy")
    expect(ana.field("Region or state")).to_have_value("CA-ON")
    ana.goes_to("What could you sell?")
    assert ana.live.registrations_of(customer.company) == [(reference, "draft")]
    assert ana.live.count("registration:edit", reference) == 1
    for _moment in range(100):  # the arrived page forgets what was sent
        if ana.page.evaluate("sessionStorage.getItem('unsent')") is None:
            break
        ana.page.wait_for_timeout(100)
    ana.opens(f"/registrations/{reference}/customer")
    ana.does_not_read("What you typed is back in the form")


def test_a_key_pressed_twice_sends_once(person: Callable[..., Any]) -> None:
    """Enter in a field, held a little too long."""
    ana: Seller = person("ana")
    ana.is_signed_in()
    reference = ana.begins_a_deal()
    ana.says_who(new_customer())
    ana.field("Contact e-mail").focus()
    for _repeat in range(3):
        ana.page.keyboard.down("Enter")  # again before it is up: as a key repeats
    ana.page.keyboard.up("Enter")
    ana.reads_heading("What could you sell?")
    assert ana.live.count("registration:edit", reference) == 1


def test_a_refused_form_can_be_sent_again_by_the_button_outside_it(
    person: Callable[..., Any],
) -> None:
    """The button in the bar at the bottom belongs to the form that came in its place."""
    ana: Seller = person("ana")
    ana.is_signed_in()
    reference = ana.begins_a_deal()
    for _attempt in range(2):
        ana.tap("Next")
        expect(ana.page.locator(".errors")).to_be_focused()
    ana.says_who(new_customer())
    ana.goes_to("What could you sell?")
    assert ana.live.count("registration:edit", reference) == 1
