"""Does what staff publish reach a partner's phone, and does a newer one call the older back?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.core.test_filetypes import PDF
from tests.e2e.live import Live
from tests.e2e.people import LAPTOP, Person

NEWER = PDF + b"% the second"


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    """Two files as they lie on a laptop."""
    for name, content in (("winter-1.pdf", PDF), ("winter-2.pdf", NEWER)):
        (tmp_path / name).write_bytes(content)
    return [tmp_path / "winter-1.pdf", tmp_path / "winter-2.pdf"]


def puts_in(pia: Person, paper: Path, js: bool) -> None:
    """Put a file in on the page that is open; with JavaScript it goes up as it is chosen."""
    pia.page.set_input_files("#field-files", paper)
    if not js:
        pia.tap("Put it in")
    expect(pia.page.get_by_role("link", name=paper.name)).to_be_visible()


def goes_out(pia: Person, carla: Person) -> None:
    """Send the draft that Pia has open for review, have Carla approve it, and publish it."""
    pia.tap("Send for review")
    pia.reads("You wrote it last, so somebody else reviews it.")
    carla.opens(pia.path)
    carla.tap("Approve")
    carla.reads("You approved it.")
    pia.page.reload()
    pia.tap("Publish")
    pia.reads("people at")
    pia.tap("Publish")
    pia.reads("It is published.")


def test_from_the_staff_to_the_phone_and_back(
    live: Live, person: Callable[..., Any], js: bool, papers: list[Path]
) -> None:
    title, french = ("Winter one", "Hiver un") if js else ("Winter two", "Hiver deux")
    pia, carla = person("pia", js=js, size=LAPTOP), person("carla", js=js, size=LAPTOP)
    ana: Person = person("ana", js=js)
    for one in (pia, carla, ana):
        one.is_signed_in()
    pia.opens("/admin/assets")
    pia.tap("Write a new one")
    pia.type("Title in English", title)
    pia.type("Title in French", french)
    pia.choose("What is it?", "Presentation")
    pia.choose("Topic", "Sell")
    pia.choose("Language of the content", "English and French")
    pia.tap("Save, then whom it is for")
    pia.tick("Reseller")
    if not js:
        pia.tap("Count whom it reaches")
    pia.reads("people at")
    pia.tap("Save")
    puts_in(pia, papers[0], js)
    goes_out(pia, carla)

    for words in (title[:-1], french[:-1]):
        ana.opens("/assets")
        ana.page.get_by_role("searchbox").fill(words)
        ana.page.get_by_role("searchbox").press("Enter")
        expect(ana.page.get_by_role("link", name=title)).to_be_visible()
    ana.tap(title)
    with ana.page.expect_download() as download:
        ana.tap("Download")
    assert Path(download.value.path()).read_bytes() == PDF
    ana.opens("/assets/copies")
    expect(ana.page.get_by_role("row", name=title)).to_contain_text("Current")

    pia.tap("Begin the next version")
    pia.tap("Go on writing")
    pia.type("What changed, in English", "The second page is new.")
    pia.tap("Save")
    pia.tap("Put a file in")
    puts_in(pia, papers[1], js)
    goes_out(pia, carla)
    ana.opens("/assets/copies")
    ana.reads("Version 2 replaces it", "The second page is new.")
    ana.tap(title)
    ana.reads("You downloaded version 1; this one replaces it.")
    with ana.page.expect_download() as download:
        ana.tap("Download")
    assert Path(download.value.path()).read_bytes() == NEWER

    pia.tap("Withdraw")
    pia.reads("One person downloaded it and hears of it by mail.")
    pia.type("Why?", "A price in it is wrong.")
    pia.tap("Withdraw it")
    pia.reads("It is withdrawn.")
    ana.opens("/assets/copies")
    ana.reads("Withdrawn", "A price in it is wrong.")
    ana.opens(f"/assets?q={title}")
    ana.reads("Nothing in the library matches this.")
