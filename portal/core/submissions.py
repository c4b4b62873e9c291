"""Has this very form been sent before, and what was the answer?"""

from __future__ import annotations

import datetime as dt
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar, cast

from flask import Response, current_app, g, make_response, redirect, request
from flask_login import current_user
from sqlalchemy import String, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base, UTCDateTime, db
from portal.core.events import digest
from portal.core.guards import guard_of
from portal.core.net import system_mode
from portal.core.times import now

View = TypeVar("View")
FIELD = "submission_key"
# Fields that belong to the carrier, not to the content.
CARRIERS = frozenset({FIELD, "csrf_token", "version"})
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
# Asked by every form that is sent, so they are put together once.
_TAKE: dict[str, Any] = {
    name: insert(_table).on_conflict_do_nothing().returning(_table.c.key)
    for name, insert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
}
_ANSWERED = update(_table).where(_table.c.key == bindparam("used"))


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
    """Return a fresh key for a form of the signed-in membership."""
    return key_for(current_user.membership_id)


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


def begin() -> Response | None:
    """Claim the request's key in its transaction; return the first answer if there was one.

    Raises UnusableKey or AlreadySent. Public and repeatable endpoints carry no key.
    """
    view = current_app.view_functions[request.endpoint or ""]
    guard = guard_of(current_app, request.endpoint)
    if guard is None or guard.permission is None or getattr(view, "__repeatable__", False):
        return None
    parsed = read_key(request.form.get(FIELD, ""))
    if parsed is None or parsed[1] != current_user.membership_id:
        raise UnusableKey
    random, membership_id = parsed
    fields = [[k, v] for k, v in request.form.items(multi=True) if k not in CARRIERS]
    fingerprint = digest([request.path, sorted(fields)])
    values = {
        "key": random,
        "membership_id": membership_id,
        "path": request.path[:255],
        "fingerprint": fingerprint,
        "url": "",
        "made_at": now(),
    }
    # On PostgreSQL this waits for a first submission that is still under way.
    connection = db.session.connection()
    taken = connection.execute(_TAKE[connection.dialect.name], values).first()
    if taken is not None:
        g.submission = random
        return None
    with system_mode("was a submission key used"):
        first = db.session.get_one(SubmissionKey, random, populate_existing=True)
    if first.fingerprint != fingerprint:
        raise AlreadySent(first.url, first.reference)
    return answer_again(first.url)


def answer_again(url: str) -> Response:
    """Return the answer of a submission that was taken before: go and see it."""
    if request.headers.get("HX-Request") == "true":
        response = make_response("")
        response.headers["HX-Redirect"] = url
        return response
    return cast(Response, redirect(url, 303))


def finish(response: Response) -> None:
    """Store where the answer stands, in the transaction that holds the effect."""
    random = g.pop("submission", None)
    if random is None:
        return
    url = (
        g.get("answer_url")
        or response.headers.get("HX-Redirect")
        or response.headers.get("Location")
        or request.path
    )
    values = {"used": random, "url": url[:500], "reference": g.get("answer_reference")}
    db.session.connection().execute(_ANSWERED, values)


def purge(before: dt.datetime | None = None) -> int:
    """Delete keys older than two weeks; return how many. Call in system mode."""
    limit = before or now() - KEPT
    old = select(SubmissionKey.key).where(SubmissionKey.made_at < limit)
    count = len(db.session.scalars(old).all())
    db.session.execute(delete(SubmissionKey).where(SubmissionKey.made_at < limit))
    return count
