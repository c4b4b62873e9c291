"""Can everybody read every page: by axe, in both languages, light and dark, small and large?"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.checklist_pages import template_called, writer_pages
from tests.e2e.library_pages import librarian_pages, reader_pages
from tests.e2e.live import Live
from tests.e2e.onboarding_pages import checklist_pages, item_to_answer
from tests.e2e.pages import (
    Page,
    applicant_pages,
    company_pages,
    holder_pages,
    partner_pages,
    request_pages,
    visitor_pages,
)
from tests.e2e.people import Person
from tests.e2e.staff_pages import (
    administrator_pages,
    application_pages,
    auditor_pages,
    channel_pages,
    portfolio_pages,
    security_pages,
    staff_pages,
    viewed_pages,
)
from tests.figures import record

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
# In the dark the same elements have other colours, so there the rules about colours are asked; a
# large window has another menu, the same in both languages and colours. The long run asks
# everything everywhere.
RUN = """async (isEvery) => {
  const colours = { type: "rule", values: ["color-contrast", "link-in-text-block"] };
  const found = await axe.run(document, {
    resultTypes: ["violations"], preload: false, ...(isEvery ? {} : { runOnly: colours }),
  });
  return found.violations.map((one) => [one.id, one.nodes.map((node) => node.target.join(" "))]);
}"""
IS_LONG = bool(os.environ.get("PROVE"))
PHONE, LARGE = {"width": 360, "height": 780}, {"width": 1280, "height": 800}
EVERYWHERE = [(size, scheme) for size in (PHONE, LARGE) for scheme in ("light", "dark")]
# (pixels of the window, percent of the text)
NARROW = ((1280, 200), (640, 200), (320, 200), (320, 100))
OVERFLOW = """(percent) => {
  const root = document.documentElement;
  root.style.fontSize = `${percent}%`;
  const found = [];
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.querySelectorAll("main *, header *")].filter(
      (one) => one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest(".unseen"));
    found.push(`scrolls ${root.scrollWidth}: ` + wide.slice(-1).map((one) => one.outerHTML.slice(0, 160)));
  }
  for (const one of document.querySelectorAll("main *, header *")) {
    const says = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const hides = one.offsetWidth > 1 && ["hidden", "clip"].includes(getComputedStyle(one).overflowX);
    if (says && hides && !one.closest(".unseen, .skip") && one.scrollWidth > one.clientWidth + 1)
      found.push(`cuts: ${one.outerHTML.slice(0, 160)}`);
  }
  root.style.fontSize = "";
  return found;
}"""  # noqa: E501


class Reading:
    """What was found on which page, and how many readings there were."""

    def __init__(self, language: str) -> None:
        known = (LARGE, "light") if language == "fr" else None
        self.places = [one for one in EVERYWHERE if IS_LONG or one not in (known, (LARGE, "dark"))]
        self.violations: list[str] = []
        self.overflows: list[str] = []
        self.count = 0

    def read(self, person: Person, what: str) -> None:
        """Judge the page that is open, as it is for every eye and every window."""
        page = person.page
        for size, scheme in self.places:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            for rule, nodes in page.evaluate(RUN, scheme == "light" or IS_LONG):
                found = f"{what}, {size['width']}, {scheme}: {rule} {nodes[:3]}"
                self.violations.append(found)
            self.count += 1
        for width, percent in NARROW:
            if page.viewport_size["width"] != width:  # type: ignore[index]
                page.set_viewport_size({"width": width, "height": 780})
            for found in page.evaluate(OVERFLOW, percent):
                self.overflows.append(f"{what}, {width} px, {percent} %: {found}")

    def read_all(self, person: Person, pages: Iterable[Page]) -> None:
        """Open and judge each of ``pages``."""
        for what, path in pages:
            person.opens(path)
            self.read(person, what)


@pytest.fixture(params=["en", "fr"])
def language(request: pytest.FixtureRequest, live: Live) -> Iterator[str]:
    """Everybody reads the portal in this language."""
    live.speaks(request.param)
    yield request.param
    live.speaks("en")


@pytest.fixture
def person(person: Callable[..., Any]) -> Callable[..., Any]:
    """Returns the named persona, in whose browser every page has axe from its beginning."""

    def meet(short: str, **particulars: Any) -> Person:
        met: Person = person(short, **particulars)
        met.context.add_init_script(AXE)  # half as dear as sending it to each page
        return met

    return meet


@pytest.fixture
def reading(language: str, request: pytest.FixtureRequest) -> Iterator[Reading]:
    """Collects what is found; at the end there must be nothing."""
    found = Reading(language)
    yield found
    bad = len(found.violations)
    name = f"axe, {request.node.originalname.removeprefix('test_')}, {language}"
    record(2, name, "0 violations", f"{bad} in {found.count} readings", bad == 0 < found.count)
    assert found.count
    assert not found.violations, json.dumps(found.violations, indent=1)
    assert not found.overflows, json.dumps(found.overflows, indent=1)


def speaking(language: str) -> dict[str, Any]:
    """Return a browser's settings for the language."""
    return {"locale": {"en": "en-GB", "fr": "fr-CA"}[language]}


