"""When does a request's work become permanent?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.core import drafts, files, submissions
from portal.core.crashpoints import crash_point
from portal.core.database import db, transaction_mode
from portal.core.guards import SAFE
from portal.core.net import system_mode
from portal.core.pages import Templates
from portal.core.spooling import Received


class Portal(Flask):
    """The application, with one transaction wrapped round each view.

    The wrapper is within reach of the error handlers: an error raised by the commit is handled
    like one raised by the view.
    """

    jinja_environment = Templates
    request_class = Received

    def preprocess_request(self) -> ResponseReturnValue | None:
        # Who asks, and whether the form is one of ours, is read beside all other requests.
        transaction_mode.set("read")
        return super().preprocess_request()

    def dispatch_request(self) -> Any:
        try:
            if request.method in SAFE or request.routing_exception is not None:
                return super().dispatch_request()
            with files.taken_in():
                for _attempt in range(ATTEMPTS):
                    with suppress(submissions.Overtaken):
                        return self._write()
            abort(503)
        except Exception:
            _undo()
            # What stood in its way may be what the same form has done before.
            if (first := submissions.first_answer()) is not None:
                return first
            raise

    def _write(self) -> ResponseReturnValue:
        _begin_to_write()
        for confirm in confirmations:
            if (refusal := confirm()) is not None:
                _undo()
                return refusal
        submissions.begin()
        response = self.make_response(super().dispatch_request())
        if response.status_code < 400:
            if not submissions.finish(response, along=drafts.of_sent()):
                drafts.forget_sent()
            crash_point("written, not committed")
            files.note_commit()
            db.session.commit()
            crash_point("committed, not answered")
            return response
        _undo()
        return submissions.first_answer() or response


ATTEMPTS = 3
"""How often a write is judged anew because its actor changed while it waited."""


confirmations: list[Callable[[], ResponseReturnValue | None]] = []
"""Asked inside each write's own transaction whether what let the request in still holds.

Whoever waited for the write lock may have waited for the end of their own access.
"""


def _undo() -> None:
    """Void what was written; what is still shown needs no write lock."""
    db.session.rollback()
    transaction_mode.set("read")


def _begin_to_write() -> None:
    """Let the view's own transaction be the first one that keeps others from writing."""
    db.session.rollback()
    transaction_mode.set("write")


def end_transaction(_error: BaseException | None = None) -> None:
    """Leave the next request of this thread a clean slate."""
    transaction_mode.set("write")


@contextmanager
def record_aside(reason: str) -> Iterator[Session]:
    """Yield a session of its own in system mode, committed at the end of the block.

    For what must be kept although the request only read or was refused; ``reason`` says what. A
    test pins the callers. The request's own transaction must not hold SQLite's write lock.
    """
    is_writing = transaction_mode.get() == "write" and db.session.registry.has()
    if is_writing and db.session().in_transaction():
        # What a refused request had begun is void anyway, and it would hold the write lock.
        db.session.rollback()
    token = transaction_mode.set("write")
    try:
        with system_mode(reason), Session(db.engine, expire_on_commit=False) as session:
            yield session
            session.commit()
    finally:
        transaction_mode.reset(token)
