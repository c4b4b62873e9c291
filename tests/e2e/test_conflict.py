"""When another was first, does one win, and does the other read what happened and by whom?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.e2e.customers import new_customer
from tests.e2e.people import LAPTOP


def test_an_open_decision_page_meanwhile_decided(person: Callable[..., Any], js: bool) -> None:
    omar, olga = person("omar", js=js), person("olga", size=LAPTOP)
    omar.is_signed_in()
    olga.is_signed_in()
    reference = omar.live.given("under_review", new_customer())
    omar.opens_for_review(reference)
    olga.approves_it(reference)
    omar.tap("Approve")
    omar.reads("This has changed meanwhile", "Olga Lindqvist approved it")
    omar.tap("See how it stands" if js else f"Open {reference}")
    omar.reads("Approved on")
    assert omar.live.count("registration:approve", reference) == 1


def test_a_rejection_typed_for_minutes_meanwhile_approved(
    person: Callable[..., Any], js: bool
) -> None:
    omar, olga = person("omar", js=js), person("olga", size=LAPTOP)
    omar.is_signed_in()
    olga.is_signed_in()
    reference = omar.live.given("under_review", new_customer())
    omar.opens(f"/admin/registrations/{reference}/rejection")
    olga.approves_it(reference)
    omar.choose("Reason", "There is no project that we could win together")
    omar.type("What the partner reads", "Come back with a budget.")
    omar.tap("Reject it")
    omar.reads("This has changed meanwhile", "Olga Lindqvist approved it")
    if js:  # the form still stands there
        omar.sees_typed("What the partner reads", "Come back with a budget.")
    assert omar.live.count("registration:reject", reference) == 0


def test_an_answer_to_what_was_withdrawn_meanwhile(person: Callable[..., Any], js: bool) -> None:
    """The seller answers while the manager takes it back."""
    ana, marc = person("ana", js=js), person("marc")
    ana.is_signed_in()
    marc.is_signed_in()
    reference = ana.live.given("needs_info", new_customer())
    ana.opens(f"/registrations/{reference}/answer")
    marc.opens(f"/registrations/{reference}")
    marc.tap("Withdraw this registration")
    marc.tap("Withdraw it")
    marc.reads("Withdrawn")
    ana.type("Your reply", "The one in Hamilton.")
    ana.tap("Send answer")
    ana.reads("This has changed meanwhile", "Marc Lefebvre withdrew it")
    assert ana.live.count("registration:answer", reference) == 0
