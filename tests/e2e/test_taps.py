"""How many taps does each of the main journeys take on a phone, from home to done?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.customers import new_customer
from tests.e2e.people import Reviewer, Seller, in_days
from tests.figures import record


def counted(name: str, taps: int, most: int) -> None:
    """Keep the figure; more than ``most`` is a failure."""
    record(2, f"taps: {name}", f"<= {most}", str(taps), taps <= most)
    assert taps <= most, f"{name}: {taps} taps"


@pytest.mark.long
def test_taps_of_the_main_journeys(person: Callable[..., Any]) -> None:
    ana: Seller = person("ana")
    omar: Reviewer = person("omar")
    ana.is_signed_in()
    omar.is_signed_in()
    known = new_customer()
    first = ana.live.given("under_review", known)

    reference = ana.begins_a_deal()
    ana.tap(known.company)
    ana.sees_typed("Customer website", known.website)
    ana.sees_typed("Contact name", "Robin Vale")
    ana.goes_to("What could you sell?")
    ana.says_what(known)
    ana.goes_to("What have you done so far?")
    ana.says_what_was_done()
    ana.goes_to("Check and submit")
    ana.tap("Submit")
    ana.reads("Meridian has it")
    counted("deal registration", ana.taps, 14)

    omar.takes_it(reference)
    omar.asks(reference, {"Expected close date": "Is this before the fair?"})
    ana.goes_home()
    ana.tap("Answer", ana.card(known))
    ana.type("Expected close date", in_days(60))
    ana.tap("Send answer")
    ana.reads("Your answer is with Meridian")
    counted("reply to Needs info", ana.taps, 4)

    omar.goes_home()
    card = omar.page.locator(f".turn:has(a[href*='{first}'])")
    while not card.count():  # the soonest come first
        omar.tap("Show what comes after")
        omar.reads("This needs you later.")
        omar.page.wait_for_load_state()
    omar.tap("Review", card)
    omar.tap("Approve")
    omar.reads("Approved on")
    counted("approve", omar.taps, 3)


def test_a_known_customer_is_taken_over_without_scripts_too(person: Callable[..., Any]) -> None:
    ana: Seller = person("ana", js=False)
    ana.is_signed_in()
    known = new_customer()
    ana.live.given("submitted", known)
    ana.begins_a_deal()
    ana.tap(known.company)
    ana.sees_typed("Customer company", known.company)
    ana.goes_to("What could you sell?")


def test_another_sellers_customer_is_nobodys_to_take_over(person: Callable[..., Any]) -> None:
    lena: Seller = person("lena", js=False)
    lena.is_signed_in()
    customer = new_customer()
    reference = lena.live.given("submitted", customer)
    lena.begins_a_deal()
    lena.does_not_read(customer.company)
    lena.opens(f"{lena.path}?like={reference}")
    lena.sees_typed("Customer company", "")
    lena.does_not_read(customer.company)
