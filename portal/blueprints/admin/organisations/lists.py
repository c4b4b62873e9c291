"""Which partners stand on the page, found how, and where does the next page begin?"""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from sqlalchemy import Select, tuple_

from portal.core.access import visible
from portal.core.database import db
from portal.core.paging import filters_of
from portal.core.references import normalise_reference
from portal.core.text import clean_line, fold
from portal.domain.organisations.models import Organisation, OrganisationStatus, Side
from portal.domain.organisations.workflow import ORGANISATION
from portal.domain.people.actor import MemberActor
from portal.domain.people.roles import TYPE_WORDS

SIZE = 40
FEW = 10
MOST_NAMES = 300


def list_page(actor: MemberActor) -> dict[str, Any]:
    """Return what the list shows: rows by name, search, filters and the way to the next page."""
    chosen = request.args.get("status", "")
    status = chosen if chosen in set(OrganisationStatus) else ""
    typed = clean_line(request.args.get("q", ""))[:120]
    query = _found(actor, typed)
    if status:
        query = query.where(Organisation.status == status)
    last = named(actor, request.args.get("after", ""))
    if last is not None:
        key = tuple_(Organisation.name_key, Organisation.reference)
        query = query.where(key > (last.name_key, last.reference))
    rows = db.session.scalars(query.limit(SIZE + 1)).all()
    kept: dict[str, Any] = {
        name: value for name, value in (("q", typed), ("status", status)) if value
    }
    here = "admin.organisations.index"
    headings = {name.value: state.heading for name, state in ORGANISATION.states.items()}
    has_more = len(rows) > SIZE
    return {
        "rows": rows[:SIZE],
        "next_url": url_for(here, after=rows[SIZE - 1].reference, **kept) if has_more else None,
        "first_url": url_for(here, **kept) if last is not None else None,
        "is_filtered": bool(kept),
        "typed": typed,
        "chosen": status,
        "types": TYPE_WORDS,
        "states": ORGANISATION.states,
        "filters": filters_of(here, "status", headings, status, **({"q": typed} if typed else {})),
    }


def _found(actor: MemberActor, typed: str) -> Select[Organisation]:
    """Return the SELECT of the partners whose name holds what was typed, or that it references."""
    query = visible(Organisation, actor).where(Organisation.side == Side.PARTNER)
    reference = normalise_reference(typed)
    if reference:
        query = query.where(Organisation.reference == reference)
    elif typed:
        query = query.where(Organisation.name_key.contains(fold(typed), autoescape=True))
    return query.order_by(Organisation.name_key, Organisation.reference)


def names_offered(actor: MemberActor) -> list[str]:
    """Return the names that a form offers as one types, the first of them by name."""
    query = _found(actor, "").where(Organisation.status != OrganisationStatus.ENDED)
    return list(db.session.scalars(query.with_only_columns(Organisation.name).limit(MOST_NAMES)))


def candidates(actor: MemberActor, organisation: Organisation, typed: str) -> list[Organisation]:
    """Return the first partners found by ``typed`` that could stand above ``organisation``."""
    if not typed:
        return []
    query = _found(actor, typed).where(Organisation.id != organisation.id)
    return list(db.session.scalars(query.limit(FEW)))


def named(actor: MemberActor, text: str) -> Organisation | None:
    """Return the partner in the actor's sight with this reference, or None."""
    reference = normalise_reference(text.strip())
    if reference is None:
        return None
    query = visible(Organisation, actor).where(Organisation.side == Side.PARTNER)
    return db.session.scalar(query.where(Organisation.reference == reference))


def called(actor: MemberActor, text: str) -> Organisation | None:
    """Return the one partner in the actor's sight with this reference or exact name, or None."""
    found = named(actor, text)
    if found is None and fold(text):
        query = visible(Organisation, actor).where(Organisation.side == Side.PARTNER)
        found = db.session.scalar(query.where(Organisation.name_key == fold(text)).limit(1))
    return found
