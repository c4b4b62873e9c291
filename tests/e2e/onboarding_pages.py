"""What do a new partner and the staff do on the pages of onboarding, and which are there?"""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.e2e.live import Live
from tests.e2e.pages import Page
from tests.e2e.people import Person, Seller
from tests.e2e.tunnel import Tunnel

# Nobody reads and fills in the application in less.
MOMENT = 2_200


class NewPartner:
    """Somebody whose company has applied, with a phone; reads no words, so in any language."""

    def __init__(self, person: Seller, js: bool) -> None:
        self.person, self.page, self.js = person, person.page, js

    # --- Becoming a partner
    def applies(self, company: str, email: str) -> None:
        """Fill in the public form and send it."""
        self.person.opens("/partner-application")
        for name, text in {
            "company": company, "website": f"https://www.{company.lower().replace(' ', '-')}.ca",
            "region": "ON", "city": "Ottawa", "people": "14", "contact_name": "Uma Reyes",
            "business": "We bring robots into bakeries all over Ontario.", "contact_email": email,
        }.items():  # fmt: skip
            self.page.locator(f"#field-{name}").fill(text)
        self.page.locator("#field-country").select_option("CA")
        self.page.locator("[name=types][value=reseller]").check()
        self.page.locator("#field-speaks").check()
        self.page.wait_for_timeout(MOMENT)
        self._primary().click()
        self.page.wait_for_url("**/partner-application/sent")

    def confirms(self, link: str) -> None:
        """Open the link of the mail and tap its one button."""
        self.person.opens(link)
        self._primary().click()
        expect(self.page.locator(".badge")).to_be_visible()

    def joins(self, link: str, company: str) -> None:
        """Accept the invitation and sign in, for that company where there are several."""
        self.person.opens(link)
        self._primary().click()
        self.page.locator("button[name=persona][value=uma]").click()
        self.page.wait_for_load_state()
        if "/account/memberships" in self.page.url:
            self.page.locator("main li", has_text=company).locator("button").click()
        expect(self.page.locator("nav.tabs a[href='/checklist']")).to_be_visible()

    # --- Finding what is next
    def goes_on_from_home(self) -> None:
        """Tap the first card of home that leads to the checklist."""
        self.person.opens("/")
        self.page.locator(".turn a.primary[href^='/checklist/']").first.click()

    def goes_on(self) -> None:
        """Tap the next step on the checklist."""
        self.person.opens("/checklist")
        self.page.locator("article.turn a.primary").click()

    def reads_title(self, title: str) -> None:
        """Expect to stand at the item called like that."""
        expect(self.page.locator("main h1")).to_have_text(title)
        self.page.wait_for_load_state()  # no finger is faster

    def has_done(self, done: int, total: int) -> None:
        """Expect the list to say so."""
        self.person.opens("/checklist")
        expect(self.page.locator("progress")).to_have_attribute("value", str(done))
        expect(self.page.locator("progress")).to_have_attribute("max", str(total))

    # --- Doing it
    def says_how_the_company_is_reached(self) -> None:
        """Follow the item to where it is kept, and keep it."""
        self._primary().click()
        self.page.locator("#field-contact_email").fill("office@ovens.ca")
        self.page.locator("#field-contact_phone").fill("613 555 0134")
        self._primary().click()
        self.page.wait_for_url("**/company?said=saved")

    def answers(self, text: str) -> None:
        """Answer every question and send it."""
        for field in self.page.locator("#answer textarea").all():
            field.fill(text)
        self.sends()

    def forgets_an_answer(self, text: str) -> None:
        """Answer the first question alone: what is missing is said, and the text stays."""
        asked = self.page.locator("#answer textarea")
        asked.first.fill(text)
        self._primary().click()
        expect(self.page.locator(".errors li")).to_have_count(1)
        expect(asked.first).to_have_value(text)

    def adds(self, *files: Path) -> None:
        """Choose files, or take photos; with JavaScript they go up as they are chosen."""
        self.page.set_input_files("#field-files", files)
        if not self.js:
            self.page.locator("#attach button.second").click()
        for file in files:
            expect(self._file(file)).to_be_visible()

    def loses_the_connection_while(self, photo: Path) -> None:
        """Take a photo and lose the connection halfway; it is tried again alone."""
        path = self.person.path
        with Tunnel(self.person.live.port) as tunnel:
            self.page.goto(tunnel.url + path)
            tunnel.breaks_after = photo.stat().st_size // 2
            self.page.set_input_files("#field-files", photo)
            expect(self.page.locator("#uploading .error")).to_be_visible()
            tunnel.breaks_after = None
            self.page.locator("#uploading button").first.click()
            expect(self._file(photo)).to_be_visible()
            expect(self.page.locator("#uploading li")).to_have_count(0)
        self.person.opens(path)

    def sends(self) -> None:
        """Tap the button that sends the item, and land on the list."""
        self._primary().click()
        self.page.wait_for_url("**/checklist?said=sent")

    def _file(self, file: Path) -> Locator:
        return self.page.locator(".files a[download]", has_text=file.name)

    def _primary(self) -> Locator:
        return self.page.locator("main .primary").last


