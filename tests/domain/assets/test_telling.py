"""Who hears of a version, in which language, and of a link that breaks?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from portal.core import outbox
from portal.core.events import Event
from portal.core.outbox import Delivery
from portal.domain.assets import clock, operations
from portal.domain.assets.audience import audience_like
from portal.domain.assets.copies import note_taking
from portal.domain.assets.events import E
from portal.domain.assets.models import (
    AssetVersion,
    Facet,
    Status,
)
from portal.domain.people.models import Membership
from tests.domain.assets.writing import brought_to, later, letters_of
from tests.domain.world import actor_of, everything

S = Status


def test_whoever_took_an_old_version_hears_of_the_new_one_in_their_language(
    data_app: Flask,
) -> None:
    with everything(data_app) as session:
        pia, carla = actor_of("pia"), actor_of("carla")
        for_canada = {Facet.COUNTRY: ["CA"]}
        first = brought_to(session, S.PUBLISHED, title="Deck", title_fr="Dépliant")
        for short in ("ana", "bruno"):
            note_taking(session, actor_of(short), first)
        session.flush()
        _user_of(session, "ana").language = "fr"
        following = operations.begin_version(first.asset, pia)
        operations.edit(
            following, pia,
            {"note_fr": "La page 2", "audience": audience_like(session, for_canada)},
        )  # fmt: skip
        operations.send(following, pia)
        operations.approve(following, carla)
        operations.publish(following, pia)
        session.commit()
        query = select(Delivery).join(Event, Event.id == Delivery.event_id)
        query = query.where(Event.chain == following.reference, Event.tag == E.PUBLISH)
        told = {}
        from portal.integrations.mail.letters import write_letter

        for delivery in session.scalars(query).all():
            try:
                letter = write_letter(delivery)
                told[letter["To"].addresses[0].username] = letter.as_string()
            except outbox.Drop:
                pass
        # Bruno sells in the United States alone: he took the first one, and hears nothing more.
        assert list(told) == ["ana"]
        assert "La page 2" in str(told["ana"]) or "La_page_2" in told["ana"]
        operations.withdraw(first, pia, "It names a wrong price.")
        session.commit()
        letters = letters_of(session, first.reference, E.WITHDRAW)
        assert sorted(one["To"].addresses[0].username for one in letters) == ["ana", "bruno"]
        assert first.asset.current_id == following.id


def _user_of(session: Any, short: str) -> Any:
    return session.get_one(Membership, actor_of(short).membership_id).user


class Checker:
    """Says what it is told to say, and how often it was asked."""

    def __init__(self, problem: str = "") -> None:
        self.problem, self.asked = problem, 0

    def problem_with(self, _url: str) -> str:
        self.asked += 1
        return self.problem


def test_a_link_that_breaks_twice_is_told_once(data_app: Flask) -> None:
    with everything(data_app) as session:
        others = session.scalars(select(AssetVersion).where(AssetVersion.link != "")).all()
        for one in others:
            one.link = ""
        version = brought_to(session, S.PUBLISHED, link="https://gone.example/page", text="")
        reference, before = version.reference, version.version
        session.commit()
        checker = Checker("gone")

        def told(tag: str) -> int:
            query = select(func.count(Event.id)).where(Event.chain == reference, Event.tag == tag)
            return int(session.scalar(query) or 0)

        for hours, count in ((0, 0), (0.5, 0), (2, 1), (4, 1), (6, 1)):
            with later(dt.timedelta(hours=hours)):
                clock.check_links(session, checker)
            assert told(E.LINK_BROKEN) == count, hours
        assert checker.asked == 4
        checker.problem = ""
        with later(dt.timedelta(hours=9)):
            clock.check_links(session, checker)
        assert told(E.LINK_MENDED) == 1
        session.expire_all()
        assert session.get_one(AssetVersion, version.id).version == before
        query = select(Delivery.recipient_id).join(Event).where(Event.tag == E.LINK_BROKEN)
        assert set(session.scalars(query)) == {actor_of("pia").membership_id}
