"""Who may know of an asset and of which version, and who writes, reviews and publishes?"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, bindparam, false, func, or_, select, true

from portal.core.access import Policy, Rule, Term, asked_of_each, scope_of, with_one
from portal.core.database import UTCDateTime
from portal.core.keeping import held_by
from portal.core.language import _l
from portal.core.times import now
from portal.domain.assets.audience import audiences_of
from portal.domain.assets.models import (
    Asset,
    AssetDownload,
    AssetFavourite,
    AssetFolder,
    AssetVersion,
    AssetWord,
    Audience,
    AudienceValue,
    Status,
)
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P

Condition = ColumnElement[bool]


def audience(actor: MemberActor) -> Condition | None:
    """What is out, for an audience that the actor belongs to, while its time lasts.

    The moment is asked for whenever the statement runs: a scope is put together only once.
    """
    if P.ASSET_READ not in actor.permissions:
        return None
    present = bindparam(None, callable_=now, type_=UTCDateTime(), unique=True)
    is_theirs = Asset.audience_id.in_(audiences_of(actor))
    return and_(
        # Asked of each row: so neither database begins at all that is theirs, and sorts it.
        func.coalesce(is_theirs, false()),
        or_(Asset.valid_until.is_(None), Asset.valid_until > present),
    )


def led_by_audience(actor: MemberActor) -> Condition:
    """The same the other way round, for whom little is out: from their audiences."""
    return Asset.audience_id.in_(audiences_of(actor))


def every(actor: MemberActor) -> Condition | None:
    """All of it, in whatever state, for who keeps the library or audits."""
    return true() if P.ASSET_FOLLOW in actor.permissions else None


def current(actor: MemberActor) -> Condition | None:
    """The current version of what they see: never one that was replaced or withdrawn."""
    if P.ASSET_READ not in actor.permissions:
        return None
    # Behind the other row, lest a database begins at all that is published.
    is_current = Asset.current_id == AssetVersion.id, AssetVersion.status == Status.PUBLISHED
    return asked_of_each(select(Asset.id).where(*is_current, scope_of(Asset, actor)), Asset)


def is_another(actor: MemberActor, version: AssetVersion) -> bool:
    """Not who wrote it last, under whatever membership."""
    return version.author_user_id != actor.user_id


ANOTHER = Rule(
    "second person",
    _l("Somebody else than whoever wrote it last looks at it before it goes out."),
    is_another,
)
STAFF = Term("staff", _l("Their role keeps or audits the library."), every)

ASSET = Policy(
    Asset,
    scope=[
        Term(
            "audience",
            _l("Their company and language are in its audience."),
            audience,
            led_by_audience,
        ),
        STAFF,
    ],
    rules={P.ASSET_READ: [], P.ASSET_FOLLOW: [], P.ASSET_FAVOURITE: [], P.ASSET_WRITE: []},
)
VERSION = Policy(
    AssetVersion,
    scope=[Term("current", _l("It is the current version of an asset for them."), current), STAFF],
    rules={
        P.ASSET_FOLLOW: [],
        P.ASSET_WRITE: [],
        P.ASSET_REVIEW: [ANOTHER],
        P.ASSET_PUBLISH: [],
    },
)

held_by(
    AssetVersion,
    AssetVersion.file_id,
    _l("They see the version of an asset."),
    P.ASSET_READ,
    P.ASSET_FOLLOW,
)


def _with_asset(actor: MemberActor) -> Condition | None:
    """The topics under which they see something."""
    if P.ASSET_READ not in actor.permissions:
        return None
    under = select(Asset.id).where(Asset.folder_id == AssetFolder.id, scope_of(Asset, actor))
    return asked_of_each(under, Asset)


FOLDER = Policy(
    AssetFolder,
    scope=[Term("asset", _l("They see an asset under it."), _with_asset), STAFF],
    rules={P.ASSET_PUBLISH: []},
)


def _reaching(actor: MemberActor) -> Condition | None:
    """The audiences that they belong to."""
    if P.ASSET_READ not in actor.permissions:
        return None
    return Audience.id.in_(audiences_of(actor))


AUDIENCE = Policy(Audience, scope=[Term("audience", _l("They belong to it."), _reaching), STAFF])
VALUES = Policy(AudienceValue, scope=[STAFF])


def _of_version(actor: MemberActor) -> Condition | None:
    if not {P.ASSET_READ, P.ASSET_FOLLOW} & actor.permissions:
        return None
    seen = scope_of(AssetVersion, actor)
    return with_one(AssetVersion, AssetVersion.id == AssetWord.version_id, seen)


WORDS = Policy(AssetWord, scope=[Term("version", _l("They see the version."), _of_version)])


def _own_favourites(actor: MemberActor) -> Condition | None:
    if P.ASSET_READ not in actor.permissions:
        return None
    return AssetFavourite.membership_id == actor.membership_id


FAVOURITE = Policy(
    AssetFavourite, scope=[Term("own", _l("They keep it at hand."), _own_favourites)]
)


def _own_copies(actor: MemberActor) -> Condition | None:
    if P.ASSET_READ not in actor.permissions:
        return None
    return AssetDownload.membership_id == actor.membership_id


DOWNLOAD = Policy(
    AssetDownload, scope=[Term("own", _l("They downloaded it themselves."), _own_copies), STAFF]
)
