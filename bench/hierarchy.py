"""Does it take longer to list among ten thousand companies, five levels deep, than among none?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from bench import world
from bench.comparison import Page, compare
from bench.report import Report
from bench.servers import PORTAL, Databases, serve
from portal.core.database import Base
from portal.core.net import system_mode
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Organisation, OrganisationClosure, Side
from portal.domain.people.models import Membership, Reach
from portal.domain.registrations.models import Registration

DEALS = 20_000
"""Half of them are the reader's: of one company, or of all those below it."""
LEVELS = (10, 90, 900, 3_000, 6_000)
REPETITIONS = 7
GOAL = 1.2


def measure(report: Report, databases: Databases, kind: str) -> None:
    """Compare a manager who sees a family of 10,000 with one whose company has the same deals."""
    with ExitStack() as stack:
        pages: list[Page] = []
        # Two worlds of one size; the number tells them apart where they are kept.
        for name, size in (("flat", DEALS), ("deep", DEALS + 1)):
            url = databases.url(kind, size, report.say)
            if name == "deep":
                grow(url)
            server = stack.enter_context(serve(PORTAL, url, databases.folder))
            browser, ways = server.signed_in(world.MANAGER), world.ways_of(url, world.MANAGER)
            paths = {"list": ways.first, "filtered list": ways.filtered, "home": "/"}
            paths |= {"deal": ways.deal, "registration": ways.registration}
            pages += [Page(f"{title} {name}", browser, path) for title, path in paths.items()]
        again = Page("again", pages[0].site, pages[0].path)
        found = compare([*pages, again], clients=1, count=40, repetitions=REPETITIONS)
        control = f"A/A {found.ratio('again', pages[0].name):.2f}"
        for page in pages[: len(pages) // 2]:
            title = page.name.removesuffix(" flat")
            report.at_most(
                f"{title} over {sum(LEVELS):,} companies, {len(LEVELS)} levels / flat, {kind}",
                found.ratio(f"{title} deep", page.name),
                GOAL,
                beside=control,
                issue=3,
            )


def grow(url: str) -> None:
    """Put the companies below the manager's and give the manager's records to them in turn."""
    engine = world.engine_for(url)
    with system_mode("bench"), Session(engine) as session:
        member = world.member_of(session, world.MANAGER)
        top = member.organisation_id
        first = (session.scalar(select(func.max(Organisation.id))) or 0) + 1
        if first > sum(LEVELS):
            return  # a kept world that has grown already
        lines = list(_lines(top, first))
        session.execute(insert(_table(Organisation)), [
            {**_BLANK, "id": line[-1], "reference": world.reference_of(line[-1], "OR"),
             "name": f"Company {line[-1]}", "name_key": f"company {line[-1]}",
             "parent_id": line[-2]}
            for line in lines
        ])  # fmt: skip
        session.execute(insert(_table(OrganisationClosure)), [
            {"ancestor_id": above, "descendant_id": line[-1], "depth": len(line) - 1 - place}
            for line in lines
            for place, above in enumerate(line)
        ])  # fmt: skip
        for model in (Deal, Registration):
            table = _table(model)
            place = first + table.c.id % len(lines)
            theirs = table.c.organisation_id == top
            session.execute(update(table).where(theirs).values(organisation_id=place))
        session.execute(
            update(_table(Membership)).where(Membership.id == member.id).values(reach=Reach.FAMILY)
        )
        session.commit()
    world.settle(engine)
    engine.dispose()


_BLANK = {
    "side": Side.PARTNER, "status": "active", "types": ["reseller"], "tier": "", "countries": [],
    "domains": [], "providers": [], "needs_two_factors": False, "holds_shares": False,
    "has_access_reviews": False, "has_open_checklist": False, "version": 1,
}  # fmt: skip


def _table(model: type[Base]) -> Any:
    return model.__table__


def _lines(top: int, first: int) -> Iterator[tuple[int, ...]]:
    """Yield each company with all above it, the manager's first."""
    above: list[tuple[int, ...]] = [(top,)]
    number = first
    for count in LEVELS:
        level = []
        for place in range(count):
            level.append((*above[place % len(above)], number))
            number += 1
        yield from level
        above = level
