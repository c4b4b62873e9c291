"""Does a registration move in each state only by the steps and the people that the page names?"""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.access import Denied
from portal.core.database import db
from portal.core.events import Event
from portal.core.net import acting_as, system_mode
from portal.core.times import now
from portal.core.workflow import Refused, WrongState
from portal.domain.deals import operations as deals
from portal.domain.deals.models import Stage
from portal.domain.people.actor import actor_from
from portal.domain.people.models import Membership
from portal.domain.registrations import operations, writing
from portal.domain.registrations.models import Registration, Status
from portal.domain.registrations.models import Status as S
from portal.domain.registrations.workflow import REGISTRATION
from tests.browser import Browser
from tests.domain.world import (
    actor_of,
    draft,
    everything,
    in_state,
    membership_of,
    submitted,
    under_review,
)
from tests.figures import record

# What the process is, said a second time and independently: step -> (from, to, by whom).
WORKERS = {"ana", "marc", "nadia"}
REVIEWERS = {"carla", "omar", "olga"}
STEPS: dict[str, tuple[set[S], S, set[str]]] = {
    "submit": ({S.DRAFT}, S.SUBMITTED, WORKERS),
    "take": ({S.SUBMITTED}, S.UNDER_REVIEW, REVIEWERS),
    "ask": ({S.UNDER_REVIEW}, S.NEEDS_INFO, REVIEWERS),
    "answer": ({S.NEEDS_INFO}, S.UNDER_REVIEW, WORKERS),
    "approve": ({S.UNDER_REVIEW}, S.APPROVED, {"omar", "olga"}),
    "reject": ({S.UNDER_REVIEW}, S.REJECTED, {"omar", "olga"}),
    "withdraw": ({S.SUBMITTED, S.UNDER_REVIEW, S.NEEDS_INFO}, S.WITHDRAWN, WORKERS),
}
PEOPLE = (
    "ana", "noah", "marc", "nadia", "diego", "lena", "bruno", "sofia", "ivo", "rosa", "theo",
    "carla", "omar", "olga", "vic", "sam", "fay", "pia", "sid", "axel",
)  # fmt: skip
PARTICULARS: dict[str, dict[str, Any]] = {
    "submit": {"receipt": "RC-00000000", "content": "0"},
    "approve": {"deal": "DL-00000000", "until": "2027-01-01"},
    "ask": {"fields": ["need"], "words": {"comments": "Which line?"}},
    "answer": {"fields": ["need"], "words": {"replies": "Line 2."}},
    "reject": {"reason": "other", "words": {"text": "Not now."}},
}


def test_the_process_is_the_one_that_this_page_names() -> None:
    assert set(REGISTRATION.transitions) == set(STEPS)
    assert set(REGISTRATION.states) == set(Status)
    for name, (sources, target, _people) in STEPS.items():
        step = REGISTRATION.transitions[name]
        assert (set(step.sources), step.target) == (sources, target), name


def test_every_state_with_every_step_and_every_person(data_app: Flask) -> None:
    tried = wrong = 0
    complaints: list[str] = []
    with everything(data_app) as session:
        actors = {short: actor_of(short) for short in PEOPLE}
        records = {
            status: in_state(status, domain=f"pair-{number}.ca")
            for number, status in enumerate(Status)
        }
        for question in records[S.NEEDS_INFO].questions:
            question.answered_at = question.asked_at
        session.commit()
        for status, registration in records.items():
            for name, (sources, target, allowed) in STEPS.items():
                for short, actor in actors.items():
                    expected = (
                        "wrong state"
                        if status not in sources
                        else target
                        if short in allowed
                        else "denied"
                    )
                    try:
                        REGISTRATION.apply(registration, name, actor, **PARTICULARS.get(name, {}))
                        found: Any = registration.status
                    except WrongState:
                        found = "wrong state"
                    except Denied:
                        found = "denied"
                    session.rollback()
                    tried += 1
                    if found != expected:
                        wrong += 1
                        complaints.append(f"{status} {name} {short}: {found}, not {expected}")
                    assert registration.status == status
    kind = "SQLite" if "sqlite" in data_app.config["SQLALCHEMY_DATABASE_URI"] else "PostgreSQL"
    record(
        2,
        f"state × transition pairs of registrations ({kind})",
        "all as the data says",
        f"{len(records) * len(STEPS)} pairs, {tried} with each person, {wrong} wrong",
        not wrong,
    )
    assert not complaints, complaints[:20]


