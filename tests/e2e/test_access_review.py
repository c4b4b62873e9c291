"""Does an administrator look at who has access on a small phone, one tap a person?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.e2e.people import Person

SMALL = {"width": 360, "height": 780}
THUMB = 44


def test_one_tap_a_person_on_a_small_phone(person: Callable[..., Any], js: bool) -> None:
    nadia: Person = person("nadia", js=js, size=SMALL)
    nadia.is_signed_in()
    nadia.goes_home()
    nadia.tap("Open", nadia.page.locator(".turn:has-text('Say who still needs access')"))
    nadia.reads_heading("Who still needs access?")
    nadia.reads("Has not signed in for 7", "3 people are left.")
    noah = nadia.page.locator("li.card:has-text('Noah Bergeron')")
    for button in noah.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None and box["height"] >= THUMB and box["x"] + box["width"] <= 360
    assert nadia.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert nadia.taps == 1
    nadia.tap("Keep", noah)
    nadia.reads("2 people are left.")
    marc = nadia.page.locator("li.card:has-text('Marc Lefebvre')")
    nadia.tap("Reduce to own records", marc)
    nadia.reads("One person is left.")
    assert nadia.taps == 3
    # Until the answer is sent each decision can be taken back.
    nadia.tap("Take it back", marc)
    nadia.reads("2 people are left.")
    nadia.tap("Take it back", noah)
    nadia.reads("3 people are left.")
