"""Does the provider state another e-mail address than the one by which colleagues know somebody?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.core.access import visible
from portal.core.contact import NotAnAddress, clean_address, is_same_address
from portal.core.database import db
from portal.core.events import EventKind, declare, record_event
from portal.core.identity import Identity
from portal.core.language import _l
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import UserIdentity

CLAIM = "email:claim"

declare(EventKind(CLAIM, _l("%(who)s came with another e-mail address"), partner_sees=False))


def note_claim(
    session: Session, known: UserIdentity, identity: Identity, actor: MemberActor
) -> None:
    """Note at sign-in which other address the provider states; whoever they are stays who they are.

    The address to which the portal writes is changed by the person alone. A provider that says
    nothing of an address has not changed it.
    """
    said = _stated(identity)
    if not said:
        return
    other = "" if is_same_address(said, known.user.email) else said
    if other == known.claimed_email:
        return
    known.claimed_email = other
    if other:
        record_event(CLAIM, f"membership:{actor.membership_id}", actor, session=session)


def _stated(identity: Identity) -> str:
    try:
        return clean_address(identity.email or "")
    except NotAnAddress:
        return ""


def claimed_addresses(user_id: int, actor: MemberActor) -> list[str]:
    """Return the other addresses that a person's providers state, as far as ``actor`` may know."""
    query = (
        visible(UserIdentity, actor)
        .with_only_columns(UserIdentity.claimed_email)
        .where(UserIdentity.user_id == user_id, UserIdentity.claimed_email != "")
        .order_by(UserIdentity.id.desc())
    )
    return list(dict.fromkeys(db.session.scalars(query)))
