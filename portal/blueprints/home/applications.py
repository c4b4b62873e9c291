"""Which companies that applied wait for this person, and how is each said on a card?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from portal.core.addresses import address
from portal.core.database import db
from portal.core.language import _, chosen_language, show_due
from portal.core.workflow import VENDOR
from portal.domain.applications.models import Application, Status
from portal.domain.applications.policy import is_in_no_hands, theirs_to_decide
from portal.domain.customers.places import country_name
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P

_COLUMNS = (
    Application.reference, Application.status, Application.company, Application.country,
    Application.next_by,
)  # fmt: skip


def waiting_applications(actor: MemberActor, most: int) -> list[dict[str, Any]]:
    """Return what the cards of the applications say that wait for the actor, soonest first.

    Asked only of who reviews some: home costs all others nothing.
    """
    if P.APPLICATION_REVIEW not in actor.permissions:
        return []
    query = (
        select(*_COLUMNS)
        .where(
            theirs_to_decide(actor),
            Application.next_side == VENDOR,
            or_(
                Application.next_membership_id == actor.membership_id,
                is_in_no_hands(),
            ),
        )
        .order_by(Application.next_by, Application.id)
        .limit(most + 1)
    )
    return [_card(row) for row in db.session.execute(query)]


def _card(row: Any) -> dict[str, Any]:
    due = show_due(row.next_by)
    place = country_name(row.country, chosen_language())
    return {
        "title": _("Take it for review") if row.status == Status.SUBMITTED else _("Decide"),
        "subject": row.company,
        "amount": "",
        "detail": _("Wants to become a partner · %(country)s", country=place),
        "due_words": due.words,
        "due_exact": due.exact,
        "tone": due.tone,
        "url": address("admin.applications.show", reference=row.reference),
        "button": _("Review"),
        "by": row.next_by,
    }