def test_buttons_are_those_steps(app: Flask) -> None:
    with everything(app) as session:
        actors = {short: actor_of(short) for short in PEOPLE}
        for number, status in enumerate(Status):
            registration = in_state(status, domain=f"button-{number}.ca")
            for short, actor in actors.items():
                names = {step.name for step in REGISTRATION.available(registration, actor)}
                assert names == {
                    name
                    for name, (sources, _target, allowed) in STEPS.items()
                    if status in sources and short in allowed
                }, (status, short)
        session.rollback()


def test_each_state_says_who_is_next_and_what(app: Flask) -> None:
    expected = {
        S.DRAFT: ("partner", "finish", "ana"),
        S.SUBMITTED: ("vendor", "take", None),
        S.UNDER_REVIEW: ("vendor", "decide", "olga"),
        S.NEEDS_INFO: ("partner", "answer", "ana"),
        S.APPROVED: (None, None, None),
        S.REJECTED: (None, None, None),
        S.WITHDRAWN: (None, None, None),
    }
    with everything(app):
        for number, (status, (side, what, who)) in enumerate(expected.items()):
            registration = in_state(status, domain=f"next-{number}.ca")
            member = actor_of(who).membership_id if who else None
            assert (
                registration.next_side, registration.next_what, registration.next_membership_id,
            ) == (side, what, member), status  # fmt: skip
            assert (registration.next_by is not None) == (what in ("take", "decide", "answer"))


def test_every_step_leaves_one_event_with_both_states(data_app: Flask) -> None:
    with everything(data_app) as session:
        registration = in_state(S.APPROVED, domain="events.ca")
        rows = session.scalars(
            select(Event).where(Event.chain == registration.reference).order_by(Event.place)
        ).all()
        told = [(row.tag.partition(":")[2], row.from_state, row.to_state) for row in rows]
        assert told == [
            ("create", None, None),
            ("edit", None, None),
            ("submit", "draft", "submitted"),
            ("take", "submitted", "under_review"),
            ("approve", "under_review", "approved"),
        ]
        assert [row.actor_name for row in rows][-3:] == [
            "Ana Duarte",
            "Olga Lindqvist",
            "Olga Lindqvist",
        ]


# --- guards ------------------------------------------------------------------------------------


def test_an_unfinished_draft_is_not_sent(data_app: Flask) -> None:
    with everything(data_app) as session:
        ana = actor_of("ana")
        for missing in (
            {"company": ""}, {"contact_email": ""}, {"products": []}, {"need": ""},
            {"value_minor": None}, {"close_on": None}, {"activities": {}}, {"may_contact": ""},
            {"activities": {"other": now().date()}},
            {"consent_at": None}, {"country": ""}, {"region": ""}, {"domain": None},
        ):  # fmt: skip
            registration = in_state(S.DRAFT, domain="unfinished.ca")
            writing.write_fields(registration, missing)
            with pytest.raises(Refused, match="Some steps are not complete yet"):
                operations.submit(registration, ana)
            assert registration.status == S.DRAFT
            session.rollback()


def test_a_customer_without_a_website_needs_a_name_and_an_address(app: Flask) -> None:
    with everything(app):
        registration = in_state(S.DRAFT, domain="address.ca")
        values = {"domain": None, "website": "", "has_no_website": True, "legal_name": "Ferme A",
                  "street": "1 Rang", "postal_code": "J2T 5H8"}  # fmt: skip
        writing.write_fields(registration, values)
        operations.submit(registration, actor_of("ana"))
        assert registration.customer_key == "name:ferme a|j2t5h8"


