"""Does an administrator decide on others alone, within the own access, and one at a time?"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.access import Denied
from portal.core.audit import verify_chains
from portal.core.changes import Change
from portal.core.database import db
from portal.core.events import Event
from portal.core.net import acting_as
from portal.core.workflow import Refused, WrongState
from portal.domain.people import administration
from portal.domain.people.actor import MemberActor
from portal.domain.people.administration import Access
from portal.domain.people.granting import grantable_reaches, grantable_roles
from portal.domain.people.models import Membership, Reach, Role, Standing
from tests.domain.world import actor_of, everything, membership_of

MANAGER = Access(Role.PARTNER_MANAGER, Reach.ORGANISATION)
ADMINISTRATOR = Access(Role.PARTNER_ADMINISTRATOR, Reach.ORGANISATION)


def in_the_name_of(app: Flask, actor: MemberActor, reference: str, do: Callable[..., None]) -> str:
    """Do something to a person under the net, as a request would; return how it ended."""
    with app.app_context(), acting_as(actor):
        query = select(Membership).where(Membership.reference == reference)
        person = db.session.scalars(query.with_for_update(of=Membership)).one()
        try:
            do(person, actor)
            db.session.commit()
        except (Denied, Refused, WrongState) as problem:
            db.session.rollback()
            return type(problem).__name__
        finally:
            db.session.remove()
    return "done"


def two_administrators(app: Flask) -> tuple[MemberActor, MemberActor, str, str]:
    """Make Marc an administrator beside Nadia; return both as actors and as references."""
    with everything(app) as session:
        marc = membership_of("marc")
        marc.role = Role.PARTNER_ADMINISTRATOR
        session.commit()
        found = actor_of("nadia"), actor_of("marc"), membership_of("nadia").reference
        reference = marc.reference
        db.session.remove()
    return (*found, reference)


def test_two_who_close_each_others_access_at_once(data_app: Flask) -> None:
    """One wins; by then the other has no right left."""
    nadia, marc, nadias, marcs = two_administrators(data_app)
    barrier, outcomes = threading.Barrier(2), []

    def close(actor: MemberActor, reference: str) -> None:
        barrier.wait(10)
        outcomes.append(in_the_name_of(data_app, actor, reference, administration.deactivate))

    threads = [
        threading.Thread(target=close, args=pair) for pair in ((nadia, marcs), (marc, nadias))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["Denied", "done"]
    with everything(data_app) as session:
        standing = sorted(membership_of(short).standing for short in ("nadia", "marc"))
        assert standing == [Standing.ACTIVE, Standing.DEACTIVATED]
        assert not verify_chains(session).faults


def test_the_last_administrator_stays(data_app: Flask) -> None:
    """Not even the vendor's security administrator leaves a company without one."""
    with everything(data_app):
        sid, nadias = actor_of("sid"), membership_of("nadia").reference
        sids = membership_of("sid").reference
        db.session.remove()
    assert in_the_name_of(data_app, sid, nadias, administration.deactivate) == "Refused"

    def demote(person: Membership, actor: MemberActor) -> None:
        administration.change_access(person, actor, MANAGER)

    assert in_the_name_of(data_app, sid, nadias, demote) == "Refused"
    assert in_the_name_of(data_app, sid, sids, administration.deactivate) == "Denied"
    two_administrators(data_app)
    assert in_the_name_of(data_app, sid, nadias, administration.deactivate) == "done"


def test_nobody_changes_their_own_access(data_app: Flask) -> None:
    nadia, _marc, nadias, _marcs = two_administrators(data_app)
    for do in (
        administration.deactivate,
        administration.invite_again,
        lambda person, actor: administration.change_access(person, actor, MANAGER),
    ):
        assert in_the_name_of(data_app, nadia, nadias, do) == "Denied"


def test_nobody_gives_more_than_they_have(data_app: Flask) -> None:
    with everything(data_app):
        nadia, anas = actor_of("nadia"), membership_of("ana").reference
        theo = actor_of("theo")
        assert grantable_roles(nadia, "partner") == [
            Role.PARTNER_SELLER, Role.PARTNER_MANAGER, Role.PARTNER_ADMINISTRATOR,
        ]  # fmt: skip
        assert grantable_roles(nadia, "vendor") == []
        assert grantable_reaches(nadia, "partner") == [Reach.OWN, Reach.ORGANISATION]
        assert grantable_roles(actor_of("marc"), "partner") == []
        assert Role.PARTNER_SELLER not in grantable_roles(actor_of("sid"), "vendor")
        db.session.remove()
    for role, reach in (
        (Role.PARTNER_MANAGER, Reach.FAMILY),
        (Role.APPROVER, Reach.ORGANISATION),
        (Role.SECURITY_ADMINISTRATOR, Reach.OWN),
    ):

        def give(
            person: Membership,
            actor: MemberActor,
            access: Access = Access(role, reach),  # noqa: B008
        ) -> None:
            administration.change_access(person, actor, access)

        assert in_the_name_of(data_app, nadia, anas, give) == "Refused", (role, reach)
    with everything(data_app):
        diego = membership_of("diego")
        northwind = membership_of("ana").organisation
        with pytest.raises(Denied):
            administration.deactivate(diego, nadia)
        with pytest.raises(Denied):
            administration.deactivate(membership_of("ana"), theo)
        with pytest.raises(Denied):
            administration.invite(northwind, theo, "X", "x@x.example", MANAGER)
        membership_of("ana").reach = Reach.FAMILY
        with pytest.raises(Denied):  # a colleague who sees more
            administration.deactivate(membership_of("ana"), nadia)
        db.session.rollback()


def test_a_change_is_told_from_what_to_what(data_app: Flask) -> None:
    with everything(data_app) as session:
        ana, nadia = membership_of("ana"), actor_of("nadia")
        chain = f"membership:{ana.id}"
        administration.change_access(ana, nadia, MANAGER)
        administration.change_access(ana, nadia, MANAGER)  # nothing more to tell
        administration.deactivate(ana, nadia)
        administration.reactivate(ana, nadia)
        session.commit()
        events = session.scalars(
            select(Event).where(Event.chain == chain).order_by(Event.place)
        ).all()[-3:]
        assert [event.tag for event in events] == [
            "person:change", "person:deactivate", "person:reactivate",
        ]  # fmt: skip
        assert (events[1].from_state, events[1].to_state) == ("active", "deactivated")
        rows = session.scalars(select(Change).where(Change.event_id == events[0].id))
        assert {(row.field, row.before, row.after) for row in rows} == {
            ("role", "partner_seller", "partner_manager"),
            ("reach", "own", "organisation"),
        }
        assert not verify_chains(session).faults


def test_each_step_from_where_it_leads_on(data_app: Flask) -> None:
    with everything(data_app) as session:
        nadia, ana = actor_of("nadia"), membership_of("ana")
        for do in (administration.uninvite, administration.reactivate):
            with pytest.raises(WrongState):
                do(ana, nadia)
        administration.deactivate(ana, nadia)
        session.flush()
        for do in (administration.deactivate, administration.invite_again):
            with pytest.raises(WrongState):
                do(ana, nadia)
