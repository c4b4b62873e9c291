"""Does a deal go from a phone through the vendor's hands into My deals?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.customers import new_customer
from tests.e2e.people import LAPTOP

QUESTIONS = {
    "Estimated value": "Is this for one site or for both?",
    "What does the customer need?": "How many pallets an hour?",
}


@pytest.mark.long
def test_the_main_job(person: Callable[..., Any], js: bool) -> None:
    customer = new_customer()
    ana, omar = person("ana", js=js), person("omar", js=js, size=LAPTOP)

    ana.signs_in()
    ana.reads_heading("Ana")
    ana.reads("Your turn")
    reference = ana.registers_a_deal(customer)
    ana.reads("Your receipt proves when you sent it", customer.company, "Submitted")
    ana.goes_home()
    ana.reads(customer.company)

    omar.signs_in()
    omar.opens("/admin/registrations?view=unassigned")
    omar.reads(customer.company)
    omar.takes_it(reference)
    omar.asks(reference, QUESTIONS)

    ana.goes_home()
    expect(ana.card(customer)).to_contain_text("Answer 2 questions")
    ana.tap("Answer", ana.card(customer))
    ana.reads(*QUESTIONS.values())
    ana.field("Estimated value").fill("52,000")
    replies = ana.page.get_by_label("Your reply")
    replies.nth(0).fill("For both; the value now says so.")
    replies.nth(1).fill("About 120 an hour, in one shift.")
    ana.tap("Send answer")
    ana.reads("Your answer is with Meridian", "About 120 an hour")

    omar.opens_for_review(reference)
    omar.reads("About 120 an hour", "52,000")
    omar.approves_it(reference)

    ana.opens("/deals")
    ana.tap(customer.company)
    until = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=90)
    ana.reads("Protected until", "52,000", "What happened", f"{until:%b}")
    assert ana.path.startswith("/deals/DL-")
