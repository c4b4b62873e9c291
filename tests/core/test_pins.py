"""Who looks past the actor or writes aside, and does what they answer give anything away?"""

from __future__ import annotations

import ast
import contextlib
import datetime as dt
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.access import Denied, Explanation, explain
from portal.core.database import db
from portal.core.drafts import Draft
from portal.core.events import Event
from portal.core.files import Incoming
from portal.core.keeping import KeptFile
from portal.core.net import acting_as, granting_terms, is_visible, system_mode
from portal.core.submissions import SubmissionKey, is_used
from portal.core.times import now
from portal.domain.access_reviews.models import AccessReview
from portal.domain.access_reviews.operations import sign_off
from portal.domain.attachments import operations as operations_on_files
from portal.domain.claims.operations import Claimed, reserve
from portal.domain.deals.models import Deal
from portal.domain.deals.working import vendors_owners
from portal.domain.explaining.answers import explain_all
from portal.domain.explaining.readers import everybody_who_can_see
from portal.domain.explaining.subjects import find_people, find_record
from portal.domain.fields.choices import chosen_now
from portal.domain.notifications.audience import channel_managers, holders, security
from portal.domain.organisations import hierarchy
from portal.domain.organisations.models import Organisation, Side
from portal.domain.organisations.operations import add_organisation
from portal.domain.organisations.room import room_left, used_by
from portal.domain.people.actor import MemberActor
from portal.domain.people.administration import deactivate, last_seen
from portal.domain.people.looking_again import has_changed_since
from portal.domain.people.models import LoginSession, Membership, UserIdentity
from portal.domain.permissions import Permission as P
from portal.domain.portfolios.deriving import (
    Rule,
    follow_membership,
    partners_of,
    present_partners,
)
from portal.domain.portfolios.models import PortfolioRule
from portal.domain.registrations import operations
from portal.domain.registrations.models import Receipt, Registration
from portal.domain.shares.models import Level
from portal.domain.shares.operations import share
from tests.browser import Browser
from tests.domain.world import (
    actor_of,
    draft,
    everything,
    membership_of,
    show_to_partners,
    submitted,
    under_review,
)

PORTAL = Path(__file__).resolve().parents[2] / "portal"

