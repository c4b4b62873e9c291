"""Can an endpoint stand open because somebody forgot its guard?"""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask

from portal import assembly
from portal.core.guards import Unguarded, check_endpoints, guard_of, public, requires
from portal.domain.permissions import Permission
from tests.browser import BASE, Browser
from tests.conftest import MakeApp

# Everything that answers somebody who has not signed in. Think twice before adding to it.
PUBLIC = {
    "account.confirm",  # by the signed link in a mail to the new address
    "admin.people.stop",  # by whoever sees the portal as somebody else
    "applications.apply",  # by a company that is no partner yet
    "applications.follow",  # by the signed link in its mail
    "applications.sent",
    "receipts.show",
    "sign_in.ask_access",
    "sign_in.asked",
    "sign_in.find",
    "sign_in.hear_logout",
    "sign_in.index",
    "sign_in.start",
    "sign_in.finish",
    "sign_in.sign_out",
    "sign_in.signed_out",
    "sign_in.join",
    "static",
}


def _with(monkeypatch: pytest.MonkeyPatch, blueprint: Blueprint) -> None:
    module = type("extra", (), {"bp": blueprint})
    monkeypatch.setattr(assembly, "BLUEPRINTS", (*assembly.BLUEPRINTS, module))


def test_an_endpoint_without_a_guard_refuses_the_start(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    bp = Blueprint("forgotten", __name__)

    @bp.get("/forgotten")
    def show() -> str:
        return "canary"

    _with(monkeypatch, bp)
    with pytest.raises(Unguarded, match=r"no policy: forgotten\.show"):
        make_app()


def test_a_guard_above_the_route_refuses_the_start(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    bp = Blueprint("upside_down", __name__)

    @requires(Permission.HOME_READ)
    @bp.get("/upside-down")
    def show() -> str:
        return "canary"

    _with(monkeypatch, bp)
    with pytest.raises(Unguarded, match=r"no policy: upside_down\.show"):
        make_app()


def test_one_open_endpoint_among_guarded_ones_is_named_alone(app: Flask) -> None:
    check_endpoints(app)
    app.view_functions["home.index"] = lambda: "canary"
    with pytest.raises(Unguarded, match=r"no policy: home.index\. Put"):
        check_endpoints(app)


@pytest.mark.parametrize("who", ["nobody", "ana", "pia"])
def test_an_endpoint_added_later_never_answers(app: Flask, who: str) -> None:
    calls = []

    def late() -> str:
        calls.append("late")
        return "canary"

    app._got_first_request = False
    app.add_url_rule(
        "/late", "late", late, methods=["GET", "HEAD", "OPTIONS", "POST"],
        provide_automatic_options=False,
    )  # fmt: skip
    app.add_url_rule("/later", "later", late)
    browser = Browser(app)
    if who != "nobody":
        browser.signed_in(who)
    for path in ("/late", "/later"):
        for method in ("GET", "HEAD", "OPTIONS", "POST"):
            answer = browser.client.open(path, method=method, base_url=BASE)
            assert b"canary" not in answer.data, (path, method)
            assert answer.status_code != 200, (path, method)
            assert answer.status_code < 500, (path, method)
    assert calls == []


@pytest.mark.parametrize("who", ["nobody", "ana", "pia"])
def test_a_post_to_nowhere_is_answered_like_a_get(app: Flask, who: str) -> None:
    browser = Browser(app)
    if who != "nobody":
        browser.signed_in(who)
    for path, statuses in (("/nowhere", {404, 303}), ("/deals", {405, 303}), ("/", {405, 303})):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = browser.client.open(path, method=method, base_url=BASE)
            assert answer.status_code in statuses, (method, path, answer.status_code)


def test_what_is_public_is_pinned(app: Flask) -> None:
    found = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (guard := guard_of(app, rule.endpoint)) is not None and guard.permission is None
    }
    assert found == PUBLIC


def test_every_other_endpoint_asks_for_a_declared_permission(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        guard = guard_of(app, rule.endpoint)
        assert guard is not None, rule.endpoint
        if rule.endpoint not in PUBLIC:
            assert guard.permission in set(Permission), rule.endpoint
            named = rule.arguments - {"step"}  # a step is one of a fixed list
            is_named = guard.model is not None and guard.own is None
            assert bool(named) == is_named, rule.endpoint


def test_what_is_exempt_from_csrf_is_pinned(app: Flask) -> None:
    exempt = {"portal.blueprints.sign_in.back_channel.hear_logout"}
    assert assembly.csrf._exempt_views == exempt
    assert not assembly.csrf._exempt_blueprints
    assert app.config["WTF_CSRF_CHECK_DEFAULT"]
    assert app.config["WTF_CSRF_ENABLED"]


def test_guards_are_marked_on_what_is_called() -> None:
    @public
    def shown() -> str:
        return ""

    @requires(Permission.HOME_READ)
    def guarded() -> str:
        return ""

    app = Flask("plain", static_folder=None)
    app.add_url_rule("/shown", "shown", shown)
    app.add_url_rule("/guarded", "guarded", guarded)
    check_endpoints(app)
    assert guard_of(app, "shown").permission is None  # type: ignore[union-attr]
    assert guard_of(app, "guarded").permission == Permission.HOME_READ  # type: ignore[union-attr]
    assert guard_of(app, "absent") is None
    assert guard_of(app, None) is None
