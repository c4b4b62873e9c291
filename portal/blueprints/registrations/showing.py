"""What does a registration's own page show?"""

from __future__ import annotations

from typing import Any

from flask import current_app, request, url_for
from sqlalchemy import bindparam, select

from portal.blueprints.reading import parts_of
from portal.core.database import db
from portal.core.language import show_due
from portal.domain.deals.models import Deal
from portal.domain.people.actor import MemberActor
from portal.domain.registrations.content import labels_for, reasons_for
from portal.domain.registrations.models import Receipt, Registration
from portal.domain.registrations.workflow import REGISTRATION
from portal.domain.shares.telling import sharing_of
from portal.domain.timeline.sentences import answers_in, timeline

# The last receipt and the deal, each as far as the reader may know it.
_AROUND = (
    select(Receipt.reference, Receipt.at, Deal.reference.label("deal"))
    .select_from(Registration)
    .outerjoin(Receipt, Receipt.registration_id == Registration.id)
    .outerjoin(Deal, Deal.registration_id == Registration.id)
    .where(Registration.id == bindparam("registration"))
    .order_by(Receipt.id.desc())
    .limit(1)
)


def record_page(registration: Registration, actor: MemberActor) -> dict[str, Any]:
    """Return the context of the page: state, what is next, content, receipt, history."""
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    entries = timeline(registration.reference, actor, vendor)
    around = db.session.execute(_AROUND, {"registration": registration.id}).one()
    return {
        "registration": registration,
        "state": REGISTRATION.state_of(registration),
        "due": show_due(registration.next_by) if registration.next_by else None,
        "steps": REGISTRATION.available(registration, actor),
        "parts": parts_of(registration, actor.side),
        "receipt": around if around.reference else None,
        "deal_url": url_for("deals.show", reference=around.deal) if around.deal else None,
        "reason": reasons_for(actor.side).get(
            registration.reason_code  # type: ignore[call-overload]
        ),
        "questions": registration.questions,
        "answers": answers_in(entries, registration.questions),
        "labels": labels_for(actor.side),
        "entries": entries,
        "sharing": sharing_of(registration, actor, vendor),
        "just": next((name for name in ("submitted", "answered", "sent") if name in request.args),
                     None),
    }  # fmt: skip
