"""Does every query in a person's name find exactly the rows that the oracle grants?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from portal.core.access import terms_of, visible
from portal.core.database import Base, db
from portal.core.net import acting_as, system_mode
from portal.domain.people.actor import actor_of_membership
from tests.matrix.canaries import Readers
from tests.matrix.oracle import (
    CHECKLIST_FOLLOWERS,
    COMPANY_READERS,
    FIELD_DECIDERS,
    LIBRARY,
    LIBRARY_READERS,
    OUTBOX_READERS,
    PARTNER_READERS,
    Person,
)
from tests.matrix.world import World

Row = Mapping[str, Any]
Grant = Callable[[Readers, Person, Row], bool]


def _record(readers: Readers, who: Person, row: Row) -> bool:
    return who.knows(readers.facts[row["reference"]])


def _registration(readers: Readers, who: Person, row: Row) -> bool:
    return who.knows(readers.registrations[row["registration_id"]])


def _deal(readers: Readers, who: Person, row: Row) -> bool:
    return who.knows(readers.deals[row["deal_id"]])


def _outbox(_readers: Readers, who: Person, _row: Row) -> bool:
    return who.short in OUTBOX_READERS


# Every table that has rows for somebody; of all others a query in a person's name finds nothing.
GRANTS: Mapping[str, Grant] = {
    "access_review": _record,
    "access_review_item": _record,
    "access_request": _record,
    "application": _record,
    "application_match": lambda readers, who, row: who.knows(
        readers.applications[row["application_id"]]
    ),
    "asset": _record,
    "asset_download": lambda readers, who, row: readers.knows_copy(who, row),
    "asset_favourite": lambda _readers, who, row: (
        row["membership_id"] == who.membership and who.short in LIBRARY
    ),
    "asset_folder": _record,
    "asset_version": _record,
    "asset_word": lambda readers, who, row: who.knows(readers.versions[row["version_id"]]),
    "audience": lambda readers, who, row: (
        who.short in LIBRARY_READERS
        or (who.short in LIBRARY and who.membership in readers.reached[row["id"]])
    ),
    "audience_value": lambda _readers, who, _row: who.short in LIBRARY_READERS,
    "attachment": _record,
    "change": lambda readers, who, row: readers.knows_change(who, row),
    "checklist": _record,
    "checklist_edition": lambda _readers, who, _row: who.short in CHECKLIST_FOLLOWERS,
    "checklist_item": _record,
    "checklist_template": _record,
    "deal": _record,
    "deal_assessment": lambda readers, who, row: who.side == "vendor" and _deal(readers, who, row),
    "deal_product": _deal,
    "deal_word": _deal,
    "delivery": _outbox,
    "email_change": lambda _readers, who, row: row["user_id"] == who.user,
    "event": lambda readers, who, row: readers.knows_event(who, row),
    "field_setting": lambda _readers, who, _row: who.short in FIELD_DECIDERS,
    "invitation": lambda readers, who, row: readers.knows_invitation(who, row),
    "invitation_list": lambda _readers, who, row: row["made_by_id"] == who.membership,
    "kept_file": lambda readers, who, row: who.knows(
        readers.files[row["original_id"] or row["id"]]
    ),
    "letter": _outbox,
    "login_session": lambda _readers, who, row: who.knows_session(row["user_id"]),
    "membership": lambda _readers, who, row: who.knows_person(row["id"], row["organisation_id"]),
    "note": lambda readers, who, row: (
        who.side == "vendor" and who.knows(readers.facts[row["record"]])
    ),
    "organisation": _record,
    "organisation_product": lambda _readers, who, row: (
        who.short in PARTNER_READERS | COMPANY_READERS
        and who.knows_organisation(row["organisation_id"])
    ),
    "portfolio_rule": lambda _readers, who, row: (
        who.short in PARTNER_READERS - {"carla"} or row["membership_id"] == who.membership
    ),
    "product": lambda readers, who, row: readers.knows_product(who, row["id"]),
    "question": _registration,
    "receipt": _registration,
    "registration": _record,
    "registration_activity": _registration,
    "registration_match": lambda readers, who, row: (
        who.side == "vendor" and _registration(readers, who, row)
    ),
    "registration_product": _registration,
    "user_identity": lambda readers, who, row: readers.knows_identity(who, row),
    "share": _record,
    "user": lambda readers, who, row: any(
        who.knows_person(membership, readers.homes[membership])
        for membership in readers.people.get(row["id"], ())
    ),
    "viewing": lambda readers, who, row: readers.knows_viewing(who, row),
}


def check_scopes(world: World, short: str) -> Iterator[str]:
    """Yield each model of which a person finds other rows than the oracle grants."""
    person, readers = world.people[short], world.readers
    with world.app.app_context():
        with system_mode("test"):
            actor = actor_of_membership(person.membership)
        assert actor is not None, short
        for mapper in Base.registry.mappers:
            model, table = mapper.class_, mapper.local_table
            name = str(table.name)
            keys = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
            grant = GRANTS.get(name)
            wanted = {
                tuple(row[column.name] for column in mapper.primary_key)
                for row in world.rows[name]
                if grant is not None and grant(readers, person, row)
            }
            columns = [getattr(model, key) for key in keys]
            with acting_as(actor):
                netted = {tuple(row) for row in db.session.execute(select(*columns))}
            with system_mode("test"):
                query = visible(model, actor).with_only_columns(*columns)
                seen = {tuple(row) for row in db.session.execute(query)}
                told = {
                    tuple(row)
                    for _term, where in terms_of(model, actor)
                    for row in db.session.execute(select(*columns).where(where))
                }
            ways = (("the net", netted), ("visible()", seen), ("what is explained", told))
            for way, found in ways:
                if found != wanted:
                    more, less = len(found - wanted), len(wanted - found)
                    yield f"{short} {name} by {way}: {more} too many, {less} missing"
        db.session.rollback()
