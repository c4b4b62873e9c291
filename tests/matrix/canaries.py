"""Which unique word stands in which text of the database, and who may read it?"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.sql.schema import Column

from portal.core.database import Base
from tests.matrix.oracle import (
    AUDITORS,
    CHECKLIST_FOLLOWERS,
    COMPANY_READERS,
    EXPLAINERS,
    LIBRARY,
    LIBRARY_READERS,
    LOG_READERS,
    OUTBOX_READERS,
    PARTNER_READERS,
    POWERLESS,
    Facts,
    Person,
)

CANARY = re.compile(r"qzx\d{5}x")
REFERENCE = re.compile(
    r"\b(?:DR|DL|OR|PE|SE|IN|IL|EC|RV|RI|SH|VW|AR|FI|AP|AS|AV|AF|CT|CL|CI)-[0-9A-HJKMNP-TV-Z]{8}\b"
)

# Every text that people write or read. What is not here is a code, a key or a digest, and is
# named below: a new column must be put into one of the two lists.
TEXTS: Mapping[str, str] = {
    "access_request": "email name company answer",
    "application": "company website domain region city business contact_name contact_email "
    "contact_phone consent_words question reply reason_text",
    "application_match": "other_name other_domains answered_by",
    "asset_download": "title title_fr recall_reason",
    "asset_folder": "name name_fr",
    "asset_version": "title title_fr summary summary_fr tags note note_fr file_name text text_fr "
    "reason",
    "attachment": "name added_by",
    "change": "before after",
    "checklist": "name name_fr",
    "checklist_edition": "kept",
    "checklist_item": "kept answers sent_by reason",
    "checklist_template": "name name_fr kept",
    "deal": "company customer_key domain city contact_name contact_email contact_phone "
    "own_reference next_step",
    "delivery": "reason",
    "draft": "fields",
    "email_change": "old_email new_email",
    "event": "actor_name words",
    "invitation": "email",
    "invitation_list": "results",
    "letter": "recipient subject body",
    "login_session": "provider_sid acr amr agent",
    "note": "author text",
    "organisation": "name tier domains contact_email contact_phone",
    "product": "name name_fr",
    "question": "comment reply",
    "registration": "company website domain customer_key legal_name street postal_code city "
    "contact_name contact_email contact_phone need rivals own_reference other_activity "
    "consent_words reason_text",
    "registration_match": "organisation_name company domain place answered_by",
    "share": "holder_name holder_place maker_name maker_place",
    "user": "name email",
    "user_identity": "claimed_email",
    "viewing": "reason",
}
CODES: Mapping[str, str] = {
    "access_review": "reference status content digest next_side next_what",
    "access_review_item": "reference role reach reasons decision",
    "access_request": "reference issuer subject language",
    "application": "reference status form_key country types products language reason_code "
    "partner next_side next_what",
    "application_match": "other_reference evidence answer",
    "asset": "reference kind",
    "asset_download": "version_reference",
    "asset_folder": "reference name_key",
    "asset_version": "reference status kind language link link_problem next_side next_what",
    "asset_word": "word",
    "audience": "key",
    "audience_value": "facet value",
    "attachment": "reference record",
    "chain_head": "chain hash previous",
    "change": "field",
    "checklist": "reference status turn",
    "checklist_item": "reference key owner status next_side next_what",
    "checklist_template": "reference partner_type tier status",
    "claim": "customer_key country",
    "deal": "reference country region stage currency loss_reason next_side next_what",
    "deal_assessment": "risk",
    "deal_word": "word",
    "delivery": "key destination lane state lease",
    "draft": "path version",
    "email_change": "reference",
    "field_setting": "chosen",
    "note": "record",
    "event": "tag chain actor_side from_state to_state particulars words_digest request_id "
    "previous_hash hash",
    "invitation": "reference",
    "kept_file": "key mime digest",
    "logout_token": "token_hash",
    "invitation_list": "reference",
    "login_session": "reference token_hash address provider",
    "membership": "reference role reach",
    "organisation": "reference name_key side status types countries providers",
    "portfolio_rule": "kind value",
    "product": "code",
    "question": "field",
    "receipt": "reference content_hash rule_version",
    "registration": "reference status country region currency may_contact reason_code next_side "
    "next_what",
    "registration_activity": "kind",
    "registration_match": "other_reference state evidence answer",
    "share": "reference holder_side maker_side level",
    "submission_key": "key path fingerprint url reference",
    "user": "language timezone",
    "user_identity": "issuer subject",
    "viewing": "reference",
}


def is_text(column: Column[Any]) -> bool:
    """Tell whether a column can hold words."""
    return isinstance(column.type, (String, JSON))


def unclassified() -> set[str]:
    """Return the text columns that neither list names, and the named ones that are gone."""
    found = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if is_text(column)
    }
    named = {
        f"{table}.{name}"
        for listing in (TEXTS, CODES)
        for table, names in listing.items()
        for name in names.split()
    }
    return found ^ named


# What happens to a draft stays in the organisation whose draft it was, also after it was sent.
WHILE_DRAFT = frozenset(
    f"registration:{what}" for what in ("create", "edit", "discard", "reassign_draft")
)


@dataclass(frozen=True)
class Canary:
    """Where one canary stands."""

    word: str
    table: str
    column: str
    row: Mapping[str, Any]


def mark(database: sqlite3.Connection) -> list[Canary]:
    """Put a canary of its own into every text of every row, the demo world's too."""
    database.row_factory = sqlite3.Row
    canaries: list[Canary] = []
    database.execute("BEGIN")
    for table, names in TEXTS.items():
        for row in database.execute(f'SELECT rowid AS place, * FROM "{table}"').fetchall():
            for column in names.split():
                word = f"qzx{len(canaries):05d}x"
                value = _with(row[column], word)
                # A number among the old and new values stays one.
                if value is None or (table == "change" and value[:1] not in '"[{'):
                    continue
                change = f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?'
                database.execute(change, (value, row["place"]))
                canaries.append(Canary(word, table, column, dict(row)))
    database.execute("COMMIT")
    return canaries


