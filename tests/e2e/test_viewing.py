"""Does a channel manager see on a phone what a seller sees, and does the company know of it?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.e2e.live import Live

BANNER = "You are viewing as Ana Duarte of Northwind Resale. Read only."


def companies(somebody: Any) -> list[str]:
    """Return the customers in the list of deals."""
    somebody.opens("/deals")
    somebody.reads_heading("My deals")
    return list(somebody.page.locator("tbody th a").all_inner_texts())


def test_carla_sees_the_portal_as_ana_does(
    person: Callable[..., Any], live: Live, js: bool
) -> None:
    ana, carla, nadia = person("ana", js=js), person("carla", js=js), person("nadia", js=js)
    ana.is_signed_in()
    hers = companies(ana)
    assert hers

    carla.signs_in()
    carla.opens("/admin/people?q=ana")
    carla.tap("Ana Duarte")
    carla.tap("See the portal as they do")
    carla.type("What for?", "She cannot find the clinics")
    carla.tap("Begin")
    carla.reads(BANNER)
    carla.reads_heading("Ana")
    expect(carla.control("Register a deal")).to_have_count(0)
    assert companies(carla) == hers
    carla.reads(BANNER)
    carla.tap(hers[0])
    expect(carla.control("Change")).to_have_count(0)
    expect(carla.control("Move")).to_have_count(0)
    # The banner stays at the top of a long page.
    carla.page.mouse.wheel(0, 2000)
    expect(carla.page.locator(".viewing")).to_be_in_viewport()
    carla.page.locator(".viewing").get_by_role("button", name="Stop viewing").click()
    carla.reads("You see the portal as yourself again.")
    carla.does_not_read("You are viewing as")
    carla.reads_heading("Ana Duarte")
    carla.goes_home()
    carla.reads_heading("Carla")

    nadia.is_signed_in()
    nadia.opens("/company/log?tag=viewing:start")
    nadia.reads("Carla at Meridian began to see the portal as Ana Duarte does")
    nadia.does_not_read("She cannot find the clinics")
