"""What does the portal answer somebody who asks without a right to, at any address there is?"""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.core.access import policies
from portal.domain.permissions import Permission
from tests.browser import BASE, Browser, Page
from tests.matrix.oracle import PUBLIC

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
NAMES = {
    "reference": "DR-00000000",
    "key": "00000000-0000-4000-8000-000000000000",
    "step": "customer",
    "kind": "form",
    "number": 1,
}
FOREIGN_HOSTS = (
    "evil.example",
    "evil.example:8000",
    "127.0.0.1.evil.example",
    "localhost@evil.example",
    "127.0.0.1:8000.evil.example",
    "",
)


def _addresses(app: Flask) -> list[tuple[Rule, str]]:
    found = []
    adapter = app.url_map.bind("127.0.0.1")
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in PUBLIC:
            values = {name: NAMES[name] for name in rule.arguments}
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            found.append((rule, adapter.build(rule.endpoint, values, method=method)))
    return found


@pytest.mark.parametrize("method", METHODS)
def test_a_visitor_cannot_tell_an_address_that_exists(app: Flask, method: str) -> None:
    """Known or not, with or without htmx: the way to sign-in, and back to what was asked for."""
    visitor = Browser(app).client
    unknown = ["/nothing", "/deals/DL-00000000/nothing", "/admin/nothing", "/registrations/1"]
    for htmx in ({}, {"HX-Request": "true"}):
        for path in [path for _, path in _addresses(app)] + unknown:
            answer = visitor.open(path, method=method, base_url=BASE, headers=htmx)
            way = answer.headers.get("HX-Redirect") or answer.headers.get("Location", "")
            expected = 401 if htmx else 302 if method in ("GET", "HEAD", "OPTIONS") else 303
            assert answer.status_code == expected, (method, path, answer.status_code)
            assert way.startswith("/sign-in?next=%2F"), (method, path, way)
            assert "Allow" not in answer.headers, (method, path)


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_under_a_foreign_host_name_the_portal_says_nothing(app: Flask, host: str) -> None:
    signed_in = Browser(app).signed_in("ana").client
    paths = [path for _, path in _addresses(app)]
    for path in ["/sign-in", "/nothing", "/static/app.css", *paths]:
        for method in ("GET", "POST", "OPTIONS"):
            answer = signed_in.open(path, method=method, headers={"Host": host})
            assert answer.status_code == 400, (method, path, answer.status_code)
            assert "Location" not in answer.headers
            assert "evil" not in answer.text + str(answer.headers), (method, path)
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_under_another_name_the_portal_says_where_it_is(make_app: Any) -> None:
    visitor = make_app(TRUSTED_HOSTS=["127.0.0.1"], DEMO=False).test_client()
    for name in ("localhost:8000", "evil.example", "127.0.0.2"):
        answer = visitor.get("/deals", headers={"Host": name})
        assert answer.status_code == 400
        assert answer.text == "The address of the portal is http://127.0.0.1:8000\n"
        assert "Location" not in answer.headers


def test_the_demo_answers_to_both_names_of_this_machine(make_app: Any) -> None:
    visitor = make_app(TRUSTED_HOSTS=["127.0.0.1"]).test_client()
    answer = visitor.get("/deals", headers={"Host": "localhost:8000"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://127.0.0.1:8000")
    assert visitor.post("/deals", headers={"Host": "localhost:8000"}).status_code == 400
    assert visitor.get("/deals", headers={"Host": "localhost.evil:8000"}).status_code == 400


def test_a_forwarded_host_changes_no_address(app: Flask) -> None:
    """Only a proxy that the settings name is believed, and none about the host."""
    forged = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    for who, path in ((None, "/deals"), (None, "/sign-in"), ("ana", "/"), ("ana", "/deals")):
        browser = Browser(app).signed_in(who) if who else Browser(app)
        answer = browser.client.get(path, base_url=BASE, headers=forged)
        assert "evil" not in answer.text + str(answer.headers)


def test_public_pages_show_a_visitor_nothing_of_the_portal(app: Flask) -> None:
    """The few open addresses name no partner, no person and no customer."""
    words = ("Northwind", "Lakeside", "Duarte", "Creamery", "DR-", "DL-")
    visitor = Browser(app)
    for path, status in (
        ("/sign-in", 200),
        ("/signed-out", 200),
        ("/sign-in/nobody", 404),
        ("/sign-in/nobody/return", 404),
        ("/join/nothing", 404),
        ("/receipts/RC-00000000", 404),
    ):
        page = visitor.get(path, status=status)
        assert not [word for word in words if word in page.words], path


def test_a_receipt_proves_without_telling(app: Flask) -> None:
    ana = Browser(app).signed_in("ana")
    rows = ana.get("/registrations?status=submitted").soup.select("tbody a")
    page = ana.get(str(rows[0]["href"]))
    link = page.soup.select_one("a[href^='/receipts/']")
    assert link is not None
    receipt = Browser(app).get(str(link["href"]))
    assert rows[0].get_text() not in receipt.words
    assert "DR-" not in receipt.text and "Northwind" not in receipt.text
    # Who may read the record finds the way to it, anybody else one that says nothing of it.
    path, way = str(link["href"]), str(rows[0]["href"])
    assert ways(receipt) == ["/sign-in"]
    assert ways(ana.get(path)) == ways(Browser(app).signed_in("omar").get(path)) == [way]
    for who in ("bruno", "lena", "pia", "vic"):
        other = Browser(app).signed_in(who).get(path)
        assert ways(other) == ["/"] and "DR-" not in other.text, who


def ways(page: Page) -> list[str]:
    """Return where the buttons of a page lead."""
    return [str(link["href"]) for link in page.soup.select("main a.button")]


def test_what_needs_a_fresh_sign_in_needs_it_for_every_kind_of_record(app: Flask) -> None:
    fresh = {permission for policy in policies().values() for permission in policy.fresh}
    assert fresh
    forgotten = {
        (model.__name__, permission)
        for model, policy in policies().items()
        for permission in policy.rules
        if permission in fresh and permission not in policy.fresh
    }
    # What came of a pasted list is only read.
    assert forgotten == {("InvitationList", Permission.PERSON_ADMINISTER)}
