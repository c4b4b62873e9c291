"""When the session ends while somebody types, is the text in the form again after sign-in?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.customers import new_customer
from tests.e2e.people import Person, Reviewer, Seller


def the_cookie_goes(person: Person) -> None:
    """The browser forgets who this is."""
    person.context.clear_cookies()


def the_session_ends(person: Person) -> None:
    """The portal forgets: signed out elsewhere, or deactivated and let in again."""
    person.live.end_sessions(person.short)


losing = pytest.mark.parametrize("lose", [the_cookie_goes, the_session_ends])


def signs_in_again(person: Person) -> None:
    """Go through the sign-in page that has come up."""
    person.reads_heading("Sign in")
    person.tap("Sign in with Quayside Demo")
    person.page.locator(f"button[name=persona][value={person.short}]").click()


@losing
def test_a_step_is_there_again_and_goes_on(
    person: Callable[..., Any], js: bool, lose: Callable[[Person], None]
) -> None:
    lena: Seller = person("lena", js=js)
    lena.is_signed_in()
    customer = new_customer()
    reference = lena.begins_a_deal()
    lena.says_who(customer)
    if js:
        lena.reads("Draft kept")  # so that no autosave is under way
    lose(lena)
    lena.tap("Next")
    signs_in_again(lena)
    lena.reads_heading("Who is the customer?")
    lena.reads("It is not sent yet")
    lena.sees_typed("Customer company", customer.company)
    lena.sees_typed("Customer website", customer.website)
    lena.sees_typed("Contact name", "Dana Roy")
    lena.goes_to("What could you sell?")
    assert lena.live.registrations_of(customer.company) == [(reference, "draft")]
    assert lena.live.count("registration:edit", reference) == 1
    lena.opens(f"/registrations/{reference}/customer")
    lena.does_not_read("It is not sent yet")


@losing
def test_a_rejection_is_there_again_and_is_given_once(
    person: Callable[..., Any], js: bool, lose: Callable[[Person], None]
) -> None:
    omar: Reviewer = person("omar", js=js)
    omar.is_signed_in()
    reference = omar.live.given("under_review", new_customer())
    omar.opens(f"/admin/registrations/{reference}/rejection")
    omar.choose("Reason", "There is no project that we could win together")
    words = "Come back once the customer has a budget for this."
    omar.type("What the partner reads", words)
    lose(omar)
    omar.tap("Reject it")
    signs_in_again(omar)
    omar.reads_heading("Reject this registration")
    omar.sees_typed("What the partner reads", words)
    omar.tap("Reject it")
    omar.reads("Rejected on", words)
    assert omar.live.count("registration:reject", reference) == 1


def test_the_session_that_ends_while_somebody_types_takes_no_word_with_it(
    person: Callable[..., Any],
) -> None:
    """Here it is the saving of typed text that finds the session gone, not a tap."""
    lena: Seller = person("lena")
    lena.is_signed_in()
    customer = new_customer()
    lena.begins_a_deal()
    the_session_ends(lena)
    lena.type("Customer company", customer.company)
    signs_in_again(lena)
    lena.reads_heading("Who is the customer?")
    lena.sees_typed("Customer company", customer.company)


def test_somebody_else_who_signs_in_does_not_get_the_text(person: Callable[..., Any]) -> None:
    lena: Seller = person("lena")
    lena.is_signed_in()
    customer = new_customer()
    lena.begins_a_deal()
    lena.type("Customer company", customer.company)
    the_cookie_goes(lena)
    lena.tap("Next")
    lena.reads_heading("Sign in")
    lena.tap("Sign in with Quayside Demo")
    lena.page.locator("button[name=persona][value=bruno]").click()
    lena.reads_heading("There is nothing here")
    lena.does_not_read(customer.company)
