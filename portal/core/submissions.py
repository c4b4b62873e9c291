"""Has this very form been sent before, and what was the answer?"""

from __future__ import annotations

import datetime as dt
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar, cast

from flask import Response, current_app, g, request
from flask_login import current_user
from sqlalchemy import ColumnElement, String, bindparam, delete, select
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import files
from portal.core.database import Base, UTCDateTime, db
from portal.core.events import digest
from portal.core.guards import guard_of
from portal.core.net import system_mode
from portal.core.pages import done
from portal.core.times import now

View = TypeVar("View")
FIELD = "submission_key"
# What the form held before anybody typed: "country=CA", separated by spaces.
GIVEN = "form_given"
# Fields that belong to the carrier, not to the content.
CARRIERS = frozenset({FIELD, GIVEN, "csrf_token", "version"})
KEPT = dt.timedelta(days=14)
_SHAPE = re.compile(r"[A-Za-z0-9_-]+")


class SubmissionKey(Base):
    """A key that was used up by a commit, and where its answer stands."""

    __tablename__ = "submission_key"
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    membership_id: Mapped[int]
    path: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(String(500), default="")
    reference: Mapped[str | None] = mapped_column(String(20))
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, index=True)


_table: Any = SubmissionKey.__table__
# Asked by every form that is taken, so they are put together once.
_USE_UP: dict[str, Any] = {
    name: insert(_table).on_conflict_do_nothing().returning(_table.c.key)
    for name, insert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
}


class UnusableKey(Exception):
    """The form came without a key that this portal made for this person."""


@dataclass
class AlreadySent(Exception):
    """The same key came with other content: 409, and where the first one stands."""

    url: str
    reference: str | None


def repeatable(view: View) -> View:
    """Mark a view whose repetition changes nothing more, so that it needs no key."""
    cast(Any, view).__repeatable__ = True
    return view


RANDOM, NUMBER, SIGNATURE = 12, 5, 10  # bytes of a key's parts


def _digest(purpose: str, body: bytes, length: int) -> bytes:
    secret = f"submission-{purpose}:{current_app.config['SECRET_KEY']}".encode()
    return hmac.digest(secret, body, sha256)[:length]


def _mask(random: bytes, number: bytes) -> bytes:
    """Hide a row number, or show it again: row numbers never leave the database."""
    veil = _digest("mask", random, NUMBER)
    return bytes(one ^ other for one, other in zip(number, veil, strict=True))


def key_for(membership_id: int) -> str:
    """Return a fresh key for a form of a membership: random, masked number, signature (80 bits)."""
    random = secrets.token_bytes(RANDOM)
    body = random + _mask(random, membership_id.to_bytes(NUMBER, "big"))
    return urlsafe_b64encode(body + _digest("key", body, SIGNATURE)).decode()


def new_key() -> str:
    """Return a fresh key for a form of the signed-in membership.

    Whoever only looks on in its name gets none: nothing that they could send is taken.
    """
    return "" if current_user.viewing else key_for(current_user.membership_id)


def read_key(key: str) -> tuple[str, int] | None:
    """Return the random part and the membership of a key that this portal made, else None."""
    if len(key) != 4 * (RANDOM + NUMBER + SIGNATURE) // 3 or not _SHAPE.fullmatch(key):
        return None
    whole = urlsafe_b64decode(key)
    body, signature = whole[:-SIGNATURE], whole[-SIGNATURE:]
    if not hmac.compare_digest(_digest("key", body, SIGNATURE), signature):
        return None
    random, number = body[:RANDOM], body[RANDOM:]
    return random.hex(), int.from_bytes(_mask(random, number), "big")


def is_used(random: str) -> bool:
    """Tell whether a commit has used up the key with this random part."""
    with system_mode("was a submission key used"):
        return db.session.get(SubmissionKey, random) is not None


class Overtaken(Exception):
    """Who acts may do or see something else than when the write began."""


@dataclass(frozen=True)
class Standing:
    """How one asks inside a statement whether an actor is still the one who was read.

    ``condition`` with ``values(actor)``, and the same as a question: ``holds(actor)``.
    """

    condition: ColumnElement[bool]
    values: Callable[[Any], dict[str, Any]]
    holds: Callable[[Any], bool]


# The statement that uses a key up while its actor stands, put together once.
_standing: list[tuple[Any, Standing]] = []


