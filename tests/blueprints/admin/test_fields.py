"""Does the vendor decide which fields partners see, from everybody's next page on?"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.events import Event, digest
from portal.core.fields import Sight, nouns
from portal.core.outbox import Delivery
from portal.core.sheets import BOM
from portal.domain.deals import operations as deals
from portal.domain.deals.models import OPEN_STAGES, Deal
from portal.domain.registrations import operations
from portal.integrations.mail.letters import write_letter
from tests.browser import Browser, fields_of
from tests.conftest import MakeApp
from tests.domain.world import actor_of, everything, membership_of, show_to_partners, under_review

SignIn = Callable[[str], Browser]


def decide(browser: Browser, **shown: bool) -> Any:
    """Tick or untick fields on the page and save it ("deal__close_on" is "deal.close_on")."""
    page = browser.get("/admin/fields")
    pairs = [pair for pair in fields_of(page.form()) if pair[0] != "shown"]
    ticked = {value for name, value in fields_of(page.form()) if name == "shown"}
    for name, is_shown in shown.items():
        code = name.replace("__", ".")
        ticked = ticked | {code} if is_shown else ticked - {code}
    data = {**dict(pairs), "shown": sorted(ticked)}
    answer = browser.client.post("/admin/fields", base_url="http://127.0.0.1:8000", data=data)
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["Location"])


@pytest.fixture
def deal(app: Flask) -> str:
    """An open deal of Ana's whose close date was changed, with somebody of the vendor's on it."""
    with everything(app) as session:
        ana = actor_of("ana")
        found = session.scalars(
            select(Deal).where(Deal.owner_id == ana.membership_id, Deal.stage.in_(OPEN_STAGES))
        ).first()
        assert found is not None
        found.vendor_owner_id = membership_of("vic").id
        day = found.close_on.replace(year=found.close_on.year + 3)
        deals.edit(found, ana, {"close_on": day})
        session.commit()
        return found.reference


def test_the_page_says_of_every_field_how_it_stands(sign_in: SignIn) -> None:
    page = sign_in("pia").get("/admin/fields")
    for noun in nouns():
        for field in noun.fields:
            assert str(field.label) in page.words, field.code
            assert str(field.because) in page.words, field.code
            box = page.soup.select_one(f"input[value='{field.code}']")
            assert (box is not None) is (field.sight == Sight.SETTING), field.code
            assert field.because, field.code


def test_what_pia_hides_is_gone_from_anas_next_page_and_staff_still_have_it(
    sign_in: SignIn, deal: str
) -> None:
    pia, ana, omar, nadia = map(sign_in, ("pia", "ana", "omar", "nadia"))
    paths = (f"/deals/{deal}", f"/deals/{deal}/edit", "/deals")
    was = {path: ana.get(path).words for path in paths}
    assert all("close" in words.lower() for words in was.values())
    assert "Expected close date: was" in was[f"/deals/{deal}"]
    assert "Saved." in decide(pia, deal__close_on=False).words
    for path in paths:
        words = ana.get(path).words
        assert "lose date" not in words and "Closes" not in words and "closes" not in words, path
    for browser in (ana, nadia):
        for path in (f"/deals/{deal}", "/company/log", "/deals"):
            if browser is nadia or path != "/company/log":
                assert "lose date" not in browser.get(path).words, path
    assert "Expected close date: was" in omar.get(f"/deals/{deal}").words
    assert "Closes" in omar.get("/deals").words
    decide(pia, deal__close_on=True)
    assert {path: ana.get(path).words for path in paths} == was


def test_it_holds_at_the_next_request_of_every_process(make_app: MakeApp, app: Flask) -> None:
    """Two applications on one database, each with what it keeps in memory, as processes have it."""
    pia, ana = Browser(app).signed_in("pia"), Browser(make_app()).signed_in("ana")
    for is_shown in (False, True, False):
        decide(pia, deal__close_on=is_shown)
        assert ("Closes" in ana.get("/deals").words) is is_shown


def test_a_file_has_the_columns_that_its_reader_reads(sign_in: SignIn, deal: str) -> None:
    def file(browser: Browser) -> tuple[list[str], dict[str, list[str]]]:
        text = browser.get("/deals/export?stage=", check=False).text.removeprefix(BOM)
        head, *lines = csv.reader(io.StringIO(text))
        return head, {line[1]: line for line in lines}

    pia, ana, omar = sign_in("pia"), sign_in("ana"), sign_in("omar")
    omar.submit(
        omar.get(f"/admin/deals/{deal}/assessment"), margin="7", score="9", risk="low", status=303
    )
    head, lines = file(ana)
    listed = set(re.findall(r"DL-\w{8}", ana.get("/deals").text))
    assert listed <= lines.keys() and "Expected close date" in head
    for words in ("Probability", "At Meridian", "Margin", "Score", "Risk"):
        assert words not in head, words
    day = lines[deal][head.index("Expected close date")]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", day)
    decide(pia, deal__close_on=False, deal__probability=True, deal__vendor_owner=True)
    fewer, same = file(ana)
    assert set(head) - set(fewer) == {"Expected close date"}
    assert set(fewer) - set(head) == {"Probability", "At Meridian"}
    assert same.keys() == lines.keys()
    assert day not in same[deal]
    whole, others = file(omar)
    assert {"Expected close date", "Margin", "Score", "Risk"} <= set(whole)
    assert others[deal][-3:] == ["7%", "9", "Low risk"]
    assert "\n".join(others[deal]) not in str(lines)


def test_an_export_is_written_down(app: Flask, sign_in: SignIn) -> None:
    sign_in("ana").get("/deals/export?stage=prospect&q=harbour", check=False)
    with everything(app) as session:
        event = session.scalars(select(Event).where(Event.tag == "deal:export")).one()
        assert event.particulars == {"stage": "prospect", "typed": digest("harbour")}
        assert not event.partner_sees


def test_a_form_writes_no_field_that_is_hidden(app: Flask, sign_in: SignIn, deal: str) -> None:
    pia, ana = sign_in("pia"), sign_in("ana")
    decide(pia, deal__close_on=False)
    page = ana.get(f"/deals/{deal}/edit")
    assert page.soup.select_one("[name=close_on]") is None
    with everything(app) as session:
        was = session.scalars(select(Deal.close_on).where(Deal.reference == deal)).one()
    ana.submit(page, amount="81000", close_on="2031-01-01", status=303)
    for path, fields in ((f"/deals/{deal}/next-step", {"step": "Call", "on": "2030-01-02"}),
                         (f"/deals/{deal}/stage", {"stage": "proving"}),
                         (f"/deals/{deal}/lost", {"reason": "price"})):  # fmt: skip
        ana.submit(ana.get(path), status=303, **fields)
    with everything(app) as session:
        now = session.scalars(select(Deal).where(Deal.reference == deal)).one()
        assert (now.close_on, now.amount_minor, now.stage) == (was, 8_100_000, "lost")


def test_a_form_that_was_shown_before_the_field_was_hidden_changes_the_rest(
    app: Flask, sign_in: SignIn, deal: str
) -> None:
    pia, ana = sign_in("pia"), sign_in("ana")
    page = ana.get(f"/deals/{deal}/edit")
    decide(pia, deal__close_on=False)
    with everything(app) as session:
        was = session.scalars(select(Deal.close_on).where(Deal.reference == deal)).one()
    ana.submit(page, amount="82000", close_on="2031-01-01", status=303)
    with everything(app) as session:
        now = session.scalars(select(Deal).where(Deal.reference == deal)).one()
        assert (now.close_on, now.amount_minor) == (was, 8_200_000)


def test_probability_and_who_works_on_it_are_shown_where_the_vendor_wants_it(
    app: Flask, sign_in: SignIn, deal: str
) -> None:
    pia, ana, omar = sign_in("pia"), sign_in("ana"), sign_in("omar")
    words = ana.get(f"/deals/{deal}").words
    assert "Probability" not in words and "At Meridian" not in words and "Vic" not in words
    staff = omar.get(f"/deals/{deal}").words
    with everything(app):
        first, _space, last = membership_of("vic").user.name.partition(" ")
    assert "Probability" in staff and f"At Meridian {first} {last}" in staff
    decide(pia, deal__probability=True, deal__vendor_owner=True)
    words = ana.get(f"/deals/{deal}").words
    assert "Probability" in words and f"At Meridian {first}" in words
    assert last not in words


def test_who_reviews_can_be_left_unsaid(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        record = under_review("ana", reviewer="olga")
        operations.approve(record, actor_of("olga"))
        reference = record.reference
        deal = session.scalars(select(Deal).where(Deal.registration_id == record.id)).one()
        made = deal.reference
        session.commit()
    ana, nadia, carla = sign_in("ana"), sign_in("nadia"), sign_in("carla")
    paths = [(ana, f"/registrations/{reference}"), (ana, f"/deals/{made}"),
             (nadia, f"/company/log?record={reference}")]  # fmt: skip
    for browser, path in paths:
        assert "Olga at Meridian" in browser.get(path).words, path
    with everything(app):
        show_to_partners(registration__reviewer=False)
    for browser, path in paths:
        words = browser.get(path).words
        assert "Olga" not in words, path
        assert "Meridian approved" in words or "Meridian opened" in words, path
    assert "Olga" in carla.get(f"/admin/registrations/{reference}").words


def test_a_mail_does_not_name_who_reviewed_either(app: Flask) -> None:
    with everything(app) as session:
        record = under_review("ana", reviewer="olga")
        operations.approve(record, actor_of("olga"))
        session.commit()
        query = select(Delivery).join(Delivery.event).where(Event.tag == "registration:approve")
        delivery = session.scalars(query.order_by(Delivery.id.desc())).first()
        assert "Olga at Meridian approved" in str(write_letter(delivery))
        show_to_partners(registration__reviewer=False)
        letter = write_letter(delivery)
        assert "Olga" not in str(letter) and "Meridian approved" in str(letter)


def test_looking_for_a_person_does_not_tell_who_reviewed(app: Flask, sign_in: SignIn) -> None:
    """The account manager is known to the partner by name; what they decided then is not."""
    with everything(app) as session:
        record = under_review("ana", reviewer="carla")
        reference = record.reference
        session.commit()
    nadia = sign_in("nadia")
    path = f"/company/log?person=carla&record={reference}"
    assert "took it for review" in nadia.get(path).words
    with everything(app):
        show_to_partners(registration__reviewer=False)
    assert "took it for review" not in nadia.get(path).words
    assert "took it for review" in nadia.get(f"/company/log?record={reference}").words


def test_by_when_we_decide_can_be_left_unsaid(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        reference = under_review("ana").reference
        session.commit()
    ana = sign_in("ana")
    page, home = ana.get(f"/registrations/{reference}"), ana.get("/")
    assert page.soup.select_one("main .card .split span[title]")
    assert "Meridian decides" in home.words
    with everything(app):
        show_to_partners(registration__decision_target=False)
    page, home = ana.get(f"/registrations/{reference}"), ana.get("/")
    assert "Meridian decides" in page.words
    assert not page.soup.select_one("main .card .split span[title]")
    assert "Meridian decides" not in home.words
    changed = [cell.get_text() for cell in home.soup.select("#with-vendor ~ table td:last-child")]
    assert changed and all("Changed" in words for words in changed)


def test_deciding_is_written_down_and_not_twice(app: Flask, sign_in: SignIn) -> None:
    pia = sign_in("pia")
    for _time in range(2):
        decide(pia, deal__close_on=False, deal__probability=True)
    with everything(app) as session:
        events = session.scalars(select(Event).where(Event.tag == "field:set")).all()
        assert [event.particulars for event in events] == [
            {"shown": ["deal.probability"], "hidden": ["deal.close_on"]}
        ]
        assert not events[0].partner_sees


def test_two_administrators_do_not_overwrite_each_other(sign_in: SignIn) -> None:
    pia, other = sign_in("pia"), sign_in("pia")
    first, second = pia.get("/admin/fields"), other.get("/admin/fields")
    pia.submit(first, shown="deal.probability", status=303)
    other.submit(second, shown="deal.close_on", status=409)


@pytest.mark.parametrize("code", ["deal.margin", "deal.amount", "registration.notes", "x", ""])
def test_what_nobody_decides_is_not_decided(sign_in: SignIn, code: str) -> None:
    pia = sign_in("pia")
    pia.submit(pia.get("/admin/fields"), shown=code, status=400)
