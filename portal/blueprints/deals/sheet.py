"""How does the list of deals leave as a file?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from flask import current_app
from sqlalchemy import Select, tuple_

from portal.core.database import db
from portal.core.fields import shows
from portal.core.language import _
from portal.core.money import to_major
from portal.core.net import acting_as
from portal.domain.deals.content import ASSESSMENT_LABELS, LABELS, RISK_WORDS, percent
from portal.domain.deals.models import OPEN_STAGES, Deal, DealAssessment, Stage
from portal.domain.deals.workflow import PROBABILITY, WORDS
from portal.domain.deals.working import vendors_owners
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, User
from portal.domain.registrations.content import labels_for

AT_ONCE = 500


@dataclass(frozen=True)
class Column:
    """One column of the file: the field whose it is, its heading, what is asked, what it says."""

    field: str
    heading: Any
    asked: Sequence[Any]
    say: Callable[[Any], object]


def columns_for(actor: MemberActor) -> list[Column]:
    """Return the columns of the fields that ``actor`` reads, in their order."""
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    owner, partner = User.name.label("owner"), Organisation.name.label("partner")
    mine = labels_for(actor.side)["own_reference"]
    columns = (
        Column("company", _("Customer"), (Deal.company,), lambda row: row.company),
        Column("company", _("Reference"), (), lambda row: row.reference),
        Column("stage", _("Stage"), (Deal.stage,), lambda row: WORDS[Stage(row.stage)]),
        Column("amount", LABELS["amount"], (Deal.amount_minor,), _amount),
        Column("amount", _("Currency"), (Deal.currency,), lambda row: row.currency),
        Column("close_on", LABELS["close_on"], (Deal.close_on,), lambda row: row.close_on),
        Column("probability", _("Probability"), (Deal.stage,), _probability),
        Column("next_step", LABELS["next_step"], (Deal.next_step,), lambda row: row.next_step),
        Column("next_step", _("By when?"), (Deal.next_step_on,), lambda row: row.next_step_on),
        Column("protected_until", _("Protected until"), (Deal.protected_until,), _protected),
        Column("own_reference", mine, (Deal.own_reference,), lambda row: row.own_reference),
        Column("place", _("Country"), (Deal.country,), lambda row: row.country),
        Column("contact", _("Contact"), (Deal.contact_name,), lambda row: row.contact_name),
        Column(
            "contact_email", _("Contact e-mail"), (Deal.contact_email,),
            lambda row: row.contact_email,
        ),
        Column(
            "contact_phone", _("Contact phone"), (Deal.contact_phone,),
            lambda row: row.contact_phone,
        ),
        Column("owner", _("Owner"), (owner,), lambda row: row.owner),
        Column("owner", _("Partner"), (partner,), lambda row: row.partner),
        Column(
            "vendor_owner", _("At %(vendor)s", vendor=vendor), (Deal.vendor_owner_id,),
            lambda row: row.names.get(row.vendor_owner_id),
        ),
        Column("margin", ASSESSMENT_LABELS["margin"], (DealAssessment.margin,), _margin),
        Column("score", ASSESSMENT_LABELS["score"], (DealAssessment.score,), lambda row: row.score),
        Column("risk", ASSESSMENT_LABELS["risk"], (DealAssessment.risk,), _risk),
    )  # fmt: skip
    return [column for column in columns if shows(actor, f"deal.{column.field}")]


def _amount(row: Any) -> object:
    return to_major(row.amount_minor, row.currency)


def _probability(row: Any) -> object:
    return percent(PROBABILITY[Stage(row.stage)] * 10) if row.stage in OPEN_STAGES else ""


def _protected(row: Any) -> object:
    return row.protected_until.date()


def _margin(row: Any) -> object:
    return "" if row.margin is None else percent(row.margin)


def _risk(row: Any) -> object:
    return RISK_WORDS[row.risk][0] if row.risk else ""


def _cell(value: object) -> object:
    return "" if value is None else str(value)


def rows_of(
    query: Select[Any], actor: MemberActor, columns: Sequence[Column]
) -> Iterator[list[object]]:
    """Yield the lines of the deals that ``query`` selects, newest first, page by page."""
    query = _asking(query, actor, columns)
    last: tuple[Any, str] | None = None
    while True:
        page = (
            query if last is None else query.where(tuple_(Deal.changed_at, Deal.reference) < last)
        )
        # Each page in the reader's name, whoever else is served while this one is sent.
        with acting_as(actor):
            rows = db.session.execute(page.limit(AT_ONCE)).all()
            names = _vendors_people(rows, actor, columns)
        for row in rows:
            told = SimpleNamespace(**row._mapping, names=names)
            yield [_cell(column.say(told)) for column in columns]
        if len(rows) < AT_ONCE:
            return
        last = (rows[-1].changed_at, rows[-1].reference)


def _asking(query: Select[Any], actor: MemberActor, columns: Sequence[Column]) -> Select[Any]:
    asked = {id(one): one for column in columns for one in column.asked}
    found: Any = (
        query.with_only_columns(Deal.changed_at, Deal.reference, *asked.values())
        .join_from(
            Deal,
            Organisation,
            Organisation.id == Deal.organisation_id,
            isouter=actor.holds_shares,
        )
        .outerjoin_from(Deal, Membership, Membership.id == Deal.owner_id)
        .outerjoin(User, User.id == Membership.user_id)
        .order_by(Deal.changed_at.desc(), Deal.reference.desc())
    )
    if actor.side == Side.VENDOR:
        found = found.outerjoin_from(Deal, DealAssessment, DealAssessment.deal_id == Deal.id)
    return cast(Select[Any], found)


def _vendors_people(
    rows: Sequence[Any], actor: MemberActor, columns: Sequence[Column]
) -> Mapping[int, str]:
    """Return who of the vendor works on the deals, where the file says so."""
    if not any(column.field == "vendor_owner" for column in columns):
        return {}
    numbers = {row.vendor_owner_id for row in rows if row.vendor_owner_id}
    return vendors_owners(numbers, actor) if numbers else {}
