"""What does a person's browser do at a portal behind a real socket that may break at any time?"""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import select

from portal.core.database import db
from portal.core.identity import Identity
from portal.core.net import system_mode
from portal.core.times import now
from portal.domain.people.models import UserIdentity
from portal.domain.people.sessions import open_session
from tests.browser import fields_of

FORM = "application/x-www-form-urlencoded"
BROKEN = (OSError, http.client.HTTPException)


class NoAnswer(Exception):
    """The portal did not answer in time, however often it was asked."""


@dataclass(frozen=True)
class Answer:
    """What came back, after how many ``tries``."""

    path: str
    status: int
    location: str
    text: str
    tries: int

    def form(self, ending: str) -> Tag:
        """Return the form that posts to an address ending with ``ending``."""
        form = self.find_form(ending)
        assert form is not None, f"{self.path} ({self.status}) has no form for …{ending}"
        return form

    def find_form(self, ending: str) -> Tag | None:
        """Return the form that posts to an address ending with ``ending``, if there is one."""
        for form in self.forms():
            if str(form.get("action", "")).partition("?")[0].endswith(ending):
                return form
        return None

    def forms(self) -> list[Tag]:
        """Return the forms that post."""
        return BeautifulSoup(self.text, "html.parser").select("form[method=post]")


def filled(form: Tag, **values: Any) -> list[tuple[str, str]]:
    """Return what a browser sends of ``form`` with ``values`` typed in."""
    pairs = [pair for pair in fields_of(form) if pair[0] not in values]
    return pairs + [(name, str(value)) for name, value in values.items()]


def sign_in(app: Flask, short: str) -> str:
    """Return the cookie of a persona signed in at ``app``, as the identity provider would do it."""
    with app.app_context(), system_mode("test"):
        found = db.session.scalar(select(UserIdentity).where(UserIdentity.subject == short))
        assert found is not None, short
        identity = Identity(found.issuer, short, None, True, short, authenticated_at=now())
        token = open_session(db.session(), identity, "127.0.0.1", "test")
        db.session.commit()
    signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(signer.dumps({"_user_id": token, "_fresh": True}))


class Remote:
    """One person's browser at 127.0.0.1:``port``, which tries again when the connection breaks.

    ``gone`` is called after each broken try.
    """

    def __init__(
        self,
        port: int,
        cookie: str,
        patience: float = 60,
        gone: Callable[[], object] = lambda: time.sleep(0.05),
    ) -> None:
        self.port, self.cookie, self.patience, self.gone = port, cookie, patience, gone
        self.is_posting = False
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Answer:
        """Fetch ``path`` until there is an answer below 500."""
        return self.insist("GET", path)

    def send(self, form: Tag, **values: Any) -> Answer:
        """Post ``form`` with ``values`` typed in; the very same again until an answer comes."""
        body = urlencode(filled(form, **values))
        self.is_posting = True
        try:
            return self.insist("POST", str(form["action"]), body)
        finally:
            self.is_posting = False

    def insist(self, method: str, path: str, body: str | None = None) -> Answer:
        """Ask until there is an answer below 500; raises NoAnswer when patience is at its end."""
        deadline = time.monotonic() + self.patience
        last: object = None
        tries = 0
        while time.monotonic() < deadline:
            tries += 1
            try:
                answer = self.once(method, path, body, tries)
                if answer.status < 500:
                    return answer
                last = answer.status
            except BROKEN as error:
                last = error
            self.drop()
            self.gone()
        raise NoAnswer(f"{method} {path} was tried {tries} times: {last!r}")

    def once(self, method: str, path: str, body: str | None = None, tries: int = 1) -> Answer:
        """Ask once; raises OSError or HTTPException when the connection breaks."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        self._connection.request(method, path, body, self.headers(body is not None))
        response = self._connection.getresponse()
        text = response.read().decode()
        self._keep_cookie(response.msg.get_all("Set-Cookie") or [])
        location = response.headers.get("HX-Redirect") or response.headers.get("Location", "")
        return Answer(path, response.status, location, text, tries)

    def headers(self, is_form: bool) -> dict[str, str]:
        """Return what goes with every request."""
        return {"Cookie": f"sid={self.cookie}"} | ({"Content-Type": FORM} if is_form else {})

    def drop(self) -> None:
        """Give the connection up."""
        if self._connection is not None:
            with suppress(*BROKEN):
                self._connection.close()
            self._connection = None

    def _keep_cookie(self, headers: list[str]) -> None:
        for header in headers:
            if morsel := SimpleCookie(header).get("sid"):
                self.cookie = morsel.value


def reference_in(location: str) -> str:
    """Return the record's reference in an address."""
    found = re.search(r"(DR|DL)-[0-9A-Z]{8}", location)
    assert found, location
    return found.group()
