"""What is looked for in the history?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from portal.core.events import kind_of, kinds
from portal.core.text import clean_line
from portal.domain.organisations.models import Side


@dataclass(frozen=True)
class Search:
    """What is looked for, as it was typed; days are the reader's own. Empty finds everything."""

    person: str = ""
    record: str = ""
    tag: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def typed(self) -> dict[str, str]:
        """Return what stands in the address of this search."""
        return {name: str(value) for name, value in asdict(self).items() if value}


def read_search(typed: Mapping[str, str]) -> Search:
    """Return the search of an address; what cannot be a day or a tag is left out."""

    def day(name: str) -> dt.date | None:
        try:
            return dt.date.fromisoformat(typed.get(name, "")[:10])
        except ValueError:
            return None

    tag = typed.get("tag", "")
    return Search(
        person=clean_line(typed.get("person", ""))[:254],
        record=clean_line(typed.get("record", ""))[:40],
        tag=tag if kind_of(tag) else "",
        since=day("since"),
        until=day("until"),
    )


def tags_for(side: str) -> list[str]:
    """Return the tags of which a reader of ``side`` can ever read."""
    return sorted(kind.tag for kind in kinds() if side == Side.VENDOR or kind.partner_sees)
