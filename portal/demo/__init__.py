"""What world does a demo portal begin with?"""

from __future__ import annotations

import datetime as dt
import os
import shutil

from flask import Flask
from sqlalchemy import select

from portal.core import previews
from portal.core.database import Base, db
from portal.core.net import system_mode
from portal.core.outbox import SENT, Delivery
from portal.core.times import at, now
from portal.demo import cobalt, harbour, lakeside, northwind, northwind_deals
from portal.demo.applicants import apply_all
from portal.demo.places import settle
from portal.demo.reviewing import look_again
from portal.demo.stocking import stock
from portal.demo.story import Clock
from portal.demo.taking_on import take_on, write_templates
from portal.demo.telling import Teller
from portal.demo_personas import MERIDIAN, PERSONAS
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import UserIdentity
from portal.domain.programme import programme

__all__ = ["PERSONAS", "load_demo", "remake_demo"]

STORIES = tuple(
    story
    for partner in (northwind, northwind_deals, lakeside, cobalt, harbour)
    for story in partner.STORIES
)
# The partners joined before the oldest story.
JOINED = dt.timedelta(days=300)
# Mails older than this have left; the worker sends the others when it starts.
STILL_WAITING = dt.timedelta(hours=1)
MAIL_TAKES = dt.timedelta(seconds=2)


def load_demo(app: Flask) -> None:
    """Fill an empty database with the demo world, dated back from now.

    With organisations in it already, only the personas' sign-in follows the demo provider to
    its present address.
    """
    with app.app_context(), system_mode("demo"):
        session = db.session()
        issuer = _issuer(app)
        if session.scalar(select(Organisation.id).limit(1)) is not None:
            _follow(issuer)
            session.commit()
            return
        present = now()
        with at(present - JOINED):
            memberships = settle(session, issuer)
            write_templates(memberships)
        clock = Clock(present, programme().zone)
        teller = Teller(session, clock, memberships, MERIDIAN)
        teller.tell(STORIES, stock(session, memberships, present))
        apply_all(session, clock, memberships)
        take_on(session, clock, memberships)
        look_again(session, issuer, memberships, present)
        _mark_sent(present - STILL_WAITING)
        session.commit()


def remake_demo(app: Flask) -> None:
    """Empty every table of a demo portal and load its world anew.

    Raises ValueError for a portal that is no demo.
    """
    if not app.config["DEMO"]:
        raise ValueError("only a demo portal's world is made anew")
    with app.app_context(), system_mode("demo"):
        for table in reversed(Base.metadata.sorted_tables):
            db.session.execute(table.delete())
        db.session.commit()
    # What was anchored of the world before is no word about this one.
    shutil.rmtree(app.config["ANCHOR_DIR"], ignore_errors=True)
    load_demo(app)


def _issuer(app: Flask) -> str:
    """Return the demo provider's issuer; without one in the settings, where it would stand."""
    for provider in app.config["OIDC_PROVIDERS"]:
        if provider["name"] == "demo":
            return str(provider["issuer"])
    return f"http://localhost:{int(os.environ.get('QUAYSIDE_PORT') or 8000) + 1}"


def _follow(issuer: str) -> None:
    shorts = {persona.short for persona in PERSONAS}
    identities = db.session.scalars(
        select(UserIdentity).where(UserIdentity.issuer.startswith("http://localhost:"))
    )
    for identity in identities:
        if identity.subject in shorts:
            identity.issuer = issuer


def _mark_sent(until: dt.datetime) -> None:
    # What files look like is still to be drawn: the worker does it when it starts.
    mails = select(Delivery).where(
        Delivery.made_at < until, Delivery.destination != previews.DESTINATION
    )
    for delivery in db.session.scalars(mails):
        delivery.state, delivery.attempts = SENT, 1
        delivery.sent_at = delivery.made_at + MAIL_TAKES
