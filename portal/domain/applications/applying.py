"""What does an applicant do, who is nobody here and has only a link?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import String, cast, delete, func, or_, select

from portal.core.contact import address_key
from portal.core.database import db
from portal.core.events import record_event
from portal.core.links import reference_in_token, token_for
from portal.core.net import system_mode
from portal.core.times import now
from portal.domain.applications.events import E
from portal.domain.applications.models import Application, ApplicationMatch, Status
from portal.domain.applications.workflow import APPLICANT, APPLICATION
from portal.domain.customers.names import name_core
from portal.domain.organisations.models import Organisation, Side
from portal.domain.products.models import Product

KEPT = dt.timedelta(days=3)
PURPOSE = "application"
# Applications of one address that wait for their proof; an earlier one gives way to the newest.
MOST_UNCONFIRMED = 3


def token_of(application: Application) -> str:
    """Return the last part of the address at which the applicant follows it."""
    return token_for(PURPOSE, application.reference)


def apply(form_key: str, values: Mapping[str, Any]) -> None:
    """Keep an application until its mail's link is opened. The answer is nothing, whatever came.

    Whoever applies learns neither whether the company is known nor whether somebody applied.
    """
    session = db.session()
    with system_mode("an applicant's own application"):
        email = address_key(values["contact_email"])
        is_same = func.lower(Application.contact_email).in_(
            {email.lower(), values["contact_email"].lower()}
        )
        if session.scalar(select(Application.id).where(Application.form_key == form_key)):
            return
        # The newest stay: nobody uses up the address of somebody who applies after them.
        waiting = (
            select(Application.id)
            .where(is_same, Application.status == Status.UNVERIFIED)
            .order_by(Application.id.desc())
            .offset(MOST_UNCONFIRMED - 1)
        )
        session.execute(
            delete(Application)
            .where(Application.id.in_(waiting))
            .execution_options(synchronize_session=False)
        )
        application = Application(**values, form_key=form_key, expires_at=now() + KEPT)
        APPLICATION.start(application)
        session.add(application)
        session.flush()
        record_event(E.APPLY, application, APPLICANT, to_state=Status.UNVERIFIED)


def offered_products() -> list[Product]:
    """Return what the vendor sells: the front page of its shop, and no secret."""
    with system_mode("an applicant's own application"):
        query = select(Product).where(Product.is_active).order_by(Product.code)
        return list(db.session.scalars(query))


def forget_unconfirmed() -> None:
    """Delete what nobody confirmed in time; call in system mode."""
    db.session.execute(
        delete(Application)
        .where(Application.status == Status.UNVERIFIED, Application.expires_at <= now())
        .execution_options(synchronize_session=False)
    )


def followed(token: str, *, to_write: bool = False) -> Application | None:
    """Return the application whose link this is, or None."""
    reference = reference_in_token(PURPOSE, token)
    if reference is None:
        return None
    query = select(Application).where(Application.reference == reference)
    with system_mode("an applicant's own application"):
        found = db.session.scalar(query.with_for_update() if to_write else query)
    if found is None or (found.status == Status.UNVERIFIED and found.expires_at <= now()):
        return None
    return found


def confirm(application: Application) -> None:
    """Hand it to the vendor's staff, now that its address is proved. Raises WrongState."""
    with system_mode("an applicant's own application"):
        application.submitted_at = now()
        APPLICATION.apply(application, "confirm", APPLICANT)
        db.session.flush()
        for match in _matches(application):
            db.session.add(match)


def answer(application: Application, reply: str) -> None:
    """Answer the reviewer's question. Raises WrongState."""
    with system_mode("an applicant's own application"):
        APPLICATION.apply(application, "answer", APPLICANT, words={"reply": reply})
        application.reply = reply


def withdraw(application: Application) -> None:
    """Take it back. Raises WrongState."""
    with system_mode("an applicant's own application"):
        APPLICATION.apply(application, "withdraw", APPLICANT)


def _matches(application: Application) -> list[ApplicationMatch]:
    """Return a copy of every partner with the same domain or name, for the reviewer."""
    core = name_core(application.company)
    # Whoever has the same core has its longest word.
    rarest = max(core.split(), key=len, default=core)
    rows = db.session.scalars(
        select(Organisation)
        .where(
            Organisation.side == Side.PARTNER,
            or_(
                Organisation.name_key.contains(rarest, autoescape=True),
                cast(Organisation.domains, String).contains(application.domain, autoescape=True),
            ),
        )
        .order_by(Organisation.id)
    ).all()
    found = []
    for other in rows:
        has_domain = application.domain in other.domains
        has_name = name_core(other.name) == core
        if not (has_domain or has_name):
            continue
        is_near = application.country in other.countries
        evidence = [
            ("+" if has_domain else "-") + "domain",
            ("+" if has_name else "-") + "company",
            ("+" if is_near else "-") + "country",
        ]
        found.append(
            ApplicationMatch(
                application_id=application.id,
                other_id=other.id,
                other_reference=other.reference,
                other_name=other.name,
                other_domains=list(other.domains),
                evidence=evidence,
            )
        )
    return found
