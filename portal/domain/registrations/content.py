"""What does a registration say, is it complete, and how are its fields called?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.core.language import _, _l
from portal.domain.customers.places import REGIONS
from portal.domain.organisations.models import Side
from portal.domain.registrations.models import (
    FILES,
    ActivityKind,
    Registration,
    RejectReason,
)

STEPS = ("customer", "opportunity", "evidence", "check")

# Form field -> label, for questions, summaries and errors; the order is the form's.
LABELS: dict[str, Any] = {
    "website": _l("Customer website"),
    "company": _l("Customer company"),
    "legal_name": _l("Legal name"),
    "street": _l("Street"),
    "postal_code": _l("Postal code"),
    "country": _l("Country"),
    "region": _l("Region or state"),
    "city": _l("City"),
    "contact_name": _l("Contact name"),
    "contact_email": _l("Contact e-mail"),
    "contact_phone": _l("Contact phone"),
    "products": _l("Products"),
    "value": _l("Estimated value"),
    "currency": _l("Currency"),
    "close_on": _l("Expected close date"),
    "need": _l("What does the customer need?"),
    "rivals": _l("Who else is the customer considering?"),
    "own_reference": _l("Your reference"),
    "activities": _l("What have you done with this customer so far?"),
    "may_contact": _l("May we contact them?"),
    FILES: _l("Files"),
}

# The same where they speak to the partner and the vendor's side is reading.
_LABELS_FOR_VENDOR: dict[str, Any] = {
    **LABELS,
    "own_reference": _l("Partner’s reference"),
    "activities": _l("What has the partner done with this customer so far?"),
}

# What staff change of it, as its history calls it.
REVIEW_LABELS: dict[str, Any] = {"reviewer": _l("Reviewer")}

# What the reviewer names -> the record's fields that an answer to it may change.
_BEHIND = {
    "website": ("website", "has_no_website", "domain", "legal_name", "street", "postal_code"),
    "country": ("country", "region"),
    "value": ("value_minor", "currency"),
    "activities": ("activities", "other_activity"),
}

ACTIVITY_WORDS = {
    ActivityKind.CALL: _l("Call"),
    ActivityKind.MEETING: _l("Meeting"),
    ActivityKind.DEMO: _l("Demo"),
    ActivityKind.PROPOSAL: _l("Proposal"),
    ActivityKind.SITE_VISIT: _l("Site visit"),
    ActivityKind.TRIAL: _l("Trial"),
    ActivityKind.OTHER: _l("Something else"),
}

REASON_WORDS = {
    RejectReason.EXISTING_CUSTOMER: _l("The customer already buys from us directly"),
    RejectReason.PROTECTED: _l("The customer is protected for another partner"),
    RejectReason.NOT_ENOUGH_EVIDENCE: _l("There is not enough work with the customer yet"),
    RejectReason.OUT_OF_TERRITORY: _l("The customer is outside your territory"),
    RejectReason.NO_PROJECT: _l("There is no project that we could win together"),
    RejectReason.OTHER: _l("Another reason"),
}

_REASONS_FOR_VENDOR = {
    **REASON_WORDS,
    RejectReason.OUT_OF_TERRITORY: _l("The customer is outside the partner’s territory"),
}

MAY_CONTACT_WORDS = {"yes": _l("Yes"), "ask": _l("Ask me first")}
_MAY_CONTACT_FOR_VENDOR = {**MAY_CONTACT_WORDS, "ask": _l("Ask the partner first")}

EVIDENCE_WORDS = {
    "domain": (_l("same website"), _l("other website")),
    "name_and_postal_code": (_l("same name and postal code"), ""),
    "company": (_l("same name"), _l("other name")),
    "country": (_l("same country"), _l("other country")),
    "city": (_l("same city"), _l("other city")),
    "product": (_l("same product"), _l("other product")),
    "contact": (_l("same contact"), ""),
}


def labels_for(side: str) -> dict[str, Any]:
    """Return the fields' labels as a reader of that side is told them."""
    return _LABELS_FOR_VENDOR if side == Side.VENDOR else LABELS