def test_an_open_match_must_be_answered_before_the_approval(data_app: Flask) -> None:
    with everything(data_app) as session:
        submitted("bruno", domain="twice.com", country="US", region="TX")
        registration = under_review("ana", domain="twice.com")
        olga = actor_of("olga")
        (match,) = operations.matches_of(registration)
        with pytest.raises(Refused, match="Answer first whether each possible match"):
            operations.approve(registration, olga)
        session.expire_all()
        assert registration.status == S.UNDER_REVIEW
        operations.answer_match(registration, olga, match, operations.MatchAnswer.SAME)
        # Same customer, another country: it does not stand in the way.
        assert operations.approve(registration, olga).company == "Fresh Customer"


def test_the_same_customer_of_another_partner_stands_in_the_way(data_app: Flask) -> None:
    with everything(data_app) as session:
        other = submitted("bruno", domain="twice.com")
        registration = under_review("ana", domain="twice.com")
        olga = actor_of("olga")
        (match,) = operations.matches_of(registration)
        operations.answer_match(registration, olga, match, operations.MatchAnswer.SAME)
        with pytest.raises(Refused) as error:
            operations.approve(registration, olga)
        assert str(error.value.sentence) == (
            f"You answered that this is the same customer as {other.reference} of Cobalt Systems."
            " Reject it, or change that answer."
        )
        session.expire_all()
        operations.answer_match(registration, olga, match, operations.MatchAnswer.DIFFERENT)
        assert operations.approve(registration, olga).customer_key == (
            f"domain:twice.com#{registration.reference}"
        )


@pytest.mark.parametrize("end", ["rejected", "withdrawn", "approved and lost"])
def test_what_is_over_stands_in_nobodys_way(app: Flask, end: str) -> None:
    with everything(app):
        olga = actor_of("olga")
        other = under_review("bruno", domain="over.com")
        registration = under_review("ana", domain="over.com")
        (match,) = operations.matches_of(registration)
        operations.answer_match(registration, olga, match, operations.MatchAnswer.SAME)
        with pytest.raises(Refused, match="the same customer as"):
            operations.approve(registration, olga)
        if end == "rejected":
            operations.reject(other, olga, "other", "Not this year.")
        elif end == "withdrawn":
            operations.withdraw(other, actor_of("bruno"))
        else:
            deal = operations.approve(other, olga)
            with pytest.raises(Refused, match="the same customer as"):
                operations.approve(registration, olga)
            deals.move(deal, actor_of("bruno"), Stage.LOST, "price")
        operations.approve(registration, olga)
        assert registration.status == S.APPROVED


def test_the_own_organisations_other_registration_does_not_block(app: Flask) -> None:
    with everything(app):
        submitted("marc", domain="twice.com")
        registration = under_review("ana", domain="twice.com")
        (match,) = operations.matches_of(registration)
        olga = actor_of("olga")
        operations.answer_match(registration, olga, match, operations.MatchAnswer.SAME)
        operations.approve(registration, olga)
        assert registration.status == S.APPROVED


def test_matches_are_answered_only_under_review(app: Flask) -> None:
    with everything(app):
        submitted("bruno", domain="twice.com")
        registration = submitted("ana", domain="twice.com")
        (match,) = operations.matches_of(registration)
        with pytest.raises(Refused, match="Take the registration first"):
            operations.answer_match(
                registration, actor_of("olga"), match, operations.MatchAnswer.SAME
            )


