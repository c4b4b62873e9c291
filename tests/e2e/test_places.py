"""Does the form ask for the regions of the country that is chosen, and offer every country?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.e2e.customers import new_customer
from tests.e2e.people import Seller


def test_another_country_brings_its_regions(person: Callable[..., Any], js: bool) -> None:
    ana: Seller = person("ana", js=js)
    ana.is_signed_in()
    ana.begins_a_deal()
    ana.says_who(new_customer())
    countries = ana.field("Country").locator("option")
    few = countries.count()
    ana.choose("Country", "Another country…")
    if not js:
        ana.tap("Next")
        ana.reads("Choose the customer's country.")
        ana.sees_typed("Contact name", "Dana Roy")
    expect(countries.nth(few + 100)).to_be_attached()
    ana.choose("Country", "United States")
    if not js:
        ana.tap("Next")
        ana.reads("Choose the customer's region or state.")
    ana.choose("Region or state", "Vermont")
    ana.goes_to("What could you sell?")


def test_a_country_without_regions_needs_none(person: Callable[..., Any]) -> None:
    ana: Seller = person("ana")
    ana.is_signed_in()
    ana.begins_a_deal()
    ana.says_who(new_customer())
    ana.choose("Country", "Another country…")
    ana.choose("Country", "Portugal")
    ana.goes_to("What could you sell?")
