"""How does the portal talk to a provider that may be slow, broken or hostile?"""

from __future__ import annotations

import time
from typing import Any

from authlib.integrations.requests_client import OAuth2Session
from requests import Response

from portal.core.identity import SignInRefused

CONNECT_SECONDS = 3.0
READ_SECONDS = 5.0  # between two packets
WHOLE_SECONDS = 8.0  # for the body as a whole, so that a trickle ends too
LONGEST_ANSWER = 512 * 1024  # bytes


class CautiousSession(OAuth2Session):  # type: ignore[misc]  # Authlib is untyped
    """An Authlib session that waits, follows and reads only so far.

    Raises SignInRefused("unreachable") for an answer that is not 200 or takes too much; network
    errors are left as they are.
    """

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        kwargs |= {
            "timeout": (CONNECT_SECONDS, READ_SECONDS),
            # Where a token or a key comes from is settled by discovery, not by whoever answers.
            "allow_redirects": False,
            "stream": True,
        }
        started = time.monotonic()
        response: Response = super().request(method, url, *args, **kwargs)
        try:
            body = _read(response, started + CONNECT_SECONDS + WHOLE_SECONDS)
        finally:
            response.close()
        response._content = body
        if response.status_code != 200:
            raise SignInRefused("unreachable", f"{response.status_code} {_error_code(response)}")
        return response


def _read(response: Response, until: float) -> bytes:
    body = bytearray()
    while chunk := response.raw.read1(65536, decode_content=True):
        body += chunk
        if len(body) > LONGEST_ANSWER:
            raise SignInRefused("unreachable", "answer too long")
        if time.monotonic() > until:
            raise SignInRefused("unreachable", "answer too slow")
    return bytes(body)


def _error_code(response: Response) -> str:
    try:
        answer = response.json()
    except ValueError:
        return ""
    return repr(answer.get("error"))[:80] if isinstance(answer, dict) else ""
