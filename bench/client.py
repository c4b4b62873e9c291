"""How long does a whole request take, for one person and for eight at once?"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import psutil

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: *([^=;\r]+)=([^;\r]*)", re.IGNORECASE)
PATIENCE = 60.0
"""Seconds without any answer after which a measurement is given up."""
IDLE = 2.0
"""Seconds after which an idle connection is made anew; the server closes it at five."""
TRIES = 400
"""Connections that may be made until each of a server's workers has its share of a crowd."""


class Unexpected(Exception):
    """An answer that no measurement may count."""


@dataclass
class Site:
    """A server on this machine, and what a browser has kept of it."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    # Returns the processes that answer there, which come and go.
    workers: Callable[[], Sequence[psutil.Process]] = tuple

    def request(self, path: str, body: bytes | None = None, **headers: str) -> bytes:
        """Return the bytes of a request as a browser on this machine sends it."""
        sent = {
            "Host": f"127.0.0.1:{self.port}",
            "User-Agent": "bench",
            "Accept": "text/html",
            "Accept-Language": "en",
            "Accept-Encoding": "gzip, deflate, br",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = [
            f"{'GET' if body is None else 'POST'} {path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in sent.items()),
        ]
        if body is not None:
            lines += [
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")

    def fetch(self, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Ask once and keep the cookies that come back."""
        answer = exchange(self.port, self.request(path, body, **headers))
        for name, value in _COOKIE.findall(answer.head):
            self.cookies[name.decode()] = value.decode()
        return answer


@dataclass(frozen=True)
class Answer:
    """Head and body as they came over the wire."""

    head: bytes
    body: bytes

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return int(self.head[9:12])

    @property
    def header_names(self) -> set[str]:
        """Return the names of the headers, in lower case."""
        return {line.split(b":", 1)[0].decode().lower() for line in self.head.split(b"\r\n")[1:]}


def exchange(port: int, request: bytes) -> Answer:
    """Send one request over a connection of its own and return the whole answer."""
    kept: list[Answer] = []
    drive(Site(port), [request], clients=1, keep=kept.append, status=None)
    return kept[0]


class _Client:
    """One connection, kept alive as a browser keeps it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = 0.0
        self.buffer = b""
        self.expected = 0

    def ask(self, request: bytes) -> None:
        self.buffer, self.expected = b"", 0
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read what is there; say whether the answer is whole."""
        part = self.socket.recv(262_144)
        if not part:
            raise Unexpected("the server closed the connection")
        self.buffer += part
        if not self.expected:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return False
            length = _LENGTH.search(self.buffer, 0, end)
            self.expected = end + 4 + (int(length[1]) if length else 0)
        return len(self.buffer) >= self.expected

    def answer(self) -> Answer:
        head, _, body = self.buffer.partition(b"\r\n\r\n")
        return Answer(head, body)


class Crowd:
    """Clients of one server, each asking anew once it is answered.

    One thread serves them all, so that they wait for the server and not for each other.

    Which worker answers a connection that is kept open is decided when it is accepted, by chance.
    All on one or half on each makes a median twice as long or not, and says nothing of a page:
    every worker gets the same number of them.
    """

    def __init__(self, site: Site, clients: int) -> None:
        self.site, self.size = site, clients
        self.clients: list[_Client] = []
        self.used = 0.0

    def ask(
        self,
        requests: Sequence[bytes],
        *,
        status: int | None = 200,
        length: int | None = None,
        keep: Callable[[Answer], object] | None = None,
    ) -> list[float]:
        """Send ``requests`` and return the seconds that each took, from sent to whole.

        Raises Unexpected for another ``status``, or a body that is not ``length`` bytes long,
        give or take a hundredth.
        """
        self._connect()
        waiting, taken, busy = iter(requests), list[float](), 0
        with selectors.DefaultSelector() as selector:
            for client in self.clients:
                selector.register(client.socket, selectors.EVENT_READ, client)
                busy += _next(client, waiting)
            while busy:
                ready = selector.select(PATIENCE)
                if not ready:
                    raise Unexpected(f"no answer within {PATIENCE:.0f} s")
                for key, _events in ready:
                    client = key.data
                    if not client.receive():
                        continue
                    taken.append(time.perf_counter() - client.began)
                    _check(client, status, length)
                    if keep:
                        keep(client.answer())
                    busy += _next(client, waiting) - 1
        self.used = time.monotonic()
        return taken

    def _connect(self) -> None:
        """Keep connections as a browser does, but none that the server is about to close."""
        if self.clients and time.monotonic() - self.used < IDLE:
            return
        self.close()
        workers = self.site.workers() if self.size > 1 else ()
        room = {worker.pid: self.size // len(workers) for worker in workers}
        for _try in range(TRIES):
            client = _Client(self.site.port)
            pid = _who_accepted(client, workers) if workers else 0
            if room.get(pid, 1) > 0:
                self.clients.append(client)
                room[pid] = room.get(pid, self.size) - 1
            else:
                client.socket.close()
            if len(self.clients) == self.size:
                return
        raise Unexpected(f"{TRIES} connections were not shared evenly by {len(workers)} workers")

    def close(self) -> None:
        """Close every connection."""
        for client in self.clients:
            client.socket.close()
        self.clients = []


def _who_accepted(client: _Client, workers: Sequence[psutil.Process]) -> int:
    """Return the number of the process that answers a client's connection."""
    until = time.monotonic() + PATIENCE
    mine = client.socket.getsockname()[1]
    while time.monotonic() < until:
        for worker in workers:
            if any(one.raddr and one.raddr.port == mine for one in worker.net_connections("tcp4")):
                return worker.pid
    raise Unexpected("no worker accepted a connection")


def drive(
    site: Site,
    requests: Sequence[bytes],
    *,
    clients: int,
    status: int | None = 200,
    keep: Callable[[Answer], object] | None = None,
) -> list[float]:
    """Let a new crowd send ``requests``, see :meth:`Crowd.ask`."""
    crowd = Crowd(site, clients)
    try:
        return crowd.ask(requests, status=status, keep=keep)
    finally:
        crowd.close()


def _next(client: _Client, waiting: Iterator[bytes]) -> int:
    request = next(waiting, None)
    if request is None:
        return 0
    client.ask(request)
    return 1


def _check(client: _Client, status: int | None, length: int | None) -> None:
    if status is not None and client.buffer[9:12] != str(status).encode():
        raise Unexpected(client.buffer[:900].decode(errors="replace"))
    if length is not None:
        size = len(client.answer().body)
        if abs(size - length) > length // 100 + 16:
            raise Unexpected(f"a body of {size} bytes, not {length}")
