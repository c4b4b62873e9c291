"""Does the board of onboarding take longer over ten thousand partners than over a hundred?"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, cast

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from bench import world
from bench.comparison import Page, compare
from bench.report import Report
from bench.servers import PORTAL, Databases, serve
from portal.core.database import Base
from portal.core.net import system_mode
from portal.core.paging import write_cursor
from portal.core.workflow import PARTNER, VENDOR
from portal.demo.checklists import TEMPLATES
from portal.domain.checklist_templates.content import Item, as_kept
from portal.domain.checklist_templates.models import ChecklistTemplate
from portal.domain.checklist_templates.models import Status as Templated
from portal.domain.checklists.models import NEVER, Checklist, ChecklistItem, ItemStatus, Status
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.models import Membership, PortfolioEntry, Reach, Role
from portal.domain.people.operations import add_membership, bind_identity

SMALL, LARGE = 100, 10_000
"""Partners that were taken on; three of five are still under way."""
FEW = 10
"""Partners of the narrow portfolio, in either world."""
DEALS = 1_000
REPETITIONS = 7
GOAL = 1.2
REST = 30
"""Rows that are left on the later page and after it, in either world."""
ADMINISTRATOR = world.Reader("taker", "programme administrator", Reach.OWN)
NARROW = world.Reader("narrow", f"channel manager of {FEW}", Reach.OWN)
WIDE = world.Reader("wide", "channel manager of all", Reach.OWN)
ROLES = {
    ADMINISTRATOR: Role.PROGRAMME_ADMINISTRATOR,
    NARROW: Role.CHANNEL_MANAGER,
    WIDE: Role.CHANNEL_MANAGER,
}
BOARD = "/admin/onboarding"
PAGES = {
    "first page": BOARD,
    "with us": f"{BOARD}?view=us",
    "overdue": f"{BOARD}?view=overdue",
    "through": f"{BOARD}?view=complete",
    "home": "/",
}
ITEMS: Sequence[Item] = TEMPLATES[0].items
DONE = ItemStatus.COMPLETE


def measure(report: Report, databases: Databases, kind: str) -> None:
    """Compare the board over many partners with that over few, for each reader."""
    with ExitStack() as stack:
        pages: list[Page] = []
        # Worlds of one size; the number tells them apart where they are kept.
        for size, deals in ((SMALL, DEALS + 4), (LARGE, DEALS + 5)):
            url = databases.url(kind, deals, report.say)
            later = take_on(url, size)
            server = stack.enter_context(serve(PORTAL, url, databases.folder))
            for reader in ROLES:
                browser = server.signed_in(reader)
                paths = dict(PAGES)
                if reader is not NARROW:
                    paths["later page"] = later
                pages += [
                    Page(f"{title}, {reader.title} {size}", browser, path)
                    for title, path in paths.items()
                ]
        again = Page("again", pages[0].site, pages[0].path)
        found = compare([*pages, again], clients=1, count=40, repetitions=REPETITIONS)
        control = f"A/A {found.ratio('again', pages[0].name):.2f}"
        for page in pages[: len(pages) // 2]:
            title = page.name.removesuffix(f" {SMALL}")
            report.at_most(
                f"onboarding, {title}: {LARGE:,} partners / {SMALL}, {kind}",
                found.ratio(f"{title} {LARGE}", page.name),
                GOAL,
                beside=f"{control}, {found.middle(page.name):.1f} ms",
                issue=5,
            )


def take_on(url: str, size: int) -> str:
    """Take ``size`` partners on, the same ones at each call; return the address of a later page."""
    engine = world.engine_for(url)
    with system_mode("bench"), Session(engine) as session:
        if not session.scalar(select(func.count(Checklist.id))):
            _people(session)
            first = (session.scalar(select(func.max(Organisation.id))) or 0) + 1
            readers = {one: world.member_of(session, one).id for one in ROLES}
            session.commit()
            _pour(engine, size, first, readers)
        waiting = Checklist.waiting_since, Checklist.reference
        rows = select(*waiting).where(Checklist.waiting_since < NEVER)
        under_way = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
        at = session.execute(rows.order_by(*waiting).offset(under_way - REST - 1).limit(1)).one()
    engine.dispose()
    return f"{BOARD}?after={write_cursor(at[0], at[1])}"


def _people(session: Session) -> None:
    vendor = session.scalars(select(Organisation).where(Organisation.side == Side.VENDOR)).one()
    for reader, role in ROLES.items():
        member = add_membership(
            session, vendor, name=reader.title, email=f"{reader.subject}@example.com", role=role
        )
        bind_identity(session, member, world.ISSUER, reader.subject)
    session.add(
        ChecklistTemplate(
            id=1, name="New resellers", partner_type="reseller", status=Templated.IN_USE, edition=1
        )
    )
    session.flush()


def _pour(engine: Any, size: int, first: int, readers: dict[world.Reader, int]) -> None:
    chance, present = random.Random(size), dt.datetime.now(dt.UTC).replace(microsecond=0)
    rows: dict[type[Base], list[dict[str, Any]]] = {}
    numbers = range(1, size + 1)
    for number in numbers:
        _partner(rows, number, first, present - chance.random() * dt.timedelta(days=60))
        rows[PortfolioEntry].append(
            {"membership_id": readers[WIDE], "organisation_id": first + number}
        )
    # All of the narrow portfolio are under way in either world, every other one with the staff.
    rows[PortfolioEntry] += [
        {
            "membership_id": readers[NARROW],
            "organisation_id": first + place * (size // FEW) + 1 + 5 * (place % 2),
        }
        for place in range(FEW)
    ]
    with engine.begin() as connection:
        for model in (Organisation, PortfolioEntry, Checklist, ChecklistItem):
            connection.execute(insert(cast(Table, model.__table__)), rows[model])
    world.settle(engine, Organisation, Checklist, ChecklistItem, Membership)


def _partner(
    rows: dict[type[Base], list[dict[str, Any]]], number: int, first: int, since: dt.datetime
) -> None:
    """Add a partner with its checklist; of each five two are through, one or two wait for staff."""
    is_through, is_ours = number % 5 in (2, 4), number % 2 == 0
    organisation = first + number
    rows.setdefault(PortfolioEntry, [])
    rows.setdefault(Organisation, []).append({
        **_BLANK, "id": organisation, "reference": world.reference_of(organisation, "OR"),
        "name": f"Company {number}", "name_key": f"company {number}",
        "status": "active" if is_through else "onboarding", "has_open_checklist": not is_through,
    })  # fmt: skip
    items = len(ITEMS)
    done = items if is_through else number % items
    place = (number - 1) * items + done + 1
    begun, due = since - dt.timedelta(days=10), since + dt.timedelta(days=20 + number % 7)
    rows.setdefault(Checklist, []).append({
        "id": number, "reference": world.reference_of(number, "CL"),
        "organisation_id": organisation, "template_id": 1, "edition": 1, "name": "New resellers",
        "name_fr": "Nouveaux revendeurs", "begun_at": begun, "due_at": due,
        "status": (Status.COMPLETE if is_through else Status.IN_PROGRESS).value,
        "completed_at": since if is_through else None, "total": items, "done": done,
        "step_id": None if is_through else place,
        "turn": "" if is_through else VENDOR if is_ours else PARTNER,
        "waiting_since": NEVER if is_through else since, "remind_at": None, "version": 1,
    })  # fmt: skip
    for position, item in enumerate(ITEMS):
        is_step = position == done
        is_sent = is_step and is_ours
        side = (VENDOR if is_ours else PARTNER) if is_step else None
        state = DONE if position < done else ItemStatus.SUBMITTED if is_sent else _NOT_STARTED
        rows.setdefault(ChecklistItem, []).append({
            "id": (number - 1) * items + position + 1,
            "reference": world.reference_of((number - 1) * items + position + 1, "CI"),
            "checklist_id": number, "organisation_id": organisation, "key": item.key,
            "position": position, "kept": as_kept(item), "owner": item.owner.value,
            "is_mandatory": True, "status": state.value, "is_blocked": position > done,
            "since": since, "due_at": due, "answers": [], "has_files": False,
            "files_sealed_at": since if is_sent else None, "sent_by_id": None,
            "sent_by": "Ana Ferreira" if is_sent else "", "reason": "",
            "completed_at": since if position < done else None, "expires_at": None, "version": 1,
            "next_side": side, "next_what": "review" if is_sent else "do" if side else None,
            "next_by": since + dt.timedelta(days=2) if side else None, "next_membership_id": None,
        })  # fmt: skip


_NOT_STARTED = ItemStatus.NOT_STARTED
_BLANK = {
    "side": Side.PARTNER, "types": ["reseller"], "tier": "", "countries": ["CA"], "domains": [],
    "providers": [], "needs_two_factors": False, "holds_shares": False,
    "has_access_reviews": False, "version": 1,
}  # fmt: skip
