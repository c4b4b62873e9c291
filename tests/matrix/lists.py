"""Do lists, searches and filters hold exactly the person's own records, and no trace of others?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from tests.matrix.canaries import REFERENCE
from tests.matrix.oracle import PAGES, REVIEWED, SUBMITTED, Facts
from tests.matrix.walk import Walk
from tests.matrix.world import normalised

_NEXT = re.compile(r'href="([^"]+)" rel="next"')
NOTHING = "qzx99999x"
"""A word that stands nowhere."""
UNDECIDED = (SUBMITTED, REVIEWED)

# Each list: what stands on it, and by which parameter it is filtered.
LISTS: dict[str, tuple[str, Callable[[Facts], bool], str, str]] = {
    "deals.index": (
        "/deals",
        lambda facts: facts.kind == "deal",
        "stage",
        "prospect qualified proving agreeing verbal_yes won lost",
    ),
    "registrations.index": (
        "/registrations",
        lambda facts: facts.kind == "registration",
        "status",
        "draft submitted under_review needs_info approved rejected withdrawn",
    ),
    "admin.review.index": (
        "/admin/registrations",
        lambda facts: facts.kind == "registration" and facts.state in UNDECIDED,
        "view",
        "mine unassigned all",
    ),
    "admin.organisations.index": (
        "/admin/organisations",
        lambda facts: facts.kind == "organisation",
        "status",
        "invited onboarding active suspended ended",
    ),
    "assets.index": ("/assets", lambda facts: facts.kind == "asset", "folder", ""),
    "admin.assets.index": (
        "/admin/assets",
        lambda facts: facts.kind == "version",
        "status",
        "draft in_review approved scheduled published superseded withdrawn",
    ),
    "onboarding.index": ("/checklist", lambda facts: facts.kind == "checklist item", "", ""),
    "admin.onboarding.index": (
        "/admin/onboarding",
        lambda facts: facts.kind == "checklist" and facts.state != "complete",
        "view",
        "us partner",
    ),
    "admin.checklists.index": (
        "/admin/checklists",
        lambda facts: facts.kind == "checklist template",
        "",
        "",
    ),
    "admin.access.reviews": (
        "/admin/access/reviews",
        lambda facts: facts.kind == "access review",
        "status",
        "open with_security signed_off",
    ),
}
# On small screens first: no table, and no list of many pages.
WITHOUT_TABLE = ("/checklist",)
# Where one can search, and the text by which each record is found there.
SEARCHES = {
    "assets.index": ("/assets", "asset_version", "title"),
    "admin.assets.index": ("/admin/assets", "asset_version", "title"),
    "deals.index": ("/deals", "deal", "company"),
    "admin.onboarding.index": ("/admin/onboarding", "organisation", "name"),
    "admin.organisations.index": ("/admin/organisations", "organisation", "name"),
    "admin.people.index": ("/admin/people", "user", "email"),
}


def check_lists(walk: Walk) -> Iterator[str]:
    """Yield what is wrong with the lists of the walk's person."""
    for endpoint, (path, belongs, parameter, values) in LISTS.items():
        if walk.short not in PAGES[endpoint, "GET"][0]:
            continue
        expected = {
            facts.reference for facts in walk.world.facts.values()
            if belongs(facts) and walk.person.knows(facts) and not _is_vendors(walk, facts)
        }  # fmt: skip
        found = _listed(walk, path)
        if found != expected:
            yield f"{walk.short} {path}: {len(found - expected)} too many, " + (
                f"{len(expected - found)} missing of {len(expected)}"
            )
        parts = [_listed(walk, f"{path}?{parameter}={value}") for value in values.split()]
        if parts and set().union(*parts) != expected:
            yield f"{walk.short} {path}: the filters together show something else"


def _is_vendors(walk: Walk, facts: Facts) -> bool:
    sides = {row["id"]: row["side"] for row in walk.world.rows["organisation"]}
    return facts.kind == "organisation" and sides[facts.organisation] == "vendor"


def _listed(walk: Walk, path: str) -> set[str]:
    """Return the references on all pages of a list."""
    found: set[str] = set()
    following: str | None = path
    while following:
        text = walk.ask("GET", following).text
        rows = text.partition("<tbody>")[2].partition("</tbody>")[0]
        if path in WITHOUT_TABLE:
            rows = text.partition("<main")[2].partition("</main>")[0]
        found |= set(REFERENCE.findall(rows))
        more = _NEXT.search(text)
        following = more[1].replace("&amp;", "&") if more else None
    return found & walk.world.facts.keys()


def check_searches(walk: Walk, most: int = 3) -> Iterator[str]:
    """Yield what is wrong with searching: own records are found, others are as if they were not."""
    for endpoint, (path, table, column) in SEARCHES.items():
        if walk.short not in PAGES[endpoint, "GET"][0]:
            continue
        words = [
            one.word for one in walk.world.canaries
            if (one.table, one.column) == (table, column) and not _is_home(one.row)
        ]  # fmt: skip
        mine = [word for word in words if word in walk.readable]
        others = [word for word in words if word not in walk.readable]
        nothing = _found(walk, path, NOTHING)
        for word in (*others[:most], *others[-most:]):
            if _found(walk, path, word) != nothing:
                yield f"{walk.short} {path}?q=: {word} is not as if it were nowhere"
        for word in mine[:most]:
            if word not in _found(walk, path, word, bare=False).partition("<tbody>")[2]:
                yield f"{walk.short} {path}?q=: does not find the own {word}"


def _is_home(row: object) -> bool:
    """The vendor itself stands on no list of partners."""
    return isinstance(row, dict) and row.get("side") == "vendor"


def _found(walk: Walk, path: str, word: str, bare: bool = True) -> str:
    text = walk.ask("GET", f"{path}?{urlencode({'q': word})}", echoed=(word,)).text
    return normalised(text.replace(word, "WORD")) if bare else text


def check_cursors(walk: Walk) -> Iterator[str]:
    """Yield what is wrong when a list is asked to go on after somebody else's record."""
    for endpoint, path, kind, column in (
        ("deals.index", "/deals", "deal", "changed_at"),
        ("registrations.index", "/registrations", "registration", "changed_at"),
        ("admin.onboarding.index", "/admin/onboarding", "checklist", "waiting_since"),
    ):
        if walk.short not in PAGES[endpoint, "GET"][0]:
            continue
        strange = [
            row for row in walk.world.rows[kind]
            if not walk.person.knows(walk.world.facts[row["reference"]])
        ][:3]  # fmt: skip
        for row in strange:
            moment = re.sub(r"[-:]", "", row[column]).replace(" ", "T")
            typed = row["reference"]
            after = f"{moment}~{typed}"
            answer = walk.ask("GET", f"{path}?{urlencode({'after': after})}", echoed=(typed,))
            if answer.status_code != 200:
                yield f"{walk.short} {path}?after={after}: {answer.status_code}"
