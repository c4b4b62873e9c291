"""Which versions of assets wait for this person, and how is each said on a card?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from portal.core.access import scope_of
from portal.core.addresses import address
from portal.core.database import db
from portal.core.language import _, chosen_language, show_ago, show_due
from portal.core.text import either
from portal.core.times import SOMEDAY
from portal.domain.assets.content import KIND_WORDS
from portal.domain.assets.models import AssetVersion, Kind, Status
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P

_COLUMNS = (
    AssetVersion.reference, AssetVersion.title, AssetVersion.title_fr, AssetVersion.kind,
    AssetVersion.status, AssetVersion.next_by, AssetVersion.changed_at,
)  # fmt: skip
_TITLES = {
    Status.DRAFT: lambda: _("Finish the draft"),
    Status.IN_REVIEW: lambda: _("Review it"),
    Status.APPROVED: lambda: _("Publish it"),
}


def waiting_versions(actor: MemberActor, most: int) -> list[dict[str, Any]]:
    """Return what the cards of the versions say that wait for the actor, soonest first.

    A draft waits for its author, a review for everybody else who may review. Asked only of whoever
    keeps the library: home costs all others nothing.
    """
    if P.ASSET_WRITE not in actor.permissions:
        return []
    mine = AssetVersion.author_user_id == actor.user_id
    waits: list[Any] = [(AssetVersion.status == Status.DRAFT) & mine]
    if P.ASSET_REVIEW in actor.permissions:
        waits.append((AssetVersion.status == Status.IN_REVIEW) & ~mine)
    if P.ASSET_PUBLISH in actor.permissions:
        waits.append(AssetVersion.status == Status.APPROVED)
    query = select(*_COLUMNS).where(scope_of(AssetVersion, actor), or_(*waits))
    order = AssetVersion.next_by.is_(None), AssetVersion.next_by, AssetVersion.id
    return [_card(row) for row in db.session.execute(query.order_by(*order).limit(most + 1))]


def _card(row: Any) -> dict[str, Any]:
    due = show_due(row.next_by) if row.next_by else None
    kind = str(KIND_WORDS[Kind(row.kind)])
    changed = _("changed %(when)s", when=show_ago(row.changed_at))
    return {
        "title": _TITLES[Status(row.status)](),
        "subject": either(row.title, row.title_fr, chosen_language()),
        "amount": "",
        "detail": f"{kind}, {changed}",
        "due_words": due.words if due else "",
        "due_exact": due.exact if due else "",
        "tone": due.tone if due else "accent",
        "url": address("admin.assets.show", reference=row.reference),
        "button": _("Open"),
        "by": row.next_by or SOMEDAY,
    }
