"""By which words is a version found?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from portal.core.text import words
from portal.domain.assets.models import AssetWord

MOST_WORDS = 5
LAST_CHARACTER = "\U0010ffff"


def found_by(query: Select[Any], version_id: Any, typed: str) -> Select[Any]:
    """Return the part of ``query`` whose versions have words that begin like each typed one.

    ``version_id`` is the column with the version's row number.
    """
    table = AssetWord.__table__.c
    for word in sorted(words(typed))[:MOST_WORDS]:
        begins = select(table.version_id).where(
            table.word >= word, table.word < word + LAST_CHARACTER
        )
        query = query.where(version_id.in_(begins))
    return query
