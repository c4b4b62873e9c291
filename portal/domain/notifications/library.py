"""Who must hear by mail of a version of an asset, and what does the mail say?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.events import Event
from portal.core.language import _l
from portal.core.net import system_mode
from portal.domain.assets.events import E
from portal.domain.assets.models import AssetDownload, AssetVersion
from portal.domain.people.models import Membership, Role


def _takers(session: Session, *conditions: Any) -> Iterable[int]:
    query = (
        select(AssetDownload.membership_id)
        .join(Membership, Membership.id == AssetDownload.membership_id)
        .where(Membership.is_active, *conditions)
        .distinct()
    )
    with system_mode("who took an asset along"):
        return session.scalars(query).all()


def takers_before(session: Session, event: Event, version: AssetVersion) -> Iterable[int]:
    """Who took an earlier version along; who may not have this one gets no mail."""
    earlier = AssetDownload.number < event.particulars["number"]
    return _takers(session, AssetDownload.asset_id == version.asset_id, earlier)


def takers(session: Session, _event: Event, version: AssetVersion) -> Iterable[int]:
    """Who took this very version along."""
    return _takers(session, AssetDownload.version_id == version.id)


def _working_as(role: Role, but: int) -> Any:
    return select(Membership.id).where(
        Membership.role == role, Membership.is_active, Membership.user_id != but
    )


def second_persons(session: Session, _event: Event, version: AssetVersion) -> Iterable[int]:
    """The programme administrators who did not write it, else the channel managers."""
    with system_mode("choosing who keeps the library"):
        found: Iterable[int] = ()
        for role in (Role.PROGRAMME_ADMINISTRATOR, Role.CHANNEL_MANAGER):
            query = _working_as(role, version.author_user_id)
            found = found or session.scalars(query).all()
        return found


def author(_session: Session, _event: Event, version: AssetVersion) -> Iterable[int]:
    """Who wrote it last."""
    yield version.author_id


def keepers(session: Session, _event: Event, version: AssetVersion) -> Iterable[int]:
    """Who wrote it last, and the programme administrators."""
    with system_mode("choosing who keeps the library"):
        query = _working_as(Role.PROGRAMME_ADMINISTRATOR, version.author_user_id)
        return [version.author_id, *session.scalars(query)]


IN_LIBRARY: Mapping[str, Callable[[Session, Event, Any], Iterable[int]]] = {
    E.SEND: second_persons,
    E.APPROVE: author,
    E.RETURN: author,
    E.PUBLISH: takers_before,
    E.WITHDRAW: takers,
    E.EXPIRE: takers,
    E.LINK_BROKEN: keepers,
}

# tag -> (subject, first sentence, what the link does), as in the wording of all mails.
LIBRARY_WORDS: Mapping[str, tuple[Any, Any, Any]] = {
    E.SEND: (
        _l("To review: %(title)s"),
        _l("%(who)s wrote “%(title)s” for the library. A second person looks at it first."),
        _l("Review it"),
    ),
    E.APPROVE: (
        _l("Approved: %(title)s"),
        _l("%(who)s approved “%(title)s”. It can be published now."),
        _l("See it"),
    ),
    E.RETURN: (
        _l("Given back: %(title)s"),
        _l("%(who)s gave “%(title)s” back. What is to be put right stands on its page."),
        _l("Go on with it"),
    ),
    E.PUBLISH: (
        _l("A new version: %(title)s"),
        _l(
            "Version %(number)s of “%(title)s” takes the place of the one that you downloaded. "
            "What changed: %(note)s"
        ),
        _l("See it"),
    ),
    E.WITHDRAW: (
        _l("Withdrawn: %(title)s"),
        _l(
            "%(vendor)s has withdrawn “%(title)s”, version %(number)s, which you downloaded. "
            "Please do not use your copy any more. %(reason)s"
        ),
        _l("See your copies"),
    ),
    E.EXPIRE: (
        _l("No longer valid: %(title)s"),
        _l(
            "“%(title)s”, version %(number)s, which you downloaded, has reached its last day. "
            "Please do not use your copy any more."
        ),
        _l("See your copies"),
    ),
    E.LINK_BROKEN: (
        _l("A link is broken: %(title)s"),
        _l("The page to which “%(title)s” leads has not answered twice in a row."),
        _l("See it"),
    ),
}
