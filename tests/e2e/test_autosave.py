"""Is what somebody types kept before they send it?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.e2e.customers import new_customer
from tests.e2e.people import Seller

SAVED = re.compile(r"^Draft kept \d\d:\d\d$")


def test_a_closed_tab_takes_no_word_with_it(person: Callable[..., Any]) -> None:
    noah: Seller = person("noah")
    noah.is_signed_in()
    customer = new_customer()
    noah.begins_a_deal()
    path = noah.path
    noah.says_who(customer)
    expect(noah.page.locator("[data-saved]")).to_have_text(SAVED)
    noah.page.close()
    noah.page = noah.context.new_page()
    noah.opens(path)
    noah.reads("It is not sent yet")
    noah.sees_typed("Customer company", customer.company)
    noah.sees_typed("Contact name", "Dana Roy")
    noah.page.get_by_text("Throw it away", exact=True).click()
    noah.tap("Yes, throw it away")
    noah.sees_typed("Customer company", "")
    noah.does_not_read("It is not sent yet")


def test_what_was_sent_is_not_offered_again(person: Callable[..., Any]) -> None:
    noah: Seller = person("noah")
    noah.is_signed_in()
    reference = noah.begins_a_deal()
    noah.says_who(new_customer())
    expect(noah.page.locator("[data-saved]")).to_have_text(SAVED)
    noah.goes_to("What could you sell?")
    noah.opens(f"/registrations/{reference}/customer")
    noah.does_not_read("It is not sent yet")


def test_later_keeps_an_unfinished_step(person: Callable[..., Any], js: bool) -> None:
    noah: Seller = person("noah", js=js)
    noah.is_signed_in()
    customer = new_customer()
    reference = noah.begins_a_deal()
    noah.type("Customer company", customer.company)
    noah.tap("Later")
    noah.reads_heading("Noah")
    noah.opens(f"/registrations/{reference}/customer")
    noah.reads("It is not sent yet")
    noah.sees_typed("Customer company", customer.company)


def test_a_deal_begun_on_one_device_goes_on_on_another(person: Callable[..., Any]) -> None:
    phone, laptop = person("noah"), person("noah", size={"width": 1280, "height": 800})
    phone.is_signed_in()
    laptop.is_signed_in()
    customer = new_customer()
    phone.begins_a_deal()
    phone.says_who(customer)
    phone.goes_to("What could you sell?")
    phone.type("Estimated value", "12,500")
    expect(phone.page.locator("[data-saved]")).to_have_text(SAVED)
    laptop.goes_home()
    laptop.tap("Go on", laptop.card(customer))
    laptop.sees_typed("Customer company", customer.company)
    laptop.goes_to("What could you sell?")
    laptop.sees_typed("Estimated value", "12,500")
