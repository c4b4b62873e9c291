"""Is the demo world whole, consistent with itself, and possible to have come about?"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from email_validator import validate_email
from flask import Flask
from sqlalchemy import func, select

from portal import create_app
from portal.core import previews
from portal.core.access import can, visible
from portal.core.audit import verify_chains
from portal.core.database import Base, db, transaction_mode
from portal.core.events import Event
from portal.core.net import system_mode
from portal.core.outbox import SENT, WAITING, Delivery
from portal.core.times import at, now
from portal.demo import PERSONAS, load_demo, remake_demo
from portal.demo.enclosures import Enclosure, enclose
from portal.demo_personas import COBALT, DEACTIVATED, HARBOUR, LAKESIDE, NORTHWIND, Persona
from portal.domain.attachments.models import Attachment
from portal.domain.attachments.records import attachments_of
from portal.domain.customers.identity import customer_domain
from portal.domain.deals.models import OPEN_STAGES, Deal, Stage
from portal.domain.organisations.models import Organisation, family_ids
from portal.domain.people.actor import MemberActor, actor_from
from portal.domain.people.models import Membership, PortfolioEntry, UserIdentity
from portal.domain.permissions import Permission
from portal.domain.products.models import Product
from portal.domain.registrations.content import unfinished_steps
from portal.domain.registrations.models import Receipt, Registration, RegistrationMatch, Status
from portal.integrations.storage.local import LocalStorage
from tests.figures import record

TORONTO = ZoneInfo("America/Toronto")
WHO_REGISTER = (NORTHWIND, LAKESIDE, COBALT, HARBOUR)
ODD_MOMENTS = [
    dt.datetime(2026, 8, 15, 0, 7, tzinfo=TORONTO),  # a Saturday, minutes after midnight
    dt.datetime(2027, 1, 1, 6, 30, tzinfo=TORONTO),
    dt.datetime(2027, 3, 14, 12, 0, tzinfo=TORONTO),  # the day on which the clock is put forward
]


@dataclass
class World:
    """A loaded demo world, and the moment from which it is dated back."""

    app: Flask
    present: dt.datetime
    seconds: float = 0

    @property
    def today(self) -> dt.date:
        return self.present.astimezone(TORONTO).date()


def empty_portal(folder: Path, patch: pytest.MonkeyPatch, port: int = 8123) -> Flask:
    for name in ("DATABASE_URL", "QUEUE_URL", "SMTP_URL", "OIDC_PROVIDERS"):
        patch.delenv(name, raising=False)
    patch.setenv("QUAYSIDE_DEMO", "1")
    patch.setenv("QUAYSIDE_PORT", str(port))
    patch.setenv("PORTAL_URL", f"http://127.0.0.1:{port}")
    patch.setenv("VAR_DIR", str(folder))
    patch.setenv("SECRET_KEY", "k" * 40)
    app = create_app()
    with app.app_context():
        db.create_all()
    return app


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> World:
    with pytest.MonkeyPatch.context() as patch:
        app = empty_portal(tmp_path_factory.mktemp("demo"), patch)
        # The processor's seconds, so that what else runs on the machine does not count.
        started, present = time.process_time(), now()
        load_demo(app)
        seconds = time.process_time() - started
        return World(app, present, seconds)


@pytest.fixture
def world(loaded: World) -> Iterator[World]:
    """The loaded world, open for reading in the system's name."""
    with loaded.app.app_context(), reading():
        yield loaded


@contextmanager
def reading() -> Iterator[None]:
    # A reader takes no write lock, which is one for the whole process.
    token = transaction_mode.set("read")
    try:
        with system_mode("test"):
            yield
    finally:
        db.session.remove()
        transaction_mode.reset(token)


def actor(short: str) -> MemberActor:
    return actor_from(
        db.session.scalars(
            select(Membership)
            .join(UserIdentity, UserIdentity.user_id == Membership.user_id)
            .where(UserIdentity.subject == short)
        ).one()
    )


def registration_of(company: str) -> Registration:
    return db.session.scalars(select(Registration).where(Registration.company == company)).one()


def deal_of(company: str) -> Deal:
    return db.session.scalars(select(Deal).where(Deal.company == company)).one()


