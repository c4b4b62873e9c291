"""How does the matrix's world stand at the start, and how does it get back there?"""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select

from portal.core import files
from portal.core.database import Base, db
from portal.core.keeping import KeptFile
from portal.core.net import system_mode
from portal.core.text import fold
from portal.core.times import now
from portal.demo_personas import HARBOUR, LAKESIDE, NORTHWIND, PERSONAS
from portal.domain.assets.content import index_words as index_asset
from portal.domain.assets.models import AssetVersion
from portal.domain.deals.models import Deal
from portal.domain.deals.operations import index_words
from tests.browser import BASE, Browser
from tests.core.test_filetypes import PDF
from tests.matrix.canaries import REFERENCE, Canary, Readers, mark, reached_by
from tests.matrix.oracle import (
    ACTIVE,
    AUDITORS,
    CLOSED,
    DEACTIVATED,
    INVITED,
    MAY,
    OPEN,
    OUTSIDE,
    SIGNED,
    UNINVITED,
    Facts,
    Person,
)
from tests.matrix.planting import EXTRA, HOLDER, LAPSED, LENT, STAFF, Planted, plant
from tests.matrix.quiet import QUIET, plant_quiet
from tests.matrix.taken_on import facts_of as taken_on
from tests.matrix.taken_on import is_sealed

SHORTS = (*(one.short for one in PERSONAS), EXTRA, HOLDER, LAPSED, "visitor")
# What a refusal itself may write, and the kept text of a form that met a conflict.
BESIDE = frozenset({"event", "chain_head", "draft"})
LATER = "9999"
Change = tuple[str, str, int]
# Who could take a record over, by what is handed over and the record's reference.
TAKERS: dict[tuple[str, str], str] = {}


@dataclass(frozen=True)
class Keys:
    """What every form of a person carries."""

    csrf: str
    submission: str


