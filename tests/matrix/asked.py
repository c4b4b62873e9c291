"""Does the page that explains access name people and reasons alone, whoever asks of whatever?"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from tests.matrix.canaries import CANARY
from tests.matrix.oracle import DRAFT, EVERYBODY, REVIEWED
from tests.matrix.planting import OPEN
from tests.matrix.taken_on import FIRST
from tests.matrix.walk import Walk


def check_explanations(walk: Walk) -> Iterator[str]:
    """Yield what is wrong where the walk's person asks of whom knows what, in every relation."""
    world, planted = walk.world, walk.world.planted
    records = [
        planted.references[one, state] for one in ("ana", "bruno") for state in (DRAFT, REVIEWED)
    ]
    records += [planted.deals[one, OPEN] for one in ("ana", "bruno")]
    for one in ("ana", "bruno"):
        place = world.people[one].organisation
        records += [planted.checklists[place], planted.items[place, FIRST]]
    records.append(planted.templates[DRAFT])
    references = {row["id"]: row["reference"] for row in world.rows["membership"]}
    names = {row["id"]: row["name"] for row in world.rows["user"]}
    users = {row["id"]: row["user_id"] for row in world.rows["membership"]}
    for reference in records:
        typed = {"person": references[world.people["marc"].membership], "reference": reference}
        # Walk.ask itself collects every word that is not for this reader.
        text = walk.ask("GET", f"/admin/access?{urlencode(typed)}").text
        facts = world.facts[reference]
        found = set(CANARY.findall(text.partition("<h2>")[2]))
        for short in EVERYBODY:
            person = world.people[short]
            name = CANARY.findall(names[users[person.membership]])[0]
            is_named = name in found or short == "marc"
            if person.knows(facts) and not is_named:
                yield f"{walk.short} {reference}: {short} can see it and is not named"
            if (
                name in found
                and short != "marc"
                and short != walk.short
                and not person.knows(facts)
            ):
                yield f"{walk.short} {reference}: {short} is named and cannot see it"
        is_seen = "They may see" in text
        if is_seen is not world.people["marc"].knows(facts):
            yield f"{walk.short} {reference}: the answer about marc is wrong"
