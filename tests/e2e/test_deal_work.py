"""Can a seller work a deal, take a registration back, read a refusal, and leave?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.e2e.customers import new_customer
from tests.e2e.people import Seller, in_days, reference_in

STAGES = ["Prospect", "Qualified", "Proving it works", "Agreeing terms", "Verbal yes"]


def test_a_deal_is_found_and_worked(person: Callable[..., Any], js: bool) -> None:
    ana: Seller = person("ana", js=js)
    ana.is_signed_in()
    ana.opens("/deals")
    ana.type("Customer or reference", "harbourview")
    ana.tap("Search")
    ana.tap("Harbourview Clinics")
    ana.reads_heading("Harbourview Clinics")
    reference = reference_in(ana.path)

    step = f"Visit the ward with {new_customer().company}"
    ana.tap("Change")
    ana.type("What is next?", step)
    ana.type("By when?", in_days(3))
    ana.tap("Save")
    ana.reads(step)
    ana.tap("Done")
    ana.reads_heading("What is next?")
    ana.type("What is next?", "Send the offer")
    ana.type("By when?", in_days(9))
    ana.tap("Save")
    ana.reads("Send the offer", "You did the next step")

    shown = ana.page.locator("main select").evaluate("it => it.selectedOptions[0].label")
    wanted = STAGES[STAGES.index(shown) - 1]
    ana.choose("Move to stage", wanted)
    ana.tap("Move")
    expect(ana.page.locator(".stages strong")).to_have_text(wanted)
    ana.reads(f"to {wanted}")

    ana.tap("Change amount, close date and your reference")
    ana.type("Amount", "13,750.50")
    ana.type("Your reference", "PO 7781")
    ana.tap("Save")
    ana.reads("13,750.50", "PO 7781")

    ana.goes_home()
    ana.tap("Open", ana.page.locator(".turn", has_text="Send the offer"))
    expect(ana.page).to_have_url(re.compile(reference))


def test_a_deal_is_lost_with_a_reason(person: Callable[..., Any], js: bool) -> None:
    """The first try names no reason: the sentence stands at the field, and nothing is lost."""
    ana: Seller = person("ana", js=js)
    ana.is_signed_in()
    customer = new_customer()
    reference = ana.live.given("approved", customer)
    ana.opens(f"/registrations/{reference}")
    ana.tap("Open the deal")
    ana.tap("It is lost")
    ana.tap("Mark as lost")
    ana.reads("One thing to put right", "Choose why the deal was lost.")
    ana.choose("Why was it lost?", "No budget")
    ana.tap("Mark as lost")
    ana.reads("Lost: No budget", "The customer is free again.")
    ana.opens("/deals?stage=lost")
    ana.reads(customer.company)


def test_a_registration_is_taken_back(person: Callable[..., Any], js: bool) -> None:
    ana, omar = person("ana", js=js), person("omar", js=js)
    ana.is_signed_in()
    omar.is_signed_in()
    customer = new_customer()
    reference = ana.live.given("submitted", customer)
    ana.opens(f"/registrations/{reference}")
    ana.tap("Withdraw this registration")
    ana.type("Why? The vendor reads this.", "The customer postponed it.")
    ana.tap("Withdraw it")
    ana.reads("Withdrawn", "The customer postponed it.")
    omar.opens("/admin/registrations")
    omar.does_not_read(customer.company)
    omar.opens_for_review(reference)
    omar.reads("The partner withdrew it.")


def test_a_refusal_is_read_with_its_reason(person: Callable[..., Any], js: bool) -> None:
    ana, omar = person("ana", js=js), person("omar", js=js)
    ana.is_signed_in()
    omar.is_signed_in()
    reference = ana.live.given("under_review", new_customer())
    omar.opens(f"/admin/registrations/{reference}/rejection")
    omar.tap("Reject it")
    omar.reads("2 things to put right")
    words = "Show us one meeting with the people who decide."
    omar.rejects_it(reference, "There is not enough work with the customer yet", words)
    ana.opens(f"/registrations/{reference}")
    ana.reads("Not approved: There is not enough work with the customer yet", words)


def test_who_signs_out_leaves_nothing_behind(person: Callable[..., Any], js: bool) -> None:
    ana: Seller = person("ana", js=js)
    ana.signs_in()
    ana.opens("/deals")
    ana.reads("Harbourview Clinics")
    ana.opens("/account")
    # Beside it stand "Sign out there", for other devices.
    ana.page.get_by_role("button", name="Sign out", exact=True).click()
    ana.reads_heading("You are signed out")
    ana.reads("You are out here and at Quayside Demo.")
    for _page in ("account", "deals"):
        ana.goes_back()
        ana.does_not_read("Harbourview Clinics")
        ana.does_not_read("Ana Duarte")
    ana.opens("/deals")
    ana.reads_heading("Sign in")
    assert not ana.page.evaluate("sessionStorage.length + localStorage.length")


def test_somebody_without_access_reads_whom_to_ask(person: Callable[..., Any], js: bool) -> None:
    dora: Seller = person("dora", js=js)
    dora.opens("/")
    dora.tap("Sign in with Quayside Demo")
    dora.page.locator("button[name=persona][value=dora]").click()
    dora.reads_heading("Your access is closed")
    dora.reads("Ask the administrator in your company")
