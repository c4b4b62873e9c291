"""Does an invitation let in the one person to whose address it went, and nobody in their place?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.contact import is_same_address
from portal.core.database import db
from portal.core.identity import Identity
from portal.core.net import system_mode
from portal.core.outbox import Delivery
from portal.core.times import at, now
from portal.domain.people.administration import (
    Access,
    AlreadyHere,
    invite,
    invite_again,
    uninvite,
)
from portal.domain.people.invitations import LinkRefused, accept_link, describe_link, token_of
from portal.domain.people.models import Invitation, Membership, Reach, Role, Standing, User
from portal.domain.people.sessions import NoMembership, open_session
from portal.integrations.mail.letters import kept_letter, write_letter
from tests.browser import Browser
from tests.domain.world import actor_of, everything, membership_of

SELLER = Access(Role.PARTNER_SELLER, Reach.OWN)
ADDRESS = "mila.roy@northwind.example"


def mila(email: str = ADDRESS) -> Membership:
    """Let Nadia invite somebody to Northwind; call in system mode."""
    return invite(membership_of("nadia").organisation, actor_of("nadia"), "Mila Roy", email, SELLER)


def invitation_of(membership: Membership) -> Invitation:
    """Return the latest invitation of a membership; call in system mode."""
    query = select(Invitation).where(Invitation.membership_id == membership.id)
    return db.session.scalars(query.order_by(Invitation.id.desc())).first()  # type: ignore[return-value]


def said(email: str | None = ADDRESS, *, verified: bool = True, subject: str = "m1") -> Identity:
    """Return what a provider says of somebody."""
    return Identity("https://id.example", subject, email, verified, "Mila R.")


def refusal(session: Any, token: str, identity: Identity) -> str:
    """Return why the link does not let ``identity`` in."""
    with pytest.raises(LinkRefused) as error:
        accept_link(session, token, identity)
    session.rollback()
    return error.value.reason


def test_an_invited_person_stands_there_before_they_come(data_app: Flask) -> None:
    with everything(data_app) as session:
        membership = mila()
        session.commit()
        assert membership.standing == Standing.INVITED
        with pytest.raises(NoMembership):
            open_session(session, said(), "127.0.0.1", "test")
        found = describe_link(session, token_of(invitation_of(membership)))
        assert (found.organisation, found.email) == ("Northwind Resale", ADDRESS)
        assert (found.inviter, found.role) == ("Nadia Rahman", "partner_seller")
        accept_link(session, token_of(invitation_of(membership)), said())
        session.commit()
        assert membership.standing == Standing.ACTIVE
        assert membership.user.name == "Mila Roy"
        assert open_session(session, said(), "127.0.0.1", "test")


@pytest.mark.parametrize(
    ("identity", "reason"),
    [
        (said("mila.roy@northwind.example.evil.example"), "stranger"),
        (said("mila.roy@nοrthwind.example"), "stranger"),  # a Greek omicron
        (said("mila.roy@northwınd.example"), "stranger"),  # a dotless i
        (said("mila.roy+x@northwind.example"), "stranger"),
        (said("МILA.ROY@northwind.example"), "stranger"),  # a Cyrillic M
        (said(None), "stranger"),
        (said(""), "stranger"),
        (said("no address"), "stranger"),
        (said(verified=False), "unverified"),
    ],
)
def test_only_the_owner_of_the_address_comes_in(
    app: Flask, identity: Identity, reason: str
) -> None:
    with everything(app) as session:
        membership = mila()
        token = token_of(invitation_of(membership))
        session.commit()
        assert refusal(session, token, identity) == reason
        # Nobody else's attempt spends it.
        accept_link(session, token, said("Mila.Roy@NorthWind.Example"))


def test_an_address_is_the_same_in_every_way_of_writing_it() -> None:
    assert is_same_address("Zoe@Bücher.example", "zoe@xn--bcher-kva.example")
    assert is_same_address("zoe@bücher.example", "zoe@BÜCHER.EXAMPLE")
    assert is_same_address("zoe@bu\u0308cher.example", "zoe@b\u00fccher.example")
    assert not is_same_address("zoe@bücher.example", "zoe@bucher.example")
    assert not is_same_address("\u212aim@a.example", "kim@a.example")  # the sign for kelvin
    assert not is_same_address("", "")
    assert not is_same_address(None, None)


def test_a_new_invitation_takes_the_place_of_the_former(data_app: Flask) -> None:
    with everything(data_app) as session:
        membership = mila()
        first = token_of(invitation_of(membership))
        session.commit()
        invite_again(membership, actor_of("nadia"))
        session.commit()
        second = token_of(invitation_of(membership))
        assert second != first
        assert refusal(session, first, said()) == "voided"
        accept_link(session, second, said())
        session.commit()
        assert refusal(session, second, said(subject="m2")) == "used"


def test_an_invitation_that_was_taken_back_or_has_run_out(data_app: Flask) -> None:
    with everything(data_app) as session:
        membership = mila()
        token = token_of(invitation_of(membership))
        session.commit()
        with at(now() + dt.timedelta(hours=72, minutes=1)):
            assert refusal(session, token, said()) == "expired"
        uninvite(membership, actor_of("nadia"))
        session.commit()
        assert membership.standing == Standing.UNINVITED
        assert refusal(session, token, said()) == "voided"
        invite_again(membership, actor_of("nadia"))
        session.commit()
        accept_link(session, token_of(invitation_of(membership)), said())


def test_who_works_elsewhere_too_has_one_membership_more(data_app: Flask) -> None:
    """Nobody who invites learns that somebody is known; whoever accepts keeps one account."""
    with everything(data_app) as session:
        bruno = membership_of("bruno")
        person, home = bruno.user_id, bruno.organisation_id
        membership = mila(bruno.user.email)
        placeholder = membership.user_id
        assert placeholder != person
        token = token_of(invitation_of(membership))
        session.commit()
        known = Identity(
            session.scalar(select(User.email).where(User.id == person)) and _issuer(session),
            "bruno", bruno.user.email, True, "Bruno",
        )  # fmt: skip
        accept_link(session, token, known)
        session.commit()
        assert membership.user_id == person
        assert session.get(User, placeholder) is None
        homes = session.scalars(
            select(Membership.organisation_id).where(Membership.user_id == person)
        ).all()
        assert set(homes) == {home, membership.organisation_id}


def _issuer(session: Any) -> str:
    from portal.domain.people.models import UserIdentity

    return str(session.scalar(select(UserIdentity.issuer).where(UserIdentity.subject == "bruno")))


def test_a_colleague_is_not_invited_twice(data_app: Flask) -> None:
    with everything(data_app) as session:
        mila()
        session.commit()
        for email in (ADDRESS, "MILA.ROY@NORTHWIND.EXAMPLE", membership_of("ana").user.email):
            with pytest.raises(AlreadyHere):
                mila(email)


def test_the_mail_says_who_invites_and_holds_the_link(app: Flask) -> None:
    with everything(app) as session:
        membership = mila()
        session.commit()
        token = token_of(invitation_of(membership))
        delivery = session.scalars(
            select(Delivery).where(Delivery.recipient_id == membership.id)
        ).one()
        letter = write_letter(delivery)
        assert str(letter["To"]) == f"Mila Roy <{ADDRESS}>"
        assert "Nadia Rahman invites you" in str(letter["Subject"])
        for part in ("plain", "html"):
            body = letter.get_body((part,)).get_content()
            assert f"http://127.0.0.1:8000/join/{token}" in body
            assert "Northwind Resale" in body
        uninvite(membership, actor_of("nadia"))
        session.commit()
        # Nothing is left to send, and what is stored holds no link.
        assert kept_letter(delivery) is None


def test_a_link_made_with_an_earlier_key_still_opens(app: Flask) -> None:
    with everything(app) as session:
        membership = mila()
        session.commit()
        token = token_of(invitation_of(membership))
        earlier, app.config["SECRET_KEY"] = app.config["SECRET_KEY"], "n" * 40
        assert refusal(session, token, said()) == "unknown"
        app.config["SECRET_KEY_FALLBACKS"] = [earlier]
        accept_link(session, token, said())


def test_every_dead_link_says_what_to_do(app: Flask) -> None:
    with everything(app) as session:
        membership = mila()
        token = token_of(invitation_of(membership))
        session.commit()
    visitor = Browser(app)
    page = visitor.get(f"/join/{token}")
    assert page.heading == "Northwind Resale invites you"
    assert "Nadia Rahman" in page.words and "Seller" in page.words and ADDRESS in page.words
    with at(now() + dt.timedelta(days=4)):
        gone = visitor.get(f"/join/{token}", status=404)
        assert gone.heading == "This invitation has run out"
    other = token.replace(token[3:11], "00000000")
    for dead in (token[:-1], token + "A", other, token.replace(".", ""), "IN-00000000."):
        assert visitor.get(f"/join/{dead}", status=404).heading == "This link no longer works"
    with everything(app) as session:
        accept_link(session, token, said())
        session.commit()
    assert visitor.get(f"/join/{token}", status=404).heading == "This link was used already"
    with app.app_context(), system_mode("test"):
        uninvited = mila("second@northwind.example")
        uninvite(uninvited, actor_of("nadia"))
        db.session.commit()
        late = token_of(invitation_of(uninvited))
    assert visitor.get(f"/join/{late}", status=404).heading == "This invitation no longer holds"


def test_a_changed_subject_is_a_stranger_until_invited_again(app: Flask) -> None:
    """The same address at the same provider is not the same person; a new link says that it is."""
    with everything(app) as session:
        ana = membership_of("ana")
        changed = Identity(_issuer(session), "ana-2", ana.user.email, True, "Ana")
        with pytest.raises(NoMembership):
            open_session(session, changed, "127.0.0.1", "test")
        invite_again(ana, actor_of("nadia"))
        session.commit()
        accept_link(session, token_of(invitation_of(ana)), changed)
        session.commit()
        assert open_session(session, changed, "127.0.0.1", "test")
        assert ana.user.name == "Ana Duarte"
