"""What does a deal say in the fields that people change, and how are these called?"""

from __future__ import annotations

from typing import Any

from portal.core.language import _l
from portal.domain.deals.models import Deal

LABELS: dict[str, Any] = {
    "amount": _l("Amount"),
    "close_on": _l("Expected close date"),
    "own_reference": _l("Your reference"),
    "owner": _l("Owner"),
    "vendor_owner": _l("Vendor seller"),
    "next_step": _l("Next step"),
}


def fields_of(deal: Deal) -> dict[str, Any]:
    """Return what each field says, in canonical form, for the history."""
    day = deal.next_step_on
    return {
        "amount": {"minor": deal.amount_minor, "currency": deal.currency},
        "close_on": deal.close_on.isoformat(),
        "own_reference": deal.own_reference,
        "next_step": {"step": deal.next_step, "on": day.isoformat()} if day else None,
    }
