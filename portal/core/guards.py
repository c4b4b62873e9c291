"""Which addresses may this actor ask, and for which record?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, has_request_context, request
from flask_login import current_user
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.core.access import Fresh, can, deny, looks_elsewhere, visible, wants_fresh
from portal.core.actors import NOBODY, Actor
from portal.core.database import Base, db
from portal.core.net import is_visible, once_for_each_reader
from portal.core.times import now
from portal.core.versions import expect_version

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
M = TypeVar("M", bound=Base)
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Guard:
    """What an endpoint asks for; ``permission`` None means public.

    ``own`` names the actor's attribute with the row number of the record, where no address does;
    where one does, it is the argument ``by``.
    """

    permission: str | None
    model: type[Any] | None = None
    own: str | None = None
    by: str = "reference"


def public(view: View) -> View:
    """Mark ``view`` as open to everybody; a test pins the list of them."""
    cast(Any, view).__guard__ = Guard(None)
    return view


def requires(
    permission: str,
    model: type[Any] | None = None,
    *,
    by: str = "reference",
    own: str | None = None,
    beside: bool = False,
) -> Callable[[View], View]:
    """Let only actors with ``permission`` through, and hand the view its record.

    With ``model`` the rule's argument ``by`` is replaced by the record, loaded inside the actor's
    scope: outside it the answer is 404, inside it without the right 403. With ``own`` no argument
    names it: it is the one whose row number stands in that attribute of the actor. What is kept
    ``beside`` the record changes nothing of it, so that a form of any age is as good.

    Where the policy asks for a fresh sign-in, a request that may write raises StaleSignIn without
    one: in the end, when nothing else is in its way.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor = actor_now()
            if (model is None or own) and not can(actor, permission):
                deny(actor, permission, None)
            if model is None:
                expect_fresh(actor, permission)
                return view(*args, **kwargs)
            if own:
                record = load(model, getattr(actor, own), actor, "id")
            else:
                record = load(model, str(kwargs.pop(by)), actor, by)
            if not can(actor, permission, record):
                deny(actor, permission, record)
            if request.method not in SAFE and not beside:
                expect_version(record)
                expect_fresh(actor, permission, record)
            return view(record, *args, **kwargs)

        cast(Any, guarded).__guard__ = Guard(permission, model, own, by)
        return cast(View, guarded)

    return decorate


def look_ahead(guard: Guard) -> Any:
    """Refuse now what the guard would refuse, before the request's body is read.

    Returns the record, or None. It is a look without a lock: the write asks again. The answers
    are the same.
    """
    actor, record = actor_now(), None
    assert guard.permission is not None
    if guard.model is not None and guard.own is None:
        name = str((request.view_args or {})[guard.by])
        record = db.session.scalar(_named(actor, guard.model, guard.by, False), {"named": name})
        if record is None:
            abort(404)
    if not can(actor, guard.permission, record):
        deny(actor, guard.permission, record)
    return record


class StaleSignIn(Exception):
    """The person proved too long ago who they are: they are asked again before this is done."""

    def __init__(self, permission: str, why: Fresh) -> None:
        super().__init__(permission)
        self.permission, self.why = permission, why


def expect_fresh(actor: Actor, permission: str, record: Any = None) -> None:
    """Raise StaleSignIn where a write needs a fresh sign-in and the actor's is not."""
    if request.method in SAFE:
        return
    why = wants_fresh(actor, permission, record)
    if why is not None and not is_fresh(actor):
        raise StaleSignIn(permission, why)


def is_fresh(actor: Actor) -> bool:
    """Tell whether the person has proved in the last minutes who they are."""
    moment = actor.authenticated_at
    fresh: dt.timedelta = current_app.config["FRESH"]
    return moment is not None and now() - moment < fresh


def will_ask(permission: str, record: Any = None) -> bool:
    """Tell whether the signed-in person is asked to sign in again before such a write."""
    actor = actor_now()
    return wants_fresh(actor, permission, record) is not None and not is_fresh(actor)


@once_for_each_reader
def _named(actor: Actor, model: type[M], by: str, is_write: bool) -> Select[M]:
    """Return the SELECT of what ``named`` names in the attribute ``by``."""
    column: InstrumentedAttribute[str | int] = getattr(model, by)
    query = visible(model, actor).where(column == bindparam("named"))
    return query.with_for_update(of=model, key_share=True) if is_write else query


def load(model: type[M], name: str | int, actor: Actor, by: str = "reference") -> M:
    """Return the record that ``name`` names inside the actor's scope, or abort with 404.

    For a request that may write, the row is locked first, so that the second of two writers
    reads what the first one left behind. Rows that point to it can still be added meanwhile: two
    writers, each with the other's record in hand, would wait for each other.
    """
    is_write = has_request_context() and request.method not in SAFE
    if is_write and (whole := getattr(model, "part_of", None)) is not None:
        _lock_whole(actor, model, whole, by, name)
    record: M | None = db.session.scalar(_named(actor, model, by, is_write), {"named": name})
    if record is None or (is_write and _is_gone(model, record, actor)):
        abort(404)
    return record


def _lock_whole(actor: Actor, model: type[Any], whole: str, by: str, name: str | int) -> None:
    """Lock first what the record is a part of: the row that its column ``whole`` points to.

    What is done with a part is written into the whole, and what is done with the whole into its
    parts: so both take the locks in the same order, and neither waits for the other in a circle.
    """
    looking = _named(actor, model, by, False).with_only_columns(getattr(model, whole))
    number = db.session.scalar(looking, {"named": name})
    (key,) = model.__table__.c[whole].foreign_keys
    outer = _model_of(key.column.table)
    column: InstrumentedAttribute[Any] = getattr(outer, key.column.key)
    locking = select(column).where(column == number)
    db.session.execute(locking.with_for_update(of=outer, key_share=True))


@cache
def _model_of(table: Any) -> type[Any]:
    """Return the model of a table: its rows are read inside the actor's scope as all others."""
    return next(one.class_ for one in Base.registry.mappers if one.local_table is table)


def _is_gone(model: type[M], record: M, actor: Actor) -> bool:
    """Tell whether the record left the actor's sight while the request waited for its lock.

    PostgreSQL looks again at the row for which a statement has waited, but at no other: where the
    scope follows the hierarchy or a portfolio, it is asked anew.
    """
    is_postgresql = db.session.get_bind().dialect.name == "postgresql"
    return is_postgresql and looks_elsewhere(model, actor) and not is_visible(actor, record)


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
