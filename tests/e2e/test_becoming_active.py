"""Does a company come from the public form to Active on a phone, with whatever comes between?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.live import Live
from tests.e2e.onboarding_pages import NewPartner, TakesOn, items_of
from tests.e2e.test_becoming_a_partner import EMAIL, link_in_mail
from tests.figures import record

SMALL = {"width": 360, "height": 780}
CALLED = {
    "en": ("How the company is reached", "Tell us how you sell",
           "Certificate of liability insurance", "Safety training for collaborative arms"),
    "fr": ("Comment joindre l’entreprise", "Dites-nous comment vous vendez",
           "Attestation d’assurance responsabilité",
           "Formation de sécurité pour les bras collaboratifs"),
}  # fmt: skip
ACTIVE = {"en": "is active.", "fr": "est active."}
arrived: set[str] = set()


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Three photos as a phone's camera takes them, each some hundred kilobytes."""
    made = []
    for name in ("front.jpg", "back.jpg", "whole-year.jpg"):
        made.append(tmp_path / name)
        Image.effect_noise((1200, 900), 80 + len(made)).save(made[-1], quality=85)
    return made


@pytest.mark.xdist_group("becoming active")  # they are counted together
@pytest.mark.parametrize("language", ["en", "fr"])
def test_from_the_application_to_active_on_a_phone(
    live: Live, person: Callable[..., Any], js: bool, language: str, photos: list[Path]
) -> None:
    company = f"Ovens {language} {'one' if js else 'two'}"
    contact, profile, insurance, safety = CALLED[language]
    locale = {"en": "en-GB", "fr": "fr-CA"}[language]
    uma = NewPartner(person("uma", js=js, size=SMALL, locale=locale), js)
    pia = TakesOn(person("pia"))
    pia.person.is_signed_in()
    live.asks_what_the_demo_asks()
    with live.writing() as database:
        database.execute("DELETE FROM letter WHERE recipient LIKE ?", (f"%{EMAIL}%",))
    uma.applies(company, EMAIL)
    uma.confirms(link_in_mail(live, "/partner-application", EMAIL))
    pia.makes_it_a_partner(company)
    with live.writing() as database:  # the same person in all four
        database.execute("UPDATE user SET language = ? WHERE email = ?", (language, EMAIL))
    uma.joins(link_in_mail(live, "/join", EMAIL), company)
    items = items_of(live, company)

    uma.goes_on_from_home()
    uma.reads_title(contact)
    uma.says_how_the_company_is_reached()
    uma.has_done(1, 6)
    uma.goes_on()
    uma.reads_title(profile)
    uma.forgets_an_answer("Bakeries between Ottawa and Montréal.")
    uma.answers("Bakeries; two of us sell.")

    uma.goes_on()
    uma.reads_title(insurance)
    front, back, whole_year = photos
    uma.adds(front)
    if js:
        uma.loses_the_connection_while(back)
    else:
        uma.adds(back)
    expect(uma.page.locator(".files a[download]")).to_have_text([front.name, back.name])
    assert live.count("file:attach", items["insurance"]) == 2
    uma.sends()
    pia.gives_back(items["insurance"], "It ends next month: send the one for the whole year.")
    uma.goes_on_from_home()
    uma.reads_title(insurance)
    uma.person.reads("It ends next month: send the one for the whole year.")
    uma.adds(whole_year)
    uma.sends()
    pia.accepts(items["insurance"])
    pia.accepts(items["profile"])

    uma.goes_on()  # what waited for the questions
    uma.reads_title(safety)
    expect(uma.page.locator("main a[target=_blank]")).to_have_attribute(
        "rel", "noopener noreferrer"
    )
    uma.adds(front)
    uma.sends()
    pia.accepts(items["safety"])
    pia.sets_products(items["products"])
    uma.has_done(5, 6)
    pia.has_done(items["call"])

    uma.person.opens("/")
    uma.person.reads(company, ACTIVE[language])
    expect(uma.page.locator("main form[action='/registrations'] button")).to_be_visible()
    assert live.ask("SELECT status FROM organisation WHERE name = ?", company) == [("active",)]
    arrived.add(company)
    name, result = "from application to Active on a phone", f"{len(arrived)} of 4"
    if len(arrived) == 4:
        record(4, name, "4 of 4", result, True)
