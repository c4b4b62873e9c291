"""What do the pages of a checklist say, as a test reads them?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from portal.core.database import db
from tests.browser import Page


def next_of(page: Page) -> str:
    """Return what the card of the next step says, or nothing."""
    card = page.soup.select_one("article.turn")
    return " ".join(card.get_text(" ").split()) if card else ""


def line(page: Page, title: str) -> str:
    """Return what the list says of an item."""
    found = next(one for one in page.soup.select(".parted > li") if title in one.get_text())
    return " ".join(found.get_text(" ").split())


@contextmanager
def selects(app: Flask) -> Iterator[list[str]]:
    """Yield the statements that read meanwhile."""
    asked: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)
