"""Which other records may be of the same customer, and what speaks for it?"""

from __future__ import annotations

import pytest
from flask import Flask

from portal.domain.deals import operations as deals
from portal.domain.deals.models import Stage
from portal.domain.registrations import operations
from portal.domain.registrations.models import (
    Registration,
    Status,
)
from tests.domain.world import (
    actor_of,
    complete,
    everything,
    in_state,
    products,
    submitted,
    under_review,
)


def evidence(registration: Registration) -> dict[str, set[str]]:
    """Return the evidence of each possible match by the other's company."""
    return {m.company: set(m.evidence) for m in operations.matches_of(registration)}


def test_a_match_comes_with_what_speaks_for_and_against_it(data_app: Flask) -> None:
    with everything(data_app):
        submitted("bruno", domain="known.com", company="Known Robots", country="US",
                  region="TX", city="Austin", products=products("PAL"),
                  contact_email="someone@known.com")  # fmt: skip
        submitted("lena", domain="known.com", company="Known Works Inc.", city="Ottawa",
                  contact_email="ROBIN@known.com")  # fmt: skip
        registration = submitted("ana", domain="known.com", company="Known Works")
        assert evidence(registration) == {
            "Known Robots": {"+domain", "-company", "-country", "-city", "-product"},
            "Known Works Inc.": {
                "+domain",
                "+company",
                "+country",
                "+city",
                "+product",
                "+contact",
            },
        }


def test_without_a_website_name_and_postal_code_match(app: Flask) -> None:
    with everything(app):
        farm = {"domain": None, "website": "", "has_no_website": True, "street": "1 Rang",
                "legal_name": "Ferme Beauséjour", "postal_code": "j2t5h8",
                "contact_email": "a@videotron.ca"}  # fmt: skip
        values = complete(domain="x.ca")
        for by, extra in (("bruno", {}), ("ana", {"legal_name": "FERME BEAUSEJOUR",
                                                  "postal_code": "J2T 5H8"})):  # fmt: skip
            registration = operations.begin_draft(actor_of(by))
            operations.save_draft(registration, actor_of(by), {**values, **farm, **extra})
            operations.submit(registration, actor_of(by))
        (found,) = evidence(registration).values()
        assert "+name_and_postal_code" in found


@pytest.mark.parametrize(
    ("status", "is_found"),
    [
        (Status.DRAFT, False),
        (Status.SUBMITTED, True),
        (Status.UNDER_REVIEW, True),
        (Status.NEEDS_INFO, True),
        (Status.APPROVED, True),  # by its deal
        (Status.REJECTED, False),
        (Status.WITHDRAWN, False),
    ],
)
def test_only_open_records_match(app: Flask, status: Status, is_found: bool) -> None:
    with everything(app):
        other = in_state(status, "bruno", domain="open.com")
        registration = submitted("ana", domain="open.com")
        found = operations.matches_of(registration)
        assert bool(found) == is_found
        if status == Status.APPROVED:
            assert found[0].other_reference.startswith("DL-")
            assert found[0].protected_until is not None
        elif found:
            assert found[0].other_reference == other.reference


def test_a_lost_deal_matches_no_more(app: Flask) -> None:
    with everything(app) as session:
        other = under_review("bruno", domain="lost.com")
        deal = operations.approve(other, actor_of("olga"))
        deals.move(deal, actor_of("bruno"), Stage.LOST, "price")
        session.flush()
        registration = under_review("ana", domain="lost.com")
        assert operations.matches_of(registration) == []
        operations.approve(registration, actor_of("olga"))
