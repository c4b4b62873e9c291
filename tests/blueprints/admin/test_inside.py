"""Does what the vendor's own side keeps of a record stay there, to the last hint?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from portal.domain.deals.models import Deal, DealAssessment, Stage
from portal.domain.notes.models import Note
from portal.domain.registrations.models import Registration
from tests.browser import Browser
from tests.domain.world import everything, membership_of, under_review

SignIn = Callable[[str], Browser]
NOTE = "They paid the last one\nvery late."


@pytest.fixture
def records(app: Flask) -> dict[str, str]:
    """A registration and a deal of Ana's."""
    with everything(app) as session:
        registration = under_review("ana").reference
        ana = membership_of("ana").id
        deal = (
            session.scalars(
                select(Deal).where(Deal.owner_id == ana, Deal.stage == Stage.PROSPECT)
            ).first()
            or session.scalars(select(Deal).where(Deal.owner_id == ana)).first()
        )
        deal.vendor_owner_id = membership_of("vic").id
        session.execute(delete(DealAssessment))
        session.execute(delete(Note))
        session.commit()
        return {"registration": registration, "deal": deal.reference}


def page_of(kind: str, reference: str, staff: bool = True) -> str:
    return f"{'/admin' if staff and kind == 'registration' else ''}/{kind}s/{reference}"


def write(browser: Browser, kind: str, reference: str, text: str = NOTE) -> Any:
    page = browser.get(page_of(kind, reference))
    return browser.submit(page, f"{reference}/notes", text=text, status=303)


@pytest.mark.parametrize("kind", ["registration", "deal"])
def test_a_note_is_read_by_the_own_side_alone(
    sign_in: SignIn, records: dict[str, str], kind: str
) -> None:
    omar, carla, ana, nadia = map(sign_in, ("omar", "carla", "ana", "nadia"))
    reference = records[kind]
    before = [ana.get(page_of(kind, reference, False)).words, ana.get("/").words]
    page = omar.follow(write(omar, kind, reference))
    for staff in (page, carla.get(page_of(kind, reference))):
        note = staff.soup.select_one("#notes li")
        assert "They paid the last one" in note.get_text() and "Omar" in note.get_text()
        assert "wrote a note for our own side" in staff.words
    assert [ana.get(page_of(kind, reference, False)).words, ana.get("/").words] == before
    for path in (page_of(kind, reference, False), "/company/log", "/deals", "/registrations"):
        text = nadia.get(path).text
        for word in ("paid the last", "note:write", "wrote a note", "own side", 'id="notes"'):
            assert word not in text, (path, word)


@pytest.mark.parametrize("kind", ["registration", "deal"])
def test_an_empty_note_is_asked_for_once_more(
    sign_in: SignIn, records: dict[str, str], kind: str
) -> None:
    omar = sign_in("omar")
    page = omar.get(page_of(kind, records[kind]))
    again = omar.submit(page, f"{records[kind]}/notes", text="  ", status=422)
    assert again.errors() == ["Write what the others should know."]


def test_margin_score_and_risk_are_kept_and_shown_to_staff(
    app: Flask, sign_in: SignIn, records: dict[str, str]
) -> None:
    deal = records["deal"]
    for short in ("vic", "carla", "omar"):
        browser = sign_in(short)
        assert browser.get(f"/deals/{deal}").soup.select_one(f"a[href$='{deal}/assessment']")
    vic = sign_in("vic")
    form = vic.get(f"/admin/deals/{deal}/assessment")
    page = vic.follow(vic.submit(form, margin="12,5 %", score="70", risk="high", status=303))
    for words in ("12.5%", "70 of 100", "High risk", "You assessed the deal for our side",
                  "Margin: 12.5%", "Risk: High risk"):  # fmt: skip
        assert words in page.words, words
    with everything(app) as session:
        kept = session.scalars(select(DealAssessment)).one()
        assert (kept.margin, kept.score, kept.risk) == (125, 70, "high")
    again = vic.get(f"/admin/deals/{deal}/assessment")
    assert again.soup.select_one("#field-margin")["value"] == "12.5"
    axel = sign_in("axel").get(f"/deals/{deal}")
    assert "12.5%" in axel.words
    assert not axel.soup.select("a[href$='/assessment'], #notes form")


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("margin", "much", "Margin: give a percentage such as 12 or 12.5."),
        ("margin", "12.55", "Margin: give a percentage such as 12 or 12.5."),
        ("margin", "101", "Margin: give a percentage such as 12 or 12.5."),
        ("margin", "NaN", "Margin: give a percentage such as 12 or 12.5."),
        ("margin", "1e3", "Margin: give a percentage such as 12 or 12.5."),
        ("score", "101", "Score: give a number from 0 to 100."),
        ("score", "-1", "Score: give a number from 0 to 100."),
        ("score", "٣", "Score: give a number from 0 to 100."),
        ("risk", "none", "Risk: choose from the list."),
    ],
)
def test_what_is_no_assessment_gets_a_sentence_and_is_kept(
    sign_in: SignIn, records: dict[str, str], field: str, typed: str, sentence: str
) -> None:
    omar = sign_in("omar")
    form = omar.get(f"/admin/deals/{records['deal']}/assessment")
    page = omar.submit(form, status=422, **{field: typed})
    assert page.errors() == [sentence]
    if field != "risk":
        assert page.soup.select_one(f"#field-{field}")["value"] == typed


