"""What is looked for in the history?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from portal.core.events import EventKind, kind_of, kinds
from portal.core.text import clean_line, fold
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


class _Untold(dict[str, str]):
    """What stands in a sentence that speaks of no event in particular."""

    def __missing__(self, _name: str) -> str:
        return "…"


def kinds_for(side: str) -> list[tuple[str, str]]:
    """Return tag and words of all kinds of which a reader of ``side`` can ever read, by words."""
    told = [
        (kind.tag, in_general(kind)) for kind in kinds() if side == Side.VENDOR or kind.partner_sees
    ]
    return sorted(told, key=lambda pair: (fold(pair[1]), pair[0]))


def in_general(kind: EventKind) -> str:
    """Return what happens in events of ``kind``, without who did it: "Took it for review"."""
    words = (str(kind.sentence) % _Untold()).removeprefix("…").strip()
    return words[:1].upper() + words[1:]
