"""Who took which deals out of the portal?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.events import digest, record_event
from portal.domain.deals.events import E


def note_export(session: Session, actor: Actor, stage: str, typed: str) -> None:
    """Write down that ``actor`` takes along what the list of deals shows.

    Of the words that were looked for only the digest is kept, because they can be a name.
    """
    record_event(
        E.EXPORT,
        f"membership:{actor.membership_id}",
        actor,
        session=session,
        stage=stage,
        typed=digest(typed) if typed else "",
    )
