"""What does a deal say in the fields that people change, and how are these called?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import format_percent

from portal.core.actors import Actor
from portal.core.fields import shows
from portal.core.language import _, _l, locale
from portal.domain.deals.models import Deal, DealAssessment, Risk

LABELS: dict[str, Any] = {
    "amount": _l("Amount"),
    "close_on": _l("Expected close date"),
    "own_reference": _l("Your reference"),
    "owner": _l("Owner"),
    "vendor_owner": _l("Vendor seller"),
    "next_step": _l("Next step"),
}

ASSESSMENT_LABELS: dict[str, Any] = {
    "margin": _l("Margin"),
    "score": _l("Score"),
    "risk": _l("Risk"),
}

RISK_WORDS = {
    Risk.LOW: (_l("Low risk"), "ok"),
    Risk.MEDIUM: (_l("Medium risk"), "warn"),
    Risk.HIGH: (_l("High risk"), "bad"),
}


def fields_of(deal: Deal, actor: Actor) -> dict[str, Any]:
    """Return what each field says that ``actor`` reads, in canonical form, for the history.

    Nobody changes what they do not read.
    """
    day = deal.next_step_on
    told = shows(actor, "deal.close_on")
    return {
        "amount": {"minor": deal.amount_minor, "currency": deal.currency},
        **({"close_on": deal.close_on.isoformat()} if told else {}),
        "own_reference": deal.own_reference,
        "next_step": {"step": deal.next_step, "on": day.isoformat()} if day else None,
    }


def percent(tenths: int) -> str:
    """Return tenths of a percent as people write it."""
    pattern = locale().percent_formats[None].pattern.replace("0", "0.#", 1)
    return str(format_percent(Decimal(tenths) / 1000, format=pattern, locale=locale()))


def assessment_facts(assessment: DealAssessment) -> list[tuple[str, str]]:
    """Return label and value of what stands in an assessment, but for the risk."""
    margin, score = assessment.margin, assessment.score
    rows = [
        (ASSESSMENT_LABELS["margin"], "" if margin is None else percent(margin)),
        (ASSESSMENT_LABELS["score"], "" if score is None else _("%(score)s of 100", score=score)),
    ]
    return [(str(label), value) for label, value in rows if value]


def assessment_fields(assessment: DealAssessment) -> dict[str, Any]:
    """Return what an assessment says, in canonical form, for the history."""
    return {"margin": assessment.margin, "score": assessment.score, "risk": assessment.risk}
