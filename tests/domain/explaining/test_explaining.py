"""Is everybody told truly who may see and do what, why, and what would have to change?"""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from portal.core.net import is_visible
from portal.domain.deals.models import Deal
from portal.domain.explaining.answers import explain_all, why
from portal.domain.explaining.readers import everybody_who_can_see, who_can_see
from portal.domain.explaining.subjects import MODELS, find_people, find_record, subject_of
from portal.domain.explaining.table import rights
from portal.domain.organisations.models import Organisation, OrganisationStatus
from portal.domain.people.actor import actor_of_membership
from portal.domain.people.models import Membership
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Registration
from tests.domain.world import actor_of, draft, everything, membership_of, submitted, under_review


def test_seeing_names_the_term(data_app: Flask) -> None:
    with everything(data_app):
        record = submitted()
        for short, term in (
            ("ana", "own"), ("marc", "organisation"), ("diego", "family"), ("carla", "portfolio"),
            ("omar", "sent"), ("noah", ""), ("bruno", ""), ("pia", ""), ("sid", ""),
        ):  # fmt: skip
            answer = why(actor_of(short), None, record)
            assert (answer.terms[0] if answer.terms else "") == term, short
            assert answer.is_visible is bool(term)
            assert answer.sentence


def test_every_reason_to_see_is_named(data_app: Flask) -> None:
    with everything(data_app):
        record = submitted("marc")
        assert why(actor_of("marc"), None, record).terms == ["organisation"]
        above = submitted("diego", domain="above.ca")
        assert why(actor_of("diego"), None, above).terms == ["organisation", "family"]
        unsent = draft("ana")
        assert not why(actor_of("diego"), None, unsent).is_visible
        assert not why(actor_of("omar"), None, unsent).is_visible


def test_what_needs_a_fresh_sign_in_says_so(app: Flask) -> None:
    with everything(app):
        large, small = (
            under_review(value_minor=100_001_00),
            under_review(domain="other-customer.ca", value_minor=100_000_00),
        )
        olga = actor_of("olga")
        assert "needs a fresh sign-in" in why(olga, P.REGISTRATION_DECIDE, large).fresh
        assert why(olga, P.REGISTRATION_DECIDE, small).fresh == ""
        assert why(olga, P.REGISTRATION_REVIEW, large).fresh == ""
        # Whoever may not do it is told nothing of how it would be done.
        assert why(actor_of("omar"), P.REGISTRATION_DECIDE, large).fresh == ""
        ana = membership_of("ana")
        assert "needs a fresh sign-in" in why(actor_of("nadia"), P.PERSON_ADMINISTER, ana).fresh
        rows = {row.permission: [str(rule) for rule in row.rules] for row in rights()}
        assert any("fresh sign-in" in rule for rule in rows[P.SESSION_END_ALL])
        assert not any("fresh sign-in" in rule for rule in rows[P.DEAL_EDIT])


def test_what_would_have_to_change(data_app: Flask) -> None:
    with everything(data_app):
        record = under_review(value_minor=200_000_00)
        omar = why(actor_of("omar"), P.REGISTRATION_DECIDE, record)
        assert (omar.is_visible, omar.is_allowed, omar.rule) == (True, False, "limit")
        assert omar.changes == ["An approver decides up to their own limit."]
        assert why(actor_of("olga"), P.REGISTRATION_DECIDE, record).is_allowed
        axel = why(actor_of("axel"), P.REGISTRATION_DECIDE, record)
        assert (axel.rule, axel.changes) == ("role", ["Their role is one of these: Approver."])
        ana = why(actor_of("ana"), P.REGISTRATION_DECIDE, record)
        assert ana.changes == ["No role of their side includes it."]
        noah = why(actor_of("noah"), P.REGISTRATION_ANSWER, record)
        assert not noah.is_visible
        assert "They registered it." in noah.changes
        # What only the vendor's people could have is no way for a partner.
        assert "The partner is in their portfolio." not in noah.changes
        sofia = why(actor_of("sofia"), None, record)
        assert sofia.changes[0].startswith("Their organisation is active")


def test_whoever_has_no_access_is_told_why(data_app: Flask) -> None:
    with everything(data_app) as session:
        record = submitted()
        dora = subject_of(membership_of("dora"))
        assert why(dora.actor, None, record, dora.closed).changes[0].startswith("Their access is")
        ana = membership_of("ana")
        ana.organisation.status = OrganisationStatus.SUSPENDED
        session.flush()
        told = subject_of(ana)
        answer = why(told.actor, P.REGISTRATION_READ, record, told.closed)
        assert (answer.is_visible, answer.is_allowed, answer.rule) == (False, False, "closed")
        assert "suspended" in answer.sentence


def test_people_and_records_are_found_as_people_type_them(data_app: Flask) -> None:
    with everything(data_app):
        record, ana = submitted(), membership_of("ana")
        for typed in (ana.reference, ana.reference.lower(), "Ana@Northwind.example"):
            assert [one.reference for one in find_people(typed)] == [ana.reference], typed
        assert find_people("ana") == find_people("nobody@x.example") == []
        found = find_record(record.reference.lower())
        assert found is not None
        assert (found.model, found.number) == (Registration, record.id)
        assert find_record("DR-00000000") is None
        assert find_record("RC-00000000") is None
        told = explain_all(find_people(ana.reference)[0], found)
        assert told.seeing.is_visible
        assert told.doing["registration:withdraw"].is_allowed
        assert not told.doing["registration:decide"].is_allowed
        one = explain_all(find_people(ana.reference)[0], found, "registration:review")
        assert list(one.doing) == ["registration:review"]


def test_who_can_see_agrees_with_each_persons_own_scope(data_app: Flask) -> None:
    """Asked for groups in SQL, the answer is that of every single person."""
    with everything(data_app) as session:
        records = [draft("noah"), submitted("marc"), under_review("lena"), submitted("bruno")]
        records += list(session.scalars(select(Deal).order_by(Deal.id).limit(6)))
        records += list(session.scalars(select(Organisation)))
        records += list(session.scalars(select(Membership).order_by(Membership.id).limit(12)))
        everybody = session.scalars(select(Membership)).all()
        for record in records:
            sought = find_record(record.reference)
            assert sought is not None
            found = {one.reference: list(one.terms) for one in everybody_who_can_see(sought)}
            wanted = {}
            for person in everybody:
                actor = actor_of_membership(person.id)
                if actor is not None and is_visible(actor, record):
                    wanted[person.reference] = list(why(actor, None, record).terms)
            assert found == wanted, record.reference
            assert who_can_see(sought).count == len(wanted)


def test_readers_come_in_pages(data_app: Flask) -> None:
    with everything(data_app):
        found = find_record(submitted().reference)
        assert found is not None
        whole = [one.reference for one in who_can_see(found).rows]
        assert len(whole) > 4
        pages, after = [], ""
        while True:
            page = who_can_see(found, after, size=2)
            assert page.is_first is (after == "")
            pages += [one.reference for one in page.rows]
            if page.next_cursor is None:
                break
            after = page.next_cursor
        assert pages == whole
        assert who_can_see(found, "PE-00000000").is_first


def test_every_kind_of_reference_has_a_model_with_a_policy() -> None:
    assert set(MODELS) == {
        "AP", "AS", "AV", "CI", "CL", "CT", "DR", "DL", "OR", "PE", "RV", "SH",
    }  # fmt: skip
