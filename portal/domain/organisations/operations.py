"""How does an organisation come into the portal?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from portal.core.text import fold
from portal.domain.organisations.models import (
    Organisation,
    OrganisationClosure,
    OrganisationStatus,
    Side,
)


def add_organisation(
    session: Session,
    name: str,
    side: Side,
    *,
    types: Sequence[str] = (),
    tier: str = "",
    countries: Sequence[str] = (),
    domains: Sequence[str] = (),
    parent: Organisation | None = None,
    status: OrganisationStatus = OrganisationStatus.ACTIVE,
) -> Organisation:
    """Add an organisation below ``parent`` and return it, with its rows of the closure table."""
    organisation = Organisation(
        name=name,
        name_key=fold(name),
        side=side,
        status=status,
        types=list(types),
        tier=tier,
        countries=list(countries),
        domains=list(domains),
        parent=parent,
    )
    session.add(organisation)
    session.flush()
    closure = OrganisationClosure.__table__
    session.execute(
        insert(OrganisationClosure).values(
            ancestor_id=organisation.id, descendant_id=organisation.id, depth=0
        )
    )
    if parent is not None:
        above = select(closure.c.ancestor_id, literal(organisation.id), closure.c.depth + 1).where(
            closure.c.descendant_id == parent.id
        )
        session.execute(
            insert(OrganisationClosure).from_select(
                ["ancestor_id", "descendant_id", "depth"], above
            )
        )
    return organisation


def find_organisation(session: Session, text: str) -> Organisation | None:
    """Return the organisation whose reference or exact folded name is ``text``."""
    return session.scalar(
        select(Organisation).where(
            (Organisation.reference == text.upper()) | (Organisation.name_key == fold(text))
        )
    )