class TakesOn:
    """Somebody of the vendor's staff who takes new partners on, in English."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def makes_it_a_partner(self, company: str) -> None:
        """Take the application for review and approve it."""
        self.person.opens("/admin/applications")
        self.person.tap(company)
        self.person.tap("Take it for review")
        self.person.tap("Make it a partner")
        self.person.tap("Make it a partner")
        self.person.reads("Approved")

    def opens(self, item: str) -> None:
        """Open an item by its address."""
        self.person.opens(f"/admin/onboarding/items/{item}")

    def accepts(self, item: str) -> None:
        """Look at what was sent and take it."""
        self.opens(item)
        self.person.tap("Accept")
        self.person.page.wait_for_url(re.compile(r"said=(accepted|live)"))

    def gives_back(self, item: str, reason: str) -> None:
        """Give it back with what is to be put right."""
        self.opens(item)
        self.person.tap("Return it")
        self.person.page.locator("#field-reason").fill(reason)
        self.person.tap("Return it")
        self.person.page.wait_for_url("**said=returned")

    def sets_products(self, item: str) -> None:
        """Say what the partner may sell, where that is kept."""
        self.opens(item)
        self.person.tap("Change the partner")
        self.person.page.locator("#field-countries").fill("Canada")
        self.person.page.locator("[name=products]").first.check()
        self.person.tap("Save")
        self.person.page.wait_for_url("**said=saved")

    def has_done(self, item: str) -> None:
        """Tick off what is the vendor's own."""
        self.opens(item)
        self.person.tap("Done")
        self.person.page.wait_for_url(re.compile(r"said=(ticked|live)"))


def items_of(live: Live, company: str) -> dict[str, str]:
    """Return the references of a company's items by their key."""
    rows = live.ask(
        "SELECT i.key, i.reference FROM checklist_item i JOIN organisation o"
        " ON o.id = i.organisation_id WHERE o.name = ?",
        company,
    )
    return dict(rows)


def checklist_pages(live: Live) -> list[Page]:
    """Return what a new partner's administrator (Théo) reads of the checklist."""
    items = items_of(live, "Maple Onboard")
    return [
        ("checklist", "/checklist"),
        ("checklist, after sending", "/checklist?said=sent"),
        *((f"item {key}", f"/checklist/items/{items[key]}") for key in
          ("contact", "profile", "insurance", "safety", "colleague", "products", "call")),
        ("files of an item", f"/checklist/items/{items['insurance']}/files"),
        ("my company with a checklist", "/company"),
        ("home with a checklist", "/"),
    ]  # fmt: skip


def item_to_answer(live: Live) -> str:
    """Return the address of an item with questions that Théo has not answered yet."""
    profile = items_of(live, "Maple Onboard")["profile"]
    with live.writing() as database:
        database.execute(
            "UPDATE checklist_item SET status = 'not_started', answers = '[]',"
            " next_side = 'partner', completed_at = NULL WHERE reference = ?",
            (profile,),
        )
    return f"/checklist/items/{profile}"
