"""What if the provider changes what it says of somebody, or a letter only looks like another?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.contact import domain_key, is_same_address, spelled
from portal.core.events import Event
from portal.core.identity import Identity
from portal.domain.people.administration import invite_again
from portal.domain.people.assurance import provider_for
from portal.domain.people.invitations import LinkRefused, accept_link, token_of
from portal.domain.people.models import User, UserIdentity
from portal.domain.people.sessions import NoMembership, has_choice_of_membership, open_session
from tests.browser import Browser
from tests.domain.people.test_invitations import invitation_of, mila
from tests.domain.world import actor_of, everything, membership_of

CYRILLIC = "northwind.example".replace("o", "\u043e")  # the letter that looks like o
WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in "northwind") + ".example"


def ana_says(session: Any, **changes: Any) -> Identity:
    """Return what the demo's provider says of Ana."""
    known = session.scalars(select(UserIdentity).where(UserIdentity.subject == "ana")).one()
    said = Identity(known.issuer, "ana", "ana@northwind.example", True, "Ana", provider="demo")
    return replace(said, **changes)


def comes_in(session: Any, identity: Identity) -> None:
    """Let somebody sign in as the provider says."""
    open_session(session, identity, "127.0.0.1", "test")
    session.commit()


def claims(session: Any) -> int:
    """Return how often another address was noted."""
    return len(session.scalars(select(Event).where(Event.tag == "email:claim")).all())


def test_another_address_is_noted_and_changes_nothing(data_app: Flask) -> None:
    with everything(data_app) as session:
        comes_in(session, ana_says(session, email="ANA@northwind.example"))
        comes_in(session, ana_says(session, email=None))
        comes_in(session, ana_says(session, email="no address at all"))
        assert claims(session) == 0
        for _time in range(2):
            comes_in(session, ana_says(session, email="ana.duarte@summit.example"))
        assert claims(session) == 1, "noted once"
        comes_in(session, ana_says(session, email=None))
        ana = membership_of("ana")
        assert ana.user.email == "ana@northwind.example"
        assert ana.user.name == "Ana Duarte"
        reference = ana.reference
    # Her own page offers it, and so does her administrator's page of her; a colleague's does not.
    ana_page = Browser(data_app).signed_in("ana").get("/account")
    assert "Your provider now says ana.duarte@summit.example." in ana_page.words
    nadia = Browser(data_app).signed_in("nadia").get(f"/people/{reference}")
    assert "Their provider says ana.duarte@summit.example" in nadia.words
    sid = Browser(data_app).signed_in("sid").get(f"/admin/people/{reference}")
    assert "Their provider says ana.duarte@summit.example" in sid.words
    for short in ("carla", "pia"):
        other = Browser(data_app).signed_in(short).get(f"/admin/people/{reference}")
        assert "summit.example" not in other.text


def test_whoever_takes_the_new_address_confirms_it(data_app: Flask) -> None:
    with everything(data_app) as session:
        comes_in(session, ana_says(session, email="ana.duarte@summit.example"))
    ana = Browser(data_app).signed_in("ana")
    link = ana.get("/account").soup.select_one("a[href*='of=provider']")
    assert link is not None
    form = ana.get(str(link["href"]))
    typed = form.soup.select_one("[name=email]")
    assert typed is not None
    assert typed["value"] == "ana.duarte@summit.example"
    page = ana.follow(ana.submit(form, "/account/email", status=303))
    assert "Not confirmed yet ana.duarte@summit.example" in page.words
    with everything(data_app) as session:
        assert membership_of("ana").user.email == "ana@northwind.example"
    # Once the provider says the known address again, nothing is offered any more.
    with everything(data_app) as session:
        comes_in(session, ana_says(session))
        assert not session.scalars(
            select(UserIdentity).where(UserIdentity.claimed_email != "")
        ).all()


def test_a_new_subject_is_bound_by_a_new_link_and_the_old_one_stays(data_app: Flask) -> None:
    """A changed ``sub`` is nobody; asked again, the same account has two ways in."""
    with everything(data_app) as session:
        changed = ana_says(session, subject="ana-2")
        with pytest.raises(NoMembership):
            open_session(session, changed, "", "")
        session.rollback()
        user = membership_of("ana").user_id
        invite_again(membership_of("ana"), actor_of("nadia"))
        session.commit()
        accept_link(session, token_of(invitation_of(membership_of("ana"))), changed)
        session.commit()
        for identity in (changed, ana_says(session)):
            comes_in(session, identity)
        found = select(UserIdentity.subject).where(UserIdentity.user_id == user)
        assert sorted(session.scalars(found)) == ["ana", "ana-2"]
        assert membership_of("ana").user_id == user
        used = token_of(invitation_of(membership_of("ana")))
        with pytest.raises(LinkRefused) as error:
            accept_link(session, used, replace(changed, subject="ana-3"))
        assert error.value.reason == "used"
        session.rollback()


