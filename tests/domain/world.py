"""Who is there, and what have they registered, when a test of the domain begins?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from portal.core.database import db
from portal.core.events import Event
from portal.core.fields import choices_in, written
from portal.core.keeping import KeptFile
from portal.core.net import acting_as, system_mode
from portal.core.outbox import Delivery
from portal.core.times import now
from portal.demo import enclosures, taking_on
from portal.domain.assets.models import AssetVersion
from portal.domain.attachments.models import Attachment
from portal.domain.claims.models import Claim
from portal.domain.deals.models import Deal, DealWord
from portal.domain.fields.operations import decisions
from portal.domain.people.actor import MemberActor, actor_from
from portal.domain.people.models import Membership, User
from portal.domain.products.models import Product
from portal.domain.registrations import operations
from portal.domain.registrations.models import Registration, Status

ENCLOSED = {one.name for one in vars(enclosures).values() if isinstance(one, enclosures.Enclosure)}
ENCLOSED |= {taking_on.INSURANCE, taking_on.SAFETY}
NEED = "They want to stop stacking pallets by hand on line 2 before summer."


@contextmanager
def everything(app: Flask) -> Iterator[Any]:
    """Read and write past every actor; yields the session."""
    with app.app_context(), system_mode("test"):
        yield db.session()


@contextmanager
def seen_by(app: Flask, short: str) -> Iterator[MemberActor]:
    """Act as a persona, under the net, in a session that has loaded nothing yet."""
    with app.app_context():
        with system_mode("test"):
            actor = actor_of(short)
            db.session.remove()
        with acting_as(actor):
            yield actor


def attached_here(session: Any) -> list[Attachment]:
    """Return the files beside records, but for those that the demo world came with."""
    query = select(Attachment).where(Attachment.name.not_in(ENCLOSED)).order_by(Attachment.id)
    return list(session.scalars(query))


def kept_beside_records(session: Any) -> list[KeptFile]:
    """Return the contents kept since the demo world came, and their previews."""
    library = select(AssetVersion.file_id).where(AssetVersion.file_id.is_not(None))
    enclosed = select(Attachment.file_id).where(Attachment.name.in_(ENCLOSED))
    ours = KeptFile.id.not_in(library), KeptFile.id.not_in(enclosed)
    return list(session.scalars(select(KeptFile).where(*ours)))


def membership_of(short: str) -> Membership:
    """Return a persona's membership; call in system mode."""
    found = db.session.scalar(select(Membership).join(User).where(User.email.like(f"{short}@%")))
    assert found is not None, short
    return found


def actor_of(short: str) -> MemberActor:
    """Return the persona as an actor; call in system mode."""
    return actor_from(membership_of(short))


def show_to_partners(**shown: bool) -> None:
    """Decide of fields ("deal__close_on" stands for "deal.close_on"); call in system mode."""
    setting = decisions(is_writing=True)
    choices = {name.replace("__", "."): value for name, value in shown.items()}
    setting.chosen = written({**choices_in(setting.chosen), **choices})
    db.session.add(setting)
    db.session.commit()


def products(*codes: str) -> list[Product]:
    """Return the products with these codes; call in system mode."""
    found = db.session.scalars(select(Product).where(Product.code.in_(codes)))
    return sorted(found, key=lambda product: product.name)


def complete(**values: Any) -> dict[str, Any]:
    """Return every field of a complete registration, ``values`` replacing some."""
    domain = values.pop("domain", "fresh-customer.ca")
    return {
        "company": "Fresh Customer",
        "website": f"https://www.{domain}",
        "domain": domain,
        "country": "CA",
        "region": "ON",
        "city": "Ottawa",
        "contact_name": "Robin Vale",
        "contact_email": f"robin@{domain}",
        "contact_phone": "+16135550100",
        "products": products("ARM", "FLEET"),
        "value_minor": 4_800_000,
        "currency": "CAD",
        "close_on": (now() + dt.timedelta(days=90)).date(),
        "need": NEED,
        "activities": {"meeting": (now() - dt.timedelta(days=4)).date()},
        "may_contact": "yes",
        "consent_at": now(),
        "consent_words": "The customer knows",
        **values,
    }


def draft(by: str = "ana", **values: Any) -> Registration:
    """Return a complete draft of ``by``, flushed; call in system mode."""
    actor = actor_of(by)
    registration = operations.begin_draft(actor)
    operations.save_draft(registration, actor, complete(**values))
    db.session.flush()
    return registration


def submitted(by: str = "ana", **values: Any) -> Registration:
    """Return a registration that ``by`` has sent; call in system mode."""
    registration = draft(by, **values)
    operations.submit(registration, actor_of(by))
    db.session.flush()
    return registration


def under_review(by: str = "ana", reviewer: str = "olga", **values: Any) -> Registration:
    """Return a registration that ``reviewer`` has taken; call in system mode."""
    registration = submitted(by, **values)
    operations.take(registration, actor_of(reviewer))
    db.session.flush()
    return registration


def in_state(
    status: Status, by: str = "ana", reviewer: str = "olga", **values: Any
) -> Registration:
    """Return a registration that has come to ``status`` step by step; call in system mode."""
    if status == Status.DRAFT:
        return draft(by, **values)
    registration = submitted(by, **values)
    person, vendor = actor_of(by), actor_of(reviewer)
    if status not in (Status.SUBMITTED, Status.WITHDRAWN):
        operations.take(registration, vendor)
    if status == Status.NEEDS_INFO:
        operations.ask(registration, vendor, [operations.Asked("need", "Which line?")])
    elif status == Status.APPROVED:
        operations.approve(registration, vendor)
    elif status == Status.REJECTED:
        operations.reject(registration, vendor, "other", "Not this year.")
    elif status == Status.WITHDRAWN:
        operations.withdraw(registration, person)
    db.session.flush()
    assert registration.status == status
    return registration


def counts(session: Any) -> dict[str, int]:
    """Return how many rows there are of everything that an approval writes."""
    tables = (Claim, Deal, DealWord, Event, Delivery)
    return {t.__name__: session.scalar(select(func.count()).select_from(t)) for t in tables}
