"""How much longer does a page of the portal take than the minimal page, and than among few rows?"""

from __future__ import annotations

import os
from contextlib import ExitStack

from bench import world
from bench.client import Unexpected
from bench.comparison import Comparison, Page, compare
from bench.report import Report
from bench.servers import MINIMAL, PORTAL, Databases, Server, serve

REPETITIONS = 9 if os.environ.get("PROVE") else 5
LISTS = {1: 1.35, 8: 1.5}
"""Goals of the deals list by number of clients."""
PAGES = 1.75
GROWTH = 1.1
REQUESTS = {1: 60, 8: 240}
SAME_BYTES = 0.2
# Headers that only one of the two can have: the portal sets no cookie anew on every page.
OWN_HEADERS = {"set-cookie", "date", "server"}


def measure(report: Report, databases: Databases, kind: str, sizes: tuple[int, ...]) -> None:
    """Compare with the minimal page at the first two ``sizes``, and each larger with the first."""
    servers: dict[int, Server] = {}
    with ExitStack() as stack:
        for size in sizes:
            url = databases.url(kind, size, report.say)
            servers[size] = stack.enter_context(serve(PORTAL, url, databases.folder))
            if size > 100_000:
                continue
            minimal = stack.enter_context(serve(MINIMAL, url, databases.folder))
            _beside_minimal(report, f"{kind}, {size:,} deals", servers[size], minimal)
        for size in sizes[1:]:
            _growth(report, kind, servers[sizes[0]], servers[size], size)


def _beside_minimal(report: Report, where: str, portal: Server, minimal: Server) -> None:
    plain = minimal.browser()
    plain.fetch(f"/sign-in/{world.SELLER.subject}")
    browser = portal.signed_in(world.SELLER)
    ways = world.ways_of(portal.database, world.SELLER)
    least, again = Page("minimal", plain, "/deals"), Page("minimal again", plain, "/deals")
    deals = Page("deals list", browser, ways.first)
    others = [
        Page("deal page", browser, ways.deal),
        Page("registration page", browser, ways.registration),
        Page("home", browser, "/"),
    ]
    _same_kind(report, where, least, deals)
    for clients in (1, 8):
        pages = [least, deals, again, *(others if clients == 1 or os.environ.get("PROVE") else ())]
        found = compare(pages, clients=clients, count=REQUESTS[clients], repetitions=REPETITIONS)
        with_clients = f"{where}, {clients} client{'s' if clients > 1 else ''}"
        for page in pages[1:]:
            if page is not again:
                limit = LISTS[clients] if page is deals else PAGES
                _ratio(report, f"{page.name} / minimal p50, {with_clients}", found, page, limit)


def _ratio(report: Report, name: str, found: Comparison, page: Page, limit: float) -> None:
    ratios = found.ratios(page.name, "minimal")
    report.at_most(
        name,
        found.ratio(page.name, "minimal"),
        limit,
        beside=f"repetitions {min(ratios):.2f} to {max(ratios):.2f}, "
        f"A/A {found.ratio('minimal again', 'minimal'):.2f}, "
        f"{found.middle(page.name):.2f} ms / {found.middle('minimal'):.2f} ms",
    )


def _same_kind(report: Report, where: str, least: Page, deals: Page) -> None:
    """Refuse to compare pages of different size, packing or headers."""
    sizes, heads = [], []
    for page in (least, deals):
        page.warm(3)
        answer = page.site.fetch(page.path)
        heads.append(answer.header_names - OWN_HEADERS)
        bare = page.site.fetch(page.path, Accept_Encoding="identity;q=1, *;q=0")
        sizes.append(len(bare.body))
    report.say(f"  {where}: minimal page {sizes[0]:,} bytes, deals list {sizes[1]:,} bytes")
    if abs(sizes[1] - sizes[0]) > SAME_BYTES * sizes[1]:
        raise Unexpected(f"pages of {sizes} bytes are not alike")
    if heads[0] != heads[1]:
        raise Unexpected(f"different headers: {heads[0] ^ heads[1]}")


def _growth(report: Report, kind: str, few: Server, many: Server, size: int) -> None:
    pages: list[Page] = []
    names: list[tuple[str, Page, Page]] = []
    for reader in (world.SELLER, world.MANAGER):
        pair = []
        for server in (few, many):
            ways, browser = world.ways_of(server.database, reader), server.signed_in(reader)
            end = "few" if server is few else "many"
            pair.append(
                [
                    Page(f"{title} {reader.title} {end}", browser, path)
                    for title, path in (
                        ("first page", ways.first),
                        ("deep page", ways.deep),
                        ("filtered page", ways.filtered),
                        ("searched page", ways.searched),
                    )
                ]
            )
        for page, larger in zip(*pair, strict=True):
            names.append((page.name.removesuffix(" few"), larger, page))
            pages += [page, larger]
    again = Page("control", pages[0].site, pages[0].path)
    found = compare([*pages, again], clients=1, count=40, repetitions=REPETITIONS)
    control = f"A/A {found.ratio('control', pages[0].name):.2f}"
    for name, larger, page in names:
        title = f"{kind}, {size:,} deals / 1,000, p50: {name.replace(' page ', ' page, ')}"
        ratio = found.ratio(larger.name, page.name)
        if name.startswith("searched"):
            # Every deal with the word is sorted, so this one grows with what is found.
            report.say(f"       {title}: {ratio:.2f} (no goal)  [{control}]")
        else:
            report.at_most(title, ratio, GROWTH, beside=control)
