"""What goes out, runs out or has to be looked at without anybody's doing?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal.core.actors import Portal
from portal.core.database import looking
from portal.core.events import record_event
from portal.core.once import one_by_one
from portal.core.times import now
from portal.domain.assets.events import E
from portal.domain.assets.models import AssetVersion, Status
from portal.domain.assets.operations import expire, go_out, hold
from portal.domain.permissions import Permission as P

CHECK_EVERY = dt.timedelta(days=1)
CHECK_AGAIN = dt.timedelta(hours=1)
"""After how long a link that did not work is tried once more."""
TOLD_AFTER = 2
"""How often in a row a link has to fail before people are told."""
MOST_LINKS = 50
"""How many links are looked at in one turn."""


CLOCK = Portal("asset clock", P.ASSET_PUBLISH)


class LinkChecker(Protocol):
    """Who looks whether a page outside still answers."""

    def problem_with(self, url: str) -> str:
        """Return a code of what is wrong with the page at ``url``, or nothing."""


@dataclass(frozen=True)
class Step:
    """One thing that the clock did: what, to which version."""

    what: str
    reference: str


def run(session: Session, is_stopping: Callable[[], bool] = lambda: False) -> Iterator[Step]:
    """Publish and take out what is due, each in a transaction of its own. In system mode.

    Whatever moment it is: what a worker that was down has missed is done once, later.
    """
    works = (partial(_advance, session, number) for number in _due(session))
    yield from filter(None, one_by_one(session, works, is_stopping))


def _is_due() -> Any:
    moment = now()
    return or_(
        (AssetVersion.status == Status.SCHEDULED) & (AssetVersion.valid_from <= moment),
        (AssetVersion.status == Status.PUBLISHED) & (AssetVersion.valid_until <= moment),
    )


def _due(session: Session) -> list[int]:
    query = select(AssetVersion.id).where(_is_due()).order_by(AssetVersion.id)
    with looking(session):
        return list(session.scalars(query))


def _advance(session: Session, number: int) -> Step | None:
    """Do what is due with one version; nothing where another worker has done it meanwhile."""
    version = session.get_one(AssetVersion, number)
    hold(session, version.asset)
    session.refresh(version)
    moment = now()
    if version.status == Status.SCHEDULED and version.valid_from and version.valid_from <= moment:
        go_out(session, version, CLOCK)
        return Step("published", version.reference)
    is_over = version.valid_until is not None and version.valid_until <= moment
    if version.status == Status.PUBLISHED and is_over:
        expire(session, version, CLOCK)
        return Step("expired", version.reference)
    return None


def check_links(
    session: Session, checker: LinkChecker, is_stopping: Callable[[], bool] = lambda: False
) -> int:
    """Look at the links whose turn it is; return how many. In system mode.

    No transaction is open while somebody outside is waited for.
    """
    count = 0
    for number, url, seen in _links_due(session):
        if is_stopping():
            break
        if not _claim(session, number, seen):
            continue
        problem = checker.problem_with(url)
        _note(session, number, url, problem)
        session.commit()
        count += 1
    return count


def _links_due(session: Session) -> list[tuple[int, str, dt.datetime | None]]:
    moment = now()
    last = AssetVersion.link_checked_at
    query = (
        select(AssetVersion.id, AssetVersion.link, last)
        .where(
            AssetVersion.status == Status.PUBLISHED,
            AssetVersion.link != "",
            or_(
                last.is_(None),
                last <= moment - CHECK_EVERY,
                (AssetVersion.link_problem != "") & (last <= moment - CHECK_AGAIN),
            ),
        )
        .order_by(AssetVersion.id)
        .limit(MOST_LINKS)
    )
    with looking(session):
        return [(row[0], row[1], row[2]) for row in session.execute(query)]


def _write(session: Session, number: int, *conditions: Any, **values: Any) -> bool:
    """Write what came of a look; forms that people have open stay as good as they were."""
    query = update(AssetVersion).where(AssetVersion.id == number, *conditions)
    query = query.values(changed_at=AssetVersion.changed_at, **values)
    done: Any = session.execute(query, execution_options={"synchronize_session": False})
    return bool(done.rowcount)


def _claim(session: Session, number: int, seen: dt.datetime | None) -> bool:
    """Take the look upon oneself: of two workers one gets it."""
    column = AssetVersion.link_checked_at
    is_mine = _write(
        session, number, column.is_(None) if seen is None else column == seen, link_checked_at=now()
    )
    session.commit()
    return is_mine


def _note(session: Session, number: int, url: str, problem: str) -> None:
    version = session.get_one(AssetVersion, number, populate_existing=True)
    if version.status != Status.PUBLISHED or version.link != url:
        return
    before = version.link_failures
    failures = before + 1 if problem else 0
    _write(session, number, link_problem=problem, link_failures=failures)
    if failures == TOLD_AFTER:
        record_event(E.LINK_BROKEN, version, CLOCK, session=session, problem=problem)
    elif not problem and before >= TOLD_AFTER:
        record_event(E.LINK_MENDED, version, CLOCK, session=session)
