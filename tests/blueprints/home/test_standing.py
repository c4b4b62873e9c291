"""Are what the vendor still has to decide and what is decided told apart on home?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import Browser, Page

SignIn = Callable[[str], Browser]


def states(page: Page, section: str) -> set[str]:
    """Return the states of the records in one section of home."""
    return {badge.get_text() for badge in page.soup.select(f"[aria-labelledby={section}] .badge")}


@pytest.mark.parametrize("who", ["ana", "marc", "diego", "bruno"])
def test_with_the_vendor_stands_only_what_is_undecided(sign_in: SignIn, who: str) -> None:
    home = sign_in(who).get("/")
    assert states(home, "with-vendor") and states(home, "decided")
    assert states(home, "with-vendor") <= {"Submitted", "Under review"}
    assert states(home, "decided") <= {"Approved", "Rejected"}
    names = [heading.get_text() for heading in home.soup.select("main h2")]
    assert names[-2:] == ["With Meridian", "Decided"]


def test_french_names_a_list_in_the_plural(sign_in: SignIn) -> None:
    noah = sign_in("noah")
    noah.signed_in("noah", "fr")
    chips = [a.get_text() for a in noah.get("/registrations").soup.select(".filters a")]
    assert {"Brouillons", "Approuvés", "Refusés", "Retirés"} <= set(chips)
    assert "Approuvé" not in chips
    stages = [a.get_text() for a in noah.get("/deals").soup.select(".filters a")]
    assert {"Affaires gagnées", "Affaires perdues"} <= set(stages)
    tabs = [tab.get_text(strip=True) for tab in noah.get("/").soup.select("nav.tabs li")]
    assert {"Nouvelle affaire", "Enregistrements"} <= set(tabs) and "Enregistrer" not in tabs
