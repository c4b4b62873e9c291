"""Does an organisation's people come in only in the way that it asks for?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from portal.core.identity import Identity
from portal.domain.organisations.models import Organisation
from portal.domain.people.assurance import NotThisWay, objection, provider_for
from portal.domain.people.sessions import open_session
from portal.integrations.oidc.claims import has_two_factors
from tests.browser import BASE, Browser
from tests.domain.world import everything, membership_of

WHO = Identity("https://id.example", "x", None, True, "X")


@pytest.mark.parametrize(
    ("acr", "amr", "is_strong"),
    [
        (None, (), False),
        (None, ("pwd",), False),
        (None, ("pwd", "pin"), False),  # two of one kind are one
        (None, ("pwd", "otp"), True),
        (None, ("hwk", "fpt"), True),
        (None, ("mfa",), True),
        (None, ("MFA", "user"), False),
        ("gold", (), True),
        ("silver", (), False),
    ],
)
def test_two_factors_are_of_two_kinds(acr: str | None, amr: Any, is_strong: bool) -> None:
    identity = replace(WHO, acr=acr, amr=amr)
    assert has_two_factors(identity, frozenset({"gold"})) is is_strong


@pytest.mark.parametrize(
    ("providers", "needs_two", "used", "has_two", "what"),
    [
        ([], False, "", False, ""),
        (["work"], False, "work", False, ""),
        (["work"], False, "demo", True, "another-way"),
        (["work"], False, "", True, "another-way"),
        ([], True, "work", False, "two-factors"),
        ([], True, "work", True, ""),
    ],
)
def test_what_an_organisation_objects_to(
    providers: list[str], needs_two: bool, used: str, has_two: bool, what: str
) -> None:
    place = Organisation(providers=providers, needs_two_factors=needs_two)
    assert objection(place, used, has_two) == what


def test_the_rule_holds_for_new_and_open_sign_ins_and_names_the_way(make_app: Any) -> None:
    entry = {"issuer": "https://id.example", "client_id": "c", "client_secret": "s"}
    demo = {"issuer": "http://localhost:8001", "client_id": "c", "client_secret": "s"}
    entries = [{"name": "demo", **demo}, {"name": "work", "label": "Work", **entry}]
    app: Flask = make_app(OIDC_PROVIDERS=entries)
    sid, ana, lena = (Browser(app).signed_in(who) for who in ("sid", "ana", "lena"))
    with everything(app):
        place = membership_of("ana").organisation
        path, domain = f"/admin/organisations/{place.reference}/sign-in", place.domains[0]
        own = membership_of("sid").organisation.reference
    answer = sid.submit(sid.get(path), path, status=303, providers="work")
    assert "Saved." in sid.follow(answer).words
    homes = [one.client.get("/", base_url=BASE).status_code for one in (sid, ana, lena)]
    assert homes == [200, 302, 200]
    with everything(app) as session:
        known = replace(WHO, issuer="http://localhost:8001", subject="ana", provider="demo")
        with pytest.raises(NotThisWay) as error:
            open_session(session, known, "", "")
        assert (error.value.reason, error.value.providers) == ("another-way", ["work"])
        assert provider_for(session, domain) == "work"
        assert provider_for(session, "gmail.com") is None
        assert provider_for(session, domain[:-1]) is None
        assert provider_for(session, "%") is None
        session.rollback()
    # Nobody shuts themselves out.
    door = f"/admin/organisations/{own}/sign-in"
    assert sid.submit(sid.get(door), door, providers="work").status == 409
    # The sign-in page leads there by the e-mail's domain, and others to every button.
    visitor = Browser(app)
    page = visitor.get("/sign-in")
    found = visitor.submit(page, "/sign-in/find", status=303, email=f"nobody@{domain.upper()}")
    assert found.location == "/sign-in/work"
    for unknown in ("a@gmail.com", "a@nowhere.example", "", "@", "x" * 500):
        other = visitor.submit(page, "/sign-in/find", status=303, email=unknown)
        assert other.location == "/sign-in?any=1"
    assert "Sign in with Work" in visitor.follow(other).words
    for short in ("pia", "omar", "axel"):
        Browser(app).signed_in(short).get(path, status=403)