class World:
    """The portal on a database full of canaries, with everybody signed in who can be."""

    def __init__(self, app: Flask, file: Path) -> None:
        self.app = app
        with app.app_context(), system_mode("test"):
            self.planted: Planted = plant(db.session())
            plant_quiet(db.session(), self.planted)
            db.session.commit()
            for key in db.session.scalars(select(KeptFile.key)):
                with suppress(FileExistsError):  # the demo world has some of its own
                    files._storage[0].keep(key, io.BytesIO(PDF))
        self.database = sqlite3.connect(file, isolation_level=None, timeout=10)
        self.database.execute("PRAGMA synchronous=OFF")
        self.browsers = {short: Browser(app) for short in SHORTS}
        self.keys: dict[str, Keys] = {}
        self._sign_in()
        self.canaries: list[Canary] = mark(self.database)
        self._index()
        self._watch()
        self.moment = now()
        self.pristine = sqlite3.connect(":memory:")
        self.database.backup(self.pristine)
        self.pristine.row_factory = sqlite3.Row
        self._read()
        self.mark = 0

    def _sign_in(self) -> None:
        """Sign everybody in; dora was switched off while she was."""
        switch = "UPDATE membership SET is_active = ? WHERE user_id IN "
        dora = switch + "(SELECT id FROM user WHERE email LIKE 'dora@%')"
        self.database.execute(dora, (1,))
        for short, browser in self.browsers.items():
            if short == "visitor":
                self.keys[short] = Keys("", "")
                continue
            answer = browser.signed_in(short).client.get("/account", base_url=BASE)
            hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', answer.text)
            form = dict(hidden)
            self.keys[short] = Keys(form["csrf_token"], form["submission_key"])
        self.database.execute(dora, (0,))
        # So that no request notes the person's last use, however long the tests take.
        self.database.execute("UPDATE login_session SET seen_at = datetime('now', '+1 day')")
        # Nor asks for a fresh sign-in meanwhile.
        self.prove("+1 day")

    def prove(self, ago: str) -> None:
        """Let everybody have proved who they are so long ago ("-1 hour"), in all their sign-ins."""
        query = "UPDATE login_session SET authenticated_at = datetime('now', ?)"
        self.database.execute(query, (ago,))

    def _index(self) -> None:
        """Let search find the canaries, as it would find any word."""
        with self.app.app_context(), system_mode("test"):
            db.session.execute(Base.metadata.tables["deal_word"].delete())
            for deal in db.session.scalars(select(Deal)):
                index_words(deal)
            for version in db.session.scalars(select(AssetVersion)):
                index_asset(db.session(), version)
            db.session.commit()
        for row in self.database.execute("SELECT id, name FROM organisation").fetchall():
            key = (fold(row["name"]), row["id"])
            self.database.execute("UPDATE organisation SET name_key = ? WHERE id = ?", key)

    def _watch(self) -> None:
        """Let the database itself note every row that is written, whatever it is written with."""
        self.database.execute(
            "CREATE TABLE written (n INTEGER PRIMARY KEY, tab TEXT, op TEXT, place INTEGER)"
        )
        for table in Base.metadata.sorted_tables:
            for op, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
                self.database.execute(
                    f'CREATE TRIGGER "watch_{table.name}_{op}" AFTER {op} ON "{table.name}" BEGIN '
                    f"INSERT INTO written (tab, op, place) VALUES ('{table.name}', '{op}', "
                    f"{row}.rowid); END"
                )

    def _read(self) -> None:
        rows: dict[str, list[Mapping[str, Any]]] = {
            table.name: [dict(row) for row in _all(self.pristine, table.name)]
            for table in Base.metadata.sorted_tables
        }
        self.rows = rows
        self.facts = {facts.reference: facts for facts in _facts(rows)}
        self.facts |= {
            row["reference"]: _file(rows, row, self.facts[row["record"]])
            for row in rows["attachment"]
        }
        self.versions = {
            row["reference"]: row["version"]
            for table in (
                "registration", "deal", "organisation", "membership", "share",
                "access_review", "access_review_item", "access_request", "application",
                "asset_version", "asset_folder", "checklist_template", "checklist",
                "checklist_item",
            )
            for row in rows[table]
        }  # fmt: skip
        reviews = {row["id"]: row["reference"] for row in rows["access_review"]}
        self.reviews = {
            row["reference"]: reviews[row["review_id"]] for row in rows["access_review_item"]
        }
        TAKERS.update(_takers(rows, self.facts, self.planted))
        self.people = {short: self._person(short) for short in (*SHORTS, *QUIET)}
        self.readers = readers = Readers(rows, self.facts)
        self.readable = {
            short: frozenset(
                one.word for one in self.canaries
                if short not in OUTSIDE and readers.may_read(person, one)
            )
            for short, person in self.people.items()
        }  # fmt: skip
        self.known = {short: self._known(person, readers) for short, person in self.people.items()}

    def _person(self, short: str) -> Person:
        if short not in self.planted.holders:
            return Person(short)
        held = self.planted.holders[short].id
        (member,) = (row for row in self.rows["membership"] if row["id"] == held)
        places = {row["id"]: row for row in self.rows["organisation"]}
        home = places[member["organisation_id"]]
        portfolio = {
            row["organisation_id"] for row in self.rows["portfolio_entry"]
            if row["membership_id"] == held
        }  # fmt: skip
        is_vendor = home["side"] == "vendor"
        above = portfolio if is_vendor else {home["id"]}
        below = {place for place in places if above & set(_above(places, place))} - above
        named = (row for row in self.rows["deal"] if row["vendor_owner_id"] == member["id"])
        hats = [row for row in self.rows["membership"] if row["user_id"] == member["user_id"]]
        return Person(
            short,
            home["side"],
            member["id"],
            member["user_id"],
            home["id"],
            frozenset(below),
            frozenset(portfolio if is_vendor else ()),
            frozenset((row["organisation_id"], row["owner_id"]) for row in named),
            home["account_manager_id"],
            member["reach"],
            frozenset(row["id"] for row in hats),
            frozenset(row["organisation_id"] for row in hats),
            {
                of: level
                for of, level, held_by, held_at in _in_force(self.rows)
                if (held_by == member["id"] or held_at == home["id"])
                and MAY[short]["deal"]
                # The vendor's people read registrations as their role says.
                and (of.startswith("DL") or not is_vendor)
            },
            any(
                row["membership_id"] == member["id"] or row["organisation_id"] == home["id"]
                for row in self.rows["share"]
            ),
        )

    def _known(self, person: Person, readers: Readers) -> frozenset[str]:
        """Return the references that may stand on a page of the person."""
        if person.short in OUTSIDE:
            return frozenset()
        known = {
            name for name, facts in self.facts.items()
            if facts.kind != "delivery" and person.knows(facts)
        }  # fmt: skip
        if person.side == "vendor":
            known |= {
                match["other_reference"]
                for match in self.rows["registration_match"]
                if person.knows(readers.registrations[match["registration_id"]])
            }
        sources = {row["id"]: row["reference"] for row in self.rows["registration"]}
        known |= {  # a deal's history names the registration from which it came
            sources[row["registration_id"]]
            for row in self.rows["deal"]
            if person.knows(self.facts[row["reference"]])
        }
        if person.short in ("axel", "pia"):  # the outbox names the records of which it tells
            known |= {row["chain"] for row in self.rows["event"] if row["id"] in readers.told}
        if person.short in AUDITORS:  # the audit names the record of every event, and those beside
            known |= {row["chain"] for row in self.rows["event"]}
            known |= {
                name for row in self.rows["event"] for name in REFERENCE.findall(row["particulars"])
            }
        for member in self.rows["membership"]:
            if person.knows_person(member["id"], member["organisation_id"]):
                known.add(member["reference"])
        return frozenset(known)

    def delivery_of(self, reference: str) -> str:
        """Return the key of the first delivery that tells of a record."""
        events = {row["id"] for row in self.rows["event"] if row["chain"] == reference}
        return next(row["key"] for row in self.rows["delivery"] if row["event_id"] in events)

    def member(self, number: int) -> Facts:
        """Return what is known of the membership with that row number."""
        return next(
            one for one in self.facts.values() if (one.kind, one.owner) == ("person", number)
        )

    def written(self) -> list[Change]:
        """Return every row written since the last call: table, operation, row number."""
        found = self.database.execute(
            "SELECT n, tab, op, place FROM written WHERE n > ? ORDER BY n", (self.mark,)
        ).fetchall()
        if found:
            self.mark = found[-1]["n"]
        return [(row["tab"], row["op"], row["place"]) for row in found]

    def row(self, table: str, place: int, was: bool = False) -> dict[str, Any]:
        """Return a row as it stands now, or as it was at the start; empty if there is none."""
        source = self.pristine if was else self.database
        found = source.execute(f'SELECT * FROM "{table}" WHERE rowid = ?', (place,)).fetchone()
        return dict(found) if found else {}

    def restore(self) -> None:
        """Put every table back to where it stood at the start."""
        self.pristine.backup(self.database)
        self.mark = 0

    def close(self) -> None:
        """Let go of both databases."""
        self.database.close()
        self.pristine.close()

    def differing(self) -> set[str]:
        """Return the tables that do not hold what they held at the start."""
        return {
            table.name
            for table in Base.metadata.sorted_tables
            if _all(self.database, table.name) != _all(self.pristine, table.name)
        }


