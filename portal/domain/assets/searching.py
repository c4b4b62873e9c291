"""By which words is a version found?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from portal.core.access import asked_of_each
from portal.core.database import fixed
from portal.core.paging import ONE_WAY, Ways
from portal.core.text import words
from portal.domain.assets.models import AssetWord

MOST_WORDS = 5
RARE = 500
"""Entries of a word up to which whatever has it is gone through."""
NEAR = 4000
"""How many of the newest are asked for frequent words."""
LAST_CHARACTER = "\U0010ffff"
_TABLE = AssetWord.__table__.c


def _ranges(typed: str) -> Iterator[ColumnElement[bool]]:
    """Yield for each typed word that a word begins like it."""
    # The longest first: it is seldom the most frequent.
    for word in sorted(words(typed), key=len, reverse=True)[:MOST_WORDS]:
        yield and_(_TABLE.word >= word, _TABLE.word < word + LAST_CHARACTER)


def has_words(version_id: Any, typed: str) -> list[ColumnElement[bool]]:
    """Return that a version has words that begin like each typed one, asked of it alone.

    ``version_id`` is the column with the version's row number.
    """
    of_it = select(_TABLE.version_id).where(_TABLE.version_id == version_id)
    # Of each, lest PostgreSQL gathers whatever has a word, of a frequent one thousands.
    return [asked_of_each(of_it.where(one), AssetWord.__table__) for one in _ranges(typed)]


def ways_by_words(version_id: Any, typed: str) -> Ways:
    """Return how the versions with these words are found soonest.

    Where one of the words is rare, from there. Else among the newest, each of which is asked: of
    frequent words many are found soon, however many there are in all.
    """
    ranges = list(_ranges(typed))
    if not ranges:
        return ONE_WAY
    found = [version_id.in_(select(_TABLE.version_id).where(one)) for one in ranges]
    some = [select(_TABLE.version_id).where(one).limit(fixed(RARE)).subquery() for one in ranges]
    counts = [select(func.count()).select_from(one).scalar_subquery() for one in some]
    are_frequent = [count == fixed(RARE) for count in counts]
    return Ways((and_(*found),), True, NEAR, and_(*are_frequent))