def reasons_for(side: str) -> dict[RejectReason, Any]:
    """Return the reasons for a rejection as a reader of that side is told them."""
    return _REASONS_FOR_VENDOR if side == Side.VENDOR else REASON_WORDS


def may_contact_for(side: str) -> dict[str, Any]:
    """Return the answers about contacting the customer as a reader of that side is told them."""
    return _MAY_CONTACT_FOR_VENDOR if side == Side.VENDOR else MAY_CONTACT_WORDS


def fields_behind(name: str) -> tuple[str, ...]:
    """Return the record's fields that the answer to a question about ``name`` may change."""
    return _BEHIND.get(name, (name,))


def fields_of(registration: Registration) -> dict[str, Any]:
    """Return what each field that a reviewer can name says, in canonical form, for the history."""
    r = registration
    plain = ("company", "city", "contact_name", "contact_email", "contact_phone", "need", "rivals",
             "own_reference", "may_contact")  # fmt: skip
    return {
        "website": [text for text in (r.website, r.legal_name, r.street, r.postal_code) if text],
        "country": {"country": r.country, "region": r.region},
        "products": sorted(product.code for product in r.products),
        "value": {"minor": r.value_minor, "currency": r.currency},
        "close_on": r.close_on.isoformat() if r.close_on else None,
        "activities": sorted(
            [a.kind, a.on.isoformat(), *_what_else(r, a.kind)] for a in r.activities
        ),
        **{name: getattr(r, name) for name in plain},
    }


def content_of(registration: Registration, files: Sequence[str] = ()) -> dict[str, Any]:
    """Return what the registration says in canonical form: the content of its receipt.

    ``files`` are the digests of what is attached.
    """
    return {
        "customer": {
            name: getattr(registration, name)
            for name in (
                "company", "website", "has_no_website", "domain", "legal_name", "street",
                "postal_code", "country", "region", "city", "contact_name", "contact_email",
                "contact_phone",
            )
        },
        "products": sorted(product.code for product in registration.products),
        "value": [registration.value_minor, registration.currency],
        "close_on": registration.close_on.isoformat() if registration.close_on else None,
        "need": registration.need,
        "rivals": registration.rivals,
        "own_reference": registration.own_reference,
        "activities": sorted([a.kind, a.on.isoformat()] for a in registration.activities),
        "may_contact": registration.may_contact,
        "consent": registration.consent_words,
        # What did not always exist is told where there is any: older receipts stay as they are.
        **({"other_activity": registration.other_activity} if registration.other_activity else {}),
        **({"files": sorted(files)} if files else {}),
    }  # fmt: skip


def _what_else(registration: Registration, kind: str) -> list[str]:
    return [registration.other_activity] if kind == ActivityKind.OTHER else []


def activity_said(kind: str, day: str, what: str = "") -> str:
    """Return one activity as people read it: what was done, and the day as it is shown."""
    words = str(ACTIVITY_WORDS[ActivityKind(kind)])
    return f"{_('%(kind)s: %(what)s', kind=words, what=what) if what else words} {day}"


def _says_what_else(registration: Registration) -> bool:
    is_other = any(one.kind == ActivityKind.OTHER for one in registration.activities)
    return bool(registration.other_activity) or not is_other


def unfinished_steps(registration: Registration) -> list[str]:
    """Return the steps of the form that still lack something, in order."""
    r = registration
    has_identity = bool(r.domain) or all((r.legal_name, r.street, r.postal_code))
    has_region = bool(r.region) or r.country not in REGIONS
    done = {
        "customer": all(
            (r.company, has_identity, r.country, has_region, r.contact_name, r.contact_email)
        ),
        "opportunity": all((r.products, r.value_minor, r.currency, r.close_on, r.need)),
        "evidence": bool(r.activities and _says_what_else(r) and r.may_contact and r.consent_at),
    }
    return [step for step in STEPS if step in done and not done[step]]
