"""Who can see this record, each with the reason?"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from portal.core.access import policies, terms_of
from portal.core.database import db
from portal.core.net import system_mode
from portal.core.references import normalise_reference
from portal.domain.explaining.subjects import Sought
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import CLOSED
from portal.domain.people.models import Membership, Role, User
from portal.domain.people.roles import permissions_of
from portal.domain.shares.telling import SHARED, Reason, reasons_of

SIZE = 40
# Whoever sees is asked for under names of their own: the record may be a person or an organisation.
_seer = aliased(Membership, name="seer")
_user = aliased(User, name="seer_user")
_home = aliased(Organisation, name="seer_home")
_types = cast(_home.types, String)


@dataclass(frozen=True)
class Reader:
    """Somebody who can see a record; ``terms`` name the reasons, ``words`` say them."""

    reference: str
    name: str
    organisation: str
    organisation_reference: str
    role: Role
    reach: str
    side: str
    terms: Sequence[str]
    words: Sequence[str]


@dataclass(frozen=True)
class Readers:
    """One page of those who can see a record, by organisation; ``count`` of all pages."""

    rows: Sequence[Reader]
    count: int
    next_cursor: str | None
    is_first: bool


@dataclass(frozen=True)
class _Group:
    """All memberships of one role, side, reach and set of rights, as one actor.

    Its numbers are columns: a term's condition, made for it, holds for each of them in SQL.
    """

    side: str
    role: Role
    reach: str
    permissions: frozenset[str]
    name: str = ""
    email: str = ""
    authenticated_at: dt.datetime | None = None
    withheld: frozenset[str] = frozenset()
    # Who may know of a record is one question; what they read of it is another.
    hidden: frozenset[str] = frozenset()
    # Whether any of them holds a share is what is asked.
    holds_shares: bool = True

    def lacking(self, _permission: str) -> None:
        """Say nothing: a group is asked what it sees, not why not."""

    @property
    def behind(self) -> _Group:
        """Return itself: of no group does anybody look on in its name."""
        return self

    @property
    def membership_id(self) -> Any:
        """Return the column of the membership's row number."""
        return _seer.id

    @property
    def user_id(self) -> Any:
        """Return the column of the person's row number."""
        return _seer.user_id

    @property
    def organisation_id(self) -> Any:
        """Return the column of the organisation's row number."""
        return _seer.organisation_id

    @property
    def approval_limit(self) -> Any:
        """Return the column of the approver's limit."""
        return _seer.approval_limit

    @property
    def scope_key(self) -> tuple[object, ...]:
        """Return what tells one group from another."""
        return ("group", self.side, self.role, self.reach, self.permissions)


def who_can_see(sought: Sought, after: str = "", size: int = SIZE) -> Readers:
    """Return the active memberships that can see a record, ``size`` of them after ``after``.

    ``after`` is the reference of the last membership before. Scopes are asked once for each group
    of equal role, side, reach and rights, not for each person.
    """
    with system_mode("explaining access"):
        by_term = _conditions(sought.model)
        if not by_term:
            return Readers([], 0, None, not after)
        names = list(by_term)
        of_sight = [or_(*by_term[name]) for name in names]
        everybody = _people(sought).where(or_(*of_sight))
        count = db.session.scalar(everybody.with_only_columns(func.count())) or 0
        page = everybody.add_columns(*(part.label(f"t{n}") for n, part in enumerate(of_sight)))
        last = _key_of(after)
        if last is not None:
            page = page.where(tuple_(_home.name_key, _seer.id) > last)
        page = page.order_by(_home.name_key, _seer.id).limit(size + 1)
        found = db.session.execute(page).all()
        reasons = reasons_of(sought.model, sought.number) if SHARED in names else []
        rows = [_reader(sought.model, names, row, reasons) for row in found]
    shown = rows[:size]
    following = shown[-1].reference if len(rows) > size else None
    return Readers(shown, count, following, last is None)


