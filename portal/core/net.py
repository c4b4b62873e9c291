"""In whose name does the ORM read, and what if a query forgot to ask?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar, cast
from weakref import WeakSet

from sqlalchemy import Table, event, inspect, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import (
    LoaderCriteriaOption,
    ORMExecuteState,
    Session,
    defer,
    with_loader_criteria,
)
from sqlalchemy.sql.base import Executable, ExecutableOption

from portal.core.access import Unhashed, scope_of, terms_of
from portal.core.actors import NOBODY, Actor
from portal.core.database import Base, db
from portal.core.fields import hidden_attributes, hidden_columns, hideable_tables
from portal.core.statements import Unscoped, seen_in

S = TypeVar("S", bound=Executable)


@dataclass(frozen=True)
class Mode:
    """In whose name the ORM reads: an actor's (scopes to add by table) or the system's."""

    actor: Actor | None
    reason: str
    options: Mapping[str, ExecutableOption] = field(default_factory=dict)
    # What the actor does not read: by itself ("table.column"), and of whole records by table.
    hidden: frozenset[str] = frozenset()
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Hidden(Unscoped, InvalidRequestError):
    """Asked was for a field, or by a field, that the actor does not read."""


@lru_cache(maxsize=1024)
def _options_of(_scope_key: Hashable, actor: Unhashed) -> Mapping[str, ExecutableOption]:
    """Return the scope of every model as an option, by table; the same for the same scope key."""
    return {
        cast(Table, mapper.local_table).key: with_loader_criteria(
            mapper.class_, scope_of(mapper.class_, actor.actor), include_aliases=True
        )
        for mapper in Base.registry.mappers
    }


def _mode_of(actor: Actor) -> Mode:
    codes = actor.hidden
    options = _options_of(actor.scope_key, Unhashed(actor))
    if not codes:
        return Mode(actor, "actor", options)
    return Mode(actor, "actor", options, hidden_columns(codes), hidden_attributes(codes))


_mode: ContextVar[Mode | None] = ContextVar("access_mode", default=None)
_nobody: list[Mode] = []


def _present_mode() -> Mode:
    mode = _mode.get()
    if mode is None:
        # Closed by default: who has said neither an actor nor a reason sees no rows.
        if not _nobody:
            _nobody.append(_mode_of(NOBODY))
        return _nobody[0]
    return mode


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Read in the name of ``actor``: every SELECT, UPDATE and DELETE gets the scopes added."""
    token = _mode.set(_mode_of(actor))
    try:
        yield
    finally:
        _mode.reset(token)


@contextmanager
def system_mode(reason: str) -> Iterator[None]:
    """Look past every actor, for a reason that is named; pinned by a test in request code."""
    token = _mode.set(Mode(None, reason))
    try:
        yield
    finally:
        _mode.reset(token)


def start_acting(actor: Actor) -> None:
    """Put the rest of this request into the name of ``actor``."""
    _mode.set(_mode_of(actor))


def stop_acting() -> None:
    """Forget who acted; called when a request ends."""
    _mode.set(None)


def _net(state: ORMExecuteState) -> None:
    mode = _present_mode()
    if mode.actor is None:
        return
    statement = cast(Any, state.statement)
    if state.is_column_load:
        state.statement = _read_again(state, mode)
        return
    if state.is_insert:
        if getattr(statement, "select", None) is not None:
            # Scopes do not reach the SELECT inside an INSERT: nothing is copied in user mode.
            raise Unscoped("rows are copied from a SELECT in system mode only")
        return
    if state.is_update and isinstance(state.parameters, list):
        # An update by row numbers goes past every condition.
        raise Unscoped("rows are updated by their numbers in system mode only")
    names, columns = seen_in(statement)
    if asked := columns & mode.hidden:
        # Also where it only sorts or filters: what a field says could be found out by asking.
        raise Hidden(f"{', '.join(sorted(asked))}: not read by this actor")
    if not state.is_orm_statement and names:
        raise Unscoped("tables are read through their models, which have scopes")
    if is_lasting(statement):
        key = mode.actor.scope_key
        state.statement = _scoped_once(statement, key, Unhashed(mode.actor))
    else:
        state.statement = _scoped(statement, mode)


def _scoped(statement: Any, mode: Mode) -> Any:
    """Return ``statement`` with the scopes of all tables in it, without what is not read."""
    names, inherited = seen_in(statement).tables, statement._with_options
    left_out = _left_out(statement, mode) if names & mode.unread.keys() else []
    if any(not isinstance(option, LoaderCriteriaOption) for option in inherited):
        # Loading options may join tables that are not in the statement yet.
        names = frozenset(mode.options)
    # What is loaded with a record brings the scopes that the record was read with.
    return statement.options(
        *(
            option
            for name, option in mode.options.items()
            if name in names and option not in inherited
        ),
        *left_out,
    )