def test_two_of_us_do_not_overwrite_each_other(sign_in: SignIn, records: dict[str, str]) -> None:
    path = f"/admin/deals/{records['deal']}/assessment"
    omar, carla = sign_in("omar"), sign_in("carla")
    first, second = omar.get(path), carla.get(path)
    omar.submit(first, margin="10", status=303)
    page = carla.submit(second, margin="20", status=409)
    assert "Omar" in page.words
    third = carla.get(path)
    carla.submit(third, margin="20", status=303)


def test_nothing_that_the_own_side_keeps_makes_a_partners_form_old(
    app: Flask, sign_in: SignIn, records: dict[str, str]
) -> None:
    """Neither a version, nor when it was changed, nor the place in a list tells of it."""
    ana, omar, deal = sign_in("ana"), sign_in("omar"), records["deal"]

    def standing() -> list[Any]:
        with everything(app) as session:
            rows = session.execute(select(Deal.version, Deal.changed_at, Deal.next_by))
            more = session.execute(select(Registration.version, Registration.changed_at))
            return [*rows, *more]

    form, listed, before = ana.get(f"/deals/{deal}/edit"), ana.get("/deals").words, standing()
    write(omar, "deal", deal)
    write(omar, "registration", records["registration"])
    omar.submit(
        omar.get(f"/admin/deals/{deal}/assessment"), margin="7", score="1", risk="low", status=303
    )
    assert standing() == before
    assert ana.get("/deals").words == listed
    ana.submit(form, amount="77000", status=303)


def test_a_note_is_kept_whatever_a_partner_changed_meanwhile(
    app: Flask, sign_in: SignIn, records: dict[str, str]
) -> None:
    ana, omar, deal = sign_in("ana"), sign_in("omar"), records["deal"]
    page = omar.get(f"/deals/{deal}")
    ana.submit(ana.get(f"/deals/{deal}/edit"), amount="77000", status=303)
    omar.submit(page, f"{deal}/notes", text=NOTE, status=303)
    with everything(app) as session:
        assert [note.text for note in session.scalars(select(Note))] == [NOTE]


def test_a_note_sent_twice_is_one_note(
    app: Flask, sign_in: SignIn, records: dict[str, str]
) -> None:
    omar, deal = sign_in("omar"), records["deal"]
    page = omar.get(f"/deals/{deal}")
    for _time in range(2):
        omar.submit(page, f"{deal}/notes", text=NOTE, status=303)
    with everything(app) as session:
        assert len(session.scalars(select(Note)).all()) == 1


def test_a_rewritten_note_does_not_fit_its_event(
    app: Flask, sign_in: SignIn, records: dict[str, str]
) -> None:
    from portal.core.events import Event, digest

    write(sign_in("omar"), "deal", records["deal"])
    with everything(app) as session:
        note = session.scalars(select(Note)).one()
        last = select(Event).where(Event.tag == "note:write").order_by(Event.id.desc())
        event = session.scalars(last).first()
        assert event.particulars == {"digest": digest(note.text)}
        assert not event.partner_sees and NOTE not in str(event.words)


@pytest.mark.parametrize("short", ["ana", "marc", "nadia", "diego"])
def test_partners_do_not_come_near_it(sign_in: SignIn, records: dict[str, str], short: str) -> None:
    browser = sign_in(short)
    deal, registration = records["deal"], records["registration"]
    for path in (f"/admin/deals/{deal}/notes", f"/admin/deals/{deal}/assessment",
                 f"/admin/registrations/{registration}/notes"):  # fmt: skip
        browser.get(path, status=403)
