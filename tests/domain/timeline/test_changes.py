"""Does a reader learn from what to what a field changed, in their language, and nobody else?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import func, select

from portal.core.changes import Change, Changed
from portal.core.database import db
from portal.core.events import record_event
from portal.domain.deals import operations as deals
from portal.domain.deals.events import E as D
from portal.domain.deals.models import Deal, Stage
from portal.domain.registrations import operations
from portal.domain.registrations.models import Registration
from portal.domain.timeline.sentences import Entry, answers_in, timeline
from tests.browser import Browser
from tests.domain.world import actor_of, everything, products, seen_by, under_review

ASKED = ("value", "close_on", "country", "products", "need", "rivals", "website", "activities",
         "may_contact")  # fmt: skip


def asked(session: Any, *fields: str, **values: Any) -> Registration:
    """Return a registration of Ana's about whose fields Olga has asked; in system mode."""
    registration = under_review("ana", **values)
    questions = [operations.Asked(field, "Sure?") for field in fields]
    operations.ask(registration, actor_of("olga"), questions)
    session.commit()
    return registration


def history(app: Flask, short: str, reference: str, language: str = "en") -> list[Entry]:
    """Return the history of a record as a persona reads it."""
    with seen_by(app, short) as reader, app.test_request_context():
        g.language, g.timezone = language, "America/Toronto"
        return timeline(reference, reader, "Meridian")


def said(entries: list[Entry], tag: str) -> dict[str, tuple[str, str]]:
    """Return what the newest event of a kind changed, by field."""
    newest = next(entry for entry in entries if entry.tag == tag)
    return {change.field: (change.before, change.after) for change in newest.changes}


def test_every_kind_of_field_is_said_as_people_write_it(data_app: Flask) -> None:
    with everything(data_app) as session:
        day = dt.date(2027, 1, 4)
        registration = asked(session, *ASKED, domain="said.ca", close_on=day)
        met = registration.activities[0].on
        operations.answer(
            registration,
            actor_of("ana"),
            {
                "value_minor": 5_200_050,
                "currency": "USD",
                "close_on": dt.date(2027, 3, 1),
                "country": "US",
                "region": "NY",
                "products": products("ARM"),
                "need": "Another need than before.",
                "rivals": "Cobalt",
                "website": "https://said.com",
                "domain": "said.com",
                "activities": {"demo": dt.date(2026, 11, 3), "other": dt.date(2026, 11, 4)},
                "other_activity": "A day in the test hall",
                "may_contact": "ask",
            },
            {},
        )
        session.commit()
        reference = registration.reference
        before = ", ".join(product.name for product in products("ARM", "FLEET"))
        (arm,) = products("ARM")
    found = said(history(data_app, "omar", reference), "registration:answer")
    assert found == {
        "value": ("$48,000", "US$52,000.50"),
        "close_on": ("Mon 4 Jan 2027", "Mon 1 Mar 2027"),
        "country": ("Ontario, Canada", "New York, United States"),
        "products": (before, arm.name),
        "need": ("They want to stop stacking pallets by hand on line 2 before summer.",
                 "Another need than before."),
        "rivals": ("", "Cobalt"),
        "website": ("https://www.said.ca", "https://said.com"),
        "activities": (f"Meeting {met:%a} {met.day} {met:%b} {met.year}", "Demo Tue 3 Nov 2026"
                       " · Something else: A day in the test hall Wed 4 Nov 2026"),
        "may_contact": ("Yes", "Ask me first"),
    }  # fmt: skip
    french = said(history(data_app, "ana", reference, "fr"), "registration:answer")
    assert french["close_on"] == ("lun. 4 janv. 2027", "lun. 1er mars 2027")
    assert french["country"] == ("Ontario, Canada", "New York, États-Unis")
    assert french["products"][1] == arm.name_fr