def test_the_guard_holds_for_the_reviewer_and_hides_nothing(data_app: Flask) -> None:
    """Carla sees the match of Cobalt, which is not in her portfolio, by its copy alone."""
    with everything(data_app) as session:
        other = submitted("bruno", domain="twice.com")
        registration = under_review("ana", "carla", domain="twice.com")
        session.commit()
        reference, hidden = registration.reference, other.reference
        carla = actor_of("carla")
        db.session.remove()
    with data_app.app_context(), acting_as(carla):
        found = db.session.scalars(
            select(Registration).where(Registration.reference == reference)
        ).one()
        matches = operations.matches_of(found)
        assert [(m.other_reference, m.organisation_name) for m in matches] == [
            (hidden, "Cobalt Systems")
        ]
        foreign = select(Registration.id).where(Registration.reference == hidden)
        assert db.session.scalar(foreign) is None
        with system_mode("test"):
            assert db.session.scalar(foreign) is not None


# --- who decides ---------------------------------------------------------------------------------


def test_an_approver_decides_up_to_the_limit_and_not_over_it(app: Flask) -> None:
    with everything(app):
        omar, olga = actor_of("omar"), actor_of("olga")
        cases = (
            (10_000_000, True),
            (10_000_001, False),
            (9_999_999, True),
            (99_999_999_999, False),
        )
        for number, (minor, is_his) in enumerate(cases):
            registration = under_review(value_minor=minor, domain=f"limit-{number}.ca")
            if is_his:
                operations.approve(registration, omar)
                continue
            with pytest.raises(Denied) as error:
                operations.approve(registration, omar)
            assert error.value.why.rule == "limit"
            with pytest.raises(Denied):
                operations.reject(registration, omar, "other", "No.")
            operations.approve(registration, olga)


def test_the_limit_counts_major_units_of_each_currency(app: Flask) -> None:
    with everything(app):
        omar = actor_of("omar")
        yen = under_review(value_minor=100_000, currency="JPY", domain="yen.ca")
        operations.approve(yen, omar)
        more = under_review(value_minor=100_001, currency="JPY", domain="more-yen.ca")
        with pytest.raises(Denied):
            operations.approve(more, omar)


def test_the_person_who_sent_it_never_decides_it_under_another_membership(app: Flask) -> None:
    with everything(app) as session:
        registration = under_review("ana", domain="four-eyes.ca")
        second = Membership(
            user=membership_of("ana").user,
            organisation=membership_of("olga").organisation,
            role="approver",
            reach="organisation",
        )
        session.add(second)
        session.flush()
        herself = actor_from(second)
        for act in (
            lambda: operations.approve(registration, herself),
            lambda: operations.reject(registration, herself, "other", "No."),
            lambda: operations.ask(registration, herself, [operations.Asked("need", "?")]),
        ):
            with pytest.raises(Denied) as error:
                act()
            assert error.value.why.rule == "four eyes"
        assert registration.status == S.UNDER_REVIEW


def test_no_form_lets_a_customer_without_identity_through(app: Flask) -> None:
    """Neither the first step nor an answer: what names nobody would be compared with nobody."""
    sentence = "Give the customer's website, or tick that there is none."
    with everything(app) as session:
        begun = draft(domain="identity.ca").reference
        asked = in_state(Status.UNDER_REVIEW, domain="other-identity.ca")
        operations.ask(asked, actor_of("olga"), [operations.Asked("website", "Is it theirs?")])
        session.commit()
        reference = asked.reference
    ana = Browser(app).signed_in("ana")
    for path in (f"/registrations/{begun}/customer", f"/registrations/{reference}/answer"):
        page = ana.submit(ana.get(path), path, website="", status=422)
        assert sentence in page.errors(), path


def test_what_was_taken_out_is_neither_answered_nor_approved(data_app: Flask) -> None:
    with everything(data_app) as session:
        asked = in_state(Status.UNDER_REVIEW, domain="taken-out.ca")
        operations.ask(asked, actor_of("olga"), [operations.Asked("website", "Is it theirs?")])
        with pytest.raises(Refused):
            operations.answer(asked, actor_of("ana"), {"website": "", "domain": None}, {})
        session.rollback()
        emptied = in_state(Status.UNDER_REVIEW, domain="emptied.ca")
        emptied.domain = None
        with pytest.raises(Refused):
            operations.approve(emptied, actor_of("olga"))
        assert emptied.status == Status.UNDER_REVIEW
