"""Who works on a record that a partner's person owns, in whatever workflow?"""

from __future__ import annotations

from typing import Protocol

from portal.core.access import Rule
from portal.core.language import _l
from portal.domain.people.actor import MemberActor
from portal.domain.people.roles import LEADS


class Owned(Protocol):
    """A record of an organisation, and whose membership it is there."""

    organisation_id: int
    owner_id: int


def is_workers(actor: MemberActor, record: Owned) -> bool:
    """The owner, or a manager or administrator of the same organisation."""
    if record.organisation_id != actor.organisation_id:
        return False
    return actor.role in LEADS or record.owner_id == actor.membership_id


WORKERS = Rule("worker", _l("Its owner or a manager of that organisation does this."), is_workers)
COLLEAGUES = Rule(
    "colleague",
    _l("A manager or administrator of that organisation does this."),
    lambda actor, record: bool(record.organisation_id == actor.organisation_id),
)
