"""Is typed text there again after whatever came between, for its writer alone?"""

from __future__ import annotations

import datetime as dt

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from portal.core import drafts
from portal.core.drafts import Draft
from portal.core.times import now
from portal.domain.deals.models import Deal
from tests.browser import Browser, Page, fields_of
from tests.core.test_submissions import count, deal_of
from tests.domain.world import everything


def typed(page: Page, path: str, name: str = "own_reference") -> str:
    """Return what stands in a field of the page's form."""
    return dict(fields_of(page.form(path)))[name]


def autosave(browser: Browser, page: Page, path: str, **values: str) -> Page:
    """Send what is typed, as the page's script does."""
    pairs = [(n, v) for n, v in fields_of(page.form(path)) if n not in values]
    return browser.post("/drafts", [*pairs, *values.items(), ("form_path", path)], htmx=True)


def test_what_was_typed_stands_in_the_form_again_until_it_is_sent(data_app: Flask) -> None:
    reference = deal_of(data_app)
    path = f"/deals/{reference}/edit"
    ana = Browser(data_app).signed_in("ana")
    page = ana.get(path)
    assert autosave(ana, page, path, own_reference="HALF-TYPED").status == 200
    # Nothing of it is in the record, and nobody else is offered it.
    assert count(data_app, Deal, Deal.own_reference == "HALF-TYPED") == 0
    assert typed(Browser(data_app).signed_in("marc").get(path), path) != "HALF-TYPED"
    elsewhere = Browser(data_app).signed_in("ana")
    again = elsewhere.get(path)
    assert typed(again, path) == "HALF-TYPED"
    elsewhere.submit(again, path, status=303)
    assert count(data_app, Deal, Deal.own_reference == "HALF-TYPED") == 1
    assert count(data_app, Draft) == 0


def test_a_lost_session_loses_no_text(data_app: Flask) -> None:
    reference = deal_of(data_app)
    path = f"/deals/{reference}/edit"
    ana = Browser(data_app).signed_in("ana")
    page = ana.get(path)
    visitor = Browser(data_app)
    for htmx in (False, True):
        answer = visitor.submit(page, path, own_reference="NOT-LOST", htmx=htmx)
        assert answer.status == (401 if htmx else 303)
        assert "/sign-in?next=" in answer.location
        assert "What you typed is kept" in visitor.get(answer.location).words
    assert count(data_app, Deal, Deal.own_reference == "NOT-LOST") == 0
    back = Browser(data_app).signed_in("ana").get(path)
    assert typed(back, path) == "NOT-LOST"
    assert typed(Browser(data_app).signed_in("marc").get(path), path) != "NOT-LOST"


def test_a_visitor_without_a_key_of_ours_leaves_nothing(data_app: Flask) -> None:
    visitor = Browser(data_app)
    for key in ("", "x", "a.1.b", "abc.1." + "0" * 24):
        visitor.post("/deals/DL-00000000/edit", [("submission_key", key), ("own_reference", "X")])
    assert count(data_app, Draft) == 0


def test_a_form_that_was_sent_already_is_not_kept(data_app: Flask) -> None:
    reference = deal_of(data_app)
    path = f"/deals/{reference}/edit"
    ana = Browser(data_app).signed_in("ana")
    page = ana.get(path)
    ana.submit(page, path, own_reference="SENT-1", status=303)
    autosave(ana, page, path, own_reference="SENT-1")  # the script's last breath
    Browser(data_app).submit(page, path, own_reference="SENT-1")  # and a retry signed out
    assert count(data_app, Draft) == 0


def test_a_draft_is_thrown_away_on_request(data_app: Flask) -> None:
    reference = deal_of(data_app)
    path = f"/deals/{reference}/edit"
    ana = Browser(data_app).signed_in("ana")
    autosave(ana, ana.get(path), path, own_reference="THROWN")
    page = ana.get(path)
    answer = ana.submit(page, "/drafts/discard", status=303)
    assert answer.location.endswith(path)
    assert typed(ana.get(path), path) != "THROWN"


def test_a_discarded_registration_leaves_no_typed_text(data_app: Flask) -> None:
    noah = Browser(data_app).signed_in("noah")
    page = noah.follow(noah.submit(noah.get("/"), "/registrations", status=303))
    path = page.path
    autosave(noah, page, path, company="GONE")
    assert count(data_app, Draft) == 1
    noah.submit(noah.get(path), path.replace("customer", "discard"), status=303)
    assert count(data_app, Draft) == 0


def test_what_is_kept_is_cleaned_and_has_a_limit(data_app: Flask) -> None:
    with everything(data_app) as session:
        form = MultiDict(
            [("a", "x\x00\u202ey "), ("csrf_token", "secret"), ("submission_key", "k")]
        )
        assert drafts.keep(session, 1, "/x", form)
        session.commit()
        assert session.scalars(select(Draft)).one().fields == [["a", "xy"]]
        assert not drafts.keep(session, 1, "/y", MultiDict([("a", "x" * 60_001)]))
        assert not drafts.keep(session, 1, "/y", MultiDict([("a", ""), ("b", "  ")]))
        assert not drafts.keep(session, 1, "/" + "y" * 255, MultiDict([("a", "x")]))
        many = MultiDict([(f"f{number}", "x") for number in range(900)])
        assert drafts.keep(session, 1, "/z", many)
        session.commit()
        assert len(session.get(Draft, (1, "/z")).fields) == drafts.MOST_FIELDS
        # The newest wins.
        assert drafts.keep(session, 1, "/x", MultiDict([("a", "newer")]))
        session.commit()
        session.expire_all()
        assert session.get(Draft, (1, "/x")).fields == [["a", "newer"]]


def test_drafts_live_for_two_weeks(data_app: Flask) -> None:
    reference = deal_of(data_app)
    path = f"/deals/{reference}/edit"
    ana = Browser(data_app).signed_in("ana")
    autosave(ana, ana.get(path), path, own_reference="OLD")
    with everything(data_app) as session:
        row = session.scalars(select(Draft)).one()
        row.at = now() - dt.timedelta(days=13, hours=23)
        session.commit()
    assert typed(ana.get(path), path) == "OLD"
    with everything(data_app) as session:
        session.scalars(select(Draft)).one().at = now() - dt.timedelta(days=14, minutes=1)
        session.commit()
    assert typed(ana.get(path), path) != "OLD"
    with everything(data_app) as session:
        drafts.purge(session)
        session.commit()
        assert session.scalars(select(Draft)).all() == []


def test_autosave_takes_no_address_of_another_site(data_app: Flask) -> None:
    ana = Browser(data_app).signed_in("ana")
    page = ana.get("/account")
    token = dict(fields_of(page.form("/account")))["csrf_token"]
    for path in ("//evil.example", "https://evil.example", "", "/a\r\nb", "x", "/" + "a" * 2000):
        pairs = [("csrf_token", token), ("form_path", path), ("own_reference", "X")]
        assert ana.post("/drafts", pairs).status == 400, path
        assert ana.post("/drafts/discard", pairs).status == 400, path
    assert count(data_app, Draft) == 0
