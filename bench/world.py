"""What does a database hold in which a thousand or a million deals stand?"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Engine, Table, create_engine, func, select
from sqlalchemy.orm import Session

from portal import assembly as _assembly  # noqa: F401 - brings every model with its table
from portal.core.database import Base, engine_options, prepare_engine
from portal.core.events import FIRST_HASH, ChainHead, Event, digest, hash_of
from portal.core.identity import Identity
from portal.core.net import system_mode
from portal.core.paging import write_cursor
from portal.core.references import ALPHABET, LENGTH
from portal.core.text import words
from portal.core.times import now
from portal.domain.deals.models import OPEN_STAGES, Deal, DealProduct, DealWord, Stage
from portal.domain.organisations.models import Organisation, PartnerType, Side, family_ids
from portal.domain.organisations.operations import add_organisation
from portal.domain.people.models import Membership, Reach, Role
from portal.domain.people.operations import add_membership, bind_identity
from portal.domain.people.sessions import open_session
from portal.domain.products.models import OrganisationProduct, Product
from portal.domain.registrations.models import Registration, RegistrationProduct

ISSUER = "https://provider.example"
SMALL = 200
"""Deals of the partner whose pages must not slow down while the others' records grow."""
CHUNK = 20_000
TIMELINE = 6
NO_WORDS = digest({})
"""Events of a record whose page is measured."""

FIRST = """Amber Boreal Cedar Delta Ember Falcon Granite Hudson Iron Juniper Kestrel Laurel Maple
Nimbus Orchard Pioneer Quarry Ridge Summit Timber Union Valley Willow Yarrow Zenith Aurora Beacon
Copper Dominion Everest Frontier Glacier Horizon Inlet Keystone Lumen Meridian Northern Onyx
Prairie""".split()
SECOND = """Foods Logistics Dental Dairy Robotics Textiles Packaging Marine Optics Forestry Steel
Clinics Schools Airways Brewing Ceramics Farms Glass Hydro Insurance Joinery Kitchens Laboratories
Mining Naturals Paper Railways Seeds Transit Utilities""".split()
STEPS = ("Send the revised quote", "Call the plant manager", "Book the site visit", "", "")
CURRENCIES = ("CAD", "USD", "CAD", "EUR")


@dataclass(frozen=True)
class Reader:
    """A person of this world, and whose deals they list."""

    subject: str
    title: str
    reach: Reach


SELLER = Reader("seller", "partner of 200", Reach.OWN)
MANAGER = Reader("manager", "half the table", Reach.ORGANISATION)
LIBRARIAN = Reader("librarian", "who keeps the library", Reach.ORGANISATION)


def engine_for(url: str) -> Engine:
    """Return an engine with the portal's own settings for the database at ``url``."""
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    return engine


def fill(url: str, size: int) -> None:
    """Make the tables at ``url`` and put ``size`` deals into them; the same ones at each call."""
    engine = engine_for(url)
    Base.metadata.create_all(engine)
    with system_mode("bench"), Session(engine, expire_on_commit=False) as session:
        owners = _people(session, size)
        told = session.scalar(select(func.max(Event.id))) or 0
        session.commit()
    chance = random.Random(size)
    source = _rows(chance, size, owners, told)
    with engine.begin() as connection:
        raw: Any = connection.connection.driver_connection
        while chunk := _take(source, CHUNK):
            for model in (Registration, Deal, RegistrationProduct, DealProduct, DealWord,
                          ChainHead, Event):  # fmt: skip
                pour(raw, cast(Table, model.__table__), chunk[model])
    settle(engine)
    engine.dispose()


