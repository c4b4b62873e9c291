"""Who took which version along, and what has become of it since?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from portal.core.actors import Actor
from portal.core.database import db
from portal.core.events import record_event
from portal.core.net import acting_as
from portal.core.text import either
from portal.domain.assets.events import E
from portal.domain.assets.models import Asset, AssetDownload, AssetVersion
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, User

RECALLS = frozenset({E.WITHDRAW, E.EXPIRE})
"""Events of which those are told who took the version along and may not have it any more."""
MOST = 100
"""How many of their copies a person is shown."""
AT_ONCE = 500


@dataclass(frozen=True)
class Taken:
    """One asset of which somebody has a copy: the newest that they took, and what is current."""

    number: int
    at: Any
    title: str
    reference: str | None
    current: int | None
    note: str
    recalled_at: Any
    reason: str

    @property
    def is_replaced(self) -> bool:
        """Tell whether a newer version waits for them."""
        return self.current is not None and self.current > self.number


def note_taking(session: Session, actor: MemberActor, version: AssetVersion) -> None:
    """Write down that ``actor`` takes the version along; ``session`` is one of its own."""
    number = version.number or 0
    session.add(
        AssetDownload(
            asset_id=version.asset_id, version_id=version.id, number=number,
            version_reference=version.reference, membership_id=actor.membership_id,
            organisation_id=actor.organisation_id, title=version.title, title_fr=version.title_fr,
        )
    )  # fmt: skip
    chain = f"membership:{actor.membership_id}"
    record_event(
        E.TAKE, chain, actor, session=session, asset=version.asset.reference, number=number
    )


def note_export(session: Session, actor: Actor, reference: str) -> None:
    """Write down that ``actor`` takes along who took an asset."""
    chain = f"membership:{actor.membership_id}"
    record_event(E.EXPORT, chain, actor, session=session, asset=reference)


def copy_of(session: Session, version_reference: str, actor: MemberActor) -> AssetDownload | None:
    """Return the actor's last taking of a version, whether or not they may still have it."""
    query = select(AssetDownload).where(
        AssetDownload.version_reference == version_reference,
        AssetDownload.membership_id == actor.membership_id,
    )
    return session.scalar(query.order_by(AssetDownload.id.desc()).limit(1))


def copies_of(actor: MemberActor, language: str) -> list[Taken]:
    """Return the newest copy of each asset that the actor took along, the last taken first."""
    newer = aliased(AssetDownload)
    is_newest = ~(
        select(newer.id)
        .where(
            newer.membership_id == AssetDownload.membership_id,
            newer.asset_id == AssetDownload.asset_id,
            (newer.number > AssetDownload.number)
            | ((newer.number == AssetDownload.number) & (newer.id > AssetDownload.id)),
        )
        .exists()
    )
    query = (
        select(AssetDownload, Asset, AssetVersion)
        .outerjoin(Asset, Asset.id == AssetDownload.asset_id)
        .outerjoin(AssetVersion, AssetVersion.id == Asset.current_id)
        .where(AssetDownload.membership_id == actor.membership_id, is_newest)
        .order_by(AssetDownload.id.desc())
        .limit(MOST)
    )
    return [_taken(*row, language) for row in db.session.execute(query)]


def _taken(
    copy: AssetDownload, asset: Asset | None, version: AssetVersion | None, language: str
) -> Taken:
    is_there = asset is not None and version is not None
    return Taken(
        number=copy.number,
        at=copy.at,
        title=version.title_in(language) if version else copy.title_in(language),
        reference=asset.reference if asset is not None and is_there else None,
        current=version.number if version else None,
        note=either(version.note, version.note_fr, language) if version else "",
        recalled_at=copy.recalled_at,
        reason=copy.recall_reason,
    )


def takings_of(asset_id: int) -> Any:
    """Return the SELECT of who took the asset along, with the names that the reader may know."""
    return (
        select(
            AssetDownload.id, AssetDownload.at, AssetDownload.number, User.name,
            Organisation.name.label("company"),
        )
        .outerjoin(Membership, Membership.id == AssetDownload.membership_id)
        .outerjoin(User, User.id == Membership.user_id)
        .outerjoin(Organisation, Organisation.id == AssetDownload.organisation_id)
        .where(AssetDownload.asset_id == asset_id)
        .order_by(AssetDownload.id.desc())
    )  # fmt: skip


def counts_of(asset: Asset) -> Sequence[Any]:
    """Return of each version taken: its number, how often, by how many people and companies."""
    return db.session.execute(
        select(
            AssetDownload.number,
            func.count(AssetDownload.id).label("takings"),
            func.count(AssetDownload.membership_id.distinct()).label("people"),
            func.count(AssetDownload.organisation_id.distinct()).label("companies"),
        )
        .where(AssetDownload.asset_id == asset.id)
        .group_by(AssetDownload.number)
        .order_by(AssetDownload.number.desc())
    ).all()


def companies_of(asset: Asset) -> Sequence[Any]:
    """Return how often each company took it, the most eager first; a few dozen at most."""
    takings = func.count(AssetDownload.id).label("takings")
    return db.session.execute(
        select(
            Organisation.name,
            takings,
            func.count(AssetDownload.membership_id.distinct()).label("people"),
        )
        .outerjoin(Organisation, Organisation.id == AssetDownload.organisation_id)
        .where(AssetDownload.asset_id == asset.id)
        .group_by(Organisation.name)
        .order_by(takings.desc(), Organisation.name)
        .limit(40)
    ).all()


def holders_of(asset: Asset, version: AssetVersion | None = None) -> int:
    """Return how many people took the asset along, or one version of it."""
    query = select(func.count(AssetDownload.membership_id.distinct()))
    query = query.where(AssetDownload.asset_id == asset.id)
    if version is not None:
        query = query.where(AssetDownload.version_id == version.id)
    return db.session.scalar(query) or 0


def rows_of(asset_id: int, actor: MemberActor) -> Iterator[tuple[Any, ...]]:
    """Yield every taking, newest first, as a file's rows: company, person, version, when (UTC)."""
    last = None
    while True:
        query = takings_of(asset_id).limit(AT_ONCE)
        # Each page in the reader's name, whoever else is served while this one is sent.
        with acting_as(actor):
            page = query if last is None else query.where(AssetDownload.id < last)
            rows = db.session.execute(page).all()
        for row in rows:
            moment = row.at.strftime("%Y-%m-%d %H:%M:%S")
            yield row.company or "", row.name or "", row.number, moment
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].id
