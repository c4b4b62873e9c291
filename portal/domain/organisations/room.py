"""How much may an organisation keep here in files, and how much does it keep?"""

from __future__ import annotations

from sqlalchemy import func, select

from portal.core.database import db
from portal.core.keeping import KeptFile
from portal.core.net import system_mode
from portal.domain.organisations.models import Organisation, Side
from portal.domain.programme import programme

_USED = select(func.coalesce(func.sum(KeptFile.size), 0))
WITHOUT_LIMIT = 2**62


def limit_of(side: str) -> int:
    """Return how many bytes an organisation of that side keeps at most."""
    quota = programme().file_quota
    return quota if quota and side == Side.PARTNER else WITHOUT_LIMIT


def used_by(organisation_id: int) -> int:
    """Return how many bytes an organisation keeps; previews count for nobody."""
    with system_mode("how much an organisation keeps"):
        used = db.session.scalar(_USED.where(KeptFile.organisation_id == organisation_id))
    return int(used or 0)  # a sum is a decimal number on PostgreSQL


def has_room_for(organisation_id: int, size: int) -> bool:
    """Tell whether so many bytes more would fit, as far as one sees without a lock."""
    return size <= max(0, _left(organisation_id, is_locked=False))


def room_left(organisation_id: int) -> int:
    """Return how many bytes more an organisation may keep.

    Its row stays locked until the commit, so that nobody else fills the same room meanwhile.
    """
    return _left(organisation_id, is_locked=True)


def _left(organisation_id: int, is_locked: bool) -> int:
    query = select(Organisation.side).where(Organisation.id == organisation_id)
    # Whoever works on a record that is shared with them knows nothing of the company.
    with system_mode("how much an organisation keeps"):
        side = db.session.scalar(query.with_for_update(key_share=True) if is_locked else query)
    return limit_of(str(side)) - used_by(organisation_id)