# Everything that is kept although the request only read or was refused.
ASIDE = {
    ("assembly.py", "last seen"),
    ("assembly.py", "page under a viewing"),
    ("assembly.py", "viewing"),
    ("blueprints/admin/people/viewing.py", "viewing"),
    ("blueprints/admin/audit/views.py", "export"),
    ("blueprints/admin/assets/usage.py", "export"),
    ("blueprints/assets/views.py", "download"),
    ("blueprints/deals/exporting.py", "export"),
    ("blueprints/sign_in/asking.py", "access request"),
    ("blueprints/sign_in/back_channel.py", "sign-in"),
    ("blueprints/account/addresses.py", "e-mail address"),
    ("blueprints/sign_in/again.py", "sign-in"),
    ("blueprints/sign_in/finding.py", "sign-in"),
    ("blueprints/sign_in/views.py", "sign-in"),
    ("core/admission.py", "draft"),
    ("core/errors.py", "draft"),
    ("core/errors.py", "refusal"),
    ("core/previews.py", "previews"),
}
# Every question in request code that looks past the actor; each has its canary below.
PAST_THE_ACTOR = {
    ("domain/registrations/receipts.py", "verifying a receipt"),
    ("domain/access_reviews/operations.py", "what an access review signs"),
    ("domain/access_reviews/operations.py", "where access reviews wait"),
    ("domain/notifications/audience.py", "choosing who reviews access"),
    ("core/net.py", "is one record in a scope"),
    ("domain/assets/audience.py", "how many an audience reaches"),
    ("domain/notifications/library.py", "choosing who keeps the library"),
    ("domain/notifications/library.py", "who took an asset along"),
    ("domain/applications/applying.py", "an applicant's own application"),
    ("domain/notifications/audience.py", "choosing who reviews an application"),
    ("domain/people/looking_again.py", "whether an access has changed since"),
    ("domain/people/viewing_rules.py", "does a share lead beyond a portfolio"),
    ("core/net.py", "which terms bring a record into a scope"),
    ("core/admission.py", "loading the actor"),
    ("core/drafts.py", "the actor's own draft"),
    ("core/submissions.py", "was a submission key used"),
    ("domain/people/actor.py", "loading the actor"),
    ("domain/people/administration.py", "does the administrator still administer"),
    ("domain/people/administration.py", "ending a person's sessions"),
    ("domain/people/administration.py", "when somebody was last here"),
    ("domain/claims/operations.py", "claim and conflict check"),
    ("domain/checklists/beginning.py", "keeping a checklist"),
    ("domain/checklists/following.py", "keeping a checklist"),
    ("domain/checklists/keeping.py", "keeping a checklist"),
    ("domain/deals/operations.py", "claim and conflict check"),
    ("domain/deals/working.py", "who of the vendor works on a deal"),
    ("domain/explaining/answers.py", "explaining access"),
    ("domain/explaining/readers.py", "explaining access"),
    ("domain/explaining/subjects.py", "explaining access"),
    ("domain/fields/choices.py", "which fields partners read"),
    ("domain/notifications/audience.py", "choosing an approver"),
    ("domain/notifications/onboarding.py", "choosing who takes a partner on"),
    ("domain/notifications/audience.py", "whom a share is for"),
    ("domain/organisations/hierarchy.py", "keeping the hierarchy"),
    ("domain/organisations/room.py", "how much an organisation keeps"),
    ("domain/people/standings.py", "the person's own memberships"),
    ("domain/people/viewing_rules.py", "does a person see beyond a portfolio"),
    ("domain/portfolios/deriving.py", "deriving portfolios"),
    ("domain/portfolios/operations.py", "deriving portfolios"),
    ("domain/registrations/matching.py", "claim and conflict check"),
    ("domain/registrations/operations.py", "claim and conflict check"),
}
# Outside requests: the worker, the command line, the demo world.
OTHERS = {"assembly.py", "cli.py", "launch.py", "demo/__init__.py"}
CANARY = "Kanarienvogel"


