"""Whom does a pasted list name, and what came of each of its lines?"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from portal.core.contact import NotAnAddress, clean_address
from portal.core.database import db
from portal.core.events import EventKind, declare, record_event
from portal.core.language import _l
from portal.core.text import clean_line, fold
from portal.core.workflow import Refused
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import MemberActor
from portal.domain.people.administration import Access, AlreadyHere, invite
from portal.domain.people.models import InvitationList, Reach, Role
from portal.domain.people.roles import REACH_OF_COLLEAGUE, ROLE_WORDS

MOST_LINES = 200
_ADDRESS = re.compile(r"(?P<name>[^<>]*)<(?P<inside>[^<>]*)>|(?P<bare>[^<>]*)")

declare(
    EventKind(
        "person:invite_many",
        _l("%(who)s invited several people at once"),
        frozenset({"lines", "invited"}),
        partner_sees=False,
    )
)


class Outcome(StrEnum):
    """What came of a line."""

    INVITED = "invited"
    HERE = "here"
    WRONG_ADDRESS = "wrong_address"
    UNCLEAR = "unclear"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True)
class Named:
    """Whom a line names."""

    name: str
    email: str
    access: Access


class Unclear(ValueError):
    """The line names a role or a reach that there is not."""


def lines_of(text: str) -> list[str]:
    """Return the lines of a pasted list that say something; a table's columns, by commas."""
    spread = (raw.replace("\t", ", ") for raw in text.splitlines())
    return [line for raw in spread if (line := clean_line(raw).strip(" ,;"))]


def read_line(line: str, usual: Access) -> Named:
    """Return whom ``name <email>, role, reach`` names; what is left out is as ``usual``.

    Also ``name, email, role, reach``, and with semicolons, as tables and mail programs write it.
    Raises NotAnAddress or Unclear.
    """
    try:
        parts = next(csv.reader([line.replace(";", ",")], skipinitialspace=True))
    except csv.Error:
        raise NotAnAddress from None
    places = [n for n, part in enumerate(parts) if "@" in part]
    if len(places) != 1:
        raise NotAnAddress
    place = places[0]
    found = _ADDRESS.fullmatch(parts[place].strip())
    if found is None:
        raise NotAnAddress
    email = clean_address((found["inside"] or found["bare"] or "").strip())
    before = [part.strip(" \"'") for part in (*parts[:place], found["name"] or "")]
    said = [part.strip() for part in parts[place + 1 :]]
    if len(said) > 2:
        raise Unclear
    role, reach = (*said, "", "")[:2]
    access = Access(
        Role(_choose(role, ROLE_WORDS) if role else usual.role),
        Reach(_choose(reach, REACH_OF_COLLEAGUE) if reach else usual.reach),
    )
    return Named(", ".join(filter(None, before))[:120], email, access)


def _choose(said: str, words: dict[Role, object] | dict[Reach, object]) -> str:
    """Return the code that somebody names by its word in the page's language, or by itself."""
    for code, word in words.items():
        if fold(said) in (fold(str(word)), fold(code), fold(code.removeprefix("partner_"))):
            return code.value
    raise Unclear


def invite_many(
    organisation: Organisation, actor: MemberActor, lines: Iterable[str], usual: Access
) -> InvitationList:
    """Invite everybody whom the lines name, and keep what came of each.

    A line that cannot be followed stops no other. Raises Denied.
    """
    results = [[line, *_try(organisation, actor, line, usual)] for line in lines]
    made = InvitationList(
        organisation_id=organisation.id, made_by_id=actor.membership_id, results=results
    )
    db.session.add(made)
    db.session.flush()
    invited = sum(outcome == Outcome.INVITED for _line, outcome, _person in results)
    record_event("person:invite_many", made, actor, lines=len(results), invited=invited)
    return made


def _try(
    organisation: Organisation, actor: MemberActor, line: str, usual: Access
) -> tuple[str, str]:
    """Return the outcome of one line, and the reference of whom it concerns."""
    try:
        named = read_line(line, usual)
        person = invite(organisation, actor, named.name, named.email, named.access)
    except NotAnAddress:
        return Outcome.WRONG_ADDRESS.value, ""
    except Unclear:
        return Outcome.UNCLEAR.value, ""
    except Refused:
        return Outcome.NOT_ALLOWED.value, ""
    except AlreadyHere as here:
        return Outcome.HERE.value, here.membership.reference
    return Outcome.INVITED.value, person.reference
