"""Which pages does a person come to by links and by mistakes, and what is written on them?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bs4 import BeautifulSoup, Comment, Doctype, NavigableString, Tag
from werkzeug.exceptions import HTTPException

from tests.browser import BASE, Browser, Page, fields_of

PER_ENDPOINT = 3
SPOKEN = ("title", "placeholder", "aria-label", "aria-description", "alt", "data-label")
UNSPOKEN = {"script", "style", "textarea"}  # what stands in a textarea was typed
DAY = (
    r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)? )?\d{1,2} "
    r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*(?: \d{4})?"
)
FIGURES = re.compile(
    rf"{DAY}(?:, \d\d:\d\d [A-Z]+)?"
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
    r"|(?:[A-Z]{2})?[$€£¥][\d,.]+"
    r"|[A-Z]{2}-[0-9A-HJKMNP-TV-Z]{8}"
    r"|[0-9a-f-]{32,64}|[0-9A-F]{10}"
    r"|[A-Z][a-z]+ \d{4}"  # a month
    r"|[a-z_]+:[a-z_]+"  # permissions and kinds of events are named noun:verb in every language
    r"|\+\d[\d -]+"
    r"|[\d.,+-]+ ?%?"
)


def pages_of(browser: Browser, *starts: str, most: int = PER_ENDPOINT) -> Iterator[Page]:
    """Yield the pages that links lead to from ``starts``, at most ``most`` of each endpoint."""
    waiting, seen, count = list(starts), set(starts), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        endpoint = _endpoint(browser, path)
        if count[endpoint] >= most:
            continue
        count[endpoint] += 1
        page = Page(browser.client.get(path, base_url=BASE), path)
        if page.location:
            leads = [page.location]
        else:
            assert page.status == 200, f"{path}: {page.status}"
            yield page
            leads = [str(link["href"]) for link in page.soup.select("a[href]")]
        for lead in leads:
            href = lead.removeprefix(BASE).partition("#")[0]
            if href.startswith("?"):
                href = path.partition("?")[0] + href
            if href.startswith("/") and href not in seen and _endpoint(browser, href):
                seen.add(href)
                waiting.append(href)


def _endpoint(browser: Browser, path: str) -> str:
    adapter = browser.app.url_map.bind("127.0.0.1")
    try:
        endpoint = str(adapter.match(path.partition("?")[0], "GET")[0])
    except HTTPException:
        return ""
    # What is no page is left out: files, and the way to the provider.
    files = (
        "static", "sign_in.start", "admin.audit.export", "deals.export", "admin.assets.download",
        "admin.assets.export", "assets.download", "assets.follow", "attachments.download",
        "attachments.preview",
    )  # fmt: skip
    return "" if endpoint in files else endpoint


def mistakes_on(browser: Browser, page: Page) -> Iterator[Page]:
    """Yield what the forms of ``page`` answer to nothing, to nonsense and to far too much."""
    for form in page.soup.select("form[method=post]"):
        if form.select_one("[name=form_path]") is None and not form.select_one("select"):
            continue  # a button that posts asks for nothing
        action = str(form.get("action") or page.path)
        for typed in ("", "?", "x" * 2500):
            pairs = [
                (name, typed if _is_typed(form, name) else value)
                for name, value in fields_of(form)
                if typed or _is_hidden(form, name)
            ]
            answer = browser.post(action, pairs)
            assert answer.status < 500, f"{action} answers {typed[:9]!r} with {answer.status}"
            if answer.status == 422:
                yield answer


def _is_typed(form: Tag, name: str) -> bool:
    return not _is_hidden(form, name)


def _is_hidden(form: Tag, name: str) -> bool:
    return form.select_one(f'input[type=hidden][name="{name}"]') is not None


def texts_of(soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """Yield (where, text) for all that a person reads or hears of a page, spaces folded."""
    for node in soup.find_all(string=True):
        if isinstance(node, NavigableString) and not isinstance(node, Comment | Doctype):
            parent = node.parent.name if node.parent else ""
            if parent not in UNSPOKEN:
                yield parent, folded(node)
    for tag in soup.find_all(True):
        for name, value in tag.attrs.items():
            is_sentence = name.startswith("data-") and " " in str(value)  # which a script shows
            if name in SPOKEN or is_sentence:
                yield f"{tag.name} {name}", folded(str(value))


def folded(text: str) -> str:
    """Return ``text`` with every run of spaces as one."""
    return re.sub(r"\s+", " ", text).strip()


def untranslated(soup: BeautifulSoup, data: set[str]) -> list[str]:
    """Return every text of a page that stands outside the brackets and is no data."""
    # Joined, because a sentence may hold marked-up names: its brackets are not in one node.
    rest = "\n".join(text for _where, text in texts_of(soup))
    while (outer := re.sub(r"⟦[^⟦⟧]*⟧", "\n", rest)) != rest:
        rest = outer
    return [piece for piece in rest.split("\n") if not is_data(piece.strip(), data)]


def is_data(piece: str, data: set[str]) -> bool:
    """Tell whether a text is known data, a figure, or a row of such."""
    bare = piece.strip(" ,:;·–-→↑↓()✓?/")
    if not bare.strip(".") or {piece, bare, bare.rstrip(".")} & data or FIGURES.fullmatch(bare):
        return True
    if bare.endswith("…"):  # a long text, cut to a line
        return any(known.startswith(bare[:-1].rstrip()) for known in data)
    return any(
        is_data(bare[: sign.start()], data) and is_data(bare[sign.end() :], data)
        for sign in re.finditer(r" · |, |: | - ", bare)
    )
