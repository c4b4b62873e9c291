"""How does a story become records, each step at its own moment?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.money import to_minor
from portal.core.times import at, now
from portal.demo.enclosures import enclose
from portal.demo.story import Clock, Step, Story, Thread
from portal.domain.customers.identity import customer_domain
from portal.domain.people.actor import MemberActor, actor_from
from portal.domain.people.models import Membership
from portal.domain.products.models import Product
from portal.domain.registrations import operations as registrations

CONSENT = {
    "en": "The customer knows that I share these details with {vendor}",
    "fr": "Le client sait que je communique ces renseignements à {vendor}",
}
STEP_TAKES = dt.timedelta(minutes=3)
FILES_TAKE = dt.timedelta(minutes=8)

Happening = tuple[dt.datetime, Callable[[], None]]


class Teller:
    """Tells stories to the database, in the order in which everything happened."""

    def __init__(
        self, session: Session, clock: Clock, memberships: Mapping[str, Membership], vendor: str
    ) -> None:
        self.session, self.clock, self.vendor = session, clock, vendor
        self.people = {short: actor_from(member) for short, member in memberships.items()}
        self.own_domains = {
            short: member.organisation.domains for short, member in memberships.items()
        }
        self.products = {product.code: product for product in session.scalars(select(Product))}

    def tell(self, stories: Sequence[Story], others: Iterable[Happening] = ()) -> None:
        """Let everything in ``stories`` happen, and the ``others`` at their moments.

        What is meant for the future raises ValueError.
        """
        happenings = [happening for story in stories for happening in self._of(story)]
        happenings += others
        # Sorting is stable: steps of one story at the same moment keep their order.
        for moment, happen in sorted(happenings, key=lambda happening: happening[0]):
            if moment > self.clock.present:
                raise ValueError(f"{moment} is not past yet")
            with at(moment):
                happen()
                self.session.flush()

    def _of(self, story: Story) -> Iterator[Happening]:
        actor = self.people[story.by]
        threads: list[Thread] = []
        begun = self.clock.past(story.begun)

        def begin() -> None:
            registration = registrations.begin_draft(actor)
            threads.append(Thread(story, self.clock, registration, people=self.people))
            save(self._customer(story))

        def save(values: Mapping[str, Any]) -> None:
            registrations.save_draft(threads[0].registration, actor, values)

        def add_files() -> None:
            enclose(threads[0].registration, actor, story.files)

        yield begun, begin
        if story.drafted == 2:
            yield begun + STEP_TAKES, lambda: save(self._opportunity(story))
            yield begun + FILES_TAKE, add_files
        elif story.drafted > 2:
            yield (
                begun + 2 * STEP_TAKES,
                lambda: save(self._opportunity(story) | self._evidence(story, actor, begun)),
            )
            yield begun + FILES_TAKE, add_files
            yield (
                begun + 3 * STEP_TAKES,
                lambda: _forget(registrations.submit(threads[0].registration, actor)),
            )
        for step in story.path:
            yield self.clock.past(step.when), partial(self._take_step, step, threads)

    def _take_step(self, step: Step, threads: Sequence[Thread]) -> None:
        thread = threads[0]
        step.act(thread, self.people[step.who or thread.story.by])

    def _customer(self, story: Story) -> dict[str, Any]:
        customer = story.customer
        if not customer.website:
            named = {
                "has_no_website": True,
                "legal_name": customer.company,
                "street": customer.street,
                "postal_code": customer.postal_code,
            }
        else:
            domain = customer_domain(customer.website, self.own_domains[story.by])
            named = {"website": customer.website, "domain": domain}
        email = customer.email
        if email and "@" not in email:
            email = f"{email}@{named['domain']}"
        return named | {
            "company": customer.company,
            "country": customer.country,
            "region": customer.region,
            "city": customer.city,
            "contact_name": customer.contact,
            "contact_email": email,
            "contact_phone": customer.phone,
        }

    def _opportunity(self, story: Story) -> dict[str, Any]:
        chosen: Iterable[Product] = (self.products[code] for code in story.products)
        return {
            "products": sorted(chosen, key=lambda product: product.name),
            "value_minor": to_minor(Decimal(story.value), story.currency),
            "currency": story.currency,
            "close_on": self.clock.day(story.close_in),
            "need": story.need,
            "rivals": story.rivals,
            "own_reference": story.own_reference,
        }

    def _evidence(self, story: Story, actor: MemberActor, begun: dt.datetime) -> dict[str, Any]:
        day = begun.astimezone(self.clock.zone).date()
        return {
            "activities": {
                kind: day - dt.timedelta(days=before) for kind, before in story.done.items()
            },
            "may_contact": story.may_contact,
            "consent_at": now(),
            "consent_words": CONSENT[actor.language].format(vendor=self.vendor),
        }


def _forget(_answer: object) -> None:
    """Drop an operation's answer, which nobody reads in a story."""
