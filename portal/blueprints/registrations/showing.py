"""What does a registration's own page show?"""

from __future__ import annotations

from typing import Any

from flask import current_app, request, url_for
from sqlalchemy import bindparam, func, select

from portal.blueprints.filing import files_card
from portal.blueprints.reading import ACTIVITIES, PRODUCTS, parts_of
from portal.core.access import can
from portal.core.database import db, fixed
from portal.core.fields import shows
from portal.core.language import Due, show_due
from portal.core.net import lasting
from portal.core.workflow import PARTNER
from portal.domain.deals.models import Deal
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P
from portal.domain.registrations.content import labels_for, reasons_for
from portal.domain.registrations.models import Question, Receipt, Registration
from portal.domain.registrations.owners import OPEN
from portal.domain.registrations.workflow import REGISTRATION
from portal.domain.shares.telling import sharing_of
from portal.domain.timeline.sentences import answers_in, timeline

_QUESTIONS = (
    select(func.count(Question.id))
    .where(Question.registration_id == bindparam("registration"))
    .scalar_subquery()
)
# The last receipt, the deal and what stands beside, each as far as the reader may know it.
_AROUND = lasting(
    select(
        Receipt.reference,
        Receipt.at,
        Deal.reference.label("deal"),
        Deal.protected_until,
        PRODUCTS,
        ACTIVITIES,
        _QUESTIONS.label("questions"),
    )
    .select_from(Registration)
    .outerjoin(Receipt, Receipt.registration_id == Registration.id)
    .outerjoin(Deal, Deal.registration_id == Registration.id)
    .where(Registration.id == bindparam("registration"))
    .order_by(Receipt.id.desc())
    .limit(fixed(1))
)


def _due(registration: Registration, actor: MemberActor) -> Due | None:
    """Return by when it is whose turn, as far as the reader is told."""
    is_told = registration.next_side == PARTNER or shows(actor, "registration.decision_target")
    return show_due(registration.next_by) if registration.next_by and is_told else None


def record_page(registration: Registration, actor: MemberActor) -> dict[str, Any]:
    """Return the context of the page: state, what is next, content, receipt, history."""
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    entries = timeline(registration.reference, actor, vendor)
    around = db.session.execute(_AROUND, {"registration": registration.id}).one()
    questions = registration.questions if around.questions else []
    return {
        "registration": registration,
        "state": REGISTRATION.state_of(registration),
        "due": _due(registration, actor),
        "steps": REGISTRATION.available(registration, actor),
        "may_reassign": registration.status in OPEN
        and can(actor, P.REGISTRATION_REASSIGN, registration),
        "parts": parts_of(registration, around, actor.side),
        "files": files_card(registration, actor),
        "receipt": around if around.reference else None,
        "deal_url": url_for("deals.show", reference=around.deal) if around.deal else None,
        "protected_until": around.protected_until,
        "reason": reasons_for(actor.side).get(
            registration.reason_code  # type: ignore[call-overload]
        ),
        "questions": questions,
        "answers": answers_in(entries, questions),
        "labels": labels_for(actor.side),
        "entries": entries,
        "sharing": sharing_of(registration, actor, vendor),
        "just": next((name for name in ("submitted", "answered", "sent") if name in request.args),
                     None),
    }  # fmt: skip
