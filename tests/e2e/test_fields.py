"""Does hiding a field take it away from partners at their next page, and from nobody else?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.e2e.people import Reviewer, Seller

FIELD = "Expected close date"


def decide(pia: Reviewer, is_shown: bool) -> None:
    """Tick the field or not, and save the page."""
    pia.opens("/admin/fields")
    pia.choice(FIELD).get_by_role("checkbox").set_checked(is_shown)
    pia.tap("Save")
    pia.reads("Saved.")
    expect(pia.choice(FIELD).get_by_role("checkbox")).to_be_checked(checked=is_shown)


def test_pia_hides_a_field_and_anas_next_page_is_without_it(
    person: Callable[..., Any], js: bool
) -> None:
    pia: Reviewer = person("pia", js=js)
    ana: Seller = person("ana", js=js)
    omar: Reviewer = person("omar", js=js)
    for one in (pia, ana, omar):
        one.is_signed_in()

    def file(reader: Any) -> str:
        return str(reader.page.request.get("/deals/export").text())

    ana.opens("/deals")
    ana.reads("Closes")
    ana.tap("Harbourview Clinics")
    ana.reads(FIELD)
    deal = ana.path
    assert FIELD in file(ana)
    try:
        decide(pia, is_shown=False)
        ana.opens(deal)
        ana.reads_heading("Harbourview Clinics")
        ana.does_not_read(FIELD)
        ana.tap("Change amount and your reference")
        ana.reads("Amount")
        ana.does_not_read(FIELD)
        ana.opens("/deals")
        ana.reads("Harbourview Clinics")
        ana.does_not_read("Closes")
        assert FIELD not in file(ana) and "Harbourview Clinics" in file(ana)
        omar.opens(deal)
        omar.reads(FIELD)
        assert FIELD in file(omar)
    finally:
        decide(pia, is_shown=True)
    ana.opens(deal)
    ana.reads(FIELD)


def test_what_omar_notes_is_read_by_carla_and_not_by_ana(
    person: Callable[..., Any], js: bool
) -> None:
    omar: Reviewer = person("omar", js=js)
    carla: Reviewer = person("carla", js=js)
    ana: Seller = person("ana", js=js)
    for one in (omar, carla, ana):
        one.is_signed_in()
    note = f"They paid the last one late, {'with' if js else 'without'} a word"
    ana.opens("/deals")
    ana.tap("Harbourview Clinics")
    deal = ana.path
    omar.opens(deal)
    omar.type("New note", note)
    omar.tap("Keep the note")
    omar.reads(note, "You wrote a note for our own side")
    omar.tap("Change margin, score and risk")
    omar.type("Margin", "12.5")
    omar.choose("Risk", "High risk")
    omar.tap("Save")
    omar.reads("12.5%", "High risk")
    carla.opens(deal)
    carla.reads(note, "12.5%")
    ana.opens(deal)
    ana.reads_heading("Harbourview Clinics")
    for words in (note, "12.5%", "High risk", "own side", "assessed"):
        ana.does_not_read(words)
