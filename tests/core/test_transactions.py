"""Is exactly what was answered below 400 kept, and does a failing commit get an honest answer?"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort, make_response, request
from sqlalchemy import event, select
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from portal.core.audit import verify_chains
from portal.core.database import db
from portal.core.events import ChainHead, Event
from portal.core.guards import public
from portal.core.net import system_mode
from portal.core.transactions import record_aside
from tests.browser import BASE, Browser
from tests.domain.world import everything, membership_of


def add_view(app: Flask, view: Callable[[], Any]) -> None:
    """Let the application answer a POST to /writing with ``view``, open to everybody."""
    app.config["WTF_CSRF_ENABLED"] = False
    app._got_first_request = False
    app.add_url_rule("/writing", "writing", public(view), methods=["POST"])


def write(chain: str) -> None:
    """Write one row in the request's transaction."""
    db.session.add(ChainHead(chain=chain, place=0, hash=""))
    db.session.flush()


def is_kept(app: Flask, chain: str) -> bool:
    """Tell whether the row is in the database."""
    with everything(app) as session:
        return session.get(ChainHead, chain) is not None


def post(app: Flask, query: str = "") -> Any:
    """Post to the test's view."""
    return Browser(app).client.post(f"/writing{query}", base_url=BASE)


def test_a_commit_follows_an_answer_below_400_alone(data_app: Flask) -> None:
    def view() -> Any:
        code = int(request.args["code"])
        write(f"row-{code}")
        return make_response("", code)

    add_view(data_app, view)
    for code in (200, 201, 204, 302, 303, 399, 400, 403, 404, 409, 422, 429, 500, 503):
        assert post(data_app, f"?code={code}").status_code == code
        assert is_kept(data_app, f"row-{code}") == (code < 400), code


def test_an_abort_or_an_error_leaves_nothing(data_app: Flask) -> None:
    def view() -> Any:
        write(f"row-{request.args['how']}")
        if request.args["how"] == "abort":
            abort(409)
        raise RuntimeError("a mistake")

    add_view(data_app, view)
    assert post(data_app, "?how=abort").status_code == 409
    answer = post(data_app, "?how=error")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "a mistake" not in answer.text
    assert not is_kept(data_app, "row-abort")
    assert not is_kept(data_app, "row-error")


ERRORS = (
    (IntegrityError("COMMIT", None, sqlite3.IntegrityError("x")), 409, "changed meanwhile"),
    (OperationalError("COMMIT", None, sqlite3.OperationalError("x")), 503, "The portal is busy"),
    (DataError("COMMIT", None, sqlite3.DataError("x")), 400, "was not complete"),
    (RuntimeError("x"), 500, "Something went wrong on our side"),
)


def test_an_error_of_the_commit_reaches_the_handlers(data_app: Flask) -> None:
    def view() -> Any:
        write("row")
        return "done"

    add_view(data_app, view)
    for error, status, words in ERRORS:

        def fail(_session: Session, error: Exception = error) -> None:
            raise error

        event.listen(Session, "before_commit", fail)
        try:
            answer = post(data_app)
        finally:
            event.remove(Session, "before_commit", fail)
        assert answer.status_code == status
        assert words in answer.text
        assert answer.headers["X-Request-Id"] in answer.text
        assert "done" not in answer.text
        assert not is_kept(data_app, "row")
    assert post(data_app).status_code == 200
    assert is_kept(data_app, "row")


def test_what_is_recorded_aside_outlives_the_refusal(data_app: Flask) -> None:
    def view() -> Any:
        write("own")
        with record_aside("test") as aside:
            aside.add(ChainHead(chain="aside", place=0, hash=""))
        abort(403)

    add_view(data_app, view)
    assert post(data_app).status_code == 403
    assert is_kept(data_app, "aside")
    assert not is_kept(data_app, "own")


def test_an_error_aside_keeps_nothing_and_the_next_request_is_clean(data_app: Flask) -> None:
    def view() -> Any:
        with record_aside("test") as aside:
            aside.add(ChainHead(chain="aside", place=0, hash=""))
            aside.flush()
            raise RuntimeError("half-way")

    add_view(data_app, view)
    assert post(data_app).status_code == 500
    assert not is_kept(data_app, "aside")
    assert Browser(data_app).signed_in("ana").get("/").status == 200


def test_a_get_may_record_aside(data_app: Flask) -> None:
    def view() -> str:
        with system_mode("test"):
            db.session.scalar(select(ChainHead.place).limit(1))
        with record_aside("test") as aside:
            aside.add(ChainHead(chain="aside", place=0, hash=""))
        return "seen"

    data_app._got_first_request = False
    data_app.add_url_rule("/reading", "reading", public(view))
    assert Browser(data_app).client.get("/reading", base_url=BASE).text == "seen"
    assert is_kept(data_app, "aside")


def test_a_refusal_stands_in_the_persons_chain(data_app: Flask) -> None:
    ana = Browser(data_app).signed_in("ana")
    page = ana.get("/admin/outbox", status=403)
    assert "You cannot do this" in page.words
    with everything(data_app) as session:
        chain = f"membership:{membership_of('ana').id}"
        told = session.scalars(select(Event).filter_by(chain=chain, tag="access:deny")).all()
        assert [row.particulars for row in told] == [
            {"permission": "outbox:read", "target": "-", "rule": "role"}
        ]
        assert told[0].request_id == page.response.headers["X-Request-Id"]
        assert not told[0].partner_sees
        assert not verify_chains(session).faults


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_safe_request_commits_nothing(data_app: Flask, method: str) -> None:
    ana = Browser(data_app).signed_in("ana")
    with everything(data_app) as session:
        before = session.scalars(select(Event.id)).all()
    for path in ("/", "/deals", "/registrations", "/account"):
        assert ana.client.open(path, method=method, base_url=BASE).status_code < 400
    with everything(data_app) as session:
        assert session.scalars(select(Event.id)).all() == before