def test_an_identity_at_two_organisations_is_one_person(data_app: Flask) -> None:
    with everything(data_app) as session:
        lena = membership_of("lena")
        issuer = ana_says(session).issuer
        known = Identity(issuer, "lena", lena.user.email, True, "Lena", provider="demo")
        joined = mila(lena.user.email)
        session.commit()
        accept_link(session, token_of(invitation_of(joined)), known)
        session.commit()
        assert joined.user_id == lena.user_id
        assert joined.organisation_id != lena.organisation_id
        assert has_choice_of_membership(session, known)
        same = select(UserIdentity).where(UserIdentity.user_id == lena.user_id)
        assert len(session.scalars(same).all()) == 1
        assert len(session.scalars(select(User).where(User.email == lena.user.email)).all()) == 1


@pytest.mark.parametrize(
    ("domain", "is_same"),
    [
        ("northwind.example", True),
        ("NorthWind.EXAMPLE", True),
        (WIDE, True),  # another way to write the same letters, for IDNA too
        (CYRILLIC, False),
        ("northwind.example.evil.example", False),
        ("evilnorthwind.example", False),
        ("n\u00f6rthwind.example", False),
        ("xn--nrthwind-07a.example", False),
        ("northw\u0131nd.example", False),  # dotless i
        ("northwind.example@evil.example", False),
        ("north\u200bwind.example", False),
        ("", False),
        ("%", False),
        ("x" * 300 + ".example", False),
    ],
)
def test_a_look_alike_of_a_domain_is_not_the_domain(app: Flask, domain: str, is_same: bool) -> None:
    """Neither is anybody led to its provider, nor does an invitation open for it."""
    with everything(app) as session:
        place = membership_of("ana").organisation
        place.domains, place.providers = ["northwind.example"], ["demo"]
        session.flush()
        assert (provider_for(session, domain_key(domain)) == "demo") is is_same
        joined = mila("mila.roy@northwind.example")
        session.flush()
        theirs = Identity("https://id.example", "m9", f"mila.roy@{domain}", True, "Mila")
        assert is_same_address("mila.roy@northwind.example", theirs.email) is is_same
        if is_same:
            accept_link(session, token_of(invitation_of(joined)), theirs)
        else:
            with pytest.raises(LinkRefused) as error:
                accept_link(session, token_of(invitation_of(joined)), theirs)
            assert error.value.reason == "stranger"
        session.rollback()


def test_the_sign_in_page_leads_by_the_domain_whatever_its_spelling(make_app: Any) -> None:
    entry = {"client_id": "c", "client_secret": "s"}
    entries = [
        {"name": "demo", "issuer": "http://localhost:8001", **entry},
        {"name": "work", "issuer": "https://id.example", **entry},
    ]
    app: Flask = make_app(OIDC_PROVIDERS=entries, RATELIMIT_ENABLED=False)
    with everything(app) as session:
        place = membership_of("ana").organisation
        place.domains, place.providers = ["xn--nrdwind-90a.example"], ["work"]
        session.commit()
    visitor = Browser(app)
    page = visitor.get("/sign-in")
    for typed, way in (
        ("a@n\u00f6rdwind.example", "/sign-in/work"),
        ("a@N\u00d6RDWIND.example", "/sign-in/work"),
        ("a@no\u0308rdwind.example", "/sign-in/work"),  # o and two dots, joined by IDNA
        ("a@xn--nrdwind-90a.example", "/sign-in/work"),
        ("a@nordwind.example", "/sign-in?any=1"),
        ("a@n\u04e7rdwind.example", "/sign-in?any=1"),  # the Cyrillic letter with two dots
    ):
        answer = visitor.submit(page, "/sign-in/find", status=303, email=typed)
        assert answer.location == way, typed


def test_staff_read_which_letters_an_address_has(app: Flask) -> None:
    assert spelled("ana@northwind.example") == "ana@northwind.example"
    lookalike = f"mila.roy@{CYRILLIC}"
    with everything(app) as session:
        joined = mila(lookalike)
        session.commit()
        reference = joined.reference
    nadia = Browser(app).signed_in("nadia")
    plain = domain_key(CYRILLIC)
    assert plain.startswith("xn--")
    for path in ("/people", f"/people/{reference}"):
        assert f"{lookalike} ({plain})" in nadia.get(path).words
