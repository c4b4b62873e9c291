"""Does a page outside still answer, asked so that nobody is led to what stands inside?"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from urllib.parse import SplitResult, quote, urljoin, urlsplit

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 20.0
"""For one link with everything to which it leads on."""
MOST_STEPS = 5
AGENT = "Quayside link check"
# IPv6 addresses behind which a router of one's own may reach any IPv4 address.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
# Where HEAD is not understood, or not allowed, it is asked as a person asks.
_ASK_AGAIN = frozenset({400, 403, 404, 405, 406, 501})
# The page is there, for whoever may see it, or it asks us to come back later.
_IS_THERE = frozenset({401, 403, 407, 429, 999})

UNREACHED, NOWHERE, INSIDE, GONE, LOST = "unreached", "nowhere", "inside", "gone", "lost"
"""Codes of what can be wrong: no answer, no such host, an address inside, no such page, a loop."""


def is_outside(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet, and one inside it as well."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_outside(str(inner))
    return found.is_global and not found.is_multicast


class _Problem(Exception):
    """What is wrong, as a code."""


class WebChecker:
    """Asks for a page's head, then for the page, and reads nothing of it.

    The address is looked up once, judged, and connected to: a name that answers otherwise the
    second time leads nowhere else. Each page to which it leads on is judged like the first.
    """

    def __init__(self, allows: Callable[[str], bool] = is_outside) -> None:
        self.allows = allows

    def problem_with(self, url: str) -> str:
        """Return a code of what is wrong with the page at ``url``, or nothing."""
        until = time.monotonic() + WHOLE_SECONDS
        try:
            for _step in range(MOST_STEPS):
                status, onward = self._ask(url, until)
                if not onward:
                    return "" if status < 400 or status in _IS_THERE else GONE
                url = urljoin(url, onward)
        except _Problem as problem:
            return str(problem)
        except (OSError, http.client.HTTPException, ValueError):
            return UNREACHED
        return LOST

    def _ask(self, url: str, until: float) -> tuple[int, str]:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise _Problem(NOWHERE)
        address = self._address_of(parts)
        status, onward = _answer(parts, address, "HEAD", until)
        if status in _ASK_AGAIN:
            status, onward = _answer(parts, address, "GET", until)
        return status, onward

    def _address_of(self, parts: SplitResult) -> str:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise _Problem(NOWHERE) from error
        addresses = [str(one[4][0]) for one in found]
        if not addresses or not all(map(self.allows, addresses)):
            raise _Problem(INSIDE)
        return addresses[0]


def _answer(parts: SplitResult, address: str, method: str, until: float) -> tuple[int, str]:
    """Return the status and where it leads on, if it does."""
    left = until - time.monotonic()
    if left <= 0:
        raise _Problem(UNREACHED)
    host, is_safe = str(parts.hostname), parts.scheme == "https"
    port = parts.port or (443 if is_safe else 80)
    line = http.client.HTTPConnection(host, port, timeout=min(left, CONNECT_SECONDS))
    line.sock = socket.create_connection((address, port), timeout=min(left, CONNECT_SECONDS))
    with closing(line), _hung_up(line.sock, left):
        if is_safe:
            line.sock = ssl.create_default_context().wrap_socket(line.sock, server_hostname=host)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        named = host.encode("idna").decode() if not host.isascii() else host
        shown = f"[{named}]" if ":" in named else named
        headers = {
            "Host": shown if port in (80, 443) else f"{shown}:{port}",
            "User-Agent": AGENT,
            "Accept": "*/*",
        }
        line.putrequest(method, _quoted(path), skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            line.putheader(name, value)
        line.endheaders()
        response = line.getresponse()
        if time.monotonic() >= until:  # what it had said by then may be half of it
            raise _Problem(UNREACHED)
        onward = response.getheader("Location") or ""
        return response.status, onward if 300 <= response.status < 400 else ""


@contextmanager
def _hung_up(line: socket.socket, seconds: float) -> Iterator[None]:
    """End the connection after so many seconds, however slowly each byte still comes."""
    handle = line.dup()  # the same connection, also under TLS

    def hang_up() -> None:
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        handle.close()


def _quoted(path: str) -> str:
    return quote(path, safe="/%?&=+:@!$'()*,;~-._#[]")