def plug_in_standing(standing: Standing, along: Any) -> None:
    """Use keys up only while their actor stands; where writes wait for each other by the row.

    The deletion ``along`` is part of the same statement.
    """
    given = [cast_to(bindparam(column.key), column.type) for column in _table.columns]
    while_standing = select(*given).where(standing.condition)
    names = [column.key for column in _table.columns]
    adding = postgresql_insert(_table).from_select(names, while_standing)
    used = adding.on_conflict_do_nothing().returning(_table.c.key).cte("used")
    _standing[:] = [(select(used.c.key).add_cte(along.cte("along")), standing)]


@dataclass(frozen=True)
class Submission:
    """The form that the present request sends: its key's random part, whose it is, its content."""

    key: str
    membership_id: int
    path: str
    fingerprint: str


class Repeated(Exception):
    """The form's key was used up by another commit while this one was at work."""


def begin() -> None:
    """Note which form the request sends; raises UnusableKey unless its key is this person's.

    Public and repeatable endpoints carry no key.
    """
    view = current_app.view_functions[request.endpoint or ""]
    guard = guard_of(current_app, request.endpoint)
    if guard is None or guard.permission is None or getattr(view, "__repeatable__", False):
        return
    parsed = read_key(request.form.get(FIELD, ""))
    if parsed is None or parsed[1] != current_user.behind.membership_id:
        raise UnusableKey
    fields = [[k, v] for k, v in request.form.items(multi=True) if k not in CARRIERS]
    fields += [[files.FIELD, one.digest or one.name] for one in files.incoming()]
    g.submission = Submission(
        *parsed, path=request.path[:255], fingerprint=digest([request.path, sorted(fields)])
    )


def first_answer() -> Response | None:
    """Return the answer that the request's form had when it was taken before, or None.

    Asked when a form cannot be taken: what stands in its way may be its own first effect. Raises
    AlreadySent if the first had other content.
    """
    sent: Submission | None = g.pop("submission", None)
    if sent is None:
        return None
    with system_mode("was a submission key used"):
        first = db.session.get(SubmissionKey, sent.key, populate_existing=True)
    if first is None:
        return None
    if first.fingerprint != sent.fingerprint:
        raise AlreadySent(first.url, first.reference)
    return done(first.url)


def finish(response: Response, along: Mapping[str, Any]) -> bool:
    """Use the key up and store where the answer stands, in the transaction that holds the effect.

    Returns whether the deletion that was plugged in went along, with the values in ``along``.
    Raises Repeated if another commit was first; on PostgreSQL this waits for one under way.
    """
    sent: Submission | None = g.get("submission")
    if sent is None:
        return False
    url = (
        g.get("answer_url")
        or response.headers.get("HX-Redirect")
        or response.headers.get("Location")
        or request.path
    )
    values = {
        **vars(sent),
        "url": url[:500],
        "reference": g.get("answer_reference"),
        "made_at": now(),
    }
    connection = db.session.connection()
    if connection.dialect.name != "sqlite" and _standing:
        _use_up_standing(values, along)
        return True
    if connection.execute(_USE_UP[connection.dialect.name], values).first() is None:
        raise Repeated
    return False


def _use_up_standing(values: dict[str, Any], along: Mapping[str, Any]) -> None:
    """Use the key up if its actor may still do and see what the write was judged by.

    Both in one statement: it is the last one, when nothing is waited for any more. Where it takes
    no effect the reason is looked for.
    """
    db.session.flush()  # what is still to be written waits now, and not after the question
    connection, actor = db.session.connection(), current_user._get_current_object()
    statement, standing = _standing[0]
    values = {**values, **standing.values(actor), **along}
    if connection.execute(statement, values).first() is not None:
        return
    if not standing.holds(actor):
        raise Overtaken
    if connection.execute(_USE_UP[connection.dialect.name], values).first() is None:
        raise Repeated


def purge(before: dt.datetime | None = None) -> int:
    """Delete keys older than two weeks; return how many. Call in system mode."""
    limit = before or now() - KEPT
    old = select(SubmissionKey.key).where(SubmissionKey.made_at < limit)
    count = len(db.session.scalars(old).all())
    db.session.execute(delete(SubmissionKey).where(SubmissionKey.made_at < limit))
    return count
