"""What do a seller and a reviewer do in a browser, said as they would say it?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.e2e.customers import Customer
from tests.e2e.live import Live

PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}
PATIENCE = 30_000  # milliseconds; a shared machine has slow moments


COMING_IN = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"


class Person:
    """Somebody with a phone, who counts taps: a click is one, typing one field is one."""

    def __init__(
        self,
        browser: Browser,
        live: Live,
        short: str,
        *,
        js: bool = True,
        size: Mapping[str, int] = PHONE,
        **particulars: Any,
    ) -> None:
        self.live, self.short = live, short
        self.taps = 0
        self.complaints: list[str] = []
        self.context = browser.new_context(
            base_url=live.url,
            viewport={"width": size["width"], "height": size["height"]},
            java_script_enabled=js,
            **particulars,
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.on("console", self._listen)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page: Page = self.context.new_page()

    def _listen(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "violates" in message.text:
            self.complaints.append(message.text)

    def leaves(self) -> None:
        """Close the browser; nothing may have broken the content security policy or a script."""
        self.context.close()
        assert not self.complaints, self.complaints

    # --- Coming and going
    def signs_in(self) -> None:
        """Sign in at the demo identity provider, as a person does."""
        self.opens("/")
        self.tap("Sign in with Quayside Demo")
        self.page.locator(f"button[name=persona][value={self.short}]").click()
        expect(self.page).to_have_url(re.compile(rf"^{re.escape(self.live.url)}/"))

    def is_signed_in(self) -> None:
        """Have a login session, without the way through the provider."""
        self.context.add_cookies([self.live.cookie(self.short)])  # type: ignore[list-item]

    def opens(self, path: str) -> None:
        """Open a page by its address."""
        self.page.goto(path)

    def goes_home(self) -> None:
        """Open the first page and start counting taps."""
        self.opens("/")
        self.taps = 0

    def goes_back(self) -> None:
        """Press the browser's Back."""
        self.page.go_back(wait_until="domcontentloaded")

    # --- Doing
    def tap(self, name: str, within: Locator | None = None) -> None:
        """Tap the button or link called ``name`` in what the page is about."""
        self.taps += 1
        self.control(name, within).click()

    def control(self, name: str, within: Locator | None = None) -> Locator:
        """Return the button or link called ``name``, in the page or in the notice above it."""
        place = within or self.page.locator("main, #notice")
        words = re.compile(rf"^\s*{re.escape(name)}\b")
        return (
            place.get_by_role("button", name=words).or_(place.get_by_role("link", name=words)).first
        )

    def type(self, label: str, text: str, within: Locator | None = None) -> None:
        """Type ``text`` into the field with that label."""
        self.taps += 1
        self.field(label, within).fill(text)

    def choose(self, label: str, option: str) -> None:
        """Open a list and choose from it."""
        self.taps += 2
        # No finger is on a list in the moment in which it comes in.
        expect(self.page.locator(COMING_IN)).to_have_count(0)
        self.field(label).select_option(label=option)

    def tick(self, label: str, within: Locator | None = None) -> None:
        """Tick a box or choose one of several."""
        self.taps += 1
        self.field(label, within).check()

    def field(self, label: str, within: Locator | None = None) -> Locator:
        """Return the field whose label begins so."""
        words = re.compile(rf"^\s*{re.escape(label)}(\s*\(optional\))?\s*$")
        return (within or self.page.locator("main")).get_by_label(words).first

    def choice(self, label: str) -> Locator:
        """Return a tick whose label begins so, and what it reveals."""
        words = re.compile(rf"^\s*{re.escape(label)}")
        called = self.page.locator("label", has_text=words)
        return self.page.locator("main .choice", has=called).first

    # --- Seeing
    def reads(self, *sentences: str) -> None:
        """Expect every sentence to stand on the page."""
        for sentence in sentences:
            expect(self.page.locator("body")).to_contain_text(sentence)

    def reads_heading(self, words: str) -> None:
        """Expect the page's heading."""
        expect(self.page.locator("main h1")).to_contain_text(words)

    def does_not_read(self, sentence: str) -> None:
        """Expect a sentence not to stand on the page."""
        expect(self.page.locator("body")).not_to_contain_text(sentence)

    def sees_typed(self, label: str, text: str) -> None:
        """Expect a field to hold what was typed."""
        expect(self.field(label)).to_have_value(text)

    @property
    def path(self) -> str:
        """Return the address of the page, without its host."""
        return self.page.url.removeprefix(self.live.url)

    # --- The network
    @contextmanager
    def without_network(self) -> Iterator[None]:
        """Have no connection for a while."""
        self.context.set_offline(True)
        yield
        self.context.set_offline(False)


