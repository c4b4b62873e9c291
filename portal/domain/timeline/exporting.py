"""Who took which part of the history out of the portal?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from portal.core.events import EventKind, declare, digest, record_event
from portal.core.language import _l
from portal.domain.people.actor import MemberActor
from portal.domain.timeline.searches import Search

declare(
    EventKind(
        "audit:export",
        _l("%(who)s exported the history"),
        frozenset({"about", "kind", "since", "until", "person"}),
        partner_sees=False,
    )
)


def note_export(session: Session, actor: MemberActor, search: Search) -> dt.datetime:
    """Write down that ``actor`` exports what ``search`` finds; return the moment of it.

    Of whom was looked for only the digest is kept, because it can be a name.
    """
    typed = search.typed
    event = record_event(
        "audit:export",
        f"membership:{actor.membership_id}",
        actor,
        session=session,
        about=digest(search.record) if search.record else "",
        kind=typed.get("tag", ""),
        since=typed.get("since", ""),
        until=typed.get("until", ""),
        person=digest(search.person) if search.person else "",
    )
    return event.at
