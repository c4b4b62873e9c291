"""Does the portal learn whether a page outside answers, and never ask what stands inside?"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

import pytest

from portal.integrations.links import checker
from portal.integrations.links.checker import WebChecker, is_outside
from tests.figures import record

Answer = Callable[[socket.socket, str], None]


class Outside:
    """A server on this machine that stands for the internet; ``answer`` says what it does."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.asked = answer, list[str]()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _who = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with closing(line):
            head = line.recv(65536).decode()
            self.asked.append(head.partition("\r\n")[0].rpartition(" ")[0])
            with suppress(OSError):
                self.answer(line, head)

    def url(self, path: str = "/page") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def says(status: str, *headers: str) -> Answer:
    """Return an answer with that status line and those headers."""
    lines = (f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "", "")
    return lambda line, _head: line.sendall("\r\n".join(lines).encode())


@pytest.fixture
def outside() -> Iterator[Callable[[Answer], Outside]]:
    made: list[Outside] = []

    def serve(answer: Answer) -> Outside:
        made.append(Outside(answer))
        return made[-1]

    yield serve
    for one in made:
        one.door.close()


def anywhere(_address: str) -> bool:
    """Let this machine stand for the internet."""
    return True


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ("200 OK", ""), ("204 No Content", ""), ("404 Not Found", "gone"), ("410 Gone", "gone"),
        ("401 Unauthorized", ""), ("403 Forbidden", ""), ("429 Too Many Requests", ""),
        ("500 Internal Server Error", "gone"), ("304 Not Modified", ""),
    ],
)  # fmt: skip
def test_what_a_page_answers(outside: Any, status: str, problem: str) -> None:
    there = outside(says(status))
    assert WebChecker(anywhere).problem_with(there.url()) == problem
    assert there.asked[0] == "HEAD /page"


def test_where_a_head_is_not_allowed_it_is_asked_as_people_ask(outside: Any) -> None:
    def answer(line: socket.socket, head: str) -> None:
        says("405 Method Not Allowed" if head.startswith("HEAD") else "200 OK")(line, head)

    there = outside(answer)
    assert WebChecker(anywhere).problem_with(there.url("/prices?a=b c")) == ""
    assert there.asked == ["HEAD /prices?a=b%20c", "GET /prices?a=b%20c"]


def test_it_follows_and_does_not_go_round_for_ever(outside: Any) -> None:
    def onward(line: socket.socket, head: str) -> None:
        path = head.split(" ")[1]
        to_end = says("200 OK") if path == "/end" else says("302 Found", "Location: /end")
        to_end(line, head)

    there = outside(onward)
    assert WebChecker(anywhere).problem_with(there.url("/begin")) == ""
    round_ = outside(says("302 Found", "Location: /page"))
    assert WebChecker(anywhere).problem_with(round_.url()) == "lost"
    assert len(round_.asked) == checker.MOST_STEPS


INSIDE = (
    "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "0.0.0.0",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::", "2002:a00:1::", "ff02::1", "2001:db8::1",
)  # fmt: skip
PUBLIC = ("93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808")


def test_no_address_inside_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the name says, and although one of its addresses is public."""
    asked: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: asked.append(a))
    found = [(2, 1, 6, "", ("", 0))]
    for address in INSIDE:
        answers = [(*found[0][:4], (one, 80)) for one in ("93.184.216.34", address)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, _is=answers, **_k: _is)
        assert WebChecker().problem_with("http://rebind.example/") == "inside", address
    for url in ("http://127.0.0.1:1/", "http://[::1]/", "http://2130706433/", "http://0x7f.1/"):
        monkeypatch.undo()
        assert WebChecker().problem_with(url) in ("inside", "nowhere"), url
    refused = sum(not is_outside(one) for one in INSIDE)
    is_right = refused == len(INSIDE) and not asked and all(map(is_outside, PUBLIC))
    record(
        4, "addresses inside that a link may name", "none is asked",
        f"{refused} of {len(INSIDE)} refused, {len(asked)} asked", is_right,
    )  # fmt: skip
    assert is_right


def test_a_page_that_leads_inside_is_not_followed(outside: Any) -> None:
    secret = outside(says("200 OK"))
    there = outside(says("302 Found", f"Location: {secret.url('/secret')}"))
    allowed: list[str] = []

    def only_the_first(address: str) -> bool:
        allowed.append(address)
        return len(allowed) == 1

    assert WebChecker(only_the_first).problem_with(there.url()) == "inside"
    assert not secret.asked
    for elsewhere in ("file:///x", "gopher://x/", "http://a:b@c/", "//", "http://"):
        leads = outside(says("302 Found", f"Location: {elsewhere}"))
        assert WebChecker(anywhere).problem_with(leads.url()) in ("nowhere", "unreached", "lost"), (
            elsewhere
        )


def test_one_that_drips_is_given_up(outside: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "WHOLE_SECONDS", 1.0)

    def drip(line: socket.socket, _head: str) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n")
        for _n in range(80):
            line.sendall(b"X-More: and more\r\n")
            time.sleep(0.2)

    began = time.monotonic()
    assert WebChecker(anywhere).problem_with(outside(drip).url()) == "unreached"
    assert (
        WebChecker(anywhere).problem_with(outside(lambda *_a: time.sleep(8)).url()) == "unreached"
    )
    assert time.monotonic() - began < 4


def test_nobody_there(outside: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    assert WebChecker(anywhere).problem_with(f"http://127.0.0.1:{port}/") == "unreached"
    assert WebChecker(anywhere).problem_with("http://nobody.invalid/") == "nowhere"
    rubbish = outside(lambda line, _head: line.sendall(b"what?\r\n\r\n"))
    assert WebChecker(anywhere).problem_with(rubbish.url()) == "unreached"
