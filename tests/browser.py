"""What would a person's browser do, and is every page it gets a good page?"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import re
from functools import cached_property
from typing import Any

import brotli
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.core.database import db, transaction_mode
from portal.core.identity import Identity
from portal.core.net import system_mode
from portal.core.times import now
from portal.domain.people.models import UserIdentity
from portal.domain.people.sessions import open_session

BASE = "http://127.0.0.1:8000"


def _plain(response: TestResponse) -> bytes:
    """Return the body as it was before it was packed, if the request asked for that."""
    packed = response.get_data()
    coding = response.headers.get("Content-Encoding")
    if not packed:  # a HEAD has the heading of a body that does not come
        return packed
    if coding == "br":
        return bytes(brotli.decompress(packed))
    return gzip.decompress(packed) if coding == "gzip" else packed


class Page:
    """An answer as a person sees it."""

    def __init__(self, response: TestResponse, path: str) -> None:
        self.response, self.path = response, path
        self.status = response.status_code
        self.text = _plain(response).decode()

    @cached_property
    def soup(self) -> BeautifulSoup:
        """Return the parsed answer."""
        return BeautifulSoup(self.text, "html.parser")

    @property
    def heading(self) -> str:
        """Return the page's one heading."""
        found = self.soup.find("h1")
        return " ".join(found.get_text(" ").split()) if found else ""

    @property
    def words(self) -> str:
        """Return all that is written on the page, spaces folded."""
        return " ".join(self.soup.get_text(" ").split())

    @property
    def location(self) -> str:
        """Return where the answer leads."""
        return self.response.headers.get("Location") or self.response.headers.get("HX-Redirect", "")

    def form(self, action: str | None = None) -> Tag:
        """Return the form that posts to an address ending with ``action`` (or the page's own)."""
        wanted = action if action is not None else self.path.partition("?")[0]
        for form in self.soup.find_all("form"):
            target = str(form.get("action", "")).partition("?")[0]
            if str(form.get("method", "get")).lower() == "post" and target.endswith(wanted):
                return form
        raise AssertionError(f"no form posts to …{wanted} on {self.path}: {self.words[:400]}")

    def errors(self) -> list[str]:
        """Return the lines of the error summary."""
        box = self.soup.select_one(".errors")
        return [item.get_text(" ", strip=True) for item in box.select("li")] if box else []


def fields_of(form: Tag) -> list[tuple[str, str]]:
    """Return what a browser would send of an untouched form."""
    pairs = []
    for control in form.select("input[name], textarea[name], select[name]"):
        name = str(control["name"])
        if control.name == "textarea":
            pairs.append((name, control.get_text().removeprefix("\n")))
        elif control.name == "select":
            chosen = control.select_one("option[selected]") or control.select_one("option")
            pairs.append((name, str(chosen.get("value", "")) if chosen else ""))
        elif control.get("type") in ("checkbox", "radio"):
            if control.has_attr("checked"):
                pairs.append((name, str(control.get("value", "on"))))
        elif control.get("type") not in ("submit", "button"):
            pairs.append((name, str(control.get("value", ""))))
    # Sent by pressing its first button.
    button = form.select_one("button[type=submit]")
    if button is not None and button.has_attr("name"):
        pairs.append((str(button["name"]), str(button.get("value", ""))))
    return pairs


