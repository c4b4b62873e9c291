"""Which fields of a record does a partner read, and who decides that?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from portal.core.actors import Actor
from portal.core.workflow import PARTNER

Words = Any  # a lazy translated string
ON, OFF = "+", "-"


class Sight(StrEnum):
    """Whether partners read a field."""

    ALWAYS = "always"
    NEVER = "never"
    SETTING = "setting"


@dataclass(frozen=True)
class Field:
    """What a record says in one place, whether partners read it, and why.

    ``columns`` hold it; where it is hidden, they are not loaded and not asked about. A field
    without columns is worked out of others, such as a name behind a number that nobody sees.
    ``is_shown`` is how a setting stands until somebody decides.
    """

    name: str
    label: Words
    sight: Sight
    because: Words = ""
    columns: tuple[InstrumentedAttribute[Any], ...] = ()
    is_shown: bool = True
    noun: str = ""

    @property
    def code(self) -> str:
        """Return its name among all fields, such as "deal.amount"."""
        return f"{self.noun}.{self.name}"


def always(name: str, label: Words, because: Words, *columns: InstrumentedAttribute[Any]) -> Field:
    """Return a field that partners read, because their work needs it."""
    return Field(name, label, Sight.ALWAYS, because, columns)


def never(name: str, label: Words, because: Words, *columns: InstrumentedAttribute[Any]) -> Field:
    """Return a field that is the vendor's own; no setting shows it to a partner."""
    return Field(name, label, Sight.NEVER, because, columns)


def setting(
    name: str,
    label: Words,
    what: Words,
    *columns: InstrumentedAttribute[Any],
    is_shown: bool = True,
) -> Field:
    """Return a field of which the vendor decides; ``what`` says where partners read it."""
    return Field(name, label, Sight.SETTING, what, columns, is_shown)


@dataclass(frozen=True)
class Noun:
    """One kind of record with all its fields; ``prefix`` begins its references."""

    name: str
    label: Words
    prefix: str
    fields: Sequence[Field]


_nouns: dict[str, Noun] = {}
_fields: dict[str, Field] = {}


def declare_fields(name: str, label: Words, prefix: str, *fields: Field) -> None:
    """Make the fields of a kind of record known; raises ValueError for a doubled name."""
    named = [replace(field, noun=name) for field in fields]
    codes = {field.code for field in named}
    if name in _nouns or len(codes) != len(named):
        raise ValueError(f"{name} or one of its fields is declared twice")
    _nouns[name] = Noun(name, label, prefix, named)
    _fields.update({field.code: field for field in named})
    hidden_from.cache_clear()
    hideable_tables.cache_clear()


def nouns() -> Sequence[Noun]:
    """Return every kind of record that has declared its fields."""
    return list(_nouns.values())


def field_of(code: str) -> Field:
    """Return the declared field; raises KeyError for any other name."""
    return _fields[code]


def choices_in(text: str | None) -> Mapping[str, bool]:
    """Return by code what was decided, read from its one line of text ("+deal.x -deal.y")."""
    return {word[1:]: word[0] == ON for word in (text or "").split()}


def written(choices: Mapping[str, bool]) -> str:
    """Return decisions as the line of text that :func:`choices_in` reads."""
    return " ".join(f"{ON if shown else OFF}{code}" for code, shown in sorted(choices.items()))


def is_shown(field: Field, choices: Mapping[str, bool]) -> bool:
    """Tell whether partners read ``field``, as it was decided."""
    if field.sight != Sight.SETTING:
        return field.sight == Sight.ALWAYS
    return choices.get(field.code, field.is_shown)


@lru_cache(maxsize=64)
def hidden_from(side: str, text: str | None) -> frozenset[str]:
    """Return the codes of the fields that an actor of ``side`` does not read.

    ``text`` holds what was decided. The same object for the same answer: it is part of keys.
    """
    if side != PARTNER:
        return frozenset()
    choices = choices_in(text)
    return frozenset(code for code, field in _fields.items() if not is_shown(field, choices))


def shows(actor: Actor, code: str) -> bool:
    """Tell whether ``actor`` reads the field; raises KeyError where there is none of that name."""
    return _fields[code].code not in actor.hidden


def shown_columns(
    actor: Actor, columns: Iterable[InstrumentedAttribute[Any]]
) -> list[InstrumentedAttribute[Any]]:
    """Return those of ``columns`` that ``actor`` may read: what a list of columns begins with."""
    hidden = hidden_columns(actor.hidden)
    return [column for column in columns if name_of(column) not in hidden]


def name_of(column: Any) -> str:
    """Return "table.column" of a model's attribute or of a table's column."""
    return f"{column.property.columns[0].table.key}.{column.property.columns[0].key}"


@lru_cache(maxsize=64)
def hidden_columns(codes: frozenset[str]) -> frozenset[str]:
    """Return "table.column" of everything in which the fields ``codes`` are held."""
    return frozenset(name_of(column) for code in codes for column in _fields[code].columns)


@lru_cache(maxsize=64)
def hidden_attributes(codes: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """Return by table the models' attributes in which the fields ``codes`` are held."""
    found: dict[str, list[str]] = {}
    for code in sorted(codes):
        for column in _fields[code].columns:
            found.setdefault(name_of(column).partition(".")[0], []).append(column.key)
    return {table: tuple(names) for table, names in found.items()}


@lru_cache(maxsize=1)
def hideable_tables() -> frozenset[str]:
    """Return the tables with a column that somebody may not read, now or by tomorrow's decision."""
    held = (field.columns for field in _fields.values() if field.sight != Sight.ALWAYS)
    return frozenset(name_of(column).partition(".")[0] for columns in held for column in columns)


@lru_cache(maxsize=64)
def hidden_by_prefix(codes: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the names of the fields ``codes`` by how their records' references begin ("DL-")."""
    found: dict[str, list[str]] = {}
    for code in sorted(codes):
        field = _fields[code]
        found.setdefault(f"{_nouns[field.noun].prefix}-", []).append(field.name)
    return {prefix: tuple(names) for prefix, names in found.items()}