def _people(session: Session, size: int) -> list[tuple[int, int]]:
    """Add organisations and people; return (organisation, owner) by turn of the deals' owners."""
    product = Product(code="ARM", name="Arm controller", name_fr="Contrôleur de bras")
    session.add(product)
    vendor = add_organisation(session, "Meridian Robotics", Side.VENDOR)
    approver = add_membership(
        session, vendor, name="Olga Petrova", email="olga@example.com", role=Role.APPROVER
    )
    bind_identity(session, approver, ISSUER, "approver")
    librarian = add_membership(
        session, vendor, name="Pia Lindqvist", email="pia@example.com",
        role=Role.PROGRAMME_ADMINISTRATOR,
    )  # fmt: skip
    bind_identity(session, librarian, ISSUER, LIBRARIAN.subject)
    session.flush()

    def partner(name: str, reader: Reader | None = None) -> tuple[int, int]:
        organisation = add_organisation(
            session, name, Side.PARTNER, types=[PartnerType.RESELLER], countries=["CA", "US"]
        )
        session.add(OrganisationProduct(organisation_id=organisation.id, product_id=product.id))
        is_manager = reader is not None and reader.reach != Reach.OWN
        member = add_membership(
            session,
            organisation,
            name="Ana Ferreira",
            email=f"ana@{organisation.id}.example.com",
            role=Role.PARTNER_MANAGER if is_manager else Role.PARTNER_SELLER,
            reach=reader.reach if reader else Reach.OWN,
            timezone="America/Toronto",
        )
        if reader:
            bind_identity(session, member, ISSUER, reader.subject)
        return organisation.id, member.id

    small, half = partner("Northwind Resale", SELLER), partner("Harbour Distribution", MANAGER)
    rest = size - size // 2 - SMALL
    others = [partner(f"Partner {n}") for n in range(max(rest // SMALL, 1))]
    owners = [small] * SMALL + [half] * (size // 2)
    owners += [others[n % len(others)] for n in range(rest)]
    random.Random(size).shuffle(owners)
    return owners


Chunk = dict[type[Base], list[dict[str, Any]]]


def _take(source: Iterator[list[tuple[type[Base], dict[str, Any]]]], count: int) -> Chunk:
    chunk: Chunk = {}
    for _n, rows in zip(range(count), source, strict=False):
        for model, row in rows:
            chunk.setdefault(model, []).append(row)
    return chunk


def _rows(
    chance: random.Random, size: int, owners: list[tuple[int, int]], told: int
) -> Iterator[list[tuple[type[Base], dict[str, Any]]]]:
    present = dt.datetime.now(dt.UTC).replace(microsecond=0)
    event_number = told  # the people's own events come before
    shown = _newest(owners)
    for number, (organisation, owner) in enumerate(owners, 1):
        # Two years of work, the last number the newest, no two at the same moment.
        moment = present - (size - number) * (dt.timedelta(days=730) / size)
        rows = _record(chance, number, organisation, owner, moment)
        deal = rows[1][1]
        for reference, fewest in ((deal["reference"], 1), (rows[0][1]["reference"], 0)):
            count = TIMELINE if number in shown else fewest
            previous = FIRST_HASH
            for place in range(1, count + 1):
                event_number += 1
                event = _event(event_number, reference, place, owner, moment, previous)
                previous = event["hash"]
                rows.append((Event, event))
            if count:
                rows.append((ChainHead, {"chain": reference, "place": count, "hash": previous}))
        yield rows


def _newest(owners: list[tuple[int, int]]) -> set[int]:
    """Return the numbers of each owner's ten newest records: the measured pages are among them."""
    newest: dict[tuple[int, int], list[int]] = {}
    for number, owner in enumerate(owners, 1):
        newest.setdefault(owner, []).append(number)
    return {number for numbers in newest.values() for number in numbers[-10:]}


def reference_of(number: int, prefix: str) -> str:
    """Return a reference as scattered as a random one, and no other number's: of a million
    random ones two would be the same in every third world.
    """
    scattered = number * 0x9E3779B97F % len(ALPHABET) ** LENGTH
    digits = (scattered >> 5 * place & 31 for place in range(LENGTH))
    return f"{prefix}-" + "".join(ALPHABET[digit] for digit in digits)


def _record(
    chance: random.Random, number: int, organisation: int, owner: int, moment: dt.datetime
) -> list[tuple[type[Base], dict[str, Any]]]:
    company = f"{chance.choice(FIRST)} {chance.choice(SECOND)} {number}"
    domain = company.lower().replace(" ", "-") + ".com"
    amount, currency = chance.randrange(2_000, 400_000) * 100, chance.choice(CURRENCIES)
    close_on = (moment + dt.timedelta(days=chance.randrange(20, 400))).date()
    stage = chance.choice((*OPEN_STAGES, *OPEN_STAGES, Stage.WON, Stage.LOST))
    is_open, step = stage in OPEN_STAGES, chance.choice(STEPS)
    common = {
        "organisation_id": organisation, "owner_id": owner, "version": 1, "company": company,
        "customer_key": f"domain:{domain}", "domain": domain, "country": "CA", "region": "QC",
        "city": "Montréal", "contact_name": "Marie Tremblay", "contact_phone": "+15145550143",
        "contact_email": f"marie@{domain}", "own_reference": f"PO {number}", "currency": currency,
        "close_on": close_on, "made_at": moment, "changed_at": moment,
        "is_shared": False, "has_files": False,
    }  # fmt: skip
    registration = {
        **common, "id": number, "reference": reference_of(number, "DR"), "status": "approved",
        "website": f"www.{domain}", "has_no_website": False, "value_minor": amount,
        "legal_name": "", "street": "", "postal_code": "", "rivals": "", "may_contact": "yes",
        "need": "Two arms for the packing line, with the safety package and training on site.",
        "consent_at": moment, "consent_words": "The customer knows.", "submitted_at": moment,
        "submitted_by_id": owner, "decided_at": moment, "reason_code": "", "reason_text": "",
    }  # fmt: skip
    deal = {
        **common, "id": number, "reference": reference_of(number, "DL"), "amount_minor": amount,
        "sourced_by_id": organisation, "registration_id": number, "stage": stage.value,
        "next_step": step, "next_step_on": close_on if step else None,
        "loss_reason": "price" if stage == Stage.LOST else "",
        "protected_until": moment + dt.timedelta(days=90),
        "next_side": "partner" if is_open else None, "next_what": "step" if is_open else None,
        "next_by": moment + dt.timedelta(days=21) if is_open else None,
        "next_membership_id": owner if is_open else None,
    }  # fmt: skip
    found = words(company, str(common["own_reference"]), domain)
    found.add(str(deal["reference"])[3:].lower())
    rows: list[tuple[type[Base], dict[str, Any]]] = [
        (Registration, registration),
        (Deal, deal),
        (RegistrationProduct, {"registration_id": number, "product_id": 1}),
        (DealProduct, {"deal_id": number, "product_id": 1}),
    ]
    return rows + [(DealWord, {"deal_id": number, "word": word}) for word in found]


def _event(
    number: int, reference: str, place: int, owner: int, moment: dt.datetime, previous: str
) -> dict[str, Any]:
    is_deal = reference.startswith("DL")
    event = {
        "id": number, "tag": "deal:plan" if is_deal else "registration:edit", "chain": reference,
        "place": place, "at": moment + dt.timedelta(minutes=place), "membership_id": owner,
        "actor_side": "partner", "actor_name": "Ana Ferreira", "from_state": None,
        "to_state": None, "words": {}, "words_digest": NO_WORDS, "partner_sees": True,
        "particulars": {"on": "2026-12-01"} if is_deal else {"fields": ["need"]},
        "request_id": "-", "previous_hash": previous,
    }  # fmt: skip
    event["hash"] = hash_of(cast(Event, SimpleNamespace(**event)))
    return event


def pour(raw: Any, table: Table, rows: list[dict[str, Any]]) -> None:
    """Write ``rows`` by the driver's fastest way; a list is given as its JSON."""
    if not rows:
        return
    columns = ", ".join(f'"{name}"' for name in rows[0])
    if hasattr(raw, "pgconn"):
        with raw.cursor().copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row([_json(v) if type(v) is dict else v for v in row.values()])
        return
    marks = ", ".join("?" * len(rows[0]))
    raw.executemany(
        f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})',
        [
            [_AS_TEXT[type(v)](v) if type(v) in _AS_TEXT else v for v in row.values()]
            for row in rows
        ],
    )


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value) if value else "{}"


@lru_cache(maxsize=64)
def _moment(value: dt.datetime) -> str:
    return value.replace(tzinfo=None).isoformat(" ", timespec="microseconds")


# What SQLite's driver is given for a value that it does not take itself.
_AS_TEXT: dict[type, Callable[[Any], str]] = {
    dict: _json,
    dt.datetime: _moment,
    dt.date: dt.date.isoformat,
}


def settle(engine: Engine, *models: type[Base]) -> None:
    """Do what PostgreSQL does by itself after a while: number on from the rows, count them.

    ``models`` are those among which rows were numbered here, besides deals and their like.
    """
    if engine.dialect.name != "postgresql":
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for model in (Registration, Deal, Event, *models):
            name = model.__tablename__
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"
            )
        connection.exec_driver_sql("VACUUM ANALYZE")


