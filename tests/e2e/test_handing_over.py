"""Does work find another colleague on a phone, and a channel manager another partner?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.e2e.customers import new_customer
from tests.e2e.people import LAPTOP, Seller


def test_a_manager_hands_a_deal_over_on_a_phone(person: Callable[..., Any], js: bool) -> None:
    marc: Seller = person("marc", js=js)
    noah: Seller = person("noah", js=js)
    marc.is_signed_in()
    noah.is_signed_in()
    customer = new_customer()
    reference = marc.live.given("approved", customer)
    marc.opens(f"/registrations/{reference}")
    marc.tap("Open the deal")
    path = marc.path
    marc.tap("Hand it to a colleague")
    marc.reads_heading(f"Who takes over {customer.company}?")
    marc.tap("Hand it over")
    marc.reads("Choose who takes it.")
    marc.choice("Noah Bergeron").locator("input").check()
    marc.tap("Hand it over")
    marc.reads_heading(customer.company)
    marc.reads("You handed it over", "was Ana Duarte, now Noah Bergeron")
    noah.opens(path)
    noah.reads_heading(customer.company)


def test_a_portfolio_is_set_and_holds_at_the_next_page(
    person: Callable[..., Any], js: bool
) -> None:
    pia, carla = person("pia", js=js, size=LAPTOP), person("carla", js=js)
    pia.is_signed_in()
    carla.is_signed_in()
    (reference,) = carla.live.ask(
        "SELECT m.reference FROM membership m JOIN user u ON u.id = m.user_id"
        " WHERE u.email LIKE 'carla@%'"
    )[0]
    partners = "Harbour Distribution\nNorthwind Resale\nLakeside IT"
    carla.opens("/admin/organisations")
    carla.does_not_read("Cobalt Systems")
    for typed, sentence in (
        (f"{partners}\nCobalt Systems", "One comes in:"),
        (partners, "One goes out:"),
    ):
        pia.opens(f"/admin/people/{reference}")
        pia.tap("Change the portfolio")
        pia.type("These partners", typed)
        pia.tap("See what changes")
        pia.reads(sentence, "Cobalt Systems")
        pia.tap("Save")
        pia.reads("The portfolio holds from now on.")
        carla.opens("/admin/organisations")
        carla.reads("Northwind Resale")
        if sentence == "One comes in:":
            carla.reads("Cobalt Systems")
        else:
            carla.does_not_read("Cobalt Systems")
