"""Does a company come from the form to its own home on a phone, by the mails it gets?"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from tests.e2e.live import Live
from tests.e2e.people import Person, Seller

EMAIL = "uma@northwind.example"
# Nobody reads and fills in the form in less.
MOMENT = 2_200
PATIENCE = 20.0


def link_in_mail(live: Live, ending: str) -> str:
    """Return the first address below ``ending`` in the newest mail to the applicant."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        rows = live.ask(
            "SELECT body FROM letter WHERE recipient LIKE ? ORDER BY delivery_id DESC", f"%{EMAIL}%"
        )
        for (body,) in rows:
            if found := re.search(rf"{re.escape(live.url)}({ending}/\S+)", body):
                return found[1]
        time.sleep(0.2)
    raise AssertionError(f"no mail with {ending}")


def applies(uma: Seller, company: str) -> None:
    """Fill in the form and send it."""
    uma.opens("/sign-in")
    uma.tap("Become a partner")
    uma.tap("Send the application")
    uma.reads("Give the company’s name.")
    uma.type("Company", company)
    uma.type("Website", f"https://www.{company.lower().replace(' ', '-')}.ca")
    uma.choose("Country", "Canada")
    uma.type("Region or state", "Ontario")
    uma.type("City", "Ottawa")
    uma.type("What does your company do?", "We bring robots into bakeries all over Ontario.")
    uma.type("How many people work there?", "14")
    uma.tick("Reseller")
    uma.type("Your name", "Uma Reyes")
    uma.type("Your e-mail at work", EMAIL)
    uma.tick("I may speak for the company, and what I say here is true")
    uma.page.wait_for_timeout(MOMENT)
    uma.tap("Send the application")
    uma.reads_heading("Look into your mail")


def test_from_the_form_to_the_own_home(live: Live, person: Callable[..., Any], js: bool) -> None:
    company = "Ovenworks One" if js else "Ovenworks Two"
    uma: Seller = person("uma", js=js)
    with live.writing() as database:
        database.execute("DELETE FROM letter WHERE recipient LIKE ?", (f"%{EMAIL}%",))
    applies(uma, company)
    uma.opens(link_in_mail(live, "/partner-application"))
    uma.tap("Confirm the application")
    uma.reads("Submitted")
    pia: Person = person("pia", js=js)
    pia.is_signed_in()
    pia.opens("/admin/applications")
    pia.tap(company)
    pia.tap("Take it for review")
    pia.tap("Make it a partner")
    pia.tap("Make it a partner")
    pia.reads("Approved")
    uma.page.reload()
    uma.reads("Welcome.")
    uma.opens(link_in_mail(live, "/join"))
    uma.tap("Sign in with Quayside Demo")
    uma.page.locator("button[name=persona][value=uma]").click()
    uma.reads(company)
