"""How does a version come to be, and to stand where a test needs it?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from portal.core.events import Event
from portal.core.outbox import Delivery
from portal.core.times import DAY, at, now
from portal.domain.assets import operations
from portal.domain.assets.audience import audience_like
from portal.domain.assets.models import (
    AssetFolder,
    AssetVersion,
    Facet,
    Kind,
    Status,
)
from tests.domain.world import actor_of

S = Status
EVERYBODY: dict[Facet, list[str]] = {}


def written(session: Any, **values: Any) -> AssetVersion:
    """Return a new draft of Pia's that says something; call in system mode."""
    facets = values.pop("facets", EVERYBODY)
    given = {
        "title": "Canary deck", "title_fr": "", "summary": "", "summary_fr": "",
        "kind": Kind.DECK, "folder": session.scalars(select(AssetFolder)).first(),
        "language": "en", "tags": [], "note": "", "note_fr": "", "link": "", "text": "Words",
        "text_fr": "", "audience": audience_like(session, facets), "valid_from": None,
        "valid_until": None, **values,
    }  # fmt: skip
    return operations.create(actor_of("pia"), given)


def bring(
    version: AssetVersion, status: Status, *, author: Any, second: Any, publisher: Any
) -> None:
    """Let a draft come to ``status`` step by step, by whose right each step is."""
    if status == S.DRAFT:
        return
    operations.send(version, author)
    if status == S.IN_REVIEW:
        return
    operations.approve(version, second)
    if status == S.APPROVED:
        return
    operations.publish(version, publisher)
    if status == S.SUPERSEDED:
        following = operations.begin_version(version.asset, author)
        operations.send(following, author)
        operations.approve(following, second)
        operations.publish(following, publisher)
    if status == S.WITHDRAWN:
        operations.withdraw(version, publisher, "It was wrong.")


def brought_to(session: Any, status: Status, **values: Any) -> AssetVersion:
    """Return a version that has come to ``status`` step by step; call in system mode."""
    pia, carla = actor_of("pia"), actor_of("carla")
    if status == S.SCHEDULED:
        values["valid_from"] = now() + 3 * DAY
    version = written(session, **values)
    bring(version, status, author=pia, second=carla, publisher=pia)
    session.flush()
    assert version.status == status
    return version


@contextmanager
def later(span: dt.timedelta) -> Iterator[None]:
    with at(now() + span):
        yield


def letters_of(session: Any, chain: str, tag: str) -> list[Any]:
    from portal.integrations.mail.letters import write_letter

    query = select(Delivery).join(Event, Event.id == Delivery.event_id)
    query = query.where(Event.chain == chain, Event.tag == tag, Delivery.destination == "mail")
    return [write_letter(one) for one in session.scalars(query)]
