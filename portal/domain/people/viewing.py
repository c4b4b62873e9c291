"""Who sees the portal as another person, since when, and until when?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal.core.access import can, deny, explain, visible
from portal.core.database import db
from portal.core.events import EventKind, declare, record_event
from portal.core.language import _l
from portal.core.times import now
from portal.core.workflow import Refused
from portal.domain.people.actor import MemberActor, Sight, actor_from
from portal.domain.people.models import LoginSession, Membership, Viewing
from portal.domain.permissions import READING
from portal.domain.permissions import Permission as P

LENGTH = dt.timedelta(minutes=30)

# The record is the person who is viewed, the actor who views.
declare(
    EventKind(
        "viewing:start",
        _l("%(who)s began to see the portal as %(whom)s does"),
        frozenset({"viewing"}),
    ),
    # ``page`` is the endpoint, ``target`` the record that its address names.
    EventKind(
        "viewing:page",
        _l("%(who)s read a page as %(whom)s"),
        frozenset({"viewing", "page", "target"}),
        partner_sees=False,
    ),
    EventKind(
        "viewing:end",
        _l("%(who)s no longer sees the portal as %(whom)s does"),
        frozenset({"viewing", "why"}),
    ),
)

OVER = {
    "time": _l("The 30 minutes are over. You can begin again from the person’s page."),
    "stopped": _l("It was ended in another window."),
    "viewer": _l("You may no longer view as this person."),
    "person": _l("Their access or their rights have changed."),
}
# Which refusals lie with the viewer; all others come from how the person stands.
_OF_VIEWER = frozenset({"role", "no rule", "another", "partner"})


def start_viewing(person: Membership, actor: MemberActor, token_hash: str, reason: str) -> Viewing:
    """Let the actor's sign-in see the portal as ``person`` does, for half an hour, to read.

    ``token_hash`` names the sign-in. Raises Denied where the actor may not, Refused where it looks
    on already.
    """
    if not can(actor, P.PERSON_VIEW_AS, person):
        deny(actor, P.PERSON_VIEW_AS, person)
    # Locked, so that a sign-in never begins two at once, of which one would be left without end.
    mine = visible(LoginSession, actor).where(
        LoginSession.token_hash == token_hash, LoginSession.ended_at.is_(None)
    )
    device = db.session.scalars(mine.with_for_update(of=LoginSession)).one()
    if device.viewing_id is not None:
        raise Refused(_l("You view as somebody already. Stop that first."))
    viewing = Viewing(
        membership_id=actor.membership_id,
        viewed_id=person.id,
        reason=reason,
        ends_at=now() + LENGTH,
    )
    db.session.add(viewing)
    db.session.flush()
    device.viewing_id = viewing.id
    record_event("viewing:start", _chain(person.id), actor, viewing=viewing.reference)
    return viewing


def seen_through(viewer: MemberActor) -> MemberActor:
    """Return the person as whom ``viewer`` sees the portal at present; call in system mode.

    Asked anew by every request of such a sign-in. Where nothing allows it any more it is the
    viewer, whose ``viewing.over`` says why.
    """
    viewing = db.session.get(Viewing, viewer.viewing_id, populate_existing=True)
    assert viewing is not None, "a sign-in names a viewing that there is"
    # The scope is the viewer's: whoever has left the portfolio is not found.
    query = visible(Membership, viewer).where(Membership.id == viewing.viewed_id)
    person = db.session.scalar(query.execution_options(populate_existing=True))
    over = _why_over(viewing, viewer, person)
    seen = person or db.session.get_one(Membership, viewing.viewed_id)
    sight = Sight(
        viewing.reference,
        viewer,
        seen.reference,
        seen.user.name,
        seen.organisation.name,
        viewing.ends_at,
        over,
        OVER.get(over, ""),
    )
    if over:
        return replace(viewer, viewing=sight)
    actor = actor_from(seen)
    return replace(
        actor,
        token=viewer.token,
        seen_at=viewer.seen_at,
        viewing_id=viewing.id,
        viewing=sight,
        withheld=actor.permissions - READING,
    )


def _why_over(viewing: Viewing, viewer: MemberActor, person: Membership | None) -> str:
    if viewing.ended_at is not None:
        return "stopped"
    if viewing.ends_at <= now():
        return "time"
    if person is None:
        return "viewer"
    found = explain(viewer, P.PERSON_VIEW_AS, person)
    if found.is_allowed:
        return ""
    return "viewer" if found.rule in _OF_VIEWER else "person"


def note_page(session: Session, actor: MemberActor, page: str, target: str) -> None:
    """Keep that a page was looked at under the actor's viewing."""
    sight: Any = actor.viewing
    record_event(
        "viewing:page",
        _chain(actor.membership_id),
        actor,
        session=session,
        viewing=sight.reference,
        page=page,
        target=target,
    )


def end_viewing(session: Session, viewing_id: int, why: str) -> Viewing:
    """End a viewing and return it; one that is over already stays as it is.

    ``why`` is one of "stopped", "time", "viewer", "person", "sign-out", "session".
    """
    viewing = session.scalars(
        select(Viewing).where(Viewing.id == viewing_id).with_for_update()
    ).one()
    if viewing.ended_at is not None:
        return viewing
    viewing.ended_at = now()
    session.execute(
        update(LoginSession).where(LoginSession.viewing_id == viewing_id).values(viewing_id=None)
    )
    viewer = actor_from(session.get_one(Membership, viewing.membership_id))
    chain = _chain(viewing.viewed_id)
    record_event("viewing:end", chain, viewer, session=session, viewing=viewing.reference, why=why)
    return viewing


def stop_viewing(session: Session, token_hash: str, why: str) -> str | None:
    """End the viewing of a sign-in and return the reference of whom it saw, if there was one."""
    number = session.scalar(
        select(LoginSession.viewing_id).where(LoginSession.token_hash == token_hash)
    )
    if number is None:
        return None
    viewing = end_viewing(session, number, why)
    return session.get_one(Membership, viewing.viewed_id).reference


def end_left_viewings(session: Session) -> None:
    """End what has run out, or whose sign-in is over, and was looked through no more."""
    left = (
        select(Viewing.id)
        .join(LoginSession, LoginSession.viewing_id == Viewing.id)
        .where(
            Viewing.ended_at.is_(None),
            or_(Viewing.ends_at <= now(), LoginSession.ended_at.is_not(None)),
        )
    )
    for number in session.scalars(left).all():
        viewing = session.get_one(Viewing, number)
        end_viewing(session, number, "time" if viewing.ends_at <= now() else "session")


def _chain(membership_id: int) -> str:
    return f"membership:{membership_id}"