@lru_cache(maxsize=256)
def _scoped_once(statement: Any, _scope_key: Hashable, actor: Unhashed) -> Any:
    return _scoped(statement, _mode_of(actor.actor))


_lasting: WeakSet[Any] = WeakSet()


def lasting(statement: S) -> S:
    """Mark a statement that is put together once: its scopes are added once for each reader.

    For those of the pages that everybody asks for all day; all others need no mark, nor does
    what is made of a lasting statement have it.
    """
    _lasting.add(statement)
    return statement


def is_lasting(statement: Any) -> bool:
    """Tell whether a statement, this very one, was marked as lasting."""
    return statement in _lasting


def once_for_each_reader(build: Callable[..., Any]) -> Callable[..., Any]:
    """Put together ``build(actor, …)``'s statement once for each reader, scopes and all.

    It may read of the actor what stands in the scope key, and nothing else that changes.
    """

    @lru_cache(maxsize=256)
    def built(_scope_key: Hashable, reader: Unhashed, *rest: Hashable) -> Any:
        statement = build(reader.actor, *rest)
        return None if statement is None else lasting(statement)

    return lambda actor, *rest: built(actor.scope_key, Unhashed(actor), *rest)


def _read_again(state: ORMExecuteState, mode: Mode) -> Any:
    """Return the statement that reads a record's expired columns, without those that are hidden.

    There the names of the columns win over all options, so they are taken out, and reading one
    raises as it does where the record was read first.
    """
    statement = cast(Any, state.statement)
    record = state.load_options._refresh_state
    hidden = mode.unread.get(cast(Table, record.mapper.local_table).key, ()) if record else ()
    if not hidden:
        return statement
    _leave_out(record, hidden)
    asked = statement._compile_options._only_load_props
    if asked is None:
        return statement.options(*_left_out(statement, mode))
    if not asked.difference(hidden):
        raise Hidden(f"{record.mapper}: {', '.join(sorted(asked))}: not read by this actor")
    statement = statement._generate()
    statement._compile_options += {"_only_load_props": asked.difference(hidden)}
    return statement


def _left_out(statement: Any, mode: Mode) -> list[ExecutableOption]:
    """Return the options that leave out what the actor does not read of whole records.

    Reading it of the record afterwards raises InvalidRequestError: it says nothing, to nobody.
    """
    if not mode.unread:
        return []
    found: list[ExecutableOption] = []
    for one in statement.column_descriptions:
        entity = one["entity"]
        if entity is None or inspect(entity) is not inspect(one["expr"], raiseerr=False):
            continue
        table = cast(Table, inspect(entity).mapper.local_table).key
        for name in mode.unread.get(table, ()):
            found.append(defer(getattr(entity, name), raiseload=True))
    return found


def _forget(record: Base, _context: Any, _names: Any = None) -> None:
    """Take out of a record what its reader does not read, however it came in.

    Beside another record, by a join or through a relation, options do not leave it out.
    """
    mode = _present_mode()
    hidden = mode.unread.get(record.__table__.key, ()) if mode.actor is not None else ()  # type: ignore[attr-defined]
    if hidden:
        _leave_out(cast(Any, inspect(record)), hidden)


def _leave_out(state: Any, names: Iterable[str]) -> None:
    """Let reading ``names`` of the record raise, as where they were left out from the start."""
    for name in names:
        state.dict.pop(name, None)
        state.mapper.attrs[name]._raise_column_loader(state, state.dict, None)
    state.expired_attributes.difference_update(names)


def install_net(session_class: type[Session]) -> None:
    """Put the net under every statement of ``session_class``."""
    event.listen(session_class, "do_orm_execute", _net)
    for mapper in Base.registry.mappers:
        if cast(Table, mapper.local_table).key in hideable_tables():
            for moment in ("load", "refresh"):
                event.listen(mapper.class_, moment, _forget)


def is_visible(actor: Actor, record: Base) -> bool:
    """Tell whether ``record`` is in the actor's scope, by asking the database."""
    model: Any = type(record)
    query = select(model.id).where(model.id == cast(Any, record).id, scope_of(model, actor))
    with system_mode("is one record in a scope"):
        return db.session.scalar(query) is not None


def granting_terms(actor: Actor, record: Base) -> list[str]:
    """Return the names of the scope terms that let ``actor`` know of ``record``, term by term."""
    model: Any = type(record)
    number = cast(Any, record).id
    with system_mode("which terms bring a record into a scope"):
        return [
            term.name
            for term, condition in terms_of(model, actor)
            if db.session.scalar(select(model.id).where(model.id == number, condition)) is not None
        ]