@pytest.mark.long
def test_pages_of_a_partner(
    person: Callable[..., Any], live: Live, reading: Reading, language: str
) -> None:
    ana = person("ana", **speaking(language))
    ana.is_signed_in()
    reading.read_all(ana, partner_pages(live))
    for what, path in partner_pages(live):  # forms with everything wrong
        if what in ("step customer", "step opportunity", "answer", "deal edit", "deal next-step"):
            ana.opens(path)
            for field in ana.page.locator("main [data-keep] :is([type=text], [type=date])").all():
                if field.is_visible():
                    field.fill("")
            ana.page.locator(".actions button.primary").click()
            ana.page.locator(".errors").wait_for()
            reading.read(ana, f"{what}, wrong")


def test_pages_of_the_library(
    person: Callable[..., Any], live: Live, reading: Reading, language: str
) -> None:
    for short, pages in (("ana", reader_pages(live)), ("pia", librarian_pages(live))):
        somebody = person(short, **speaking(language))
        somebody.is_signed_in()
        reading.read_all(somebody, pages)


def test_pages_of_checklists(
    person: Callable[..., Any], live: Live, reading: Reading, language: str
) -> None:
    pia = person("pia", **speaking(language))
    pia.is_signed_in()
    reading.read_all(pia, writer_pages(live))
    here = template_called(live, "New resellers")
    pia.opens(f"{here}/items/new/form")
    pia.page.locator("#field-due_days").fill("")
    pia.page.locator(".actions button.primary").click()
    pia.page.locator(".errors").wait_for()
    reading.read(pia, "item, wrong")
    pia.page.locator("#field-due_days").fill("3")
    for name in ("title", "questions"):
        pia.page.locator(f"#field-{name}").fill("Which?")
    pia.page.locator(".actions button.primary").click()
    pia.page.wait_for_url("**said=saved*")
    reading.read(pia, "checklist, changed since")
    pia.opens(f"{here}/publication")
    reading.read(pia, "checklist, put in use again")


def test_pages_of_a_new_partner(
    person: Callable[..., Any], live: Live, reading: Reading, language: str
) -> None:
    theo = person("theo", **speaking(language))
    theo.is_signed_in()
    reading.read_all(theo, checklist_pages(live))
    theo.opens(item_to_answer(live))
    reading.read(theo, "item, questions")
    theo.page.locator(".actions button.primary").click()
    theo.page.locator(".errors").wait_for()
    reading.read(theo, "item, questions, wrong")
    theo.opens("/checklist")
    theo.page.locator("details summary").first.click()
    reading.read(theo, "checklist, what is done")
    marc = person("marc", **speaking(language))
    marc.is_signed_in()
    reading.read_all(marc, [("checklist, none", "/checklist")])


@pytest.mark.long
def test_pages_of_staff(
    person: Callable[..., Any], live: Live, reading: Reading, language: str
) -> None:
    omar = person("omar", **speaking(language))
    omar.is_signed_in()
    reading.read_all(omar, staff_pages(live))


def test_pages_of_administrators(
    person: Callable[..., Any], live: Live, reading: Reading, language: str
) -> None:
    pia = person("pia", **speaking(language))
    pia.is_signed_in()
    reading.read_all(pia, administrator_pages(live))
    sid = person("sid", **speaking(language))
    sid.is_signed_in()
    live.an_hour_passes()  # so that the pages say that a fresh sign-in comes first
    reading.read_all(sid, security_pages(live))


