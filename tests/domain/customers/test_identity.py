"""By which domain is a customer known, and which websites identify nobody?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.customers.identity import (
    NotACustomer,
    customer_domain,
    customer_key,
    registrable_domain,
)


@pytest.fixture(autouse=True, scope="module")
def _speaking() -> Iterator[None]:
    app = Flask("plain")
    Babel(app)
    with app.app_context():
        yield


KNOWN = {
    "northernrobotics.ca": "northernrobotics.ca",
    "www.northernrobotics.ca": "northernrobotics.ca",
    "https://www.northernrobotics.ca/contact?x=1#top": "northernrobotics.ca",
    "HTTP://Shop.NorthernRobotics.CA:8443/": "northernrobotics.ca",
    "northernrobotics.ca.": "northernrobotics.ca",
    "  northernrobotics.ca  ": "northernrobotics.ca",
    "https:/northernrobotics.ca": "northernrobotics.ca",
    "//northernrobotics.ca/fr": "northernrobotics.ca",
    "someone@northernrobotics.ca": "northernrobotics.ca",
    "https://user:secret@www.northernrobotics.ca/": "northernrobotics.ca",
    "northernrobotics.ca:80": "northernrobotics.ca",
    "northernrobotics.ca\\evil": "northernrobotics.ca",
    "a.b.c.example.co.uk": "example.co.uk",
    "example.qc.ca": "example.qc.ca",
    "www.city.kawasaki.jp": "city.kawasaki.jp",
    "shop.example.com.au": "example.com.au",
    # Each is a customer of its own on a host that many share.
    "acme.github.io": "acme.github.io",
    "www.acme.github.io": "acme.github.io",
    "acme.myshopify.com": "acme.myshopify.com",
    # The same name in another script of the same domain system.
    "bücher.de": "xn--bcher-kva.de",
    "XN--BCHER-KVA.DE": "xn--bcher-kva.de",
    "https://www.épicerie-müller.ca": "xn--picerie-mller-9gb80a.ca",
}


def test_what_people_type_leads_to_the_registrable_domain() -> None:
    for typed, domain in KNOWN.items():
        assert registrable_domain(typed) == domain, typed


JUNK = (
    "", " ", "x", "localhost", "northernrobotics", ".ca", "ca", "co.uk", "github.io", "com",
    "http://", "https://?", "http:///path", "192.168.0.1", "http://127.0.0.1:8000", "[::1]",
    "http://[2001:db8::1]/", "-a.ca", "a..ca", "a b.ca", "exa mple.ca", "a_b", "no website", "n/a",
    "none", "…", "🤖", "a" * 300 + ".ca", "javascript:alert(1)", "file:///x",
    "mailto:", "@", "a@", "..", "*.ca", "a\x00b.ca", "xn--.ca\x00", "%00.ca", "<b>.ca", "x.ca;y",
    "x.123", "'; DROP TABLE deal; --",
)  # fmt: skip


@pytest.mark.parametrize("typed", JUNK)
def test_junk_gets_a_sentence_with_an_example(typed: str) -> None:
    with pytest.raises(NotACustomer, match="This is not the address of a website"):
        registrable_domain(typed)


@settings(deadline=None)
@given(typed=st.text(max_size=80))
def test_any_text_is_a_domain_or_refused(typed: str) -> None:
    try:
        domain = registrable_domain(typed)
    except NotACustomer:
        return
    assert domain.isascii()
    assert "." in domain
    assert registrable_domain(domain) == domain


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("gmail.com", "gmail.com is a mail provider"),
        ("https://mail.yahoo.co.uk/x", "yahoo.co.uk is a mail provider"),
        ("robin@videotron.ca", "videotron.ca is a mail provider"),
        ("https://www.facebook.com/acme", "facebook.com belongs to many companies"),
        ("linkedin.com/company/acme", "linkedin.com belongs to many companies"),
        ("https://northwindresale.ca/about", "That is your own website"),
        ("www.northwindresale.ca", "That is your own website"),
    ],
)
def test_what_identifies_nobody_is_refused_with_the_reason(typed: str, sentence: str) -> None:
    with pytest.raises(NotACustomer, match=sentence):
        customer_domain(typed, ["northwindresale.ca"])


def test_a_namesake_of_a_platform_is_a_customer() -> None:
    for typed in ("notgmail.com", "facebook-ads.ca", "x.company", "gmail.com.example.ca"):
        assert customer_domain(typed, ["northwindresale.ca"])


def test_two_ways_of_writing_one_customer_have_one_key() -> None:
    assert customer_key("acme.ca", "Acme", "K1A 0B1") == customer_key("acme.ca", "", "")
    assert customer_key(None, "Ferme Beauséjour", "J2T 5H8") == customer_key(
        None, "FERME  BEAUSEJOUR", "j2t5h8"
    )
    assert customer_key(None, "Ferme", "J2T 5H8") != customer_key(None, "Ferme", "J2T 5H9")
    assert len(customer_key(None, "a" * 120, "b" * 20)) <= 300
