"""Does each partner see exactly the fields that they should, whatever the vendor decided?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from portal.core.fields import Field, Sight, nouns, written
from tests.matrix.oracle import COMPANY_READERS, REVIEWED
from tests.matrix.planting import OPEN
from tests.matrix.records import MARGIN, SCORE
from tests.matrix.walk import Walk
from tests.matrix.world import World

# Where each field that can be hidden shows itself, and by what: a page's name and a pattern.
MARKS: Mapping[str, Mapping[str, str]] = {
    "deal.close_on": {
        "deals": r"19 Jul 2031",
        "deal": r"19 Jul 2031",
        "form": r'name="close_on"[^>]*value="2031-07-19"',
        "file": r",2031-07-19,",
    },
    "deal.probability": {"deal": r"Probability", "file": r",Probability"},
    "deal.vendor_owner": {"file": r",At Meridian"},
    "registration.reviewer": {
        "registration": r"\w at Meridian asked for",
        "log": r"\w at Meridian asked for",
    },
    "registration.decision_target": {
        "registration": r"Meridian decides</strong><span title=",
        "home": r"Meridian (?:decides|takes it for review) \w",
    },
    "organisation.tier": {"company": r"TIER"},
    "organisation.account_manager": {"company": r"Your account manager"},
    "organisation.dates": {"company": r"Status since"},
}
# A day that stands nowhere else; and what is left out with it on the pages that would show it,
# while the registration goes on saying what the partner said in it.
DAY = "2031-07-19"
LABELS = {"deal.close_on": r"Expected close date|Closes|closes\b|close_on|19 Jul|\b2031\b"}
# What the vendor's side writes of a deal, as its pages and files say it.
INSIDE = (f"{MARGIN / 10:.1f}%", f"{SCORE} of 100", "High risk", "Margin", "own side", "note:write")


def settable() -> list[Field]:
    """Return every field of which the vendor decides."""
    return [field for noun in nouns() for field in noun.fields if field.sight == Sight.SETTING]


def decide(world: World, hidden: Collection[str]) -> None:
    """Let the vendor show all fields but ``hidden``, from the next request on."""
    chosen = written({field.code: field.code not in hidden for field in settable()})
    world.database.execute("DELETE FROM field_setting")
    row = "INSERT INTO field_setting (id, chosen, version) VALUES (1, ?, 1)"
    world.database.execute(row, (chosen,))
    world.database.execute("UPDATE deal SET close_on = ?", (DAY,))


def pages_of(walk: Walk) -> dict[str, str]:
    """Return the addresses of a partner's person on which fields are shown, by name."""
    planted, short = walk.world.planted, walk.short
    deal, registration = planted.deals[short, OPEN], planted.references[short, REVIEWED]
    pages = {
        "home": "/",
        "deals": "/deals",
        "deal": f"/deals/{deal}",
        "form": f"/deals/{deal}/edit",
        "file": "/deals/export",
        "registration": f"/registrations/{registration}",
        "registrations": "/registrations",
    }
    if short in COMPANY_READERS:
        pages["company"] = "/company"
    if short == "nadia":
        pages["log"] = f"/company/log?record={registration}"
    return pages


def check_hiding(walk: Walk, hidden: Collection[str]) -> Iterator[str]:
    """Yield what the person sees although it is hidden, or misses although it is shown."""
    decide(walk.world, hidden)
    tier = _tier(walk)
    for name, path in pages_of(walk).items():
        answer = walk.ask("GET", path)
        if answer.status_code != 200:
            yield f"{walk.short} {path}: {answer.status_code}"
            continue
        text = answer.text.replace(tier, "TIER")
        for code, places in MARKS.items():
            is_there = any(re.search(mark, text) for mark in places.values())
            if name in places and code in LABELS:
                is_there = is_there or re.search(LABELS[code], text) is not None
            if is_there and code in hidden:
                yield f"{walk.short} {path}: LEAK of {code}"
            if name in places and code not in hidden and not re.search(places[name], text):
                yield f"{walk.short} {path}: lacks {code}"
        for words in INSIDE:
            if words in text:
                yield f"{walk.short} {path}: LEAK of {words}"
    walk.world.restore()


def _tier(walk: Walk) -> str:
    """Return the tier of the person's company: a word that stands nowhere else."""
    home = walk.person.organisation
    return next(
        one.word for one in walk.world.canaries
        if (one.table, one.column) == ("organisation", "tier") and one.row["id"] == home
    )  # fmt: skip


def check_inside(walk: Walk) -> Iterator[str]:
    """Yield what somebody of the vendor's side lacks of what it keeps to itself."""
    deal = walk.world.planted.deals[f"by {walk.short}", OPEN]
    page, file = (walk.ask("GET", path).text for path in (f"/deals/{deal}", "/deals/export"))
    for words in INSIDE[:3]:
        if words not in page:
            yield f"{walk.short}: lacks {words} on the deal's page"
    if INSIDE[0] not in file or "Risk" not in file.partition("\n")[0]:
        yield f"{walk.short}: lacks the assessment in the file"
    notes = {one.word for one in walk.world.canaries
             if one.table == "note" and one.row["record"] == deal}  # fmt: skip
    if not notes or not notes <= set(re.findall(r"qzx\d{5}x", page)):
        yield f"{walk.short}: lacks a note"
