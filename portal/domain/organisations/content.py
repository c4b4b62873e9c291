"""What does an organisation say in the fields that people change, and how are these called?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.core.actors import Actor
from portal.core.fields import shows
from portal.core.language import _l
from portal.domain.organisations.models import Organisation

LABELS: dict[str, Any] = {
    "name": _l("Name"),
    "types": _l("Type"),
    "tier": _l("Tier"),
    "countries": _l("Sells in"),
    "domains": _l("Websites"),
    "products": _l("Products"),
    "account_manager": _l("Account manager"),
    "company_email": _l("Company e-mail"),
    "company_phone": _l("Company phone"),
    "parent": _l("Company above"),
    # In the history of a channel manager.
    "portfolio": _l("Portfolio"),
}


def fields_of(organisation: Organisation, products: Sequence[str], actor: Actor) -> dict[str, Any]:
    """Return what each field says that ``actor`` reads, in canonical form, for the history.

    ``products`` are the codes of what it may sell.
    """
    tier = {"tier": organisation.tier} if shows(actor, "organisation.tier") else {}
    return {
        "name": organisation.name,
        "types": sorted(organisation.types),
        **tier,
        "countries": sorted(organisation.countries),
        "domains": sorted(organisation.domains),
        "products": sorted(products),
        "company_email": organisation.contact_email or "",
        "company_phone": organisation.contact_phone or "",
    }
