"""What do the explanation of one record and the table of permissions show?"""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from portal.core.text import clean_line
from portal.domain.explaining.answers import explain_all
from portal.domain.explaining.readers import who_can_see
from portal.domain.explaining.subjects import MODEL_WORDS, find_people, find_record
from portal.domain.explaining.table import rights, sights
from portal.domain.explaining.wording import PERMISSION_WORDS
from portal.domain.people.roles import ROLE_WORDS

LONGEST = 254


def asked_page() -> dict[str, Any]:
    """Return the context of the page: what was asked, the answers, and who can see the record.

    Nothing of what the record holds is read: the answer is names, references and reasons.
    """
    person = clean_line(request.args.get("person", ""))[:LONGEST]
    reference = clean_line(request.args.get("reference", ""))[:LONGEST]
    after = request.args.get("after", "")[:20]
    people = find_people(person) if person else []
    sought = find_record(reference) if reference else None
    readers = who_can_see(sought, after) if sought else None
    kept: dict[str, Any] = {"person": person, "reference": reference}
    following = readers and readers.next_cursor
    return {
        "person": person,
        "reference": reference,
        "people": people,
        "sought": sought,
        "kind": MODEL_WORDS[sought.model] if sought else "",
        "answers": [explain_all(one, sought) for one in people] if sought else [],
        "readers": readers,
        "next_url": url_for("admin.access.index", **kept, after=following) if following else None,
        "first_url": url_for("admin.access.index", **kept)
        if readers and not readers.is_first
        else None,
        "roles": ROLE_WORDS,
        "permission_words": PERMISSION_WORDS,
    }


def table_page() -> dict[str, Any]:
    """Return the context of the table: rights by permission, sight by kind of record and role."""
    return {"rights": rights(), "sights": sights()}
