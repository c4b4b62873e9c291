"""Which web applications does the harness run: the portal itself, and two broken on purpose?"""

from __future__ import annotations

import threading
import time
from typing import Any

from flask import Flask, request

from portal import create_app
from portal.core import submissions
from portal.core.database import db
from portal.core.transactions import Portal

COMMITS_LATER = 0.4
"""Seconds between the answer and the commit of the portal that answers first."""


def sound() -> Flask:
    """Return the portal as it is, but for the limits that its three busy clients would reach."""
    return create_app({"RATELIMIT_ENABLED": False})


def without_keys() -> Flask:
    """Return a portal that has forgotten to ask whether a form was sent before."""
    submissions.begin = lambda: None
    return sound()


def answering_first() -> Flask:
    """Return a portal that says "done" when a deal is submitted or approved, and commits later."""
    dispatch = Portal.dispatch_request

    def dispatch_request(app: Portal) -> Any:
        if request.endpoint in ("registrations.submit", "admin.review.approve"):
            _commit_later(db.session())
        return dispatch(app)

    Portal.dispatch_request = dispatch_request  # type: ignore[method-assign]
    return sound()


def _commit_later(session: Any) -> None:
    commit, close = session.commit, session.close

    def finish() -> None:
        time.sleep(COMMITS_LATER)
        commit()
        close()

    # The end of the request must leave the transaction alone.
    session.close = lambda: None
    session.commit = threading.Thread(target=finish).start