def everybody_who_can_see(sought: Sought) -> Iterator[Reader]:
    """Yield all who can see a record, page by page."""
    after: str | None = ""
    while after is not None:
        page = who_can_see(sought, after, size=500)
        yield from page.rows
        after = page.next_cursor


def _people(sought: Sought) -> Select[Any]:
    """Return the SELECT of all who have access, beside the one record."""
    columns: Sequence[Any] = (
        _seer.reference, _user.name, _home.name.label("organisation"),
        _home.reference.label("organisation_reference"), _seer.role, _seer.reach, _home.side,
        _seer.id.label("number"), _home.id.label("home_number"),
    )  # fmt: skip
    people: Select[Any] = select(*columns).select_from(_seer)
    return (
        people.join(_user, _user.id == _seer.user_id)
        .join(_home, _home.id == _seer.organisation_id)
        .join(sought.model, sought.model.id == sought.number)
        .where(*_has_access())
    )


def _has_access() -> list[ColumnElement[bool]]:
    return [
        _seer.is_active.is_(True),
        _user.is_active.is_(True),
        _home.status.not_in(sorted(CLOSED)),
    ]


def _conditions(model: type[Any]) -> dict[str, list[ColumnElement[bool]]]:
    """Return by term, in the policy's order, who sees the record for that reason."""
    groups = _groups()
    found: dict[str, list[ColumnElement[bool]]] = {}
    for group, is_of_group in groups:
        for term, condition in terms_of(model, group):
            found.setdefault(term.name, []).append(and_(is_of_group, condition))
    order = [term.name for term in policies()[model].scope]
    return {name: found[name] for name in order if name in found}


def _groups() -> list[tuple[_Group, ColumnElement[bool]]]:
    """Return the groups that there are, each with the condition on who belongs to it."""
    kinds = (
        select(_seer.role, _seer.reach, _home.side, _home.status, _types.label("types"))
        .select_from(_seer)
        .join(_user, _user.id == _seer.user_id)
        .join(_home, _home.id == _seer.organisation_id)
        .where(*_has_access())
        .distinct()
    )
    places: dict[_Group, list[tuple[str, str]]] = {}
    for row in db.session.execute(kinds):
        role, types = Role(row.role), json.loads(row.types)
        rights = permissions_of(role, row.side, row.status, types)
        group = _Group(row.side, role, row.reach, rights)
        places.setdefault(group, []).append((row.status, row.types))
    return [(group, _is_of(group, where)) for group, where in places.items()]


def _is_of(group: _Group, places: Sequence[tuple[str, str]]) -> ColumnElement[bool]:
    parts = [_seer.role == group.role, _seer.reach == group.reach, _home.side == group.side]
    if group.side != Side.VENDOR:  # there the rights hang on the kind of organisation too
        parts.append(tuple_(_home.status, _types).in_(places))
    return and_(*parts)


def _key_of(after: str) -> tuple[str, int] | None:
    """Return where the membership of a cursor stands in the order; None: begin at the beginning."""
    reference = normalise_reference(after)
    if reference is None:
        return None
    row = db.session.execute(
        select(_home.name_key, _seer.id)
        .select_from(_seer)
        .join(_home, _home.id == _seer.organisation_id)
        .where(_seer.reference == reference)
    ).first()
    return (row.name_key, row.id) if row else None


def _reader(model: type[Any], names: Sequence[str], row: Any, reasons: Sequence[Reason]) -> Reader:
    said = {term.name: str(term.words) for term in policies()[model].scope}
    terms = [name for n, name in enumerate(names) if row._mapping[f"t{n}"]]
    for reason in reasons:
        if reason.is_of(row.number, row.home_number):
            said[SHARED] = reason.words
    return Reader(
        row.reference, row.name, row.organisation, row.organisation_reference, Role(row.role),
        row.reach, row.side, terms, [said[name] for name in terms],
    )  # fmt: skip