def test_it_is_there_soon(loaded: World) -> None:
    is_soon = loaded.seconds < 4
    record(2, "demo world loaded", "< 4 s of processor time", f"{loaded.seconds:.1f} s", is_soon)
    assert is_soon


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.short)
def test_each_persona_signs_in_as_who_they_are(world: World, persona: Persona) -> None:
    identity = db.session.scalars(
        select(UserIdentity).where(
            UserIdentity.issuer == "http://localhost:8124", UserIdentity.subject == persona.short
        )
    ).one()
    member = db.session.scalars(
        select(Membership).where(Membership.user_id == identity.user_id)
    ).one()
    assert (member.user.name, member.user.email) == (persona.name, persona.email)
    assert member.organisation.name == persona.organisation
    assert (member.role, member.reach) == (persona.role, persona.reach)
    assert member.is_active is (persona.short not in DEACTIVATED)
    assert ZoneInfo(member.user.timezone)


def test_approvers_have_their_limits_and_some_people_read_french(world: World) -> None:
    assert actor("omar").approval_limit == 100_000
    assert actor("olga").approval_limit is None
    assert {p.short for p in PERSONAS if actor(p.short).language == "fr"} >= {"lena", "noah"}


def test_harbour_stands_above_northwind_and_lakeside_and_carla_looks_after_them(
    world: World,
) -> None:
    below = select(Organisation.name).where(
        Organisation.id.in_(family_ids(actor("diego").organisation_id))
    )
    portfolio = (
        select(Organisation.name)
        .join(PortfolioEntry, PortfolioEntry.organisation_id == Organisation.id)
        .where(PortfolioEntry.membership_id == actor("carla").membership_id)
    )
    assert set(db.session.scalars(below)) == {HARBOUR, NORTHWIND, LAKESIDE}
    newest = "Vosges Automatisme"  # from a country that nobody else looks after
    assert set(db.session.scalars(portfolio)) == {HARBOUR, NORTHWIND, LAKESIDE, newest}


@pytest.mark.parametrize("partner", WHO_REGISTER)
def test_a_partner_who_registers_has_every_state_and_every_stage(
    world: World, partner: str
) -> None:
    here = Organisation.name == partner
    states = select(Registration.status).join(Organisation).where(here)
    stages = (
        select(Deal.stage).join(Organisation, Organisation.id == Deal.organisation_id).where(here)
    )
    assert set(db.session.scalars(states)) == set(Status)
    assert set(db.session.scalars(stages)) == set(Stage)


def test_only_who_may_register_has_records(world: World) -> None:
    names = (
        select(Organisation.name)
        .join(Registration, Registration.organisation_id == Organisation.id)
        .distinct()
    )
    assert set(db.session.scalars(names)) == set(WHO_REGISTER)


def test_what_ana_finds(world: World) -> None:
    ana = actor("ana")
    mine = select(Registration.status).where(Registration.owner_id == ana.membership_id)
    assert set(db.session.scalars(mine)) == set(Status)

    asked = registration_of("Laurentide Dental Group")
    assert (asked.owner_id, asked.status) == (ana.membership_id, Status.NEEDS_INFO)
    assert (asked.value_minor, asked.currency) == (4_800_000, "CAD")
    assert len(asked.open_questions) == 2
    assert asked.next_by is not None
    assert world.present < asked.next_by < world.present + dt.timedelta(days=2)

    soon = deal_of("Harbourview Clinics")
    assert (soon.owner_id, soon.amount_minor) == (ana.membership_id, 1_250_000)
    assert soon.next_step_on == world.today + dt.timedelta(days=2)

    quoted = deal_of("Prairie Foods Co-op")
    assert (quoted.owner_id, quoted.amount_minor) == (ana.membership_id, 8_600_000)
    assert (quoted.stage, quoted.next_step) == (Stage.AGREEING, "Send the revised quote to Dana")


def test_one_draft_lacks_little_and_one_lacks_most(world: World) -> None:
    drafts = db.session.scalars(
        select(Registration).where(
            Registration.status == Status.DRAFT,
            Registration.owner_id == actor("ana").membership_id,
        )
    )
    lacking = sorted(len(unfinished_steps(draft)) for draft in drafts)
    assert lacking == [1, 3]


