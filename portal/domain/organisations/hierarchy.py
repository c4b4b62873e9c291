"""Who stands above whom, and how does the closure table follow a move?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, literal, select
from sqlalchemy.orm import Session, aliased

from portal.core.net import system_mode
from portal.domain.organisations.models import Organisation, OrganisationClosure, Side

_pairs = OrganisationClosure.__table__


def hold(session: Session) -> None:
    """Let nobody else change names or the hierarchy until the transaction ends.

    Two moves, each right by itself, can make a circle together, through rows that neither of them
    touches. So whoever moves, adds or renames waits for the one row that all have in common: the
    vendor's. References to that row go on; on SQLite the write lock is held already.
    """
    with system_mode("keeping the hierarchy"):
        session.execute(
            select(Organisation.id)
            .where(Organisation.side == Side.VENDOR)
            .order_by(Organisation.id)
            .with_for_update(key_share=True)
        ).all()


def is_above(session: Session, upper_id: int, lower_id: int) -> bool:
    """Tell whether one organisation stands above another, or is the same."""
    with system_mode("keeping the hierarchy"):
        found = session.scalar(
            select(_pairs.c.depth).where(
                _pairs.c.ancestor_id == upper_id, _pairs.c.descendant_id == lower_id
            )
        )
    return found is not None


def line_above(session: Session, organisation_id: int) -> Sequence[int]:
    """Return the row numbers of all above an organisation, the nearest first."""
    with system_mode("keeping the hierarchy"):
        return session.scalars(
            select(_pairs.c.ancestor_id)
            .where(_pairs.c.descendant_id == organisation_id, _pairs.c.depth > 0)
            .order_by(_pairs.c.depth)
        ).all()


def size_of_family(session: Session, organisation_id: int) -> int:
    """Return how many organisations are an organisation or stand below it."""
    with system_mode("keeping the hierarchy"):
        counted = select(func.count()).where(_pairs.c.ancestor_id == organisation_id)
        return session.scalar(counted) or 0


def enter(session: Session, organisation_id: int, parent_id: int | None) -> None:
    """Write the pairs of a new organisation below ``parent_id``."""
    with system_mode("keeping the hierarchy"):
        itself = {"ancestor_id": organisation_id, "descendant_id": organisation_id, "depth": 0}
        session.execute(insert(OrganisationClosure).values(itself))
        if parent_id is None:
            return
        above = select(_pairs.c.ancestor_id, literal(organisation_id), _pairs.c.depth + 1).where(
            _pairs.c.descendant_id == parent_id
        )
        session.execute(
            insert(OrganisationClosure).from_select(
                ["ancestor_id", "descendant_id", "depth"], above
            )
        )


def carry(session: Session, organisation_id: int, parent_id: int | None) -> None:
    """Rewrite the pairs of an organisation and all below it, for its place below ``parent_id``.

    The pairs inside what moves stay as they are.
    """
    with system_mode("keeping the hierarchy"):
        moving = select(_pairs.c.descendant_id).where(_pairs.c.ancestor_id == organisation_id)
        session.execute(
            delete(OrganisationClosure)
            .where(
                OrganisationClosure.descendant_id.in_(moving),
                OrganisationClosure.ancestor_id.not_in(moving),
            )
            .execution_options(synchronize_session=False)
        )
        if parent_id is None:
            return
        above, below = aliased(OrganisationClosure), aliased(OrganisationClosure)
        pairs = (
            select(above.ancestor_id, below.descendant_id, above.depth + below.depth + 1)
            .select_from(above)
            .join(below, below.ancestor_id == organisation_id)
            .where(above.descendant_id == parent_id)
        )
        session.execute(
            insert(OrganisationClosure).from_select(
                ["ancestor_id", "descendant_id", "depth"], pairs
            )
        )
