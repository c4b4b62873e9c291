"""Which tables and columns does a statement read, and does the ORM add scopes to each table?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Column, Delete, Select, Table, TextClause, Update, inspect
from sqlalchemy.orm import FromStatement, Mapper
from sqlalchemy.sql import util
from sqlalchemy.sql.selectable import AliasedReturnsRows, Join, SelectBase

ENTITY = "parententity"


class Unscoped(RuntimeError):
    """A statement to which the net cannot add the actor's scopes."""


class Seen(NamedTuple):
    """The tables that a statement names, and the columns that it names by themselves ("t.c")."""

    tables: frozenset[str]
    columns: frozenset[str]


MOST_KNOWN = 1000
_known: dict[Any, Seen] = {}


def seen_in(statement: Any) -> Seen:
    """Return all tables and columns that ``statement`` reads or writes, at whatever depth.

    What is loaded with a whole record stands for its table alone.

    Raises Unscoped where it names a model in a place in which SQLAlchemy does not look for one:
    alone in a window or a FILTER, only inside a function of the WHERE, as the second table of an
    UPDATE. There the criteria would be left out without a word; ``select_from()`` brings them.
    """
    # Looked through once for every shape; SQLAlchemy's own cache goes by the same key.
    shape = getattr(statement._generate_cache_key(), "key", None)
    seen = _known.get(shape) if shape is not None else None
    if seen is None:
        seen = Seen(*map(frozenset, _look_through(statement)))
        if shape is not None:
            if len(_known) >= MOST_KNOWN:
                _known.clear()
            _known[shape] = seen
    return seen


def _look_through(statement: Any) -> tuple[set[str], set[str]]:
    names: set[str] = set()
    columns: set[str] = set()
    pending: list[tuple[Any, frozenset[Any]]] = [(statement, frozenset())]
    while pending:
        part, around = pending.pop()
        if isinstance(part, FromStatement):
            part = part.element
        known = around.union(_scoped_by_the_orm(part))
        stack = [part] if isinstance(part, TextClause) else list(part.get_children())
        while stack:
            element = stack.pop()
            entity = element._annotations.get(ENTITY)
            if (name := _table_of(element)) is not None:
                names.add(name)
                if isinstance(element, Column):
                    columns.add(f"{name}.{element.key}")
            if isinstance(element, SelectBase):
                # Correlated: what is scoped around it is scoped in it.
                pending.append((element, known))
            elif _is_text(element):
                raise Unscoped("text is run in system mode only")
            elif entity is not None and entity not in known:
                raise Unscoped(f"{entity} stands where nobody looks; name it in select_from()")
            elif isinstance(element, AliasedReturnsRows):
                pending.append((element.element, frozenset()))
            else:
                stack.extend(element.get_children())
    return names, columns


def _is_text(element: Any) -> bool:
    if isinstance(element, TextClause):
        return True
    # Neither count(*) nor a number says anything of a table.
    written = str(element.name) if getattr(element, "is_literal", False) else "*"
    return written != "*" and not written.isdecimal()


def _table_of(element: Any) -> str | None:
    table = getattr(element, "table", None)
    table = element if table is None else table
    while table is not None and not isinstance(table, Table):
        table = getattr(table, "element", None)
    return str(table.key) if table is not None else None


def _scoped_by_the_orm(part: Any) -> Iterator[Any]:
    """Yield the mappers and aliases to which SQLAlchemy adds criteria in this very part."""
    if isinstance(part, Update | Delete):
        yield part.table._annotations.get(ENTITY)
    elif isinstance(part, Select) and part._propagate_attrs.get("compile_state_plugin") == "orm":
        for column in part._raw_columns:
            yield util.extract_first_column_annotation(column, ENTITY)  # type: ignore[no-untyped-call]
        for source in part._from_obj:
            yield from _joined(source)
        for target, _on, left, _flags in part._setup_joins:
            yield from _joined(left) if left is not None else ()
            yield _target(target)
        for condition in part._where_criteria:
            for element in util.surface_expressions(condition):  # type: ignore[no-untyped-call]
                yield element._annotations.get(ENTITY)


def _joined(source: Any) -> Iterator[Any]:
    if isinstance(source, Join):
        yield from _joined(source.left)
        yield from _joined(source.right)
        return
    entity = source._annotations.get(ENTITY)
    if isinstance(source, AliasedReturnsRows) and isinstance(entity, Mapper):
        # What has() and any() make of a relation to the own kind: criteria would go to the first.
        raise Unscoped(f"{entity} stands here twice; use of_type(aliased(…))")
    yield entity


def _target(target: Any) -> Any:
    relation = getattr(target, "property", None)
    if relation is None:
        return target._annotations.get(ENTITY)
    chosen = getattr(target, "_of_type", None)
    return inspect(chosen) if chosen is not None else relation.mapper
