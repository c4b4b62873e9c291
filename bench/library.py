"""Does it take longer to search among a hundred thousand assets than among a thousand?"""

from __future__ import annotations

import datetime as dt
import random
from contextlib import ExitStack
from typing import Any, cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from bench import world
from bench.comparison import Page, compare
from bench.report import Report
from bench.servers import PORTAL, Databases, serve
from portal.core.database import Base
from portal.core.net import system_mode
from portal.core.text import words
from portal.domain.assets.audience import Facets, audience_like
from portal.domain.assets.models import (
    Asset,
    AssetFolder,
    AssetVersion,
    AssetWord,
    Facet,
    Kind,
    Language,
    Status,
)

SMALL, LARGE = 1_000, 100_000
"""Assets in the library; a partner of Canada sees about half of them."""
DEALS = 1_000
REPETITIONS = 7
GOAL = 1.2
CHUNK = 10_000
KINDS = tuple(Kind)
# What assets are about: each reader's search finds a fortieth, whatever the size.
TOPICS = """palletiser gripper conveyor charger safety warranty training delivery installation
vision fleet sensors dairy bakery pharmacy packaging welding painting logistics forestry mining
airports clinics schools farms printing glass paper steel textiles toys furniture optics brewing
ceramics insurance leasing financing onboarding roadmap""".split()
AUDIENCES: tuple[Facets, ...] = tuple(
    {Facet.COUNTRY: (country,), **more}
    for country in ("CA", "US", "FR", "DE")
    for more in (
        {}, {Facet.TYPE: ("reseller",)}, {Facet.TYPE: ("distributor", "referral")},
        {Facet.LANGUAGE: ("en",)}, {Facet.TYPE: ("reseller",), Facet.LANGUAGE: ("fr", "en")},
    )
)  # fmt: skip
RARE = 777
"""The asset that one search finds alone; it is for everybody in either library."""
PAGES = {
    "first page": "/assets",
    "a rare word": f"/assets?q=n{RARE}x",
    "a frequent word": "/assets?q=vis",
    "two words": "/assets?q=vision+price",
    "nothing found": "/assets?q=kangaroo",
}
STAFF_PAGES = {
    "staff's list": "/admin/assets",
    "staff's list of a state": "/admin/assets?status=published",
    "staff's two words": "/admin/assets?q=vision+price",
}


def measure(report: Report, databases: Databases, kind: str) -> None:
    """Compare a partner's pages of a large library with those of a small one."""
    with ExitStack() as stack:
        pages: list[Page] = []
        # Worlds of one size; the number tells them apart where they are kept.
        for name, size in ((f"{SMALL}", SMALL), (f"{LARGE}", LARGE)):
            url = databases.url(kind, DEALS + (2 if size == SMALL else 3), report.say)
            stock(url, size)
            server = stack.enter_context(serve(PORTAL, url, databases.folder))
            for reader, some in ((world.SELLER, PAGES), (world.LIBRARIAN, STAFF_PAGES)):
                browser = server.signed_in(reader)
                pages += [Page(f"{title} {name}", browser, path) for title, path in some.items()]
        again = Page("again", pages[0].site, pages[0].path)
        found = compare([*pages, again], clients=1, count=40, repetitions=REPETITIONS)
        control = f"A/A {found.ratio('again', pages[0].name):.2f}"
        for title in (*PAGES, *STAFF_PAGES):
            report.at_most(
                f"library, {title}: {LARGE:,} assets / {SMALL:,}, {kind}",
                found.ratio(f"{title} {LARGE}", f"{title} {SMALL}"),
                GOAL,
                beside=control,
                issue=4,
            )


def stock(url: str, size: int) -> None:
    """Put ``size`` published assets into the library; the same ones at each call."""
    engine = world.engine_for(url)
    with system_mode("bench"), Session(engine) as session:
        if session.scalar(select(func.count(Asset.id))):
            return  # a kept world that has them already
        folders = [AssetFolder(name=name, name_fr=name, name_key=name) for name in TOPICS[:8]]
        session.add_all(folders)
        audiences = [audience_like(session, facets).id for facets in AUDIENCES]
        everybody = audience_like(session, {}).id
        author = world.member_of(session, world.LIBRARIAN)
        session.flush()
        fixed = {"author_id": author.id, "author_user_id": author.user_id}
        topics = [folder.id for folder in folders]
        session.commit()
    chance, present = random.Random(size), dt.datetime.now(dt.UTC).replace(microsecond=0)
    with engine.begin() as connection:
        raw: Any = connection.connection.driver_connection
        for start in range(1, size + 1, CHUNK):
            rows: dict[type[Base], list[dict[str, Any]]] = {}
            for number in range(start, min(start + CHUNK, size + 1)):
                moment = present - (size - number) * (dt.timedelta(days=730) / size)
                place = {
                    "audience_id": everybody if number == RARE else chance.choice(audiences),
                    "folder_id": chance.choice(topics),
                }
                _add(rows, number, moment, {**fixed, **place}, chance)
            for model in (Asset, AssetVersion, AssetWord):
                world.pour(raw, cast(Table, model.__table__), rows[model])
    world.settle(engine, Asset, AssetVersion)
    engine.dispose()


def _add(
    rows: dict[type[Base], list[dict[str, Any]]], number: int, moment: dt.datetime,
    fixed: dict[str, Any], chance: random.Random,
) -> None:  # fmt: skip
    topic, other = chance.choice(TOPICS), chance.choice(TOPICS)
    title = f"{topic} {chance.choice(('price list', 'deck', 'story', 'guide'))} n{number}x"
    summary = f"What a customer asks about {other}, and what to answer: {topic} in {other}."
    place = {name: fixed[name] for name in ("audience_id", "folder_id")}
    kind = chance.choice(KINDS).value
    rows.setdefault(Asset, []).append({
        **place, "id": number, "reference": world.reference_of(number, "AS"), "kind": kind,
        "current_id": number, "published_at": moment, "valid_until": None, "number": 1,
    })  # fmt: skip
    rows.setdefault(AssetVersion, []).append({
        **fixed, "id": number, "reference": world.reference_of(number, "AV"), "asset_id": number,
        "number": 1, "status": Status.PUBLISHED.value, "version": 5, "kind": kind,
        "title": title, "title_fr": f"{title} en français", "summary": summary, "summary_fr": "",
        "language": Language.BOTH.value, "tags": f'["{topic}"]', "note": "", "note_fr": "",
        "file_id": None, "file_name": "", "file_size": 0, "link": "", "text": summary,
        "text_fr": "", "valid_from": None, "valid_until": None, "made_at": moment,
        "changed_at": moment, "published_at": moment, "reason": "", "link_checked_at": None,
        "link_problem": "", "link_failures": 0, "next_side": None, "next_what": None,
        "next_by": None, "next_membership_id": None,
    })  # fmt: skip
    rows.setdefault(AssetWord, []).extend(
        {"version_id": number, "word": word} for word in words(title, "en français", summary)
    )
