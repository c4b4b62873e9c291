"""Which customers does this person know already, so that nobody types them twice?"""

from __future__ import annotations

from typing import Any

from flask import request
from sqlalchemy import Select

from portal.core.access import visible
from portal.core.database import db
from portal.core.paging import Filter
from portal.domain.people.actor import MemberActor
from portal.domain.registrations.models import Registration, Status

MOST = 5
LOOKED_AT = 50


def _sent(actor: MemberActor) -> Select[Any]:
    return visible(Registration, actor).where(
        Registration.organisation_id == actor.organisation_id, Registration.status != Status.DRAFT
    )


def known_customers(actor: MemberActor) -> list[Filter]:
    """Return the customers registered last, each with the way to take it over."""
    rows = db.session.scalars(
        _sent(actor).order_by(Registration.changed_at.desc()).limit(LOOKED_AT)
    )
    newest: dict[str, Registration] = {}
    for row in rows:
        newest.setdefault(row.customer_key or row.company, row)
    chosen = request.args.get("like")
    return [
        Filter(row.company, f"{request.path}?like={row.reference}", row.reference == chosen)
        for row in list(newest.values())[:MOST]
    ]


def chosen_customer(actor: MemberActor) -> Registration | None:
    """Return the registration named in the address, whose customer the form takes over."""
    reference = request.args.get("like", "")
    found: Registration | None = db.session.scalar(
        _sent(actor).where(Registration.reference == reference)
    )
    return found
