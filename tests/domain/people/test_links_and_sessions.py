"""Does a link let one person in once, and does a session end when it must?"""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from portal.core.audit import verify_chains
from portal.core.database import Base, db
from portal.core.events import Event
from portal.core.identity import Identity
from portal.core.net import system_mode
from portal.core.times import at, now
from portal.domain.organisations.models import Organisation
from portal.domain.people import operations, sessions
from portal.domain.people.invitations import (
    LinkRefused,
    accept_link,
    describe_link,
    make_link,
)
from portal.domain.people.models import (
    Invitation,
    LoginSession,
    Membership,
    Reach,
    Role,
    UserIdentity,
)
from portal.domain.people.operations import CannotAdd, add_membership
from portal.domain.people.sessions import (
    Deactivated,
    NoMembership,
    end_session,
    hash_token,
    load_actor,
    open_session,
)
from tests.browser import BASE, Browser
from tests.domain.world import everything, membership_of

HOURS_12, HOUR = dt.timedelta(hours=12), dt.timedelta(hours=1)


def identity(
    subject: str = "new-1", issuer: str = "https://id.example", name: str = ""
) -> Identity:
    """Return what a provider says about somebody."""
    return Identity(issuer, subject, "anything@elsewhere.example", True, name)


def opens(session: Any, token: str) -> bool:
    """Tell whether a link could be used now."""
    try:
        describe_link(session, token)
    except LinkRefused:
        return False
    return True


def newcomer(session: Any, email: str = "nina@northwind.example") -> Membership:
    """Add somebody to Northwind who has not signed in yet; call in system mode."""
    organisation = membership_of("marc").organisation
    return add_membership(
        session, organisation, name=email, email=email, role=Role.PARTNER_SELLER, reach=Reach.OWN
    )


def test_a_link_binds_the_first_identity_that_comes_through_it(data_app: Flask) -> None:
    with everything(data_app) as session:
        membership = newcomer(session)
        token = make_link(session, membership)
        session.commit()
        assert describe_link(session, token).organisation == "Northwind Resale"
        accept_link(session, token, identity(name="Nina Vale"))
        session.commit()
        assert membership.user.name == "Nina Vale"
        secret = open_session(session, identity(), "127.0.0.1", "test")
        session.commit()
        actor = load_actor(secret, HOURS_12, HOUR)
        assert actor is not None
        assert actor.membership_id == membership.id
        told = session.scalars(
            select(Event.tag)
            .where(Event.chain == f"membership:{membership.id}")
            .order_by(Event.place)
        ).all()
        assert told == ["person:add", "person:join", "session:start", "email:claim"]


def test_a_link_works_once(data_app: Flask) -> None:
    with everything(data_app) as session:
        token = make_link(session, newcomer(session))
        accept_link(session, token, identity("first"))
        session.commit()
        with pytest.raises(LinkRefused) as error:
            accept_link(session, token, identity("second"))
        assert error.value.reason == "used"
        assert not opens(session, token)
        with pytest.raises(NoMembership):
            open_session(session, identity("second"), "127.0.0.1", "test")


def test_a_used_link_voids_the_others_of_its_membership(data_app: Flask) -> None:
    with everything(data_app) as session:
        membership = newcomer(session)
        first, second = make_link(session, membership), make_link(session, membership)
        other = make_link(session, newcomer(session, "noel@northwind.example"))
        accept_link(session, second, identity("first"))
        session.commit()
        with pytest.raises(LinkRefused) as error:
            accept_link(session, first, identity("second"))
        assert error.value.reason == "voided"
        assert opens(session, other)


