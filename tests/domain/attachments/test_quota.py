"""Does a company keep no more than it may, whoever sends at the same moment?"""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.database import db
from portal.core.files import Incoming
from portal.core.net import system_mode
from portal.domain import programme
from portal.domain.attachments import operations
from portal.domain.organisations.room import limit_of, room_left, used_by
from portal.domain.registrations.models import Registration
from tests.domain.world import actor_of, attached_here, draft, everything

PDF = "application/pdf"


def file(number: int, size: int = 60) -> Incoming:
    return Incoming(f"plan-{number}.pdf", "", f"{number:032x}", PDF, size, f"{number:064x}")


@pytest.fixture(autouse=True)
def hundred(data_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Northwind keep a hundred bytes more than it has."""
    with everything(data_app):
        most = used_by(actor_of("ana").organisation_id) + 100
    present = replace(programme.programme(), file_quota=most)
    monkeypatch.setattr(programme, "_present", [present])


def test_what_is_taken_away_makes_room(data_app: Flask) -> None:
    with everything(data_app) as session:
        record, ana = draft(domain="full-room.ca"), actor_of("ana")
        used = used_by(record.organisation_id)
        assert operations.attach(record, ana, [file(1)]) == []
        (sentence,) = operations.attach(record, ana, [file(2)])
        assert sentence.startswith("There is no room for plan-2.pdf")
        assert operations.attach(record, ana, [file(3, 40)]) == []
        assert used_by(record.organisation_id) == used + 100
        operations.remove(attached_here(session)[0], ana)
        assert room_left(record.organisation_id) == 60
        assert operations.attach(record, ana, [file(2)]) == []


def test_the_vendor_and_a_programme_without_limits_keep_what_they_like(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert 100 <= limit_of("partner") < 2**40 and limit_of("vendor") > 2**60
    monkeypatch.setattr(programme, "_present", [replace(programme.programme(), file_quota=0)])
    assert limit_of("partner") > 2**60


def test_two_at_the_same_moment_do_not_fill_the_same_room(data_app: Flask) -> None:
    with everything(data_app) as session:
        references = [draft(domain=f"at-once-{number}.ca").reference for number in range(4)]
        session.commit()
    begin = threading.Barrier(len(references))
    told: list[list[str]] = []

    def send(number: int, reference: str) -> None:
        with data_app.test_request_context(), system_mode("test"):
            query = select(Registration).where(Registration.reference == reference)
            begin.wait()
            record = db.session.scalars(query).one()
            told.append(operations.attach(record, actor_of("ana"), [file(number)]))
            db.session.commit()

    threads = [
        threading.Thread(target=send, args=(number, reference))
        for number, reference in enumerate(references, 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, told)) == [0, 1, 1, 1]
    with everything(data_app) as session:
        assert len(attached_here(session)) == 1
