"""Does a company come from the form to its own home on a phone, by the mails it gets?"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from tests.e2e.live import Live
from tests.e2e.people import Person, Seller

EMAIL = "uma@northwind.example"
# Nobody reads and fills in the form in less.
MOMENT = 2_200
PATIENCE = 20.0


def link_in_mail(live: Live, ending: str, email: str = EMAIL, says: str = "") -> str:
    """Return the first address below ``ending`` in the newest mail that ``says`` so."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        rows = live.ask(
            "SELECT body FROM letter WHERE recipient LIKE ? ORDER BY delivery_id DESC", f"%{email}%"
        )
        for (body,) in rows:
            found = re.search(rf"{re.escape(live.url)}({ending}/\S+)", body)
            if says in body and found:
                return found[1]
        time.sleep(0.2)
    raise AssertionError(f"no mail with {ending}")


def applies(uma: Seller, company: str) -> None:
    """Fill in the form and send it."""
    uma.opens("/sign-in")
    uma.tap("Become a partner")
    uma.tap("Send the application")
    uma.reads("Give the company’s name.")
    uma.type("Company", company)
    uma.type("Website", f"https://www.{company.lower().replace(' ', '-')}.ca")
    uma.choose("Country", "Canada")
    uma.type("Region or state", "Ontario")
    uma.type("City", "Ottawa")
    uma.type("What does your company do?", "We bring robots into bakeries all over Ontario.")
    uma.type("How many people work there?", "14")
    uma.tick("Reseller")
    uma.type("Your name", "Uma Reyes")
    uma.type("Your e-mail at work", EMAIL)
    uma.tick("I may speak for the company, and what I say here is true")
    uma.page.wait_for_timeout(MOMENT)
    uma.tap("Send the application")
    uma.reads_heading("Look into your mail")


def test_from_the_form_to_the_own_home(live: Live, person: Callable[..., Any], js: bool) -> None:
    company = "Ovenworks One" if js else "Ovenworks Two"
    uma: Seller = person("uma", js=js)
    with live.writing() as database:
        database.execute("DELETE FROM letter WHERE recipient LIKE ?", (f"%{EMAIL}%",))
    applies(uma, company)
    uma.opens(link_in_mail(live, "/partner-application"))
    uma.tap("Confirm the application")
    uma.reads("Submitted")
    pia: Person = person("pia", js=js)
    pia.is_signed_in()
    pia.opens("/admin/applications")
    pia.tap(company)
    pia.tap("Take it for review")
    pia.tap("Make it a partner")
    pia.tap("Make it a partner")
    pia.reads("Approved")
    uma.page.reload()
    uma.reads("Welcome.")
    uma.opens(link_in_mail(live, "/join"))
    uma.tap("Sign in with Quayside Demo")
    uma.page.locator("button[name=persona][value=uma]").click()
    uma.reads(company)


def test_in_french_with_a_question(live: Live, person: Callable[..., Any]) -> None:
    """Everything that the applicant reads is in French, the mails as well."""
    email = "camille@boulangerie-robotique.fr"
    camille: Seller = person("uma", locale="fr-CA")
    camille.opens("/partner-application")
    camille.reads_heading("Devenir partenaire")
    for label, text in (
        ("Entreprise", "Boulangerie Robotique"), ("Site Web", "boulangerie-robotique.fr"),
        ("Ville", "Lyon"), ("Que fait votre entreprise?", "Des robots pour les boulangeries."),
        ("Combien de personnes y travaillent?", "8"), ("Votre nom", "Camille Perret"),
        ("Votre courriel au travail", email),
    ):  # fmt: skip
        camille.type(label, text)
    camille.choose("Pays", "France")
    camille.tick("Revendeur")
    camille.tick("Je peux parler au nom de l’entreprise, et ce que je dis ici est vrai")
    camille.page.wait_for_timeout(MOMENT)
    camille.page.locator("main form button.primary").click()
    camille.reads_heading("Consultez vos courriels")
    camille.opens(link_in_mail(live, "/partner-application", email))
    camille.tap("Confirmer la demande")
    camille.reads("Soumise")
    carla: Person = person("carla")
    carla.is_signed_in()
    carla.opens("/admin/applications")
    carla.tap("Boulangerie Robotique")
    carla.tap("Take it for review")
    carla.tap("Ask for information")
    carla.type("What do you need to know?", "Quelles boulangeries connaissez-vous?")
    carla.tap("Send the question")
    carla.reads("Needs info")
    camille.opens(link_in_mail(live, "/partner-application", email, "Quelles boulangeries"))
    camille.reads("Quelles boulangeries connaissez-vous?")
    camille.page.locator("[name=reply]").fill("Celles de Lyon.")
    camille.page.locator("main form button.primary").click()
    camille.reads("En cours d’examen")
    carla.page.reload()
    carla.reads("Celles de Lyon.")
    carla.tap("Reject")
    carla.choose("Reason", "Another reason")
    carla.type("What the applicant reads", "Nous manquons de machines pour vous cette année.")
    carla.tap("Reject")
    carla.reads("Rejected")
    camille.page.reload()
    camille.reads("Nous manquons de machines pour vous cette année.")
    camille.reads("Refusée")
