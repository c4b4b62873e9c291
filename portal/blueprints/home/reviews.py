"""Which access reviews wait for this person, and how is each said on a card?"""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import select

from portal.core.access import scope_of
from portal.core.addresses import address
from portal.core.database import db
from portal.core.language import _, _n, show_due
from portal.core.workflow import PARTNER, VENDOR
from portal.domain.access_reviews.models import AccessReview
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P

_COLUMNS = (
    AccessReview.reference, AccessReview.next_by, AccessReview.to_look_at, Organisation.name,
)  # fmt: skip


def waiting_reviews(actor: MemberActor, most: int) -> list[dict[str, Any]]:
    """Return what the cards of the reviews say that wait for the actor's side, soonest first.

    Asked only where the actor's organisation has some: home costs all others nothing.
    """
    is_vendor = actor.side == Side.VENDOR
    needed = P.ACCESS_SIGN_OFF if is_vendor else P.ACCESS_REVIEW
    if needed not in actor.permissions:
        return []
    query = (
        select(*_COLUMNS)
        .join(Organisation, Organisation.id == AccessReview.organisation_id)
        .where(
            scope_of(AccessReview, actor),
            AccessReview.next_side == (VENDOR if is_vendor else PARTNER),
        )
        .order_by(AccessReview.next_by, AccessReview.id)
        .limit(most + 1)
    )
    return [_card(row, is_vendor) for row in db.session.execute(query)]


def _card(row: Any, is_vendor: bool) -> dict[str, Any]:
    due = show_due(row.next_by)
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    if is_vendor:
        title, detail = _("Sign for who has access"), ""
        url = address("admin.access.review", reference=row.reference)
    else:
        title = _("Say who still needs access")
        detail = _("%(vendor)s asks this once a month.", vendor=vendor)
        url = address("people.review")
    count = _n("%(num)d person to look at.", "%(num)d people to look at.", row.to_look_at)
    return {
        "title": title,
        "subject": row.name,
        "amount": "",
        "detail": f"{count} {detail}".strip(),
        "due_words": due.words,
        "due_exact": due.exact,
        "tone": due.tone,
        "url": url,
        "button": _("Open"),
        "by": row.next_by,
    }