def test_pages_of_portfolios(
    person: Callable[..., Any], live: Live, reading: Reading, language: str
) -> None:
    for short, pages in (("pia", portfolio_pages(live)), ("carla", channel_pages(live))):
        somebody = person(short, **speaking(language))
        somebody.is_signed_in()
        live.an_hour_passes()
        reading.read_all(somebody, pages)
        if short == "pia":  # and what it changes, before it is confirmed
            somebody.page.locator("[name=countries]").fill("US")
            somebody.page.locator(".actions button.primary").click()
            somebody.page.locator("#change").wait_for(state="attached")
            reading.read(somebody, "portfolio, looked at")


def test_pages_of_applications(
    person: Callable[..., Any], live: Live, reading: Reading, language: str
) -> None:
    pia, uma = person("pia", **speaking(language)), person("uma", **speaking(language))
    pia.is_signed_in()
    live.an_hour_passes()  # so that the pages say that a fresh sign-in comes first
    reading.read_all(pia, application_pages(live))
    reading.read_all(uma, applicant_pages(live))
    uma.opens("/partner-application")
    uma.page.locator("main form button.primary").click()
    uma.page.locator(".errors").wait_for()
    reading.read(uma, "become a partner, wrong")


def test_pages_of_the_history(
    person: Callable[..., Any], live: Live, reading: Reading, language: str
) -> None:
    for short, pages in (
        ("axel", auditor_pages(live)),
        ("nadia", company_pages(live)),
        ("lena", holder_pages(live)),
    ):
        somebody = person(short, **speaking(language))
        somebody.is_signed_in()
        reading.read_all(somebody, pages)


def test_pages_under_a_viewing(
    person: Callable[..., Any], live: Live, reading: Reading, language: str
) -> None:
    carla = person("carla", **speaking(language))
    carla.is_signed_in()
    carla.opens(next(path for what, path in administrator_pages(live) if what == "view as"))
    carla.page.locator("#field-reason").fill("To see it as she does")
    carla.page.locator(".actions button.primary").click()
    carla.page.locator(".viewing").wait_for()
    reading.read_all(carla, viewed_pages(live))


def test_pages_of_asking_for_access(
    person: Callable[..., Any], live: Live, reading: Reading, language: str
) -> None:
    """Rosa's identity is forgotten, so nobody knows her any more."""
    rosa, sid = person("rosa", **speaking(language)), person("sid", **speaking(language))
    renamed = "UPDATE user_identity SET subject = ? WHERE subject = ?"
    with live.writing() as database:
        database.execute("DELETE FROM access_request")
        database.execute(renamed, ("gone", "rosa"))
    try:
        rosa.opens("/sign-in/demo")
        rosa.page.locator("button[name=persona][value=rosa]").click()
        rosa.page.locator("#field-company").wait_for()
        reading.read(rosa, "ask for access")
        rosa.page.locator("main form button.primary").click()
        rosa.page.locator(".errors").wait_for()
        reading.read(rosa, "ask for access, wrong")
        rosa.page.locator("#field-company").fill("Riverbend")
        rosa.page.locator("main form button.primary").click()
        rosa.page.wait_for_url("**/sign-in/access")
    finally:
        with live.writing() as database:
            database.execute(renamed, ("rosa", "gone"))
    sid.is_signed_in()
    reading.read_all(sid, request_pages(live))


@pytest.mark.long
def test_first_pages_of_everybody_else(
    person: Callable[..., Any], reading: Reading, language: str
) -> None:
    for short in ("carla", "sid", "axel", "vic", "sam", "diego", "marc", "sofia", "theo"):
        somebody = person(short, **speaking(language))
        somebody.is_signed_in()
        somebody.opens("/")
        reading.read(somebody, f"home of {short}")


def test_pages_of_visitors(
    person: Callable[..., Any], live: Live, reading: Reading, language: str
) -> None:
    visitor = person("theo", **speaking(language))
    reading.read_all(visitor, visitor_pages(live, live.join_link("theo")))
    visitor.opens("/sign-in")
    visitor.page.locator("main a.button").first.click()
    visitor.page.locator("button[name=persona]").first.wait_for()
    reading.read(visitor, "provider, choice")
    dora = person("dora", **speaking(language))
    dora.opens("/sign-in/demo")
    dora.page.locator("button[name=persona][value=dora]").click()
    dora.page.locator("main a.button").wait_for()
    reading.read(dora, "access closed")