def test_a_deals_edits_and_steps_say_from_what_to_what(data_app: Flask) -> None:
    with everything(data_app) as session:
        ana = actor_of("ana")
        deal = operations.approve(under_review("ana", domain="worked.ca"), actor_of("olga"))
        deals.edit(deal, ana, {"amount_minor": 100_000, "close_on": dt.date(2027, 2, 1)})
        deals.plan(deal, ana, "Call", dt.date(2027, 1, 4))
        deals.plan(deal, ana, "Visit", dt.date(2027, 1, 5))
        deals.move(deal, ana, Stage.WON)
        session.commit()
        reference, close_on = deal.reference, deal.close_on
    assert close_on == dt.date(2027, 2, 1)
    entries = history(data_app, "ana", reference)
    assert entries[0].sentence == "You marked it as won; it stood at Prospect"
    assert [change.after for change in entries[2].changes] == ["Call, by Mon 4 Jan 2027"]
    assert said(entries, "deal:plan") == {
        "next_step": ("Call, by Mon 4 Jan 2027", "Visit, by Tue 5 Jan 2027")
    }
    assert said(entries, "deal:edit")["amount"] == ("$48,000", "$1,000")
    assert entries[1].detail == ""


def test_each_question_is_given_what_its_own_answer_changed(data_app: Flask) -> None:
    with everything(data_app) as session:
        ana, olga = actor_of("ana"), actor_of("olga")
        registration = asked(session, "rivals", "need", domain="rounds.ca")
        operations.answer(registration, ana, {"rivals": "Cobalt"}, {"need": "It stands."})
        operations.ask(registration, olga, [operations.Asked("need", "Really?")])
        operations.answer(registration, ana, {"need": "Now it is another need."}, {})
        operations.ask(registration, olga, [operations.Asked("rivals", "Open")])
        session.commit()
        reference, questions = registration.reference, list(registration.questions)
    answers = answers_in(history(data_app, "omar", reference), questions)
    assert [(one.field, one.id in answers) for one in questions] == [
        ("rivals", True), ("need", False), ("need", True), ("rivals", False),
    ]  # fmt: skip
    assert answers[questions[0].id].after == "Cobalt"
    assert answers[questions[2].id].after == "Now it is another need."


def test_a_draft_keeps_no_earlier_values(data_app: Flask) -> None:
    with everything(data_app) as session:
        before = session.scalar(select(func.count(Change.id)))
        under_review("ana", domain="draft.ca")
        assert session.scalar(select(func.count(Change.id))) == before


@pytest.mark.parametrize(
    ("short", "fields"),
    [
        ("ana", {"own_reference"}),
        ("marc", {"own_reference"}),
        ("omar", {"own_reference", "margin"}),
        ("axel", {"own_reference", "margin"}),
        ("bruno", set()),
        ("pia", set()),
    ],
)
def test_a_partner_reads_of_own_records_what_is_for_both_sides(
    data_app: Flask, short: str, fields: set[str]
) -> None:
    with everything(data_app) as session:
        deal = session.scalars(select(Deal).where(Deal.owner.has(id=actor_of("ana").membership_id)))
        changes = [Changed("own_reference", "A", "B"), Changed("margin", "20", "25")]
        made = record_event(
            D.EDIT, deal.first(), actor_of("ana"), fields=["margin"], changes=changes
        )
        session.commit()
        number = made.id
    with seen_by(data_app, short):
        seen = set(db.session.scalars(select(Change.field).where(Change.event_id == number)))
    assert seen == fields


def test_a_value_in_another_form_is_shown_as_it_is(data_app: Flask) -> None:
    with everything(data_app) as session:
        deal = operations.approve(under_review("ana", domain="older.ca"), actor_of("olga"))
        changes = [
            Changed("amount", "about 5", {"sum": 7}),
            Changed("close_on", "spring", None),
            Changed("retired", ["x"], 3),
        ]
        record_event(D.EDIT, deal, actor_of("ana"), fields=[], changes=changes)
        session.commit()
        reference = deal.reference
    found = said(history(data_app, "omar", reference), "deal:edit")
    assert found["amount"] == ("about 5", "7")
    assert found["close_on"] == ("spring", "")


def test_the_reviewer_reads_both_values_beside_the_question(data_app: Flask) -> None:
    with everything(data_app) as session:
        registration = asked(session, "value", "rivals", domain="beside.ca", rivals="<b>Old</b>")
        operations.answer(
            registration, actor_of("ana"), {"value_minor": 5_200_000}, {"rivals": "Nobody"}
        )
        session.commit()
        reference = registration.reference
    page = Browser(data_app).signed_in("olga").get(f"/admin/registrations/{reference}")
    assert "was $48,000, now $52,000" in " ".join(page.soup.text.split())
    own = Browser(data_app).signed_in("ana").get(f"/registrations/{reference}")
    assert "was $48,000, now $52,000" in " ".join(own.soup.text.split())
