"""Does home say what became of a draft, and wait only for what somebody began?"""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask

from portal.domain.registrations.models import Status
from tests.browser import BASE, Browser, Page, fields_of
from tests.domain.world import everything, in_state

SignIn = Callable[[str], Browser]


def told(page: Page) -> str:
    """Return what home says has happened."""
    found = page.soup.select_one("main [role=status]")
    return found.get_text(strip=True) if found else ""


def begin(browser: Browser) -> Page:
    """Open the first step of a new draft."""
    return browser.follow(browser.submit(browser.get("/"), "/registrations", status=303))


def later(browser: Browser, page: Page, **typed: str) -> Page:
    """Fill in the form and leave it by "Later", as a browser without scripts does."""
    path = page.path.partition("?")[0]
    pairs = [(n, v) for n, v in fields_of(page.form(path)) if n not in typed]
    answer = browser.post("/drafts", [*pairs, *typed.items(), ("later", "1")], status=303)
    return browser.follow(answer)


def cards(page: Page) -> str:
    """Return the addresses to which "Your turn" leads."""
    return " ".join(str(link["href"]) for link in page.soup.select(".turn a.button"))


def test_an_untouched_draft_waits_for_nobody(app: Flask, sign_in: SignIn) -> None:
    rosa = sign_in("lena")
    step = begin(rosa)
    assert step.soup.select_one("#field-country option[selected]"), "a country is given already"
    home = later(rosa, step)
    assert step.path not in cards(home) and told(home) == ""
    for who in ("lena", "diego"):
        assert step.path not in cards(sign_in(who).get("/")), who
    # Whoever begins again goes on with that one, and once something is typed it does wait.
    again = begin(rosa)
    assert again.path == step.path and "You typed this" not in again.words
    home = later(rosa, again, country="FR")
    assert step.path in cards(home)
    assert told(home) == "Your draft is kept; it names no customer yet."


def test_later_says_what_is_kept(app: Flask, sign_in: SignIn) -> None:
    ana = sign_in("ana")
    step = begin(ana)
    home = later(ana, step, company="Typed & Sons")
    assert told(home) == "Your draft for Typed & Sons is kept." and step.path in cards(home)
    with everything(app) as session:
        asked = in_state(Status.NEEDS_INFO, domain="later.ca", company="Asked Ltd").reference
        session.commit()
    home = later(ana, ana.get(f"/registrations/{asked}/answer"), reply_need="Line 2.")
    assert told(home) == "Your answer about Asked Ltd is kept. It is not sent yet."
    # Of somebody else's nothing is told.
    for who in ("bruno", "omar"):
        for reference in (asked, step.path.split("/")[2], "DR-00000000", "<b>"):
            assert told(sign_in(who).get(f"/?kept={reference}")) == ""


def test_a_draft_is_thrown_away_only_when_asked_twice(sign_in: SignIn) -> None:
    ana = sign_in("ana")
    step = begin(ana)
    button = step.form("/discard").find("button")
    ask = step.form("/discard").find_parent("details")
    assert button and ask and not ask.has_attr("open")
    assert re.search("gone for good", ask.get_text())
    answer = ana.submit(step, "/discard", status=303)
    assert told(ana.follow(answer)) == "The draft is gone."
    ana.get(answer.location.removeprefix(BASE))
    ana.get(step.path, status=404)