class Seller(Person):
    """A partner's seller."""

    def begins_a_deal(self) -> str:
        """Tap "Register a deal" on home; return the draft's reference."""
        self.goes_home()
        self.tap("Register a deal", self.page.locator("main"))
        self.reads_heading("Who is the customer?")
        return reference_in(self.path)

    def says_who(self, customer: Customer) -> None:
        """Fill in the first step."""
        self.type("Customer website", customer.website)
        self.type("Customer company", customer.company)
        self.choose("Region or state", "Ontario")
        self.type("Contact name", "Dana Roy")
        self.type("Contact e-mail", "dana@example.com")

    def says_what(self, customer: Customer) -> None:
        """Fill in the second step."""
        self.taps += 1
        self.page.locator("[name=products]").first.check()
        self.type("Estimated value", "48,000")
        self.type("Expected close date", in_days(110))
        self.type("What does the customer need?", customer.need)

    def says_what_was_done(self) -> None:
        """Fill in the third step."""
        self.tick("Meeting")
        self.type("When?", in_days(-10), self.choice("Meeting"))
        self.tick("Ask me first")
        self.tick("The customer knows that I share these details with Meridian")

    def goes_to(self, heading: str) -> None:
        """Tap "Next" and arrive."""
        self.tap("Next")
        self.reads_heading(heading)

    def fills_in_a_deal(self, customer: Customer) -> str:
        """Do the first three steps and stand before "Submit"; return the reference."""
        reference = self.begins_a_deal()
        self.says_who(customer)
        self.goes_to("What could you sell?")
        self.says_what(customer)
        self.goes_to("What have you done so far?")
        self.says_what_was_done()
        self.goes_to("Check and submit")
        return reference

    def stands_before_submit(self, customer: Customer) -> str:
        """Have done the first three steps some time ago; return the reference."""
        reference = self.live.given("draft", customer, by=self.short)
        self.opens(f"/registrations/{reference}/check")
        return reference

    def registers_a_deal(self, customer: Customer) -> str:
        """Register the customer, from home to the receipt; return the reference."""
        reference = self.fills_in_a_deal(customer)
        self.tap("Submit")
        self.reads("Meridian has it")
        return reference

    def card(self, customer: Customer) -> Locator:
        """Return what home says needs doing about the customer."""
        return self.page.locator(".turn", has_text=customer.company)


class Reviewer(Person):
    """Somebody of the vendor's staff who looks at registrations."""

    def opens_for_review(self, reference: str) -> None:
        """Open the decision page."""
        self.opens(f"/admin/registrations/{reference}")

    def takes_it(self, reference: str) -> None:
        """Become the reviewer."""
        self.opens_for_review(reference)
        self.tap("Take it")
        expect(self.control("Ask for information")).to_be_visible()

    def asks(self, reference: str, questions: Mapping[str, str]) -> None:
        """Ask the partner about named fields, with a comment at each."""
        self.opens_for_review(reference)
        self.tap("Ask for information")
        self.reads_heading("Ask for information")
        for label, comment in questions.items():
            self.taps += 1
            self.choice(label).get_by_role("checkbox").check()
            self.type("What do you need to know?", comment, self.choice(label))
        self.tap("Send questions")
        self.reads("The partner was asked and answers next")

    def approves_it(self, reference: str) -> None:
        """Approve what is under review."""
        self.opens_for_review(reference)
        self.tap("Approve")
        self.reads("Approved on")

    def rejects_it(self, reference: str, reason: str, text: str) -> None:
        """Reject what is under review, with a reason and the words that the partner reads."""
        self.opens_for_review(reference)
        self.tap("Reject")
        self.choose("Reason", reason)
        self.type("What the partner reads", text)
        self.tap("Reject it")
        self.reads("Rejected on")


def reference_in(path: str) -> str:
    """Return the record's reference in an address."""
    found = re.search(r"(?:DR|DL)-[0-9A-Z]{8}", path)
    assert found, path
    return found.group()


def in_days(days: int) -> str:
    """Return the day so many days from now, as a date picker sends it."""
    return (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)).isoformat()
