"""Does each chosen file go up by itself, and is one that breaks tried again alone?"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.core.test_filetypes import HTML, JPEG, PDF, png
from tests.e2e.customers import new_customer
from tests.e2e.people import Seller


@pytest.fixture
def pocket(tmp_path: Path) -> Callable[..., list[Path]]:
    """Return a maker of files as they lie on a phone."""
    contents = {
        "offer.pdf": PDF, "plan.png": png(), "photo.jpg": JPEG, "page.pdf": HTML,
    }  # fmt: skip

    def make(*names: str) -> list[Path]:
        for name in names:
            (tmp_path / name).write_bytes(contents[name])
        return [tmp_path / name for name in names]

    return make


def at_evidence(seller: Seller) -> str:
    """Stand at the third step of a draft; return its reference."""
    seller.is_signed_in()
    reference = seller.live.given("draft", new_customer(), by=seller.short)
    seller.opens(f"/registrations/{reference}/evidence")
    return reference


def has(seller: Seller, *names: str) -> None:
    """Expect these files to stand on the page, in their order."""
    expect(seller.page.locator(".files a[download]")).to_have_text(list(names))


def test_files_go_up_one_by_one_and_stand_with_what_was_typed(
    person: Callable[..., Any], js: bool, pocket: Callable[..., list[Path]]
) -> None:
    ana: Seller = person("ana", js=js)
    reference = at_evidence(ana)
    if js:
        ana.tick("Call")
        ana.type("When?", "2031-01-01", ana.choice("Call"))
    ana.page.set_input_files("#field-files", pocket("offer.pdf", "plan.png"))
    if not js:
        ana.tap("Attach")
    has(ana, "offer.pdf", "plan.png")
    if js:  # the form above is as it was
        expect(ana.field("When?", ana.choice("Call"))).to_have_value("2031-01-01")
    with ana.page.expect_download() as download:
        ana.page.get_by_role("link", name="offer.pdf").click()
    assert Path(download.value.path()).read_bytes() == PDF
    assert ana.live.count("file:attach", reference) == 2


def test_one_that_breaks_is_tried_again_alone(
    person: Callable[..., Any], pocket: Callable[..., list[Path]]
) -> None:
    ana: Seller = person("ana")
    reference = at_evidence(ana)
    tried: list[str] = []

    def break_the_second(route: Route) -> None:
        is_try = route.request.method == "POST"
        tried.extend(["POST"] if is_try else [])
        if is_try and len(tried) == 2:
            route.abort("connectionreset")
        else:
            route.fallback()

    ana.context.route(re.compile(r"/files$"), break_the_second)
    ana.page.set_input_files("#field-files", pocket("offer.pdf", "plan.png", "photo.jpg"))
    ana.reads("Did not get through.")
    has(ana, "offer.pdf", "photo.jpg")
    ana.tap("Try again")
    has(ana, "offer.pdf", "photo.jpg", "plan.png")
    expect(ana.page.locator("#uploading li")).to_have_count(0)
    assert ana.live.count("file:attach", reference) == 3


def test_one_that_had_arrived_is_shown_and_nobody_is_led_away(
    person: Callable[..., Any], pocket: Callable[..., list[Path]]
) -> None:
    """The portal answers the repetition of a try by the address of its first answer."""
    ana: Seller = person("ana")
    reference = at_evidence(ana)
    files = f"/registrations/{reference}/files"

    def answer_as_repeated(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=200, headers={"HX-Redirect": f"{files}?said=attached"})
        else:
            route.fallback()

    ana.context.route(re.compile(r"/files$"), answer_as_repeated)
    ana.page.set_input_files("#field-files", pocket("offer.pdf"))
    expect(ana.page.locator("#uploading li")).to_have_count(0)
    assert ana.path.endswith("/evidence")


def test_one_that_is_not_taken_is_said_and_the_next_goes_on(
    person: Callable[..., Any], js: bool, pocket: Callable[..., list[Path]]
) -> None:
    ana: Seller = person("ana", js=js)
    at_evidence(ana)
    ana.page.set_input_files("#field-files", pocket("page.pdf", "photo.jpg"))
    if not js:
        ana.tap("Attach")
    ana.reads("page.pdf is not what its ending says.")
    has(ana, "photo.jpg")


def test_one_is_taken_away(
    person: Callable[..., Any], js: bool, pocket: Callable[..., list[Path]]
) -> None:
    ana: Seller = person("ana", js=js)
    at_evidence(ana)
    ana.page.set_input_files("#field-files", pocket("offer.pdf", "plan.png"))
    if not js:
        ana.tap("Attach")
    has(ana, "offer.pdf", "plan.png")
    ana.tap("Take away")
    has(ana, "plan.png")


def test_what_has_no_room_is_said_before_it_is_on_its_way(
    person: Callable[..., Any], js: bool, tmp_path: Path
) -> None:
    """The portal closes the line while the browser still sends; the sentence arrives."""
    ana: Seller = person("ana", js=js)
    at_evidence(ana)
    large = tmp_path / "film.pdf"
    large.write_bytes(PDF + b"%" * 24 * 1024 * 1024)
    with ana.live.without_room("ana"):
        ana.page.set_input_files("#field-files", large)
        if not js:
            ana.tap("Attach")
        ana.reads("There is no room for what you sent")
    has(ana)
