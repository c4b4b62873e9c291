"""Is a deal registered exactly once when the connection breaks, or Submit is pressed again?"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlencode

import pytest
from bs4 import Tag
from flask import Flask

from tests.figures import record
from tests.process.harness import Running, wait_until
from tests.process.people import Journal, fill
from tests.process.remote import FORM, Answer, Remote, filled, reference_in, sign_in

pytestmark = pytest.mark.process
PRESSED = 5


@pytest.fixture
def running(start: Callable[..., Running]) -> Running:
    """Two web processes, as in production."""
    made = start()
    made.start_web()
    made.wait_for_web()
    return made


@pytest.fixture
def seller(running: Running, app: Flask) -> Iterator[Remote]:
    """Ana's browser."""
    browser = Remote(running.port, sign_in(app, "ana"))
    yield browser
    browser.drop()


def ready_to_submit(seller: Remote, name: str) -> tuple[str, Tag]:
    """Return the reference of a complete draft, and the form that submits it."""
    where = fill(seller, Journal(), name, f"{name}.ca")
    return reference_in(where), seller.get(where).form("/submission")


def submissions(running: Running, reference: str) -> int:
    query = "SELECT count(*) FROM event WHERE tag = 'registration:submit' AND chain = ?"
    return int(running.ask(query, reference)[0][0])


def request_bytes(seller: Remote, form: Tag) -> bytes:
    """Return what a browser sends when the form's button is pressed."""
    body = urlencode(filled(form)).encode()
    head = (
        f"POST {form['action']} HTTP/1.1\r\nHost: 127.0.0.1:{seller.port}\r\n"
        f"Cookie: sid={seller.cookie}\r\nContent-Type: {FORM}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def test_a_connection_lost_at_any_moment(running: Running, seller: Remote) -> None:
    reference, form = ready_to_submit(seller, "lost-line")
    request = request_bytes(seller, form)
    head = request.index(b"\r\n\r\n") + 4
    for sent in (0, 1, head // 2, head, (head + len(request)) // 2, len(request) - 1):
        with closing(socket.create_connection(("127.0.0.1", running.port))) as line:
            line.sendall(request[:sent])
    time.sleep(0.3)  # were one of them taken for whole, it would be stored by now
    assert seller.get(f"/registrations/{reference}/check").find_form("/submission") is not None
    assert submissions(running, reference) == 0

    with closing(socket.create_connection(("127.0.0.1", running.port))) as line:
        line.sendall(request)  # all of it, and nobody waits for the answer
    wait_until(lambda: submissions(running, reference) == 1, 20, "it is not submitted")
    with closing(socket.create_connection(("127.0.0.1", running.port))) as line:
        line.sendall(request)
        assert line.recv(5) == b"HTTP/"  # and the rest never arrives
    answer = seller.send(form)
    assert (answer.status, reference_in(answer.location)) == (303, reference)
    assert "submitted=1" in answer.location
    once = submissions(running, reference)
    record(
        2,
        "connection lost in the middle of a submit",
        "exactly one record, and the person knows",
        f"cut at 8 places: submitted {once} time, the receipt comes at the next try",
        once == 1,
    )
    assert once == 1


def test_submit_pressed_many_times_at_once(running: Running, app: Flask, seller: Remote) -> None:
    reference, form = ready_to_submit(seller, "impatient")
    browsers = [Remote(running.port, seller.cookie) for _ in range(PRESSED)]
    with ThreadPoolExecutor(PRESSED) as fingers:
        answers: list[Answer] = list(fingers.map(lambda one: one.send(form), browsers))
    assert {answer.status for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert submissions(running, reference) == 1
    assert running.ask("SELECT count(*) FROM receipt") == [(receipts_before(running) + 1,)]


def receipts_before(running: Running) -> int:
    query = (
        "SELECT count(*) FROM receipt JOIN registration r ON r.id = registration_id"
        " WHERE r.company NOT LIKE 'Customer %'"
    )
    return int(running.ask(query)[0][0])


def test_register_pressed_in_two_tabs_makes_one_draft(running: Running, seller: Remote) -> None:
    tabs = [seller.get("/registrations").form("/registrations") for _ in range(2)]
    drafts = [reference_in(seller.send(tab).location) for tab in tabs]
    assert drafts[0] == drafts[1]


def test_the_second_tab_is_told_that_it_was_submitted(running: Running, seller: Remote) -> None:
    reference, form = ready_to_submit(seller, "two-tabs")
    other = seller.get(f"/registrations/{reference}/check").form("/submission")
    assert seller.send(form).status == 303
    answer = seller.send(other)
    assert answer.status == 409
    assert reference in answer.text
    assert submissions(running, reference) == 1


def test_back_and_change_is_told_where_the_first_stands(running: Running, seller: Remote) -> None:
    where = seller.send(seller.get("/registrations").form("/registrations")).location
    form = seller.get(where).form("/customer")
    typed = {
        "website": "back-and-change.ca",
        "company": "Back and Change",
        "country": "CA",
        "region": "CA-ON",
        "contact_name": "Dana Roy",
        "contact_email": "dana@back-and-change.ca",
    }
    assert seller.send(form, **typed).status == 303
    assert seller.send(form, **typed).status == 303  # back, and pressed again
    changed = seller.send(form, **typed | {"company": "Changed"})
    assert changed.status == 409
    assert reference_in(where) in changed.text
    companies = running.ask(
        "SELECT company FROM registration WHERE reference = ?", reference_in(where)
    )
    assert companies == [("Back and Change",)]
