"""Who was last here when, and what has come of this month's access reviews?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.identity import Identity
from portal.core.times import at
from portal.demo_personas import COBALT, DEACTIVATED
from portal.domain.access_reviews.clock import open_review, present_month
from portal.domain.access_reviews.models import Decision
from portal.domain.access_reviews.operations import decide, sign_off
from portal.domain.organisations.models import Organisation, OrganisationStatus
from portal.domain.people.actor import actor_from
from portal.domain.people.models import Membership
from portal.domain.people.sessions import end_session, open_session

# How long ago somebody was last at work here; everybody else a day before the reviews began.
LAST_HERE = {"noah": dt.timedelta(days=73), "sam": dt.timedelta(days=64)}
LATELY = dt.timedelta(days=4)
VISIT = dt.timedelta(minutes=25)
BEGUN, SIGNED = dt.timedelta(days=3), dt.timedelta(days=2)
BOUNCED = ("ana", dt.timedelta(days=5))
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def look_again(
    session: Session, issuer: str, memberships: Mapping[str, Membership], present: dt.datetime
) -> None:
    """Let everybody have been here, and the reviews have begun: one is signed off by now."""
    for short in sorted(memberships, key=lambda one: -LAST_HERE.get(one, LATELY)):
        if short not in DEACTIVATED:
            _visit(session, issuer, short, present - LAST_HERE.get(short, LATELY))
    short, before = BOUNCED
    memberships[short].user.mail_bounced_at = present - before
    with at(present):
        month = present_month()
    partners = select(Organisation).where(Organisation.status == OrganisationStatus.ACTIVE)
    with at(present - BEGUN):
        reviews = {
            organisation.name: open_review(session, organisation, month)
            for organisation in session.scalars(partners.order_by(Organisation.id)).all()
        }
    sid, review = actor_from(memberships["sid"]), reviews[COBALT]
    with at(present - SIGNED):
        for item in review.items:
            if item.is_open:
                decide(item, sid, Decision.KEEP)
        sign_off(review, sid)
        session.flush()


def _visit(session: Session, issuer: str, short: str, moment: dt.datetime) -> None:
    who = Identity(issuer, short, None, True, short, provider="demo")
    with at(moment):
        token = open_session(session, who, "198.51.100.7", AGENT)
    with at(moment + VISIT):
        end_session(session, token)
    session.flush()