def callers(name: str) -> set[tuple[str, str]]:
    """Return (file, reason) of every call of ``name`` in the portal."""
    found = set()
    for file in sorted(PORTAL.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            last = getattr(called, "attr", None) or getattr(called, "id", None)
            if last == name:
                reason = node.args[0] if node.args else None
                words = str(reason.value) if isinstance(reason, ast.Constant) else "?"
                found.add((file.relative_to(PORTAL).as_posix(), words))
    return found


def test_who_records_aside_is_pinned() -> None:
    assert callers("record_aside") == ASIDE


def test_who_looks_past_the_actor_is_pinned() -> None:
    found = {(file, reason) for file, reason in callers("system_mode") if file not in OTHERS}
    # record_aside passes its own, pinned reason on.
    assert found - {("core/transactions.py", "?")} == PAST_THE_ACTOR


def hidden(by: str = "bruno", **values: object) -> Registration:
    """Register a customer of another partner, with a canary in every text; in system mode."""
    texts = {
        name: f"{CANARY} {name}"
        for name in ("company", "city", "contact_name", "need", "rivals", "own_reference")
    }
    return submitted(by, **{**texts, "domain": "canary.com", **values})


def test_the_conflict_check_at_submission_says_nothing_to_the_partner(data_app: Flask) -> None:
    with everything(data_app) as session:
        other = hidden().reference
        mine = draft(domain="canary.com").reference
        session.commit()
    ana = Browser(data_app).signed_in("ana")
    page = ana.get(f"/registrations/{mine}/check")
    answer = ana.submit(page, f"/registrations/{mine}/submission", status=303)
    pages = [ana.follow(answer)]
    pages += [ana.get(path) for path in ("/", "/registrations", "/deals", f"/registrations/{mine}")]
    for seen in pages:
        for canary in (CANARY, other, "Cobalt", "bruno"):
            assert canary not in seen.text, (seen.path, canary)
    with everything(data_app):
        ana_actor = actor_of("ana")
        db.session.remove()
    with data_app.app_context(), acting_as(ana_actor):
        found = db.session.scalars(select(Registration).where(Registration.reference == mine)).one()
        assert operations.matches_of(found) == []
    # The reviewer reads it, with whose it is.
    with everything(data_app) as session:
        assert [m.other_reference for m in operations.matches_of(session.merge(found))] == [other]


def test_a_claim_answers_with_a_date(data_app: Flask) -> None:
    with everything(data_app) as session:
        other = under_review("bruno", domain="canary.com", company=CANARY)
        operations.approve(other, actor_of("olga"))
        mine = under_review("ana", domain="canary.com")
        ana, olga = actor_of("ana"), actor_of("olga")
        session.commit()
        numbers = [product.id for product in mine.products]
        organisation_id, registration_id = mine.organisation_id, mine.id
        until = now()
        db.session.remove()
    for actor in (ana, olga):
        with data_app.app_context(), acting_as(actor):
            with pytest.raises(Claimed) as error:
                reserve("domain:canary.com", numbers, "CA", organisation_id, registration_id, until)
            assert set(vars(error.value)) == {"until"}
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", str(error.value))
            db.session.rollback()


def test_what_a_company_keeps_is_a_number_of_bytes(data_app: Flask) -> None:
    """Bruno sees nothing of Nadia's file, and its bytes are used all the same."""
    with everything(data_app) as session:
        record, nadia = draft("nadia", domain="canary.com"), actor_of("nadia")
        before = used_by(record.organisation_id)
        file = Incoming(f"{CANARY}.pdf", "", "0f" * 16, "application/pdf", 70, "a" * 64)
        operations_on_files.attach(record, nadia, [file])
        bruno, organisation_id = actor_of("bruno"), record.organisation_id
        session.commit()
        db.session.remove()
    with data_app.app_context(), acting_as(bruno):
        assert used_by(organisation_id) == before + 70
        assert isinstance(room_left(organisation_id), int)
        theirs = KeptFile.organisation_id == organisation_id
        assert not db.session.scalars(select(KeptFile).where(theirs)).all()


def test_choosing_an_approver_answers_with_numbers(data_app: Flask) -> None:
    with everything(data_app) as session:
        mine = submitted(domain="canary.com")
        ana = actor_of("ana")
        carla = actor_of("carla").membership_id
        session.commit()
        reference = mine.reference
        db.session.remove()
    with data_app.app_context(), acting_as(ana):
        record = db.session.scalars(
            select(Registration).where(Registration.reference == reference)
        ).one()
        found = list(channel_managers(db.session(), None, record))  # type: ignore[arg-type]
        assert found == [carla]
        assert all(isinstance(number, int) for number in found)


def test_whom_a_share_is_for_answers_with_numbers(data_app: Flask) -> None:
    """Ana shares with her company; of its people she knows none, and learns none."""
    with everything(data_app) as session:
        registration = under_review("ana")
        olga, ana = actor_of("olga"), actor_of("ana")
        deal = operations.approve(registration, olga)
        made = share(deal, ana, membership_of("ana").organisation, Level.VIEW, None)
        heard = session.scalars(select(Event).filter_by(tag="share:make")).all()[-1]
        wanted = {membership_of(short).id for short in ("marc", "nadia")}
        session.commit()
        assert made.reference == heard.particulars["share"]
        number = heard.id
        db.session.remove()
    with data_app.app_context():
        with system_mode("test"):
            event = db.session.get_one(Event, number)
        with acting_as(ana):
            assert set(holders(db.session(), event, None)) == wanted  # type: ignore[arg-type]


def test_who_reviews_access_answers_with_numbers(data_app: Flask) -> None:
    """Nadia knows of nobody at the vendor's who signs; what she sends goes there all the same."""
    with everything(data_app) as session:
        sid, nadia = actor_of("sid").membership_id, actor_of("nadia")
        place = nadia.organisation_id
        reference = session.scalars(
            select(AccessReview.reference).where(AccessReview.organisation_id == place)
        ).one()
        db.session.remove()
    with data_app.app_context(), acting_as(nadia):
        review = db.session.scalars(select(AccessReview).filter_by(reference=reference)).one()
        assert list(security(db.session(), None, review)) == [sid]  # type: ignore[arg-type]
        assert db.session.get(Membership, sid) is None


def test_what_is_signed_and_where_it_waits_tell_nothing_else(data_app: Flask) -> None:
    with everything(data_app) as session:
        membership_of("bruno").user.name = CANARY
        bruno = membership_of("bruno").reference
        session.commit()
        sid = actor_of("sid")
        theirs = AccessReview.organisation_id == membership_of("sofia").organisation_id
        reference = session.scalars(select(AccessReview.reference).where(theirs)).one()
        db.session.remove()
    with data_app.app_context(), acting_as(sid):
        review = db.session.scalars(select(AccessReview).filter_by(reference=reference)).one()
        for item in review.items:
            item.decision = "keep"
        sign_off(review, sid)
        told = repr(review.content)
        assert "Sofia" not in told and "@" not in told
        assert CANARY not in told and bruno not in told
        db.session.rollback()


def test_the_hierarchy_answers_with_numbers(data_app: Flask) -> None:
    """Carla keeps only three of the partners in her portfolio; the rest is nothing but numbers."""
    with everything(data_app) as session:
        cobalt, harbour, northwind = (
            session.scalars(select(Organisation).where(Organisation.name.startswith(name))).one()
            for name in ("Cobalt", "Harbour", "Northwind")
        )
        numbers = [one.id for one in (cobalt, harbour, northwind)]
        carla = actor_of("carla")
        db.session.remove()
    with data_app.app_context(), acting_as(carla):
        session = db.session()
        hierarchy.hold(session)
        assert hierarchy.line_above(session, numbers[2]) == [numbers[1]]
        assert hierarchy.line_above(session, numbers[0]) == []
        assert hierarchy.size_of_family(session, numbers[1]) == 3
        assert hierarchy.is_above(session, numbers[1], numbers[2]) is True
        assert hierarchy.is_above(session, numbers[0], numbers[2]) is False
        db.session.rollback()


def test_deriving_portfolios_answers_with_numbers(data_app: Flask) -> None:
    """Nadia knows no other partner, and of a portfolio nothing but how many stand in it."""
    with everything(data_app) as session:
        cobalt, carla = membership_of("bruno").organisation, membership_of("carla").id
        rule, number = Rule("partner", cobalt.reference), cobalt.id
        session.commit()
        nadia = actor_of("nadia")
        db.session.remove()
    with data_app.app_context(), acting_as(nadia):
        session = db.session()
        assert partners_of(session, [rule]) == {number}
        held = present_partners(session, carla)
        assert len(held) == 4 and all(isinstance(one, int) for one in held)
        # It is in step already.
        assert follow_membership(session, carla) == (0, 0)
        assert not db.session.scalars(select(PortfolioRule)).all()
        db.session.rollback()


def test_whether_a_record_is_in_a_scope_answers_yes_or_no(data_app: Flask) -> None:
    with everything(data_app) as session:
        record = hidden()
        session.commit()
        ana, bruno, carla = actor_of("ana"), actor_of("bruno"), actor_of("carla")
        assert [is_visible(actor, record) for actor in (ana, bruno, carla)] == [False, True, False]


def test_which_terms_bring_a_record_into_a_scope_answers_with_names(data_app: Flask) -> None:
    with everything(data_app) as session:
        record = hidden()
        session.commit()
        actors = [actor_of(short) for short in ("ana", "bruno", "carla", "omar")]
        found = [granting_terms(actor, record) for actor in actors]
        assert found == [[], ["organisation"], [], ["sent"]]


def test_explaining_access_tells_names_and_reasons_and_nothing_of_the_record(
    data_app: Flask,
) -> None:
    with everything(data_app) as session:
        reference = hidden().reference
        session.commit()
        sid = actor_of("sid")
        db.session.remove()
    with data_app.app_context(), acting_as(sid):
        sought = find_record(reference)
        assert sought is not None
        people = find_people("bruno@cobalt.example")
        told = [explain_all(one, sought) for one in people]
        told_all = repr([sought, told, list(everybody_who_can_see(sought))])
        assert "Bruno Keller" in told_all
        assert CANARY not in told_all and "canary.com" not in told_all
        # What was read to explain it is not within reach of what is asked next.
        assert not db.session.scalars(select(Registration)).all()
        assert db.session.get(Registration, sought.number) is None


def test_a_receipt_proves_itself_and_tells_nothing(app: Flask) -> None:
    with everything(app) as session:
        record = hidden()
        session.commit()
        receipt = session.scalars(select(Receipt).filter_by(registration_id=record.id)).one()
        number, content, reference = receipt.reference, receipt.content_hash, record.reference
    for browser in (Browser(app), Browser(app).signed_in("ana"), Browser(app).signed_in("vic")):
        page = browser.get(f"/receipts/{number}")
        assert content[:8] in page.text
        for canary in (CANARY, reference, "Cobalt", "Bruno", "canary.com"):
            assert canary not in page.text, canary


def test_a_draft_is_its_writers_alone(app: Flask) -> None:
    with everything(app) as session:
        bruno = actor_of("bruno").membership_id
        session.add(
            Draft(
                membership_id=bruno, path="/account", fields=[["x", CANARY]], version="", at=now()
            )
        )
        session.commit()
    page = Browser(app).signed_in("ana").get("/account")
    assert CANARY not in page.text


def test_a_used_key_answers_yes_or_no(app: Flask) -> None:
    with everything(app) as session:
        session.add(
            SubmissionKey(
                key="used", membership_id=1, path="/x", fingerprint="f", url=f"/{CANARY}",
                reference="DR-00000000", made_at=now(),
            )
        )  # fmt: skip
        session.commit()
    with app.app_context():
        assert is_used("used") is True
        assert is_used("unused") is False


def test_loading_the_actor_shows_nobody_else(app: Flask) -> None:
    with everything(app):
        name = actor_of("bruno").name
    page = Browser(app).signed_in("ana").get("/account")
    assert "Ana Duarte" in page.text
    assert name not in page.text


def test_for_whom_one_may_act_names_the_own_organisations_alone(app: Flask) -> None:
    with everything(app) as session:
        membership_of("bruno").organisation.name = f"{CANARY} Systems"
        session.commit()
    for short in ("ana", "omar"):
        page = Browser(app).signed_in(short).get("/account/memberships")
        assert CANARY not in page.text
    assert CANARY in Browser(app).signed_in("bruno").get("/account/memberships").text


def test_when_somebody_was_here_answers_with_a_time(data_app: Flask) -> None:
    with everything(data_app) as session:
        ana, bruno = membership_of("ana"), membership_of("bruno")
        numbers = [ana.id, bruno.id]
        session.add(
            LoginSession(
                token_hash="h", membership_id=bruno.id, user_id=bruno.user_id, agent=CANARY,
                seen_at=now(),
                identity_id=session.scalar(select(UserIdentity.id).filter_by(subject="bruno")),
            )
        )  # fmt: skip
        session.commit()
        nadia = actor_of("nadia")
        db.session.remove()
    with data_app.app_context(), acting_as(nadia):
        seen = last_seen(numbers)
        assert set(seen) == set(numbers)
        assert isinstance(seen[numbers[1]], dt.datetime)
        assert seen[numbers[1]] > seen[numbers[0]]


def test_whoever_administers_no_more_is_told_nothing_else(data_app: Flask) -> None:
    """The question past the actor is about themselves, and ends in a refusal."""
    with everything(data_app) as session:
        nadia, ana = actor_of("nadia"), membership_of("ana")
        membership_of("nadia").is_active = False
        session.commit()
        reference = ana.reference
        db.session.remove()
    with data_app.app_context(), acting_as(nadia):
        found = db.session.scalars(select(Membership).filter_by(reference=reference)).one()
        with pytest.raises(Denied) as error:
            deactivate(found, nadia)
        assert "Ana" not in str(vars(error.value.why))
        db.session.rollback()


def test_whether_somebody_sees_beyond_a_portfolio_answers_yes_or_no(data_app: Flask) -> None:
    with everything(data_app) as session:
        harbour = session.scalars(
            select(Organisation).where(Organisation.name.startswith("Harbour"))
        ).one()
        add_organisation(session, CANARY, Side.PARTNER, types=["reseller"], parent=harbour)
        session.commit()
        carla = actor_of("carla")
        people = [membership_of(short).reference for short in ("diego", "ana")]
        db.session.remove()
    with data_app.app_context(), acting_as(carla):
        query = select(Membership).where(Membership.reference.in_(people))
        found = {one.reference: one for one in db.session.scalars(query)}
        told = [explain(carla, P.PERSON_VIEW_AS, found[name]) for name in people]
        last = "nothing from outside"
        assert [(one.is_allowed, one.rule) for one in told] == [(False, "inside"), (True, last)]
        assert CANARY not in repr(told)


def test_whether_a_share_leads_beyond_a_portfolio_answers_yes_or_no(data_app: Flask) -> None:
    with everything(data_app) as session:
        carla, bruno, ana = actor_of("carla"), actor_of("bruno"), membership_of("ana")
        cobalt = select(Deal).where(Deal.organisation_id == bruno.organisation_id)
        deal, reference = session.scalars(cobalt.limit(1)).one(), ana.reference
        deal.company = CANARY
        made = share(deal, bruno, ana, Level.VIEW, None)
        session.commit()
        told = [as_told_to(carla, reference)]
        made.revoked_at = now()
        session.commit()
        told.append(as_told_to(carla, reference))
        last = "nothing from outside"
        assert [(one.is_allowed, one.rule) for one in told] == [(False, last), (True, last)]
        assert CANARY not in repr(told)


def as_told_to(actor: MemberActor, reference: str) -> Explanation:
    """Return whether the actor may see the portal as the person, and why."""
    with acting_as(actor):
        query = select(Membership).where(Membership.reference == reference)
        person = db.session.scalars(query.execution_options(populate_existing=True)).one()
        return explain(actor, P.PERSON_VIEW_AS, person)


def test_whether_an_access_has_changed_since_answers_yes_or_no(data_app: Flask) -> None:
    with everything(data_app) as session:
        nadia, ana = actor_of("nadia"), membership_of("ana")
        before = now()
        with acting_as(nadia):
            assert has_changed_since(ana, before) is False
            deactivate(ana, nadia)
            session.flush()
            assert has_changed_since(ana, before) is True
            assert has_changed_since(ana, now()) is False


def test_closing_an_access_ends_that_persons_sessions_alone(data_app: Flask) -> None:
    with everything(data_app):
        nadia, reference = actor_of("nadia"), membership_of("ana").reference
    ana, noah = Browser(data_app).signed_in("ana"), Browser(data_app).signed_in("noah")
    with data_app.app_context(), acting_as(nadia):
        found = db.session.scalars(select(Membership).filter_by(reference=reference)).one()
        deactivate(found, nadia)
        db.session.commit()
    ana.get("/", status=302)
    noah.get("/")


def test_who_works_on_a_deal_answers_with_a_first_name_of_the_vendors(data_app: Flask) -> None:
    with everything(data_app):
        ana, vic, bruno = actor_of("ana"), actor_of("vic"), actor_of("bruno")
        db.session.remove()
    with data_app.app_context(), acting_as(ana):
        numbers = [vic.membership_id, bruno.membership_id]
        assert vendors_owners(numbers, ana) == {vic.membership_id: vic.name.split(" ", 1)[0]}


def test_what_the_vendor_decided_of_fields_answers_with_their_names(data_app: Flask) -> None:
    with everything(data_app):
        show_to_partners(deal__close_on=False)
        ana = actor_of("ana")
        db.session.remove()
    with data_app.app_context(), acting_as(ana):
        assert chosen_now() == "-deal.close_on"


def test_system_mode_ends_with_its_block(app: Flask) -> None:
    with everything(app):
        ana = actor_of("ana")
        db.session.remove()
    with app.app_context(), acting_as(ana):
        inside = len(db.session.scalars(select(Registration.id)).all())
        with contextlib.suppress(RuntimeError), system_mode("test"):
            assert len(db.session.scalars(select(Registration.id)).all()) > inside
            raise RuntimeError
        assert len(db.session.scalars(select(Registration.id)).all()) == inside