def _with(value: Any, word: str) -> str | None:
    """Return ``value`` with the canary in it; what is empty by nature stays empty."""
    text = str(value or "")
    if text in ("null", '""'):
        return None
    if text.startswith('"'):
        return json.dumps(f"{json.loads(text)} {word}")
    if text.startswith(("[", "{")):
        held = json.loads(text)
        if not held:
            return None
        if asked := _asked_with(held, word):
            return json.dumps(asked)
        if isinstance(held, dict):
            return json.dumps({name: f"{inner} {word}" for name, inner in held.items()})
        if isinstance(held[0], list) and len(held[0]) == 3:
            return json.dumps([[f"{typed} {word}", *rest] for typed, *rest in held])
        if isinstance(held[0], list):
            return json.dumps([[name, f"{inner} {word}"] for name, inner in held])
        return json.dumps([f"{word}.example", *held])
    if value is None or text == "":
        return None if value is None else word
    return f"{word}.{text}" if "." in text and " " not in text else f"{text} {word}"


# Of an item of a checklist: what people wrote, among the codes.
WRITTEN = frozenset("title title_fr help help_fr label label_fr en fr text".split())


def _asked_with(held: Any, word: str) -> Any:
    """Return items or answers with the canary in every text, None where ``held`` is neither."""
    if isinstance(held, list):
        found = [_asked_with(one, word) for one in held if isinstance(one, dict)]
        return found if found and all(found) else None
    if not ({"title", "text", "label"} & held.keys() and "key" in held):
        return None
    return {
        name: f"{inner} {word}"
        if name in WRITTEN
        else (_asked_with(inner, word) or inner if isinstance(inner, list) else inner)
        for name, inner in held.items()
    }


def reached_by(rows: Mapping[str, list[Mapping[str, Any]]], audience: int) -> frozenset[int]:
    """Return the memberships of partners that an audience is for, whatever their access."""
    wanted: dict[str, set[str]] = {}
    for row in rows["audience_value"]:
        if row["audience_id"] == audience:
            wanted.setdefault(row["facet"], set()).add(row["value"])
    places = {row["id"]: row for row in rows["organisation"]}
    speaks = {row["id"]: row["language"][:2] for row in rows["user"]}
    codes = {row["id"]: row["code"] for row in rows["product"]}

    def is_meant(member: Mapping[str, Any]) -> bool:
        place = places[member["organisation_id"]]
        has = {
            "type": set(json.loads(place["types"])),
            "tier": {place["tier"]},
            "country": set(json.loads(place["countries"])),
            "language": {speaks[member["user_id"]]},
            "product": {
                codes[row["product_id"]]
                for row in rows["organisation_product"]
                if row["organisation_id"] == place["id"]
            },
        }
        return all(has[facet] & values for facet, values in wanted.items())

    return frozenset(row["id"] for row in rows["membership"] if is_meant(row))