class Browser:
    """One person's browser, which follows no redirect by itself and checks each page."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()

    def signed_in(self, short: str, language: str | None = "en", *, stale: bool = False) -> Browser:
        """Sign the persona in, as the identity provider's answer would.

        Their account speaks ``language`` from then on; None leaves it as it is. With ``stale`` it
        is an hour ago that they proved who they are.
        """
        with self.app.app_context(), system_mode("test"):
            token = transaction_mode.set("write")
            found = db.session.scalar(select(UserIdentity).where(UserIdentity.subject == short))
            assert found is not None, short
            found.user.language = language or found.user.language
            proved = now() - dt.timedelta(hours=1 if stale else 0)
            identity = Identity(
                found.issuer, short, None, True, short, provider="demo", authenticated_at=proved
            )
            secret = open_session(db.session(), identity, "127.0.0.1", "test")
            db.session.commit()
            transaction_mode.reset(token)
        with self.client.session_transaction(base_url=BASE) as session:
            session["_user_id"] = secret
        return self

    def get(self, path: str, *, status: int = 200, check: bool = True, **headers: str) -> Page:
        """Fetch ``path``; the page must have ``status`` and be a good page."""
        response = self.client.get(path, base_url=BASE, headers=headers)
        page = Page(response, path)
        assert page.status == status, f"{path}: {page.status}, not {status}: {page.words[:300]}"
        if check:
            check_answer(page)
        return page

    def follow(self, page: Page, *, status: int = 200) -> Page:
        """Go where an answer leads."""
        assert page.location, f"{page.path} answers {page.status} and leads nowhere"
        return self.get(page.location.removeprefix(BASE), status=status)

    def submit(
        self,
        page: Page,
        action: str | None = None,
        *,
        status: int | None = None,
        htmx: bool = False,
        **values: Any,
    ) -> Page:
        """Fill in the form that posts to ``action`` and send it, as a browser would.

        ``values`` replace fields; a list sends the name several times, None leaves it out.
        """
        form = page.form(action)
        pairs = [pair for pair in fields_of(form) if pair[0] not in values]
        for name, value in values.items():
            items = value if isinstance(value, list) else [] if value is None else [value]
            pairs.extend((name, str(item)) for item in items)
        target = str(form.get("action") or page.path)
        return self.post(target, pairs, status=status, htmx=htmx)

    def post(
        self,
        path: str,
        pairs: list[tuple[str, str]],
        *,
        status: int | None = None,
        htmx: bool = False,
        **headers: str,
    ) -> Page:
        """Post ``pairs`` to ``path``."""
        from urllib.parse import urlencode

        if htmx:
            headers["HX-Request"] = "true"
        response = self.client.post(
            path,
            base_url=BASE,
            data=urlencode(pairs),
            content_type="application/x-www-form-urlencoded",
            headers=headers,
        )
        page = Page(response, path)
        if status is not None:
            assert page.status == status, f"{path}: {page.status}, not {status}: {page.words[:300]}"
        check_answer(page, is_fragment=htmx)
        return page

    def upload(
        self, page: Page, action: str, files: dict[str, bytes], *, htmx: bool = False
    ) -> Page:
        """Choose files, by name and content, in the form that posts to ``action``, and send it."""
        form = page.form(action)
        data: dict[str, Any] = dict(fields_of(form)) | {
            "files": [(io.BytesIO(content), name) for name, content in files.items()]
        }
        headers = {"HX-Request": "true"} if htmx else {}
        target = str(form["action"])
        response = self.client.post(target, base_url=BASE, data=data, headers=headers)
        answer = Page(response, target)
        check_answer(answer, is_fragment=htmx)
        return answer


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def check_answer(page: Page, is_fragment: bool = False) -> None:
    """Assert what holds for every answer: headers, and of a whole page its bones."""
    headers = page.response.headers
    for name, value in HEADERS.items():
        assert headers.get(name) == value, f"{page.path}: {name}"
    assert "default-src 'none'" in headers.get("Content-Security-Policy", ""), page.path
    assert headers.get("Cache-Control") == "no-store, private", page.path
    assert {"cookie", "hx-request"} <= {v.lower() for v in page.response.vary}, page.path
    assert "Traceback" not in page.text and "untranslated" not in page.text
    if page.status in (301, 302, 303, 308) or not page.text:
        return
    if not is_fragment and "<html" in page.text:
        check_page(page)
    check_markup(page)


def check_page(page: Page) -> None:
    """Assert that a whole page has one heading, a title that begins with it, and a language."""
    soup = page.soup
    assert len(soup.find_all("h1")) == 1, f"{page.path}: {len(soup.find_all('h1'))} headings"
    assert soup.title and soup.title.get_text(strip=True), f"{page.path}: no title"
    assert soup.html and soup.html.get("lang") in ("en", "fr"), f"{page.path}: no language"
    assert soup.find("main"), f"{page.path}: no main"


def check_markup(page: Page) -> None:
    """Assert unique ids, labels, keys in posted forms, nothing inline, nothing left over."""
    soup = page.soup
    ids = [str(tag["id"]) for tag in soup.select("[id]")]
    doubled = {name for name in ids if ids.count(name) > 1}
    assert not doubled, f"{page.path}: ids used twice: {doubled}"
    labelled = {str(tag["for"]) for tag in soup.select("label[for]")}
    for control in soup.select("input, select, textarea"):
        if control.get("type") in ("hidden", "submit", "button"):
            continue
        has_label = control.get("id") in labelled or control.find_parent("label")
        assert has_label or control.get("aria-label"), f"{page.path}: no label: {control}"
    for form in soup.find_all("form"):
        assert form.has_attr("action") or form.has_attr("hx-post"), f"{page.path}: no action"
        if str(form.get("method", "get")).lower() == "post":
            assert form.select_one("[name=csrf_token]"), f"{page.path}: no CSRF token: {form}"
    assert not soup.select("[style], style, [onclick], [onchange], [onsubmit]"), page.path
    assert not [tag for tag in soup.find_all("script") if not tag.get("src")], page.path
    assert not re.search(r"&lt;bound method|\{\{|\}\}|None</", page.text), page.path