def test_a_reviewer_sees_the_same_website_elsewhere_and_has_not_answered(world: World) -> None:
    mine, theirs = registration_of("Northern Robotics Canada"), deal_of("Northern Robotics Inc.")
    assert mine.status == Status.UNDER_REVIEW
    assert theirs.stage in OPEN_STAGES
    match = db.session.scalars(
        select(RegistrationMatch).where(RegistrationMatch.registration_id == mine.id)
    ).one()
    assert match.other_reference == theirs.reference
    assert "+domain" in match.evidence
    assert match.answer is None


def test_one_submission_is_over_omars_limit_and_within_olgas(world: World) -> None:
    big = registration_of("Pacific Gateway Terminals")
    assert big.status == Status.SUBMITTED
    assert not can(actor("omar"), Permission.REGISTRATION_DECIDE, big)
    assert can(actor("olga"), Permission.REGISTRATION_DECIDE, big)


def test_registrations_and_deals_of_every_state_have_files_that_can_be_had(world: World) -> None:
    beside = db.session.scalars(select(Attachment).order_by(Attachment.id)).all()
    kinds = {one.file.mime.rpartition("/")[2].rpartition(".")[2] for one in beside}
    assert kinds == {"pdf", "png", "sheet"}
    storage = LocalStorage(Path(world.app.config["FILES_DIR"]))
    for one in beside:
        with storage.open(one.file.key) as content:
            whole = content.read()
        assert (len(whole), hashlib.sha256(whole).hexdigest()) == (one.size, one.file.digest)
    assert sum(one.size for one in beside) < 500_000

    states = {"Kingston Paper Works": Status.DRAFT, "Bluewater Cold Storage": Status.SUBMITTED,
              "Laurentide Dental Group": Status.NEEDS_INFO}  # fmt: skip
    for company, state in states.items():
        sent = registration_of(company)
        assert sent.status == state
        assert attachments_of(sent)
    quotes = attachments_of(deal_of("Prairie Foods Co-op"))
    assert [one.name for one in quotes] == ["Quote NW-2154, revised.pdf"]


def test_files_came_in_as_anybodys_do(world: World) -> None:
    told = select(Event).where(Event.tag == "file:attach").order_by(Event.id)
    by_file = {one.particulars["file"]: one for one in db.session.scalars(told)}
    for one in db.session.scalars(select(Attachment)):
        event = by_file[one.reference]
        assert (event.chain, event.at) == (one.record, one.at)
        assert event.membership_id == one.membership_id
    asked = db.session.scalars(select(Delivery).where(Delivery.destination == previews.DESTINATION))
    assert {one.event_id for one in asked} >= {one.id for one in by_file.values()}
    begun = registration_of("Kingston Paper Works")
    with pytest.raises(ValueError, match=r"page\.html"):
        enclose(begun, actor("ana"), [Enclosure("page.html", lambda: b"<html>")])