def _all(database: sqlite3.Connection, table: str) -> list[sqlite3.Row]:
    return database.execute(f'SELECT * FROM "{table}" ORDER BY rowid').fetchall()


def _above(places: Mapping[int, Mapping[str, Any]], place: int | None) -> Iterator[int]:
    """Yield an organisation and all above it, by its parents."""
    while place is not None:
        yield place
        place = places[place]["parent_id"]


def _standing(row: Mapping[str, Any]) -> str:
    if row["joined_at"] is None:
        return INVITED if row["is_active"] else UNINVITED
    return ACTIVE if row["is_active"] else DEACTIVATED


def _in_force(
    rows: Mapping[str, list[Mapping[str, Any]]],
) -> Iterator[tuple[str, str, int | None, int | None]]:
    """Yield what is shared at present: the record, how far, with which membership or company."""
    for row in rows["share"]:
        if _share_state(row) == OPEN:
            record = _shared_record(rows, row)
            yield record["reference"], row["level"], row["membership_id"], row["organisation_id"]


def _share_state(row: Mapping[str, Any]) -> str:
    today = now().astimezone(ZoneInfo("America/Toronto")).date().isoformat()
    is_over = row["revoked_at"] is not None or (row["until"] or today) < today
    return CLOSED if is_over else OPEN


def _shared_record(
    rows: Mapping[str, list[Mapping[str, Any]]], row: Mapping[str, Any]
) -> Mapping[str, Any]:
    table = "deal" if row["deal_id"] else "registration"
    return next(one for one in rows[table] if one["id"] == row[f"{table}_id"])


