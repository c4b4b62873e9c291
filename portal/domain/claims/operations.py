"""How is a customer reserved, and how does it become free?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.database import db
from portal.core.net import system_mode
from portal.core.times import now
from portal.domain.claims.models import Claim


class Claimed(Exception):
    """The customer is reserved for another partner until ``until``."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


def reserve(
    customer_key: str,
    product_ids: Collection[int],
    country: str,
    organisation_id: int,
    registration_id: int,
    until: dt.datetime,
) -> None:
    """Reserve the customer for each product in the country until ``until``.

    What the organisation holds already is prolonged. Raises Claimed when another holds one of
    them; of two at the same moment the database lets one through (IntegrityError for the other).
    """
    session = db.session()
    with system_mode("claim and conflict check"):
        for product_id in sorted(product_ids):
            held = session.scalar(
                select(Claim)
                .where(
                    Claim.customer_key == customer_key,
                    Claim.product_id == product_id,
                    Claim.country == country,
                    Claim.released_at.is_(None),
                )
                .with_for_update()
            )
            if held is not None and held.protected_until <= now():
                held.released_at = now()
                session.flush()
                held = None
            if held is None:
                session.add(
                    Claim(
                        customer_key=customer_key,
                        product_id=product_id,
                        country=country,
                        organisation_id=organisation_id,
                        registration_id=registration_id,
                        protected_until=until,
                    )
                )
            elif held.organisation_id == organisation_id:
                held.protected_until = max(held.protected_until, until)
            else:
                raise Claimed(held.protected_until)
        session.flush()


def release(session: Session, registration_id: int, heir_id: int | None = None) -> None:
    """Free everything that the registration reserved.

    ``heir_id`` is another registration of the same partner for the same customer, which then
    goes on holding it.
    """
    values = {"released_at": now()} if heir_id is None else {"registration_id": heir_id}
    with system_mode("claim and conflict check"):
        session.execute(
            update(Claim)
            .where(Claim.registration_id == registration_id, Claim.released_at.is_(None))
            .values(**values)
        )
