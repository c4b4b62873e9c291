"""Does any address lead off the portal after a sign-in?"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.redirects import LONGEST, safe_path
from tests.figures import record

HOSTILE = (
    "//evil.example",
    "///evil.example",
    "////evil.example/x",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "//\\evil.example",
    "http:evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example",
    "HTTPS://evil.example",
    "http:\\\\evil.example",
    "ftp://evil.example/",
    "evil.example",
    "evil.example/deals",
    "@evil.example",
    "//portal.example@evil.example",
    "https://portal.example@evil.example",
    "//evil.example:80/deals",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "\t//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "/%09/evil.example",
    "%09//evil.example",
    "/%0d%0aLocation:%20https://evil.example",
    "/deals%0d%0aSet-Cookie:a=b",
    "/deals?x=1%0d%0aSet-Cookie:a=b",
    "/deals\r\nSet-Cookie: a=b",
    "/%2f/evil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/%5c%5cevil.example",
    "/%252fevil.example",
    "/%25252f%25252fevil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/deals/../..//evil.example",
    "/%2e%2e//evil.example",
    "/./deals",
    "/deals/%2e%2e/x",
    "/deals//evil.example",
    "/。evil.example",
    "//еvil.example",
    "/／evil.example",
    "／／evil.example",
    "/\u2044evil.example",
    "/\u202eevil",
    "/\x00/evil.example",
    "/%00/evil.example",
    "/deals#@evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "",
    " ",
    " /deals",
    "/" + "a" * LONGEST,
    None,
    7,
    ["/deals"],
)
OURS = (
    "/",
    "/deals",
    "/deals/DL-7Q4K2M9X",
    "/deals?stage=won&q=north&after=2026-11-22%2C17",
    "/deals?q=caf%C3%A9",
    "/registrations/DR-7Q4K2M9X/steps/2",
    "/admin/review?owner=mine",
    "/deals?q=https://customer.example/",
)


@pytest.mark.parametrize("path", OURS)
def test_pages_of_the_portal_are_kept(path: str) -> None:
    assert safe_path(path) == path


def test_nothing_leads_elsewhere() -> None:
    let_through = [payload for payload in HOSTILE if safe_path(payload) is not None]
    record(
        2,
        "redirects after sign-in",
        "at least 40 hostile targets, 0 let through",
        f"{len(HOSTILE)} tried, {len(let_through)} let through",
        ok=len(HOSTILE) >= 40 and not let_through,
    )
    assert not let_through
    assert len(HOSTILE) >= 40


@given(st.text(alphabet="/\\%259fFcCaAdDe.:@?#&=htps \t\r\n。／", max_size=30))
def test_what_is_kept_stays_on_this_host(text: str) -> None:
    path = safe_path(text)
    if path is not None:
        # Browsers read a backslash as a slash and drop control characters; so does this reading.
        read = urljoin("https://portal.example/sign-in", path.replace("\\", "/"))
        assert urlsplit(read).netloc == "portal.example"
        assert "\r" not in path
        assert "\n" not in path
