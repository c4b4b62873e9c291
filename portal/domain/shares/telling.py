"""With whom is a record shared, and by whom, in words for this reader?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.core.access import can, missing_rules, visible
from portal.core.database import db
from portal.core.language import _, _l, show_date, show_short_date
from portal.domain.organisations.models import Side
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P
from portal.domain.shares.events import TAGS
from portal.domain.shares.holding import held_by, in_force, is_of
from portal.domain.shares.models import Level, Share

LEVEL_WORDS = {Level.VIEW: _l("May read it"), Level.EDIT: _l("May work on it")}


@dataclass(frozen=True)
class Line:
    """One share as a reader is told it; ``is_mine``: it is shared with the reader."""

    reference: str
    holder: str
    maker: str
    level: str
    until: str
    is_mine: bool


@dataclass(frozen=True)
class Sharing:
    """What a record's page says of its shares.

    ``is_sharer``: the reader knows with whom; ``may_share``: and can say so now.
    """

    lines: Sequence[Line]
    may_share: bool
    is_sharer: bool


def sharing_of(record: Any, actor: MemberActor, vendor: str) -> Sharing:
    """Return with whom ``record`` is shared, to who may share it, and to a holder the own share.

    ``vendor`` is the vendor's name. Asks nothing where the record is not shared, or where it is
    of no concern to the reader.
    """
    may_share = can(actor, P.SHARE_MAKE, record)
    # Whoever looks on in somebody's name reads what they read, and shares nothing.
    is_sharer = P.SHARE_MAKE in actor.permissions and not missing_rules(actor, P.SHARE_MAKE, record)
    if not record.is_shared or not (is_sharer or actor.holds_shares):
        return Sharing([], may_share, is_sharer)
    query = visible(Share, actor).where(is_of(record), in_force()).order_by(Share.id)
    lines = [_line(one, actor, vendor) for one in db.session.scalars(query)]
    return Sharing(lines, may_share, is_sharer)


def _line(share: Share, actor: MemberActor, vendor: str) -> Line:
    return Line(
        share.reference,
        holder_of(share, actor.side, vendor),
        maker_of(share, actor.side, vendor),
        str(LEVEL_WORDS[Level(share.level)]),
        show_date(share.until) if share.until else "",
        actor.membership_id == share.membership_id
        or actor.organisation_id == share.organisation_id,
    )


def holder_of(share: Share, side: str, vendor: str) -> str:
    """Return with whom it is shared, as a reader of ``side`` is told."""
    return _name(share.holder_name, share.holder_place, share.holder_side, side, vendor)


def maker_of(share: Share, side: str, vendor: str) -> str:
    """Return who shared it, as a reader of ``side`` is told."""
    return _name(share.maker_name, share.maker_place, share.maker_side, side, vendor)


def _name(name: str, place: str, of_side: str, side: str, vendor: str) -> str:
    """Return who somebody is; of the vendor's people a partner reads the first name only."""
    if of_side == Side.VENDOR and side == Side.PARTNER:
        return _("%(name)s at %(vendor)s", name=name.split(" ", 1)[0], vendor=vendor)
    return name if name == place else name_and_place(name, place)


def name_and_place(name: str, place: str) -> str:
    """Return a person with the company for which they work."""
    return _("%(name)s (%(place)s)", name=name, place=place)


def by_and_until(share: Share, side: str, vendor: str) -> str:
    """Return "Shared by X until DATE" for a list."""
    maker = maker_of(share, side, vendor)
    if share.until is None:
        return _("Shared by %(who)s", who=maker)
    return _("Shared by %(who)s until %(date)s", who=maker, date=show_short_date(share.until))


def marks_of(
    model: type[Any], references: Sequence[str], actor: MemberActor, vendor: str
) -> Mapping[str, str]:
    """Return by reference what a list says beside the records that others share with the actor."""
    if not actor.holds_shares or not references:
        return {}
    column = Share.registration_id if model.__tablename__ == "registration" else Share.deal_id
    query = (
        select(model.reference, Share)
        .join(Share, column == model.id)
        .where(
            model.reference.in_(references), held_by(actor), Share.made_by_id != actor.membership_id
        )
        .order_by(Share.id)
    )
    rows = db.session.execute(query)
    return {reference: by_and_until(share, actor.side, vendor) for reference, share in rows}


SHARED = "share"
"""The scope term by which somebody sees what is shared with them."""


@dataclass(frozen=True)
class Reason:
    """One share in force as an explanation says it, and whose it is, by row numbers."""

    membership_id: int | None
    organisation_id: int | None
    words: str

    def is_of(self, membership_id: int, organisation_id: int) -> bool:
        """Tell whether the share is that membership's or that organisation's."""
        return membership_id == self.membership_id or organisation_id == self.organisation_id


def reasons_of(model: type[Any], number: int, actor: MemberActor | None = None) -> list[Reason]:
    """Return the shares in force of one record as reasons to see it; call in system mode.

    With ``actor`` only those that let them in.
    """
    if model.__tablename__ not in ("deal", "registration"):
        return []
    column = Share.deal_id if model.__tablename__ == "deal" else Share.registration_id
    query = select(Share).where(column == number, held_by(actor) if actor else in_force())
    return [
        Reason(one.membership_id, one.organisation_id, _reason(one))
        for one in db.session.scalars(query.order_by(Share.id))
    ]


def _reason(share: Share) -> str:
    maker = maker_of(share, Side.VENDOR, "")
    if share.until is None:
        return _("%(who)s shared it with them.", who=maker)
    date = show_date(share.until)
    return _("%(who)s shared it with them, until %(date)s included.", who=maker, date=date)


def told_in(events: Iterable[Any], reader: MemberActor, vendor: str) -> Mapping[str, str]:
    """Return by reference with whom a history's shares are, to who may know; asks if it has any."""
    named = {row.particulars["share"] for row in events if row.tag in TAGS}
    if not named:
        return {}
    query = visible(Share, reader).where(Share.reference.in_(sorted(named)))
    return {
        share.reference: holder_of(share, reader.side, vendor)
        for share in db.session.scalars(query)
    }
