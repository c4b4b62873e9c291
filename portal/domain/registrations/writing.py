"""Which fields does a partner write, and which of them did a form change?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from portal.core.times import now
from portal.domain.customers.identity import customer_key
from portal.domain.registrations.models import Registration, RegistrationActivity

# What a partner writes, step by step; nothing else can be set from a form.
CUSTOMER_FIELDS = (
    "company", "website", "has_no_website", "domain", "legal_name", "street", "postal_code",
    "country", "region", "city", "contact_name", "contact_email", "contact_phone",
)  # fmt: skip
OPPORTUNITY_FIELDS = (
    "products", "value_minor", "currency", "close_on", "need", "rivals", "own_reference",
)  # fmt: skip
EVIDENCE_FIELDS = ("activities", "other_activity", "may_contact", "consent_at", "consent_words")
PARTNER_FIELDS = frozenset((*CUSTOMER_FIELDS, *OPPORTUNITY_FIELDS, *EVIDENCE_FIELDS))


def write_fields(registration: Registration, values: Mapping[str, Any]) -> list[str]:
    """Set the partner's fields in ``values`` and return the names of those that changed.

    ``activities`` is a mapping of kind to date, ``products`` a list of Product. Raises KeyError
    for any other field than the partner's.
    """
    changed = []
    for name, value in values.items():
        if name not in PARTNER_FIELDS:
            raise KeyError(name)
        if name == "activities":
            if _set_activities(registration, value):
                changed.append(name)
        elif getattr(registration, name) != value:
            setattr(registration, name, value)
            changed.append(name)
    if registration.domain or registration.legal_name:
        registration.customer_key = customer_key(
            registration.domain, registration.legal_name, registration.postal_code
        )
    return changed


def _set_activities(registration: Registration, wanted: Mapping[str, dt.date]) -> bool:
    present = {activity.kind: activity for activity in registration.activities}
    if {kind: activity.on for kind, activity in present.items()} == dict(wanted):
        return False
    for kind, activity in present.items():
        if kind not in wanted:
            registration.activities.remove(activity)
        else:
            activity.on = wanted[kind]
    for kind in wanted.keys() - present.keys():
        registration.activities.append(RegistrationActivity(kind=kind, on=wanted[kind]))
    registration.changed_at = now()
    return True
