"""May this actor know of this record, and may they do this to it?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import Any, Generic, Protocol, TypeVar, cast

from flask import Flask, abort, current_app, has_request_context, request
from flask_login import current_user
from sqlalchemy import BindParameter, ColumnElement, Select, Table, false, inspect, or_, select
from sqlalchemy.orm import (
    InstrumentedAttribute,
    LoaderCriteriaOption,
    ORMExecuteState,
    Session,
    with_loader_criteria,
)
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.sql.visitors import iterate

from portal.core.database import Base, db
from portal.core.statements import Unscoped, tables_in
from portal.core.versions import expect_version

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
M = TypeVar("M", bound=Base)
View = TypeVar("View", bound=Callable[..., Any])
Words = Any  # a lazy translated string


class Actor(Protocol):
    """The membership that is acting, as far as the mechanisms need to know it."""

    @property
    def membership_id(self) -> int: ...
    @property
    def user_id(self) -> int: ...
    @property
    def organisation_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def side(self) -> str: ...
    @property
    def permissions(self) -> frozenset[str]: ...
    @property
    def scope_key(self) -> Hashable:
        """Everything that a policy's terms may read of the actor."""


class Nobody:
    """The actor before sign-in: no rows, no rights."""

    membership_id = 0
    user_id = 0
    organisation_id = 0
    name = ""
    side = "nobody"
    permissions: frozenset[str] = frozenset()
    scope_key = "nobody"


NOBODY = Nobody()


@dataclass(frozen=True)
class Term:
    """One reason for which rows are in a scope.

    ``where(actor)`` answers the rows' condition, or None where the reason does not apply.
    """

    name: str
    words: Words
    where: Callable[[Any], ColumnElement[bool] | None]


@dataclass(frozen=True)
class Rule:
    """One condition on the record for a permission; ``words`` say what it asks for."""

    name: str
    words: Words
    test: Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Explanation:
    """Why an answer is yes or no: the rule's or term's name, and a sentence."""

    is_allowed: bool
    rule: str
    words: Words


