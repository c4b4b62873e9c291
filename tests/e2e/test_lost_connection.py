"""When the connection is lost in the middle of a submit, is nothing lost and nothing doubled?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.customers import new_customer
from tests.e2e.people import Person, Seller

OFFLINE = "You are offline."
FAILED = "That did not reach us."


@contextmanager
def connection_breaks(person: Person, address: str, is_committed: bool) -> Iterator[list[int]]:
    """Break every POST to ``address``: before it reaches the portal, or after its commit.

    Yields the statuses that the portal answered and that nobody has seen.
    """
    unseen: list[int] = []

    def handle(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        if is_committed:
            unseen.append(route.fetch(max_redirects=0).status)
        route.abort("connectionreset")

    pattern = re.compile(rf"{re.escape(address)}(\?.*)?$")
    person.context.route(pattern, handle)
    yield unseen
    person.context.unroute(pattern)


before_or_after = pytest.mark.parametrize("is_committed", [False, True], ids=["before", "after"])


@before_or_after
def test_a_step_that_did_not_get_through_is_sent_again(
    person: Callable[..., Any], is_committed: bool
) -> None:
    """With htmx the page stays: it says so, the text stands there, and one tap sends it again."""
    ana: Seller = person("ana")
    ana.is_signed_in()
    customer = new_customer()
    reference = ana.begins_a_deal()
    ana.says_who(customer)
    with connection_breaks(ana, "/customer", is_committed) as unseen:
        ana.tap("Next")
        ana.reads(FAILED)
        ana.sees_typed("Customer company", customer.company)
        ana.sees_typed("Customer website", customer.website)
    assert len(unseen) == is_committed
    ana.tap("Send again")
    ana.reads_heading("What could you sell?")
    assert ana.live.registrations_of(customer.company) == [(reference, "draft")]
    assert ana.live.count("registration:edit", reference) == 1


@before_or_after
def test_a_submission_that_did_not_get_through_is_sent_again(
    person: Callable[..., Any], js: bool, is_committed: bool
) -> None:
    """The browser's own page says so; Back and "Submit", or just Back, ends at one receipt."""
    ana: Seller = person("ana", js=js)
    ana.is_signed_in()
    customer = new_customer()
    reference = ana.stands_before_submit(customer)
    with connection_breaks(ana, "/submission", is_committed) as unseen:
        ana.tap("Submit")
        ana.page.wait_for_url("chrome-error://**")
    assert len(unseen) == is_committed
    ana.goes_back()
    if is_committed:
        ana.reads("This is sent already", customer.company)
    else:
        ana.tap("Submit")
        ana.reads("Meridian has it")
    assert ana.live.registrations_of(customer.company) == [(reference, "submitted")]
    assert ana.live.count("registration:submit", reference) == 1


@before_or_after
def test_loading_the_lost_submission_again_repeats_it_harmlessly(
    person: Callable[..., Any], js: bool, is_committed: bool
) -> None:
    ana: Seller = person("ana", js=js)
    ana.is_signed_in()
    customer = new_customer()
    reference = ana.stands_before_submit(customer)
    with connection_breaks(ana, "/submission", is_committed):
        ana.tap("Submit")
        ana.page.wait_for_url("chrome-error://**")
    ana.page.reload()
    ana.reads("Meridian has it")
    assert ana.live.count("registration:submit", reference) == 1


def test_a_step_sent_without_scripts_is_sent_once_by_loading_it_again(
    person: Callable[..., Any],
) -> None:
    ana: Seller = person("ana", js=False)
    ana.is_signed_in()
    customer = new_customer()
    reference = ana.begins_a_deal()
    ana.says_who(customer)
    with connection_breaks(ana, "/customer", is_committed=True):
        ana.tap("Next")
        ana.page.wait_for_url("chrome-error://**")
    ana.page.reload()
    ana.reads_heading("What could you sell?")
    assert ana.live.registrations_of(customer.company) == [(reference, "draft")]
    assert ana.live.count("registration:edit", reference) == 1


def test_an_answer_lost_after_its_commit_is_given_once(person: Callable[..., Any]) -> None:
    ana: Seller = person("ana")
    ana.is_signed_in()
    reference = ana.live.given("needs_info", new_customer())
    ana.opens(f"/registrations/{reference}/answer")
    ana.type("Your reply", "The one in Hamilton.")
    with connection_breaks(ana, "/answer", is_committed=True):
        ana.tap("Send answer")
        ana.reads(FAILED)
        ana.sees_typed("Your reply", "The one in Hamilton.")
    ana.tap("Send again")
    ana.reads("The one in Hamilton.", "Under review")
    assert ana.live.count("registration:answer", reference) == 1


def test_offline_is_said_and_the_form_goes_out_when_the_connection_is_back(
    person: Callable[..., Any],
) -> None:
    """Typed by htmx and sent by the browser itself: both wait for the connection."""
    ana: Seller = person("ana")
    ana.is_signed_in()
    customer = new_customer()
    reference = ana.begins_a_deal()
    ana.says_who(customer)
    with ana.without_network():
        ana.tap("Next")
        ana.reads(OFFLINE)
        ana.sees_typed("Customer company", customer.company)
    ana.reads_heading("What could you sell?")
    assert ana.live.registrations_of(customer.company) == [(reference, "draft")]
    other = new_customer()
    reference = ana.stands_before_submit(other)
    with ana.without_network():
        ana.tap("Submit")
        ana.reads(OFFLINE)
        assert ana.path.endswith("/check")
    ana.reads("Meridian has it")
    assert ana.live.registrations_of(other.company) == [(reference, "submitted")]
    assert ana.live.count("registration:submit", reference) == 1


def test_typing_goes_on_offline_and_is_saved_when_the_connection_is_back(
    person: Callable[..., Any],
) -> None:
    ana: Seller = person("ana")
    ana.is_signed_in()
    customer = new_customer()
    ana.begins_a_deal()
    saved = ana.page.locator("[data-saved]")
    with ana.without_network():
        ana.type("Customer company", customer.company)
        expect(saved).to_have_text("Not saved yet")
        ana.reads(OFFLINE)
    expect(saved).to_have_text(re.compile(r"^Draft kept \d\d:\d\d$"))
    ana.does_not_read(OFFLINE)
    ana.page.reload()
    ana.sees_typed("Customer company", customer.company)


def test_a_form_sent_offline_is_sent_even_if_its_autosave_fails_after_it(
    person: Callable[..., Any],
) -> None:
    """What was sent must not be taken for kept because the draft of it came through."""
    ana: Seller = person("ana")
    ana.is_signed_in()
    reference = ana.begins_a_deal()
    ana.says_who(new_customer())
    with ana.without_network():
        ana.type("City", "Ottawa")
        ana.tap("Next")
        ana.reads(OFFLINE)
        ana.page.wait_for_timeout(4000)  # the autosave is due meanwhile
    ana.reads_heading("What could you sell?")
    assert ana.live.count("registration:edit", reference) == 1
