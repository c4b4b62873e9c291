"""Which deals stand on the page, found how, and where does the next page begin?"""

from __future__ import annotations

from typing import Any, cast

from flask import current_app, request, url_for
from sqlalchemy import Select, select

from portal.core.access import scope_of
from portal.core.fields import shown_columns
from portal.core.net import once_for_each_reader
from portal.core.paging import filters_of, page_of, ways_to_see
from portal.core.text import clean_line, words
from portal.domain.deals.models import OPEN_STAGES, Deal, DealWord, Stage
from portal.domain.deals.workflow import DEAL
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, Reach, User
from portal.domain.shares.telling import marks_of

SIZE = 25
# With the partner's name beside each, as many as weigh the same.
SIZE_WITH_PARTNERS = 15
MOST_WORDS = 5
LAST_CHARACTER = "\U0010ffff"

_COLUMNS = (
    Deal.reference,
    Deal.company,
    Deal.stage,
    Deal.amount_minor,
    Deal.currency,
    Deal.close_on,
    Deal.next_step,
    Deal.next_step_on,
    Deal.protected_until,
    Deal.changed_at,
)


def asked_for() -> tuple[str, str]:
    """Return the stage and the words of the address; what is no stage is left out."""
    chosen = request.args.get("stage", "")
    stage = chosen if chosen in set(Stage) else ""
    return stage, clean_line(request.args.get("q", ""))[:120]


def deals_like(query: Select[Any], stage: str, typed: str) -> Select[Any]:
    """Return the part of ``query`` in that stage in which those words are found."""
    return _matching(query.where(Deal.stage == stage) if stage else query, typed)


def _matching(query: Select[Any], typed: str) -> Select[Any]:
    for word in sorted(words(typed))[:MOST_WORDS]:
        query = query.where(_has_word(word))
    return query


def list_page(actor: MemberActor) -> dict[str, Any]:
    """Return what the list shows: rows, search, filters and the way to the next page."""
    stage, typed = asked_for()
    query = _matching(_select(actor, stage), typed)
    size = SIZE_WITH_PARTNERS if _shows_partner(actor) else SIZE
    after, ways = request.args.get("after"), ways_to_see(Deal, actor)
    page = page_of(query, Deal.changed_at, Deal.reference, after, size, ways)
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    kept: dict[str, Any] = {
        name: value for name, value in (("q", typed), ("stage", stage)) if value
    }
    labels = {name.value: str(state.label) for name, state in DEAL.states.items()}
    headings = {name.value: state.heading for name, state in DEAL.states.items()}
    following = page.next_cursor and url_for("deals.index", after=page.next_cursor, **kept)
    return {
        "rows": page.rows,
        "marks": marks_of(Deal, [row.reference for row in page.rows], actor, vendor),
        "states": DEAL.states,
        "labels": labels,
        # What is won or lost closes no more: a day that once was expected says nothing.
        "open_stages": OPEN_STAGES,
        "next_url": following,
        "first_url": None if page.is_first else url_for("deals.index", **kept),
        "is_filtered": bool(kept),
        "typed": typed,
        "stage": stage,
        "export_url": url_for("deals.export", **kept),
        "filters": filters_of(
            "deals.index", "stage", headings, stage, **({"q": typed} if typed else {})
        ),
        "shows_owner": actor.side == Side.PARTNER and actor.reach != Reach.OWN,
        "shows_partner": _shows_partner(actor),
    }


def _shows_partner(actor: MemberActor) -> bool:
    return actor.side == Side.VENDOR or actor.reach == Reach.FAMILY


@once_for_each_reader
def _select(actor: MemberActor, stage: str) -> Select[Any]:
    """Return the SELECT of the list's columns inside the actor's scope, in one stage or in all."""
    query: Any = select(*shown_columns(actor, _COLUMNS)).where(scope_of(Deal, actor))
    if _shows_partner(actor):
        # Whoever holds a share sees the deals of partners of whom they know nothing else.
        query = query.add_columns(Organisation.name.label("partner")).join_from(
            Deal,
            Organisation,
            Organisation.id == Deal.organisation_id,
            isouter=actor.holds_shares,
        )
    if actor.side == Side.PARTNER and actor.reach != Reach.OWN:
        # Asked for each row that is shown, so that PostgreSQL plans the rows themselves alone.
        owner = select(User.name).join_from(Membership, User, User.id == Membership.user_id)
        owner = owner.where(Membership.id == Deal.owner_id).correlate(Deal)
        query = query.add_columns(owner.scalar_subquery().label("owner"))
    return cast(Select[Any], query.where(Deal.stage == stage) if stage else query)


def _has_word(beginning: str) -> Any:
    """Return the condition that some word of the deal begins like that (an index range)."""
    return Deal.id.in_(
        select(DealWord.__table__.c.deal_id).where(
            DealWord.__table__.c.word >= beginning,
            DealWord.__table__.c.word < beginning + LAST_CHARACTER,
        )
    )
