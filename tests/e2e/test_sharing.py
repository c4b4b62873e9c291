"""Can somebody let another company in on a deal, and close the door again?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.e2e.customers import new_customer
from tests.e2e.people import Seller, in_days, reference_in


def test_a_deal_is_shared_worked_on_and_taken_back(person: Callable[..., Any], js: bool) -> None:
    diego: Seller = person("diego", js=js)
    lena: Seller = person("lena", js=js)
    diego.is_signed_in()
    lena.is_signed_in()
    customer = new_customer()
    reference = diego.live.given("approved", customer, by="diego")
    diego.opens(f"/registrations/{reference}")
    diego.tap("Open the deal")
    diego.reads_heading(customer.company)
    path = f"/deals/{reference_in(diego.path)}"
    lena.opens(path)
    lena.does_not_read(customer.company)

    diego.tap("Share it")
    diego.tap("Share it")
    diego.reads("Choose with whom you share it.")
    diego.choose("With whom?", "Lena Fournier (Lakeside IT)")
    diego.tick("May work on it")
    diego.type("Last day", in_days(5))
    diego.tap("Share it")
    diego.reads("Lena Fournier (Lakeside IT)", "You shared it")

    lena.opens("/deals")
    lena.reads("Shared by Diego Salazar (Harbour Distribution) until")
    lena.tap(customer.company)
    lena.reads("Shared with you", "May work on it")
    lena.tap("Say what is next")
    lena.type("What is next?", "Measure the silo")
    lena.type("By when?", in_days(3))
    lena.tap("Save")
    lena.reads("Measure the silo")
    lena.does_not_read("It is won")

    diego.opens(path)
    diego.reads("Measure the silo")
    diego.tap("End the share")
    diego.reads_heading("End the share?")
    diego.tap("End the share")
    diego.reads("It is shared with nobody.")
    lena.opens(path)
    lena.does_not_read(customer.company)
    lena.opens("/deals")
    lena.does_not_read(customer.company)