def test_two_who_follow_one_link_at_once(data_app: Flask) -> None:
    with everything(data_app) as session:
        token = make_link(session, newcomer(session))
        session.commit()
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def follow(subject: str) -> None:
        with data_app.app_context(), system_mode("test"):
            barrier.wait(10)
            try:
                accept_link(db.session(), token, identity(subject))
                db.session.commit()
                outcomes.append("in")
            except LinkRefused as refused:
                db.session.rollback()
                outcomes.append(refused.reason)

    threads = [threading.Thread(target=follow, args=(s,)) for s in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["in", "used"]
    with everything(data_app) as session:
        bound = select(func.count(UserIdentity.id)).where(
            UserIdentity.issuer == "https://id.example"
        )
        assert session.scalar(bound) == 1


def test_a_link_lives_for_72_hours(data_app: Flask) -> None:
    with everything(data_app) as session:
        moment = now()
        token = make_link(session, newcomer(session))
        session.commit()
        with at(moment + dt.timedelta(hours=71, minutes=59)):
            assert opens(session, token)
        with at(moment + dt.timedelta(hours=72, minutes=1)):
            assert not opens(session, token)
            with pytest.raises(LinkRefused) as error:
                accept_link(session, token, identity())
            assert error.value.reason == "expired"


@pytest.mark.parametrize("token", ["", "x", "' OR 1=1 --", "é" * 50, "a" * 5000])
def test_a_token_that_nobody_made_is_unknown(app: Flask, token: str) -> None:
    with everything(app) as session:
        with pytest.raises(LinkRefused) as error:
            accept_link(session, token, identity())
        assert error.value.reason == "unknown"


def test_an_identity_belongs_to_one_person(data_app: Flask) -> None:
    with everything(data_app) as session:
        known = session.scalars(select(UserIdentity).filter_by(subject="ana")).one()
        token = make_link(session, newcomer(session))
        session.commit()
        with pytest.raises(LinkRefused) as error:
            accept_link(session, token, identity("ana", known.issuer))
        assert error.value.reason == "taken"
        session.rollback()
        assert opens(session, token)
        # The same subject at another issuer is somebody else.
        accept_link(session, token, identity("ana", "https://another.example"))


def test_an_equal_email_address_lets_nobody_in(app: Flask) -> None:
    with everything(app) as session:
        claimed = Identity("https://id.example", "evil", "ana@northwind.example", True, "Ana")
        with pytest.raises(NoMembership):
            open_session(session, claimed, "127.0.0.1", "test")


def test_neither_links_nor_sessions_are_stored_in_the_clear(data_app: Flask) -> None:
    with everything(data_app) as session:
        membership = newcomer(session)
        link = make_link(session, membership)
        accept_link(session, link, identity())
        secret = open_session(session, identity(), "127.0.0.1", "test")
        session.commit()
        assert len(secret) >= 43  # 256 random bits
        assert session.scalar(select(Invitation.id).filter_by(membership_id=membership.id))
        assert session.scalar(select(LoginSession.id).filter_by(token_hash=hash_token(secret)))
        for table in Base.metadata.tables:
            for row in session.execute(text(f'SELECT * FROM "{table}"')):
                for value in row:
                    assert secret not in str(value), table
                    assert link not in str(value), table


def test_a_role_stands_on_its_own_side(app: Flask) -> None:
    with everything(app) as session:
        northwind = membership_of("marc").organisation
        meridian = membership_of("olga").organisation
        for organisation, role in ((northwind, Role.APPROVER), (meridian, Role.PARTNER_SELLER)):
            with pytest.raises(CannotAdd):
                add_membership(session, organisation, name="X", email="x@x.example", role=role)


# --- the end of a session ------------------------------------------------------------------------


def status_of_home(browser: Browser) -> int:
    """Return how home answers: 200, or 302 to the sign-in page."""
    return browser.client.get("/", base_url=BASE).status_code


def switch_off_membership(session: Any) -> None:
    """Deactivate Ana's membership."""
    membership_of("ana").is_active = False


def switch_off_person(session: Any) -> None:
    """Deactivate Ana herself."""
    membership_of("ana").user.is_active = False


def suspend(session: Any) -> None:
    """Suspend her organisation."""
    membership_of("ana").organisation.status = "suspended"


def end(session: Any) -> None:
    """End the partnership."""
    membership_of("ana").organisation.status = "ended"


def end_at_the_provider(session: Any) -> None:
    """End her session, as a back-channel logout does."""
    for row in session.scalars(select(LoginSession)):
        row.ended_at = now()


def grow_old(session: Any) -> None:
    """Let the session have begun half a day ago."""
    for row in session.scalars(select(LoginSession)):
        row.made_at = now() - dt.timedelta(hours=12, minutes=1)


def fall_idle(session: Any) -> None:
    """Let an hour go by without a request."""
    for row in session.scalars(select(LoginSession)):
        row.seen_at = now() - dt.timedelta(minutes=61)


ENDINGS = (
    switch_off_membership, switch_off_person, suspend, end, end_at_the_provider, grow_old,
    fall_idle,
)  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_session_is_over_at_the_next_request(app: Flask, ending: Any) -> None:
    browser = Browser(app).signed_in("ana")
    assert status_of_home(browser) == 200
    with everything(app) as session:
        ending(session)
        session.commit()
    assert status_of_home(browser) == 302


def test_a_changed_role_holds_from_the_next_request(app: Flask) -> None:
    browser = Browser(app).signed_in("noah")
    with everything(app) as session:
        reference = session.scalar(
            text("SELECT reference FROM registration WHERE owner_id = :ana AND status != 'draft'"),
            {"ana": membership_of("ana").id},
        )
    assert browser.client.get(f"/registrations/{reference}", base_url=BASE).status_code == 404
    with everything(app) as session:
        membership_of("noah").reach = Reach.ORGANISATION
        session.commit()
    assert browser.client.get(f"/registrations/{reference}", base_url=BASE).status_code == 200


def test_a_suspended_organisations_people_cannot_sign_in(data_app: Flask) -> None:
    with everything(data_app) as session:
        issuer = session.scalars(select(UserIdentity.issuer).filter_by(subject="ana")).one()
        with pytest.raises(Deactivated):
            open_session(session, identity("dora", issuer), "127.0.0.1", "test")
        session.scalars(
            select(Organisation).filter_by(name="Northwind Resale")
        ).one().status = "ended"
        session.flush()
        with pytest.raises(Deactivated):
            open_session(session, identity("ana", issuer), "127.0.0.1", "test")


def test_signing_out_ends_one_session_and_says_so_once(data_app: Flask) -> None:
    with everything(data_app) as session:
        issuer = session.scalars(select(UserIdentity.issuer).filter_by(subject="ana")).one()
        phone = open_session(session, identity("ana", issuer), "127.0.0.1", "phone")
        desk = open_session(session, identity("ana", issuer), "127.0.0.1", "desk")
        session.commit()
        assert end_session(session, phone) == issuer
        session.commit()
        assert load_actor(phone, HOURS_12, HOUR) is None
        assert load_actor(desk, HOURS_12, HOUR) is not None
        assert end_session(session, phone) is None
        assert end_session(session, "unknown") is None
        assert not verify_chains(session).faults


def test_hostile_particulars_of_a_device_are_cut_to_size(data_app: Flask) -> None:
    with everything(data_app) as session:
        issuer = session.scalars(select(UserIdentity.issuer).filter_by(subject="ana")).one()
        open_session(session, identity("ana", issuer), "1" * 900, "agent\x00\u202e" + "x" * 900)
        session.commit()
        row = session.scalars(select(LoginSession).order_by(LoginSession.id.desc())).first()
        assert len(row.address) == 45
        assert len(row.agent) == 255
        assert "\x00" not in row.agent


def test_operations_name_what_they_raise() -> None:
    for operation in (accept_link, sessions.open_session, operations.add_membership):
        assert "aises" in (operation.__doc__ or "")
