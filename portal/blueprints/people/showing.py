"""What do the list of a company's people and a person's page show?"""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import contains_eager

from portal.blueprints.handing import open_words
from portal.core.access import can, visible
from portal.core.database import db
from portal.core.language import _l, show_ago
from portal.core.paging import filters_of, page_of
from portal.core.references import normalise_reference
from portal.core.text import clean_line
from portal.domain.organisations.models import Organisation
from portal.domain.people.access_requests import how_many_wait
from portal.domain.people.actor import MemberActor
from portal.domain.people.administration import last_seen, open_invitation
from portal.domain.people.claims import claimed_addresses
from portal.domain.people.domains import domains_missed
from portal.domain.people.models import InvitationList, Membership, Reach, Standing, User
from portal.domain.people.pasting import Outcome
from portal.domain.people.roles import REACH_OF_COLLEAGUE, ROLE_WORDS, STANDING_WORDS
from portal.domain.permissions import Permission as P
from portal.domain.reassigning.loads import Load, loads_of

SIZE = 25


def list_page(actor: MemberActor) -> dict[str, Any]:
    """Return the context of the list: the own company's people, the last added first."""
    chosen = request.args.get("state", "")
    state = chosen if chosen in set(Standing) else ""
    typed = clean_line(request.args.get("q", ""))[:120]
    query = (
        visible(Membership, actor)
        .join(Membership.user)
        .options(contains_eager(Membership.user))
        .where(Membership.organisation_id == actor.organisation_id)
    )
    if state:
        query = query.where(_stands(Standing(state)))
    if typed:
        query = query.where(
            func.lower(User.name).contains(typed.lower(), autoescape=True)
            | User.email.contains(typed.lower(), autoescape=True)
        )
    after = request.args.get("after")
    page = page_of(query, Membership.added_at, Membership.reference, after, SIZE)
    kept: dict[str, Any] = {k: v for k, v in (("q", typed), ("state", state)) if v}
    following = page.next_cursor and url_for("people.index", after=page.next_cursor, **kept)
    labels = {standing.value: str(words[0]) for standing, words in STANDING_WORDS.items()}
    return {
        "organisation": _home(actor),
        "asking": how_many_wait(actor),
        "rows": page.rows,
        "administered": {m.id for m in page.rows if can(actor, P.PERSON_ADMINISTER, m)},
        "seen": last_seen([membership.id for membership in page.rows]),
        "typed": typed,
        "state": state,
        "next_url": following,
        "first_url": None if page.is_first else url_for("people.index", **kept),
        "filters": filters_of(
            "people.index", "state", labels, state, **({"q": typed} if typed else {})
        ),
        "standings": STANDING_WORDS,
        "roles": ROLE_WORDS,
        "reaches": REACH_OF_COLLEAGUE,
    }


def _stands(standing: Standing) -> ColumnElement[bool]:
    """Return the condition that a membership stands like that."""
    is_open = Membership.is_active & User.is_active
    return {
        Standing.INVITED: Membership.joined_at.is_(None) & Membership.is_active,
        Standing.UNINVITED: Membership.joined_at.is_(None) & ~Membership.is_active,
        Standing.ACTIVE: Membership.joined_at.is_not(None) & is_open,
        Standing.DEACTIVATED: Membership.joined_at.is_not(None) & ~is_open,
    }[standing]


def _home(actor: MemberActor) -> Organisation | None:
    query = visible(Organisation, actor).where(Organisation.id == actor.organisation_id)
    return db.session.scalars(query).first()


OUTCOME_WORDS = {
    Outcome.INVITED: (_l("Invited"), "ok"),
    Outcome.HERE: (_l("Already here"), "info"),
    Outcome.WRONG_ADDRESS: (_l("No e-mail address"), "bad"),
    Outcome.UNCLEAR: (_l("Role or reach unclear"), "bad"),
    Outcome.NOT_ALLOWED: (_l("More than you may give"), "bad"),
}
SETTLED = frozenset({Outcome.INVITED, Outcome.HERE})


def results_page(found: InvitationList) -> dict[str, Any]:
    """Return the context of the page that says what came of each line."""
    outcomes = [Outcome(outcome) for _line, outcome, _person in found.results]
    return {
        "found": found,
        "rows": [
            (line, OUTCOME_WORDS[Outcome(outcome)], person)
            for line, outcome, person in found.results
        ],
        "invited": outcomes.count(Outcome.INVITED),
        "left": sum(outcome not in SETTLED for outcome in outcomes),
    }


def unfinished(actor: MemberActor) -> dict[str, str]:
    """Return what the form for a list begins with: the lines that the one before left over."""
    name = normalise_reference(request.args.get("rest", ""))
    query = visible(InvitationList, actor).where(InvitationList.reference == name)
    found = db.session.scalars(query).first() if name else None
    lines = [line for line, outcome, _person in (found.results if found else ())
             if Outcome(outcome) not in SETTLED]  # fmt: skip
    return {"people": "\n".join(lines), "role": "", "reach": Reach.OWN.value}


def open_work(membership: Membership, actor: MemberActor) -> dict[str, Any]:
    """Return what somebody has open, for those who may hand it to a colleague."""
    may = can(actor, P.PERSON_HAND_OVER, membership)
    load = loads_of(actor, [membership.id])[membership.id] if may else Load()
    return {"load": load, "open": open_words(load)}


def _handed() -> str:
    """Return what was handed over just now, as the address says."""
    numbers = (request.args.get(name, 0, type=int) for name in ("deals", "registrations"))
    return open_words(Load(*(max(0, number) for number in numbers)))


def record_page(membership: Membership, actor: MemberActor) -> dict[str, Any]:
    """Return the context of a person's page: where they stand and what can be done about it."""
    seen = last_seen([membership.id]).get(membership.id)
    invitation = open_invitation(membership)
    return {
        "person": membership,
        "invitation": invitation,
        "has_run_out": invitation is not None and invitation.has_run_out,
        "seen": show_ago(seen) if seen else "",
        "claimed": claimed_addresses(membership.user_id, actor),
        "domains_missed": domains_missed(membership),
        "standing": membership.standing,
        "standings": STANDING_WORDS,
        "roles": ROLE_WORDS,
        "reaches": REACH_OF_COLLEAGUE,
        "told": request.args.get("done", ""),
        "handed": _handed(),
        **open_work(membership, actor),
    }
