"""Which registrations stand on a person's home: to act on, with the vendor, decided?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, or_, select, union_all

from portal.core.access import scope_of, terms_of
from portal.core.database import db, fixed
from portal.core.drafts import kept_paths
from portal.core.fields import shows
from portal.core.net import once_for_each_reader
from portal.core.paging import Key, first_of, ways_to_see
from portal.core.references import reference_in
from portal.core.workflow import PARTNER, VENDOR
from portal.domain.organisations.models import Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.roles import LEADS
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Registration, Status
from portal.domain.shares.telling import SHARED

Rows = Select[*tuple[Any, ...]]
LATEST = 4
_MINE, _UNDECIDED, _DECIDED = "mine", "undecided", "decided"
# A card needs these columns; whole records would be read and built for nothing.
_COLUMNS = (
    Registration.id, Registration.reference, Registration.status, Registration.company,
    Registration.owner_id,
    Registration.value_minor, Registration.currency, Registration.next_side, Registration.next_by,
    Registration.made_at, Registration.changed_at,
)  # fmt: skip
_BY_KEY = Key(Registration.changed_at, Registration.reference)
_LATEST = _BY_KEY.order
# The vendor's turns all have their target, drafts have none: they wait after what is dated.
_SOONEST = (Registration.next_by, Registration.id)
_DATED_FIRST = (Registration.next_by.is_(None), *_SOONEST)
_NOT_DECIDED = tuple(one for one in Status if one not in (Status.APPROVED, Status.REJECTED))
TARGET = "registration.decision_target"


@dataclass(frozen=True)
class Registrations:
    """The rows of each of home's lists, in their order."""

    mine: Sequence[Any] = ()
    undecided: Sequence[Any] = ()
    decided: Sequence[Any] = ()


def registrations_of(actor: MemberActor, most: int) -> Registrations:
    """Return the registrations whose next action is the actor's, and where the others stand.

    At most ``most`` and one more of the actor's, so that one sees whether there are more. All
    lists are read in one statement: each further one costs the page a tenth of its time.
    """
    query = _lists(actor, most)
    if query is None:
        return Registrations()
    found: dict[str, list[Any]] = {name: [] for name in (_MINE, _UNDECIDED, _DECIDED)}
    for row in db.session.execute(query):
        found[row.part].append(row)
    ways = ways_to_see(Registration, actor)
    if ways.are_many and _sees_lists(actor):
        found[_DECIDED] = list(first_of(_decided(actor), _BY_KEY, LATEST, ways))
    found[_MINE].sort(key=_soonest)
    found[_DECIDED].sort(key=_latest, reverse=True)
    is_told = shows(actor, TARGET)
    found[_UNDECIDED].sort(key=_soonest if is_told else _latest, reverse=not is_told)
    if actor.side == Side.PARTNER:
        found[_MINE] = _begun(actor, most, found[_MINE])
    return Registrations(found[_MINE], found[_UNDECIDED], found[_DECIDED])


@once_for_each_reader
def _lists(actor: MemberActor, most: int) -> Any:
    """Return all of the actor's lists as one SELECT, or None where they have none.

    Its column ``part`` names the list that a row is of.
    """
    parts = {_MINE: _mine(actor, most)}
    if _sees_lists(actor):
        parts[_UNDECIDED] = _undecided(actor)
        if not ways_to_see(Registration, actor).are_many:
            parts[_DECIDED] = _decided(actor).order_by(*_LATEST).limit(fixed(LATEST))
    named = [
        query.add_columns(literal(name).label("part")).subquery()
        for name, query in parts.items()
        if query is not None
    ]
    return union_all(*(select(part) for part in named)) if named else None


def _sees_lists(actor: MemberActor) -> bool:
    return P.REGISTRATION_LIST in actor.permissions and actor.side == Side.PARTNER


def _mine(actor: MemberActor, most: int) -> Rows | None:
    if P.REGISTRATION_READ not in actor.permissions:
        return None
    query = select(*_COLUMNS).where(scope_of(Registration, actor))
    if actor.side == Side.VENDOR:
        if P.REGISTRATION_REVIEW not in actor.permissions:
            return None
        query = query.where(
            Registration.next_side == VENDOR,
            or_(
                Registration.next_membership_id == actor.membership_id,
                Registration.next_membership_id.is_(None),
            ),
        )
    else:
        query = query.where(
            Registration.next_side == PARTNER,
            Registration.organisation_id == actor.organisation_id,
        )
        if actor.role not in LEADS:
            query = query.where(Registration.owner_id == actor.membership_id)
    order = _SOONEST if actor.side == Side.VENDOR else _DATED_FIRST
    return query.order_by(*order).limit(fixed(most + 1))


def _begun(actor: MemberActor, most: int, rows: list[Any]) -> list[Any]:
    """Return the actor's rows without drafts into which nobody has typed anything."""
    query = _mine(actor, most) if not all(row.company for row in rows) else None
    if query is None:
        return rows
    # A draft that names nobody waits only for who has typed something into it.
    typed = {reference_in(path) for path in kept_paths()}
    is_begun = or_(Registration.company != "", Registration.reference.in_(typed))
    return list(db.session.execute(query.where(is_begun)).all())


def _undecided(actor: MemberActor) -> Rows:
    """The actor's side's registrations with the vendor, the soonest answer first.

    To whom the target is not shown, their order does not tell it either.
    """
    query = select(*_COLUMNS).where(_own_scope(actor))
    order = _SOONEST if shows(actor, TARGET) else _LATEST
    return query.where(Registration.next_side == VENDOR).order_by(*order).limit(fixed(LATEST))


@once_for_each_reader
def _decided(actor: MemberActor) -> Rows:
    """The actor's side's registrations that the vendor decided."""
    query = select(*_COLUMNS).where(_own_scope(actor))
    # Said by what they are not: that leads no database to all that were ever decided.
    return query.where(Registration.status.not_in(_NOT_DECIDED))


def _own_scope(actor: MemberActor) -> ColumnElement[bool]:
    """Return the scope without what others share: that stands on the list, home is the own work."""
    if not actor.holds_shares:
        return scope_of(Registration, actor)
    return or_(*(where for term, where in terms_of(Registration, actor) if term.name != SHARED))


def _soonest(row: Any) -> tuple[Any, ...]:
    return row.next_by is None, row.next_by, row.id


def _latest(row: Any) -> tuple[Any, ...]:
    return row.changed_at, row.reference