# --- questions to a filled world ----------------------------------------------------------------


@dataclass(frozen=True)
class Ways:
    """Addresses of the measured pages of one reader."""

    first: str
    deep: str
    filtered: str
    searched: str
    deal: str
    registration: str


def ways_of(url: str, reader: Reader) -> Ways:
    """Return the pages of ``reader``: the deep one begins after nine tenths of the rows."""
    engine = engine_for(url)
    with system_mode("bench"), Session(engine) as session:
        member = member_of(session, reader)
        own = (
            Deal.owner_id == member.id
            if reader.reach == Reach.OWN
            else Deal.organisation_id.in_(family_ids(member.organisation_id))
        )
        count = session.scalar(select(func.count()).select_from(Deal).where(own)) or 0
        order = (Deal.changed_at.desc(), Deal.reference.desc())
        rows = select(Deal.changed_at, Deal.reference).where(own).order_by(*order)
        at = session.execute(rows.offset(count * 9 // 10).limit(1)).one()
        is_open = Deal.stage.in_([stage.value for stage in OPEN_STAGES])
        newest = session.execute(
            select(Deal.reference, Registration.reference)
            .join(Registration, Registration.id == Deal.registration_id)
            .where(own, is_open)
            .order_by(*order)
            .limit(1)
        ).one()
    engine.dispose()
    return Ways(
        first="/deals",
        deep=f"/deals?after={write_cursor(at[0], at[1])}",
        filtered="/deals?stage=qualified",
        searched="/deals?q=granite+log",
        deal=f"/deals/{newest[0]}",
        registration=f"/registrations/{newest[1]}",
    )


def member_of(session: Session, reader: Reader) -> Membership:
    """Return the reader's membership."""
    from portal.domain.people.models import UserIdentity

    return session.scalars(
        select(Membership)
        .join(UserIdentity, UserIdentity.user_id == Membership.user_id)
        .where(UserIdentity.issuer == ISSUER, UserIdentity.subject == reader.subject)
    ).one()


def sign_in(url: str, reader: Reader) -> tuple[str, int, int]:
    """Open a login session; return its token, the membership's and the organisation's number."""
    engine = engine_for(url)
    with system_mode("bench"), Session(engine) as session:
        member = member_of(session, reader)
        identity = Identity(
            ISSUER, reader.subject, None, True, reader.subject, authenticated_at=now()
        )
        token = open_session(session, identity, "127.0.0.1", "bench")
        found = token, member.id, member.organisation_id
        session.commit()
    engine.dispose()
    return found


def open_deals(url: str, reader: Reader, count: int, skip: int = 0) -> list[str]:
    """Return references of open deals of the reader's organisation."""
    engine = engine_for(url)
    with system_mode("bench"), Session(engine) as session:
        member = member_of(session, reader)
        is_open = Deal.stage.in_([stage.value for stage in OPEN_STAGES])
        found = session.scalars(
            select(Deal.reference)
            .where(Deal.organisation_id == member.organisation_id, is_open, Deal.version == 1)
            .order_by(Deal.id)
            .offset(skip)
            .limit(count)
        ).all()
    engine.dispose()
    return list(found)


def rows_in(url: str) -> dict[str, int]:
    """Return how many organisations and deals stand at ``url``."""
    engine = engine_for(url)
    with system_mode("bench"), Session(engine) as session:
        counts = {
            model.__tablename__: session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Organisation, Deal, DealWord, Event)
        }
    engine.dispose()
    return counts