def test_files_are_the_same_in_every_world(loaded: World, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        other = empty_portal(tmp_path, patch)
    with at(ODD_MOMENTS[0]):
        load_demo(other)
    worlds = []
    for app in (loaded.app, other):
        with app.app_context(), reading():
            rows = db.session.scalars(select(Attachment))
            worlds.append(sorted((one.name, one.file.digest) for one in rows))
    assert worlds[0] == worlds[1]


def test_the_vendors_seller_has_deals_to_work(world: World) -> None:
    assert len(db.session.scalars(visible(Deal, actor("vic"))).all()) >= 2


def test_what_partners_typed_would_pass_the_form(world: World) -> None:
    for sent in db.session.scalars(select(Registration)):
        organisation = sent.organisation
        if sent.website:
            assert sent.domain == customer_domain(sent.website, organisation.domains)
        assert {product.id for product in sent.products} <= _sold_by(organisation)
        if sent.contact_email:
            validate_email(sent.contact_email, check_deliverability=False)
            assert phonenumbers.is_valid_number(phonenumbers.parse(sent.contact_phone))
        if sent.status != Status.DRAFT:
            assert sent.submitted_at is not None
            submitted = sent.submitted_at.astimezone(TORONTO).date()
            assert not unfinished_steps(sent), sent.company
            assert 20 <= len(sent.need) <= 2000
            assert sent.close_on is not None
            assert submitted < sent.close_on < submitted + dt.timedelta(days=730)
            assert all(activity.on <= submitted for activity in sent.activities)


def _sold_by(organisation: Organisation) -> set[int]:
    seller = next(p for p in PERSONAS if p.organisation == organisation.name)
    return {product.id for product in db.session.scalars(visible(Product, actor(seller.short)))}


def test_every_submission_has_a_receipt_and_every_rejection_a_reason(world: World) -> None:
    for sent in db.session.scalars(select(Registration).where(Registration.status != Status.DRAFT)):
        receipt = db.session.scalars(
            select(Receipt).where(Receipt.registration_id == sent.id)
        ).one()
        assert receipt.at == sent.submitted_at
        if sent.status == Status.REJECTED:
            assert sent.reason_code
            assert len(sent.reason_text) > 40


def test_mails_of_the_past_have_left_and_the_last_hours_wait(world: World) -> None:
    is_mail = Delivery.destination != previews.DESTINATION
    deliveries = db.session.scalars(select(Delivery).where(is_mail)).all()
    waiting = [delivery for delivery in deliveries if delivery.state == WAITING]
    assert 1 <= len(waiting) <= 5
    hour = dt.timedelta(hours=1)
    assert all(delivery.made_at > world.present - hour for delivery in waiting)
    for delivery in deliveries:
        if delivery not in waiting:
            assert delivery.state == SENT
            assert delivery.sent_at is not None
            assert delivery.made_at < delivery.sent_at < world.present - hour / 2


def test_the_history_could_have_happened(world: World) -> None:
    check_history(world)


@pytest.mark.parametrize("moment", ODD_MOMENTS, ids=lambda moment: f"{moment:%a %d %b %H:%M}")
def test_it_can_be_loaded_at_any_moment(
    moment: dt.datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = empty_portal(tmp_path, monkeypatch)
    with at(moment):
        load_demo(app)
        with app.app_context(), reading():
            there = World(app, moment)
            check_history(there)
            test_what_ana_finds(there)
            test_what_partners_typed_would_pass_the_form(there)
            test_mails_of_the_past_have_left_and_the_last_hours_wait(there)


def check_history(world: World) -> None:
    verdict = verify_chains(db.session())
    assert not verdict.faults
    assert verdict.events > 400
    last: dict[str, dt.datetime] = {}
    for event in db.session.scalars(select(Event).order_by(Event.id)):
        assert last.get(event.chain, event.at) <= event.at <= world.present
        last[event.chain] = event.at
        if event.tag == "deal:plan":
            planned = event.at.astimezone(TORONTO).date()
            assert dt.date.fromisoformat(event.particulars["on"]) >= planned, event.words
    for model in (Registration, Deal):
        for row in db.session.scalars(select(model)):
            assert row.made_at <= row.changed_at <= world.present
            assert row.changed_at <= last[row.reference]
    for deal in db.session.scalars(select(Deal).where(Deal.stage.in_(OPEN_STAGES))):
        assert deal.protected_until > world.present
        assert deal.close_on > world.today


def counts(app: Flask) -> dict[str, int]:
    with app.app_context(), reading():
        return {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_a_second_load_adds_nothing(loaded: World) -> None:
    before = counts(loaded.app)
    load_demo(loaded.app)
    assert counts(loaded.app) == before


def test_the_personas_follow_the_demo_provider_to_another_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_demo(empty_portal(tmp_path, monkeypatch, port=8123))
    moved = empty_portal(tmp_path, monkeypatch, port=9000)
    load_demo(moved)
    with moved.app_context(), reading():
        issuers = db.session.scalars(select(UserIdentity.issuer).distinct()).all()
    assert issuers == ["http://localhost:9001"]


def test_the_world_can_be_made_anew_in_a_demo_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = empty_portal(tmp_path, monkeypatch)
    load_demo(app)
    before = counts(app)
    with app.app_context(), system_mode("test"):
        spoilt = registration_of("Bluewater Cold Storage")
        spoilt.company = "Spoilt"
        db.session.commit()
    remake_demo(app)
    assert counts(app) == before
    with app.app_context(), reading():
        assert registration_of("Bluewater Cold Storage").status == Status.SUBMITTED
    app.config["DEMO"] = False
    with pytest.raises(ValueError, match="demo"):
        remake_demo(app)