@dataclass(frozen=True)
class Policy(Generic[M]):
    """Everything that decides on one model: its scope and, per permission, its rules."""

    model: type[M]
    scope: Sequence[Term]
    rules: Mapping[str, Sequence[Rule]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.model in _policies:
            raise ValueError(f"{self.model.__name__} has two policies")
        _policies[self.model] = cast("Policy[Any]", self)


_policies: dict[type[Any], Policy[Any]] = {}


def policies() -> Mapping[type[Any], Policy[Any]]:
    """Return every declared policy by model."""
    return _policies


def scope_of(model: type[M], actor: Actor) -> ColumnElement[bool]:
    """Return the condition on rows of ``model`` that ``actor`` may know of; no policy, no rows."""
    policy = _policies.get(model)
    if policy is None:
        return false()
    # The same terms for the same key: put together once, for the net and for visible() alike.
    key = tuple(map(id, policy.scope)), actor.scope_key
    return _scope(model, key, _Unhashed(actor))


class _Unhashed:
    """An actor that a cache looks past: the scope key alone decides."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Unhashed)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=4096)
def _scope(model: type[Any], _key: Hashable, unhashed: _Unhashed) -> ColumnElement[bool]:
    terms = _policies[model].scope
    parts = [part for term in terms if (part := term.where(unhashed.actor)) is not None]
    if not parts:
        return false()
    condition = parts[0] if len(parts) == 1 else or_(*parts)
    for element in iterate(condition):
        if type(element) is BindParameter:
            element.__class__ = _ScopeValue
    return condition


class _ScopeValue(BindParameter[Any]):
    """A value in a scope, which is the same as another when their hashes are.

    SQLAlchemy keeps values in dictionaries beside annotated copies with the same hash, and tells
    them apart by building ``a == b`` as SQL and asking for its truth, which is that of the
    hashes: half of what the net cost.
    """

    inherit_cache = True
    __hash__ = BindParameter.__hash__

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        return hash(self) == hash(other)


def visible(model: type[M], actor: Actor) -> Select[M]:
    """Return the SELECT with which every list, count, search and export begins."""
    return select(model).where(scope_of(model, actor))


def is_visible(actor: Actor, record: Base) -> bool:
    """Tell whether ``record`` is in the actor's scope, by asking the database."""
    model: Any = type(record)
    query = select(model.id).where(model.id == cast(Any, record).id, scope_of(model, actor))
    with system_mode("is one record in a scope"):
        return db.session.scalar(query) is not None


def can(actor: Actor, permission: str, record: Any = None) -> bool:
    """Tell whether ``actor`` has ``permission``, on ``record`` if one is given.

    The record must have been loaded inside the actor's scope; this answers for the right alone.
    """
    return explain(actor, permission, record).is_allowed


def explain(actor: Actor, permission: str, record: Any = None) -> Explanation:
    """Return the rule that grants or refuses ``permission`` (on ``record``) to ``actor``."""
    if permission not in actor.permissions:
        return Explanation(False, "role", _role_words())
    if record is None:
        return Explanation(True, "role", _role_words())
    policy = _policies.get(type(record))
    rules = policy.rules.get(permission) if policy else None
    if rules is None:
        return Explanation(False, "no rule", _role_words())
    for rule in rules:
        if not rule.test(actor, record):
            return Explanation(False, rule.name, rule.words)
    last = rules[-1] if rules else None
    return Explanation(True, last.name if last else "role", last.words if last else "")


def _role_words() -> Words:
    from portal.core.language import _l

    return _l("Your role does not include this.")


# --- who is acting: the second net -------------------------------------------------------------


@dataclass(frozen=True)
class Mode:
    """In whose name the ORM reads: an actor's (scopes to add by table) or the system's."""

    actor: Actor | None
    reason: str
    options: Mapping[str, ExecutableOption] = field(default_factory=dict)


@lru_cache(maxsize=1024)
def _options_of(_scope_key: Hashable, actor: _Unhashed) -> Mapping[str, ExecutableOption]:
    """Return the scope of every model as an option, by table; the same for the same scope key."""
    return {
        cast(Table, mapper.local_table).key: with_loader_criteria(
            mapper.class_, scope_of(mapper.class_, actor.actor), include_aliases=True
        )
        for mapper in Base.registry.mappers
    }


def _scoped_tables() -> set[str]:
    return {cast(Table, inspect(model).local_table).key for model in _policies}


def _mode_of(actor: Actor) -> Mode:
    return Mode(actor, "actor", _options_of(actor.scope_key, _Unhashed(actor)))


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
    if mode.actor is None or state.is_column_load:
        return
    statement = cast(Any, state.statement)
    if state.is_insert:
        if getattr(statement, "select", None) is not None:
            # Scopes do not reach the SELECT inside an INSERT: nothing is copied in user mode.
            raise Unscoped("rows are copied from a SELECT in system mode only")
        return
    names = tables_in(statement)
    if not state.is_orm_statement and not names.isdisjoint(_scoped_tables()):
        raise Unscoped("tables that have scopes are read through their models")
    inherited = statement._with_options
    if any(not isinstance(option, LoaderCriteriaOption) for option in inherited):
        # Loading options may join tables that are not in the statement yet.
        names = frozenset(mode.options)
    # What is loaded with a record brings the scopes that the record was read with.
    state.statement = statement.options(
        *(
            option
            for name, option in mode.options.items()
            if name in names and option not in inherited
        )
    )


def install_net(session_class: type[Session]) -> None:
    """Put the net under every statement of ``session_class``."""
    from sqlalchemy import event

    event.listen(session_class, "do_orm_execute", _net)


# --- endpoints ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Guard:
    """What an endpoint asks for; ``permission`` None means public."""

    permission: str | None
    model: type[Any] | None = None


def public(view: View) -> View:
    """Mark ``view`` as open to everybody; a test pins the list of them."""
    cast(Any, view).__guard__ = Guard(None)
    return view


def requires(
    permission: str, model: type[Any] | None = None, *, by: str = "reference"
) -> Callable[[View], View]:
    """Let only actors with ``permission`` through, and hand the view its record.

    With ``model`` the rule's argument ``by`` is replaced by the record, loaded inside the actor's
    scope: outside it the answer is 404, inside it without the right 403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor = actor_now()
            if model is None:
                if not can(actor, permission):
                    deny(actor, permission, None)
                return view(*args, **kwargs)
            record = load(model, str(kwargs.pop(by)), actor, by)
            if not can(actor, permission, record):
                deny(actor, permission, record)
            if request.method not in SAFE:
                expect_version(record)
            return view(record, *args, **kwargs)

        cast(Any, guarded).__guard__ = Guard(permission, model)
        return cast(View, guarded)

    return decorate


def load(model: type[M], name: str, actor: Actor, by: str = "reference") -> M:
    """Return the record that ``name`` names inside the actor's scope, or abort with 404.

    For a request that may write, the row is locked first, so that the second of two writers
    reads what the first one left behind.
    """
    column: InstrumentedAttribute[str] = getattr(model, by)
    query = visible(model, actor).where(column == name)
    if has_request_context() and request.method not in SAFE:
        query = query.with_for_update(of=model)
    record = db.session.scalar(query)
    if record is None:
        abort(404)
    return record


class Denied(Exception):
    """Inside the scope, without the right: 403, and the sentence that says why."""

    def __init__(self, actor: Actor, permission: str, record: Any, why: Explanation) -> None:
        super().__init__(permission)
        self.actor, self.permission, self.record, self.why = actor, permission, record, why


def deny(actor: Actor, permission: str, record: Any) -> None:
    """Raise Denied with the explanation."""
    raise Denied(actor, permission, record, explain(actor, permission, record))


def guard_of(app: Flask, endpoint: str | None) -> Guard | None:
    """Return what the view that really answers for ``endpoint`` asks for, if it says so."""
    view = app.view_functions.get(endpoint or "")
    return cast("Guard | None", getattr(view, "__guard__", None))


class Unguarded(RuntimeError):
    """An endpoint says neither what it requires nor that it is public."""


def check_endpoints(app: Flask) -> None:
    """Refuse to start with an endpoint that nobody guards (reads what will really be called)."""
    open_ones = sorted(
        rule.endpoint for rule in app.url_map.iter_rules() if guard_of(app, rule.endpoint) is None
    )
    if open_ones:
        raise Unguarded(
            "no policy: " + ", ".join(open_ones) + ". Put @requires or @public below the route."
        )


def refuse_unguarded() -> None:
    """Answer for no endpoint that was added after the start without a guard."""
    if request.endpoint is not None and guard_of(current_app, request.endpoint) is None:
        abort(404)


def actor_now() -> Actor:
    """Return the actor of the present request (Nobody before sign-in)."""
    # Not the proxy: a page asks its actor a hundred things.
    return cast(Any, current_user)._get_current_object() if has_request_context() else NOBODY


def is_guarded_now() -> bool:
    """Tell whether the present request's endpoint needs somebody to be signed in."""
    guard = guard_of(current_app, request.endpoint)
    return guard is None or guard.permission is not None
