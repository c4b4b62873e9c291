"""Is what a partner writes kept as it was written, with a receipt for what was sent?"""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.core.audit import verify_chains
from portal.core.events import Event, digest
from portal.core.workflow import Refused, WrongState
from portal.domain.registrations import operations, writing
from portal.domain.registrations.content import content_of
from portal.domain.registrations.models import (
    Receipt,
    Registration,
)
from tests.domain.world import (
    actor_of,
    counts,
    draft,
    everything,
    products,
    submitted,
)


def test_an_untouched_draft_is_gone_on_with(app: Flask) -> None:
    with everything(app) as session:
        ana = actor_of("ana")
        first = operations.begin_draft(ana)
        session.flush()
        assert operations.begin_draft(ana) is first
        operations.save_draft(first, ana, {"company": "Something"})
        session.flush()
        assert operations.begin_draft(ana) is not first
        assert operations.begin_draft(actor_of("noah")).owner_id != ana.membership_id


def test_only_the_partners_fields_can_be_written(app: Flask) -> None:
    with everything(app):
        registration = draft(domain="fields.ca")
        for name in ("status", "organisation_id", "owner_id", "reviewer_id", "decided_at", "id",
                     "version", "submitter_user_id", "reason_text", "customer_key"):  # fmt: skip
            with pytest.raises(KeyError):
                operations.save_draft(registration, actor_of("ana"), {name: 1})


def test_saving_what_stands_already_tells_nothing(app: Flask) -> None:
    with everything(app) as session:
        registration = draft(domain="same.ca")
        before = counts(session)["Event"]
        operations.save_draft(
            registration, actor_of("ana"), {"company": "Fresh Customer", "activities": {
                a.kind: a.on for a in registration.activities}},
        )  # fmt: skip
        session.flush()
        assert counts(session)["Event"] == before


def test_only_a_draft_is_thrown_away_and_its_history_stays(data_app: Flask) -> None:
    with everything(data_app) as session:
        registration, ana = draft(domain="away.ca"), actor_of("ana")
        reference = registration.reference
        operations.discard(registration, ana)
        session.commit()
        assert session.scalar(select(Registration).filter_by(reference=reference)) is None
        tags = session.scalars(select(Event.tag).where(Event.chain == reference)).all()
        assert tags[-1] == "registration:discard"
        with pytest.raises(Refused, match="Only a draft can be thrown away"):
            operations.discard(submitted(domain="sent.ca"), ana)
        assert not verify_chains(session).faults


def test_every_submission_has_a_receipt_of_its_content(data_app: Flask) -> None:
    with everything(data_app) as session:
        registration = draft(domain="receipt.ca")
        content = digest(content_of(registration))
        receipt = operations.submit(registration, actor_of("ana"))
        session.commit()
        assert receipt.reference.startswith("RC-")
        assert receipt.content_hash == content
        assert receipt.at == registration.submitted_at
        assert receipt.rule_version
        event_row = session.scalars(
            select(Event).filter_by(chain=registration.reference, tag="registration:submit")
        ).one()
        assert event_row.particulars == {"receipt": receipt.reference, "content": content}
        # Any other content has another hash.
        for values in ({"company": "Another"}, {"value_minor": 4_800_001}, {"need": "x" * 30},
                       {"products": products("PAL")},
                       {"activities": {"call": dt.date(2026, 1, 1)}}):  # fmt: skip
            writing.write_fields(registration, values)
            assert digest(content_of(registration)) != content, values
            session.rollback()
        with pytest.raises(WrongState):
            operations.submit(registration, actor_of("ana"))
        session.rollback()
        found = session.scalar(
            select(func.count(Receipt.id)).where(Receipt.registration_id == registration.id)
        )
        assert found == 1