def _file(rows: Mapping[str, list[Mapping[str, Any]]], row: Mapping[str, Any], of: Facts) -> Facts:
    """Return a file as the oracle needs it: in the state of the record beside which it is kept."""
    state = f"{of.state} sealed" if is_sealed(rows, row) else of.state
    return replace(of, kind="file", reference=row["reference"], of=row["record"], state=state)


def _applications(rows: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[Facts]:
    same = {row["application_id"] for row in rows["application_match"] if row["answer"] == "same"}
    compared = {row["application_id"] for row in rows["application_match"]}
    for row in rows["application"]:
        state = row["status"] + (" same" if row["id"] in same else "")
        if state == "under_review" and row["id"] not in compared:
            state += " alone"  # no partner might be the same company
        yield Facts("application", row["reference"], state, home=row["country"])


def _library(rows: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[Facts]:
    """Yield the topics, assets and versions, each with those for whom it is out."""
    present = f"{now():%Y-%m-%d %H:%M:%S}"  # as the database writes it
    reached = {
        row["id"]: reached_by(rows, row["audience_id"])
        if row["audience_id"] and (row["valid_until"] or LATER) > present
        else frozenset()
        for row in rows["asset"]
    }
    current = {row["current_id"]: reached[row["id"]] for row in rows["asset"]}
    for row in rows["asset"]:
        yield Facts("asset", row["reference"], reaches=reached[row["id"]])
    for row in rows["asset_version"]:
        yield Facts(
            "version",
            row["reference"],
            row["status"],
            user=row["author_user_id"],
            reaches=current.get(row["id"], frozenset()),
        )
    for row in rows["asset_folder"]:
        of = (reached[one["id"]] for one in rows["asset"] if one["folder_id"] == row["id"])
        yield Facts("folder", row["reference"], reaches=frozenset().union(*of))


def _facts(rows: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[Facts]:
    names = {row["id"]: row["reference"] for row in rows["organisation"]}
    for row in rows["registration"]:
        yield Facts(
            "registration",
            row["reference"],
            row["status"],
            row["organisation_id"],
            row["owner_id"],
            row["reviewer_id"],
            row["submitter_user_id"],
            row["value_minor"] or 0,
            home=names[row["organisation_id"]],
        )
    for row in rows["deal"]:
        state = CLOSED if row["stage"] in ("won", "lost") else OPEN
        yield Facts(
            "deal",
            row["reference"],
            state,
            row["organisation_id"],
            row["owner_id"],
            row["vendor_owner_id"],
            home=names[row["organisation_id"]],
        )
    for row in rows["share"]:
        record = _shared_record(rows, row)
        yield Facts(
            "share",
            row["reference"],
            _share_state(row),
            record["organisation_id"],
            record["owner_id"],
            held_by=row["membership_id"],
            held_at=row["organisation_id"],
            of=record["reference"],
        )
    homes = {row["id"]: row for row in rows["membership"]}
    for row in rows["login_session"]:
        member = homes[row["membership_id"]]
        place = member["organisation_id"]
        yield Facts(
            "session", row["reference"], organisation=place, owner=member["id"], user=row["user_id"]
        )
    for row in rows["access_request"]:
        yield Facts("request", row["reference"], organisation=row["organisation_id"] or 0)
    yield from _applications(rows)
    yield from _library(rows)
    yield from taken_on(rows)
    for row in rows["invitation_list"]:
        yield Facts("list", row["reference"], "", row["organisation_id"], row["made_by_id"])
    sides = {row["id"]: row["side"] for row in rows["organisation"]}
    closed = {row["id"] for row in rows["organisation"] if row["status"] in ("suspended", "ended")}
    for row in rows["organisation"]:
        yield Facts("organisation", row["reference"], organisation=row["id"], side=row["side"])
    for row in rows["membership"]:
        home = row["organisation_id"]
        yield Facts(
            "person",
            row["reference"],
            _standing(row),
            home,
            row["id"],
            submitter=row["user_id"],
            user=row["user_id"],
            side=sides[home],
            role=row["role"],
            reach=row["reach"],
            is_closed=home in closed,
            leads_to=_leads_to(rows, row),
        )
    for row in rows["delivery"]:
        yield Facts("delivery", row["key"])
    yield from _review_facts(rows)


def _leads_to(
    rows: Mapping[str, list[Mapping[str, Any]]], member: Mapping[str, Any]
) -> frozenset[int]:
    """Return the companies whose records somebody sees, by their reach or by a share."""
    places = {row["id"]: row for row in rows["organisation"]}
    home = member["organisation_id"]
    shared = frozenset(
        _shared_record(rows, row)["organisation_id"]
        for row in rows["share"]
        if _share_state(row) == OPEN
        and (row["membership_id"] == member["id"] or row["organisation_id"] == home)
    )
    if member["reach"] != "family":
        return shared | {home}
    return shared | {place for place in places if home in set(_above(places, place))}


def _review_facts(rows: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[Facts]:
    """Yield the access reviews, and everybody in them whom there was a reason to look at or not."""
    members = {row["id"]: row for row in rows["membership"]}
    reviews = {row["id"]: row for row in rows["access_review"]}
    left: dict[int, int] = {}
    for row in rows["access_review_item"]:
        review, member = reviews[row["review_id"]], members[row["membership_id"]]
        is_open = row["has_reasons"] and row["decision"] is None and member["is_active"]
        # An administrator answers for all others; on themselves somebody else decides.
        is_left = is_open and (
            review["status"] != OPEN or member["role"] != "partner_administrator"
        )
        left[review["id"]] = left.get(review["id"], 0) + bool(is_left)
        state = review["status"] if is_open else f"{review['status']} done"
        yield Facts(
            "access item",
            row["reference"],
            state if row["has_reasons"] else "",
            review["organisation_id"],
            member["id"],
            user=member["user_id"],
            role=member["role"],
            reach=member["reach"],
        )
    for number, review in reviews.items():
        status = review["status"]
        is_done = status != SIGNED and not left.get(number)
        yield Facts(
            "access review",
            review["reference"],
            f"{status} done" if is_done else status,
            review["organisation_id"],
        )


def _takers(
    rows: Mapping[str, list[Mapping[str, Any]]], facts: Mapping[str, Facts], planted: Planted
) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield who could take each record: an active colleague, another approver, the one seller."""
    at_work = [
        row for row in rows["membership"]
        if row["is_active"] and row["joined_at"] and row["role"].startswith("partner_")
    ]  # fmt: skip
    vic, omar, olga, pia = (planted.holders[short] for short in ("vic", "omar", "olga", "pia"))
    for name, one in facts.items():
        found = (
            row["reference"] for row in at_work
            if row["organisation_id"] == one.organisation and row["id"] != one.owner
        )  # fmt: skip
        yield ("work", name), next(found, "PE-00000000")
        # The review goes to who has not got it, the deal to who has: then nobody has.
        yield ("review", name), (omar if one.handler == olga.id else olga).reference
        yield ("application", name), pia.reference
        yield ("sale", name), "nobody" if one.handler == vic.id else vic.reference


_homes = {one.short: one.organisation for one in PERSONAS}
_homes |= {EXTRA: NORTHWIND, HOLDER: LAKESIDE, LAPSED: LAKESIDE}


def slots(short: str, world: World) -> dict[str, str]:
    """Return for a person who holds the record of each relation (see the planted ones)."""
    if short in STAFF:
        other = STAFF[(STAFF.index(short) + 1) % len(STAFF)]
        child = f"below {NORTHWIND}"
        return {"own": f"by {short}", "same": f"by {other}", "child": child, "foreign": "bruno"}
    name = "ana" if short == "visitor" else short
    home = _homes[name]
    same = f"colleague at {home}"
    if home == NORTHWIND:
        same = "noah" if name == "ana" else "ana"
    found = {
        "own": name,
        "same": same,
        "child": f"below {home}",
        "foreign": "ana" if name == "bruno" else "bruno",
    }
    if home == HARBOUR:
        found |= {"child": "ana", "grandchild": f"below {NORTHWIND}"}
    if home in (NORTHWIND, LAKESIDE):
        found |= {"above": "diego", "sibling": "lena" if home == NORTHWIND else "ana"}
    if name in (HOLDER, LAPSED):
        found |= LENT
    return found


def normalised(text: str) -> str:
    """Return a page without what differs between any two answers."""
    text = re.sub(r'(name="(?:csrf_token|submission_key)" value=")[^"]*', r"\1", text)
    return re.sub(r"\b[0-9A-F]{10}\b", "NUMBER", text)