class Readers:
    """Tells who may read what stands where, from the facts of all records."""

    def __init__(self, rows: Mapping[str, list[Mapping[str, Any]]], facts: Mapping[str, Facts]):
        self.facts = facts
        self.registrations = {row["id"]: facts[row["reference"]] for row in rows["registration"]}
        self.deals = {row["id"]: facts[row["reference"]] for row in rows["deal"]}
        self.applications = {row["id"]: facts[row["reference"]] for row in rows["application"]}
        self.files = {
            row["file_id"]: facts[row["reference"]]
            for table in ("attachment", "asset_version")
            for row in rows[table]
        }
        self.versions = {row["id"]: facts[row["reference"]] for row in rows["asset_version"]}
        self.reached = {row["id"]: reached_by(rows, row["id"]) for row in rows["audience"]}
        self.homes = {row["id"]: row["organisation_id"] for row in rows["membership"]}
        self.people: dict[int, list[int]] = {}
        for row in rows["membership"]:
            self.people.setdefault(row["user_id"], []).append(row["id"])
        self.sold = {(row["organisation_id"], row["product_id"]) for row in
                     rows["organisation_product"]}  # fmt: skip
        names = {
            table: {row["id"]: row["reference"] for row in rows[table]}
            for table in ("registration", "deal")
        }
        self.about = {
            (names[table][row[f"{table}_id"]], row["product_id"])
            for table in names
            for row in rows[f"{table}_product"]
        }
        self.events = {row["id"]: row for row in rows["event"]}
        self.told = {row["event_id"] for row in rows["delivery"]}
        self._rules: dict[str, Callable[[Person, Canary], bool]] = {
            "access_request": lambda who, one: who.knows(facts[one.row["reference"]]),
            "application": lambda who, one: who.knows(facts[one.row["reference"]]),
            "application_match": lambda who, one: who.knows(
                self.applications[one.row["application_id"]]
            ),
            "asset_download": lambda who, one: self.knows_copy(who, one.row),
            "asset_folder": lambda who, one: who.knows(facts[one.row["reference"]]),
            "asset_version": lambda who, one: who.knows(facts[one.row["reference"]]),
            "attachment": lambda who, one: who.knows(facts[one.row["reference"]]),
            "change": lambda who, one: self.knows_change(who, one.row),
            "checklist": lambda who, one: who.knows(facts[one.row["reference"]]),
            "checklist_edition": lambda who, _one: who.short in CHECKLIST_FOLLOWERS,
            "checklist_item": lambda who, one: who.knows(facts[one.row["reference"]]),
            "checklist_template": lambda who, one: who.knows(facts[one.row["reference"]]),
            "deal": lambda who, one: who.knows(self.deals[one.row["id"]]),
            "delivery": lambda who, _one: who.short in OUTBOX_READERS,
            "draft": lambda who, one: one.row["membership_id"] == who.membership,
            "email_change": lambda who, one: one.row["user_id"] == who.user,
            "event": self._event,
            "invitation": lambda who, one: self.knows_invitation(who, one.row),
            "invitation_list": lambda who, one: one.row["made_by_id"] == who.membership,
            "letter": lambda who, _one: who.short in OUTBOX_READERS,
            "login_session": lambda _who, _one: False,
            "note": lambda who, one: (
                who.side == "vendor" and who.knows(self.facts[one.row["record"]])
            ),
            # Of those for which they act too, a person reads the name, to choose among them.
            "organisation": lambda who, one: (
                who.knows_organisation(one.row["id"])
                or (one.column == "name" and one.row["id"] in who.places)
            ),
            "product": lambda who, one: self.knows_product(who, one.row["id"]),
            "question": self._part,
            "registration": lambda who, one: who.knows(self.registrations[one.row["id"]]),
            "registration_match": lambda who, one: who.side == "vendor" and self._part(who, one),
            "user_identity": lambda who, one: self.knows_identity(who, one.row),
            "share": self._share,
            "user": lambda who, one: any(
                who.knows_person(membership, self.homes[membership])
                for membership in self.people.get(one.row["id"], ())
            ),
            "viewing": lambda who, one: self.knows_viewing(who, one.row),
        }

    def may_read(self, who: Person, canary: Canary) -> bool:
        """Tell whether ``who`` may read the text in which the canary stands."""
        if canary.column == "customer_key":
            return False  # a key for comparing, shown to nobody
        return self._rules[canary.table](who, canary)

    def _part(self, who: Person, canary: Canary) -> bool:
        return who.knows(self.registrations[canary.row["registration_id"]])

    def _event(self, who: Person, canary: Canary) -> bool:
        row = canary.row
        is_name = canary.column == "actor_name"
        if who.short == "sid":  # reads that something happened, and what was said of companies
            return is_name or self._knows_of_record(who, row)
        if who.short == "pia":  # reads that something was told, not what was said in it
            is_heard = is_name and row["id"] in self.told
            return is_heard or self._knows_of_record(who, row)
        # Of the vendor's people a partner reads the first names only.
        is_hidden = is_name and row["actor_side"] == "vendor" and who.side == "partner"
        return self.knows_event(who, row) and not is_hidden

    def knows_copy(self, who: Person, row: Mapping[str, Any]) -> bool:
        """Tell whether ``who`` may know that somebody took a version along."""
        is_own = row["membership_id"] == who.membership and who.short in LIBRARY
        return is_own or who.short in LIBRARY_READERS

    def knows_product(self, who: Person, number: int) -> bool:
        """Tell whether ``who`` may read of a product: one to sell, or of a shared record."""
        return bool(self.product_reasons(who, number))

    def product_reasons(self, who: Person, number: int) -> set[str]:
        """Return each reason for which ``who`` knows of a product."""
        if who.side == "vendor":
            return set() if who.short in POWERLESS else {"vendor"}
        is_sold = (who.organisation, number) in self.sold
        is_shared = any((name, number) in self.about for name in who.shared)
        return ({"theirs"} if is_sold else set()) | ({"share"} if is_shared else set())

    def _share(self, who: Person, canary: Canary) -> bool:
        share = self.facts[canary.row["reference"]]
        if who.may("share", share) or who.holds(share):
            return True
        # Who explains access tells as the reason by whom it was shared.
        return canary.column.startswith("maker") and who.short in EXPLAINERS

    def knows_invitation(self, who: Person, row: Mapping[str, Any]) -> bool:
        """Tell whether ``who`` may know that somebody is invited."""
        membership = row["membership_id"]
        return membership == who.membership or who.administers(self.homes[membership])

    def knows_identity(self, who: Person, row: Mapping[str, Any]) -> bool:
        """Tell whether ``who`` may know with what somebody signs in."""
        homes = (self.homes[membership] for membership in self.people.get(row["user_id"], ()))
        return row["user_id"] == who.user or any(who.administers(home) for home in homes)

    def knows_viewing(self, who: Person, row: Mapping[str, Any]) -> bool:
        """Tell whether ``who`` may know what a viewing was for."""
        return row["membership_id"] == who.membership or who.short in AUDITORS

    def knows_event(self, who: Person, row: Mapping[str, Any]) -> bool:
        """Tell whether ``who`` may know that something happened."""
        is_told = who.short in OUTBOX_READERS and row["id"] in self.told
        return who.short in AUDITORS or is_told or self._knows_of_record(who, row)

    def knows_change(self, who: Person, row: Mapping[str, Any]) -> bool:
        """Tell whether ``who`` may know from what to what a field changed."""
        is_for_them = who.side == "vendor" or bool(row["partner_sees"])
        return is_for_them and self._knows_of_record(who, self.events[row["event_id"]])

    def _knows_of_record(self, who: Person, row: Mapping[str, Any]) -> bool:
        if who.short == "axel":
            return True
        if row["tag"] in ("viewing:start", "viewing:end"):
            # An administrator reads who looked as one of the own people, and when.
            viewed = int(row["chain"].removeprefix("membership:"))
            return who.short in LOG_READERS and self.homes[viewed] == who.organisation
        facts = self.facts.get(row["chain"])
        if facts is None or not who.knows(facts):
            return False
        if facts.kind == "organisation" and who.side == "vendor":
            return who.short in PARTNER_READERS
        if facts.kind == "organisation":  # the company's own history, for those who keep it
            is_own = facts.organisation == who.organisation and who.short in COMPANY_READERS
            return is_own and bool(row["partner_sees"])
        if row["tag"] in WHILE_DRAFT and facts.organisation != who.organisation:
            return False
        return who.side == "vendor" or bool(row["partner_sees"])
