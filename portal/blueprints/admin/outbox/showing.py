"""What do the list of deliveries and a delivery's own page show?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import current_app, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.core.access import visible
from portal.core.database import db
from portal.core.language import _, _l
from portal.core.outbox import STATES, Delivery
from portal.core.paging import filters_of
from portal.domain.notifications.models import Letter
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, User
from portal.domain.timeline.sentences import entry_of

SIZE = 40
STATE_WORDS = {
    "waiting": (_l("Waiting"), "info"),
    "leased": (_l("On its way"), "info"),
    "sent": (_l("Sent"), "ok"),
    "parked": (_l("Needs a look"), "bad"),
    "dropped": (_l("Not needed any more"), "neutral"),
}


def list_page(actor: MemberActor) -> dict[str, Any]:
    """Return the context of the list: deliveries in the chosen state, newest first."""
    chosen = request.args.get("state", "")
    state = chosen if chosen in STATES else ""
    after = _key(request.args.get("after", ""))
    found = _found(actor, state, after)
    rows = found[:SIZE]
    kept: dict[str, Any] = {"state": state} if state else {}
    has_more = len(found) > SIZE
    labels = {name: str(STATE_WORDS[name][0]) for name in STATES}
    return {
        "rows": rows,
        "next_url": url_for("admin.outbox.index", after=rows[-1].key, **kept) if has_more else None,
        "first_url": url_for("admin.outbox.index", **kept) if after else None,
        "recipients": _recipients(rows),
        "titles": _titles(rows, actor),
        "states": STATE_WORDS,
        "filters": filters_of("admin.outbox.index", "state", labels, state),
    }


def _found(actor: MemberActor, state: str, after: str) -> Sequence[Delivery]:
    """Return the deliveries after the one named, and one more than a page holds."""
    query = visible(Delivery, actor)
    if state:
        query = query.where(Delivery.state == state)
    if after:
        last = select(Delivery.id).where(Delivery.key == after)
        query = query.where(Delivery.id < last.scalar_subquery())
    query = query.options(joinedload(Delivery.event)).order_by(Delivery.id.desc())
    return db.session.scalars(query.limit(SIZE + 1)).all()


def _key(text: str) -> str:
    """Return ``text`` if it is a delivery's key, else nothing: then the first page is shown."""
    return text if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) else ""


def record_page(delivery: Delivery, actor: MemberActor) -> dict[str, Any]:
    """Return the context of the page: to whom, when, and the mail if it lies here."""
    return {
        "delivery": delivery,
        "title": _titles([delivery], actor)[delivery.id],
        "recipient": _recipients([delivery]).get(delivery.recipient_id or 0),
        "letter": db.session.get(Letter, delivery.id),
        "state": STATE_WORDS[delivery.state],
        "reason": _reason(delivery.reason),
    }


def _reason(kept: str) -> str:
    """Return why a delivery waits or stays, with our words in the reader's language."""
    words, colon, code = kept.partition(": ")
    if not words:
        return ""
    return _("%(what)s: %(name)s", what=_(words), name=code) if colon else _(words)


def _recipients(rows: Sequence[Delivery]) -> dict[int, str]:
    ids = {row.recipient_id for row in rows if row.recipient_id}
    if not ids:
        return {}
    names = db.session.execute(
        select(Membership.id, User.name)
        .join(User, User.id == Membership.user_id)
        .where(Membership.id.in_(ids))
    )
    return {row.id: row.name for row in names}


def _titles(rows: Sequence[Delivery], actor: MemberActor) -> dict[int, str]:
    """Return what each delivery tells: the subject of its kept mail, else what happened."""
    kept = db.session.execute(
        select(Letter.delivery_id, Letter.subject).where(
            Letter.delivery_id.in_([row.id for row in rows])
        )
    )
    subjects = {row.delivery_id: row.subject for row in kept}
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    return {
        row.id: subjects.get(row.id) or entry_of(row.event, actor, vendor).sentence for row in rows
    }
