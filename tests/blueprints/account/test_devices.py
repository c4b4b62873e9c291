"""Does a person see where they are signed in, and is it over where they end it?"""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.events import Event
from portal.core.times import now
from portal.domain.people.devices import describe_device
from portal.domain.people.models import LoginSession
from tests.browser import BASE, Browser
from tests.domain.world import everything, membership_of

PIXEL = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/156.0.0.0 Mobile Safari/537.36"
)


def status_of(browser: Browser) -> int:
    """Return how home answers: 200, or 302 to the sign-in page."""
    return browser.client.get("/", base_url=BASE).status_code


def name_last_device(app: Flask, agent: str, address: str) -> None:
    """Let the latest sign-in come from such a browser and network address."""
    with everything(app) as session:
        row = session.scalars(select(LoginSession).order_by(LoginSession.id.desc())).first()
        row.agent, row.address = agent, address
        session.commit()


def revocations(app: Flask) -> list[tuple[str, str]]:
    """Return chain and reason of every sign-in that was ended by hand."""
    with everything(app) as session:
        events = session.scalars(select(Event).filter_by(tag="session:revoke").order_by(Event.id))
        return [(event.chain, event.particulars["why"]) for event in events]


def test_the_account_page_names_each_device_and_marks_this_one(app: Flask) -> None:
    here = Browser(app).signed_in("ana")
    Browser(app).signed_in("ana")
    name_last_device(app, PIXEL, "203.0.113.9")
    Browser(app).signed_in("noah")
    page = here.get("/account")
    told = [" ".join(item.get_text(" ").split()) for item in page.soup.select(".devices > li")]
    assert len(told) == 2
    assert "this device" in told[0]
    assert "Chrome on Android" in told[1]
    assert "203.0.113.9" in told[1]
    assert "this device" not in told[1]


def test_an_ended_device_is_out_at_its_next_request_and_the_others_stay(app: Flask) -> None:
    here, phone = Browser(app).signed_in("ana"), Browser(app).signed_in("ana")
    page = here.get("/account")
    action = str(page.soup.select_one(".devices form")["action"])
    answer = here.submit(page, action, status=303)
    assert "Signed out there." in here.follow(answer).words
    assert (status_of(here), status_of(phone)) == (200, 302)
    with everything(app):
        chain = f"membership:{membership_of('ana').id}"
    assert revocations(app) == [(chain, "person")]


def test_all_other_devices_are_ended_at_once(app: Flask) -> None:
    here, *others = (Browser(app).signed_in("ana") for _ in range(4))
    noah = Browser(app).signed_in("noah")
    here.submit(here.get("/account"), "/account/devices/end-others", status=303)
    assert [status_of(one) for one in (here, *others, noah)] == [200, 302, 302, 302, 200]
    assert len(revocations(app)) == 3
    assert not here.get("/account").soup.select(".devices form")


def test_what_is_over_by_itself_is_no_device(app: Flask) -> None:
    here = Browser(app).signed_in("ana")
    for field, age in (("seen_at", dt.timedelta(minutes=61)), ("made_at", dt.timedelta(hours=13))):
        Browser(app).signed_in("ana")
        with everything(app) as session:
            row = session.scalars(select(LoginSession).order_by(LoginSession.id.desc())).first()
            setattr(row, field, now() - age)
            session.commit()
    assert len(here.get("/account").soup.select(".devices > li")) == 1


def test_nobody_ends_a_colleagues_device(app: Flask) -> None:
    marc = Browser(app).signed_in("marc")
    ana = Browser(app).signed_in("ana")
    with everything(app) as session:
        user = membership_of("ana").user_id
        hers = select(LoginSession.reference).filter_by(user_id=user, ended_at=None)
        reference = session.scalars(hers).one()
    keys = marc.get("/account").form("/account")
    pairs = [(str(one["name"]), str(one["value"])) for one in keys.select("input[type=hidden]")]
    marc.post(f"/account/devices/{reference}/end", pairs, status=404)
    assert status_of(ana) == 200


def test_the_security_administrator_ends_a_persons_devices_everywhere(app: Flask) -> None:
    sid, *phones = (Browser(app).signed_in(who) for who in ("sid", "ana", "ana"))
    noah = Browser(app).signed_in("noah")
    listed = sid.get("/admin/people?q=ana@northwind")
    path = str(listed.soup.select_one("td a[href$=devices]")["href"])
    page = sid.get(path)
    assert len(page.soup.select(".devices > li")) == 2
    answer = sid.submit(page, path, status=303)
    assert "Signed out everywhere." in sid.follow(answer).words
    assert [status_of(one) for one in (*phones, noah, sid)] == [302, 302, 200, 200]
    assert [why for _, why in revocations(app)] == ["administrator"] * 2


@pytest.mark.parametrize("short", ["pia", "omar", "axel"])
def test_other_staff_neither_see_nor_end_them(app: Flask, short: str) -> None:
    browser = Browser(app).signed_in(short)
    with everything(app):
        path = f"/admin/people/{membership_of('ana').reference}/devices"
    assert path not in browser.get("/admin/people?q=ana@northwind").text
    browser.get(path, status=403)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (PIXEL, "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
         " Gecko) Version/19.1 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
         " Chrome/156.0 Safari/537.36 Edg/156.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Gecko/20100101 Firefox/150.0",
         "Firefox on Mac"),
        ("Mozilla/5.0 (X11; Linux x86_64) Thing/1.0", "Another browser on Linux"),
        ("curl/8.1", "A browser that does not say what it is"),
        ("", "A browser that does not say what it is"),
        ("<script>alert(1)</script>", "A browser that does not say what it is"),
    ],
)  # fmt: skip
def test_a_device_is_called_what_its_browser_says_and_no_more(
    app: Flask, agent: str, words: str
) -> None:
    with app.app_context():
        assert describe_device(agent) == words
