"""Does what staff write on a phone reach who is halfway, and is what is done left alone?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.e2e.live import Live
from tests.e2e.people import Person

SMALL = {"width": 360, "height": 780}


def order_of(pia: Person) -> list[str]:
    """Return what the template that is open asks, in its order."""
    return [words.partition(". ")[2] for words in pia.page.locator("#record h3").all_inner_texts()]


def test_a_checklist_is_written_and_put_in_use(
    live: Live, person: Callable[..., Any], js: bool
) -> None:
    name = f"New integrators {int(js)}"
    pia: Person = person("pia", js=js, size=SMALL)
    pia.is_signed_in()
    pia.opens("/admin/checklists")
    pia.tap("Write a new checklist")
    pia.type("Name in English", name)
    pia.choose("For which type of partner?", "Technology")
    pia.choose("For one tier alone?", "Gold" if js else "Silver")
    pia.tap("Save")
    pia.reads("Nothing is asked yet.")
    for kind, title in (("Document", "Test report"), ("Call", "Look at it together")):
        pia.tap("Add an item")
        pia.tap(kind)
        pia.type("Title in English", title)
        if kind == "Call":
            pia.tick("Test report")
        pia.tap("Save")
        pia.reads("Saved.", title)
    pia.reads("After: Test report")
    pia.tap("Change", pia.page.locator("li.card", has_text="1. Test report"))
    pia.tick("Look at it together")
    pia.type("Within how many days?", "0")
    pia.tap("Save")
    pia.reads("Say within how many days, from 1 to 365.")
    pia.type("Within how many days?", "5")
    pia.tap("Save")
    pia.reads("These would wait for each other for ever:")
    pia.page.get_by_label("Look at it together").uncheck()
    pia.tap("Save")
    pia.reads("within 5 days")
    pia.tap("Down", pia.page.locator("li.card", has_text="1. Test report"))
    expect(pia.page.locator("#record h3").first).to_contain_text("Look at it together")
    assert order_of(pia) == ["Look at it together", "Test report"]
    assert pia.page.evaluate("document.documentElement.scrollWidth") <= 360
    pia.tap("Put in use")
    pia.reads("Nobody is halfway.", "Look at it together")
    pia.tap("Put in use")
    pia.reads("It is in use.")


def test_whoever_is_halfway_gets_the_change(
    live: Live, person: Callable[..., Any], js: bool
) -> None:
    title = f"Send us your logo {int(js)}"
    pia: Person = person("pia", js=js, size=SMALL)
    theo: Person = person("theo", js=js, size=SMALL)
    for one in (pia, theo):
        one.is_signed_in()
    theo.opens("/checklist")
    theo.does_not_read(title)
    pia.opens("/admin/checklists")
    pia.tap("New resellers")
    pia.tap("Add an item")
    pia.tap("Document")
    pia.type("Title in English", title)
    pia.tap("Save")
    pia.reads("Changed since", "Partners do not have it like this yet")
    pia.tap("Put it in use as it stands")
    pia.reads("partners are halfway and get the changes.", "What is done stays done")
    done = "SELECT count(*) FROM checklist_item WHERE status = 'complete'"
    before = live.ask(done)
    pia.tap("Put in use")
    pia.reads("It is in use.")
    live.lets_the_clock_run()
    theo.page.reload()
    theo.reads(title)
    assert live.ask(done) == before
