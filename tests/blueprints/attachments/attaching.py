"""How does a test attach files, and see which are there?"""

from __future__ import annotations

from portal.core import files
from tests.browser import Browser, Page


def names(page: Page) -> list[str]:
    """Return the names of the files on a page, in their order."""
    return [link.get_text() for link in page.soup.select(".files a[download]")]


def on_disk() -> list[str]:
    """Return the keys of the contents that are kept."""
    return sorted(key for key, _since in files._storage[0].kept())


def add(browser: Browser, path: str, contents: dict[str, bytes], htmx: bool = False) -> Page:
    """Attach files to the record at ``path``."""
    return browser.upload(browser.get(f"{path}/files"), "/files", contents, htmx=htmx)
