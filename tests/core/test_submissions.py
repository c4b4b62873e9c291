"""Is a form that was sent twice taken once, and does the person know?"""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.core import submissions
from portal.core.events import Event
from portal.core.guards import guard_of
from portal.core.submissions import SubmissionKey
from portal.core.times import at, now
from portal.domain.deals.models import Deal
from portal.domain.registrations.models import Receipt, Registration
from tests.browser import Browser, Page, fields_of
from tests.domain.world import draft, everything, membership_of
from tests.figures import record


def deal_of(app: Flask, short: str = "ana") -> str:
    """Return the reference of an open deal that the persona owns."""
    with everything(app) as session:
        found = session.scalar(
            select(Deal.reference)
            .where(Deal.owner_id == membership_of(short).id, Deal.stage == "prospect")
            .order_by(Deal.id)
        ) or session.scalar(
            select(Deal.reference).where(
                Deal.owner_id == membership_of(short).id, Deal.stage.not_in(("won", "lost"))
            )
        )
    assert found is not None
    return str(found)


def drafted(app: Flask, domain: str = "submission.ca") -> str:
    """Return the reference of a complete draft of Ana's."""
    with everything(app) as session:
        reference = draft(domain=domain).reference
        session.commit()
    return str(reference)


def count(app: Flask, model: Any, *where: Any) -> int:
    """Return how many rows of ``model`` there are."""
    with everything(app) as session:
        return int(session.scalar(select(func.count()).select_from(model).where(*where)))


def key_of(page: Page, action: str) -> str:
    """Return the submission key in the form that posts to ``action``."""
    return dict(fields_of(page.form(action)))[submissions.FIELD]


def test_a_repeated_form_gets_the_first_answer_again(data_app: Flask) -> None:
    reference = drafted(data_app)
    ana = Browser(data_app).signed_in("ana")
    action = f"/registrations/{reference}/submission"
    page = ana.get(f"/registrations/{reference}/check")
    answers = [ana.submit(page, action, status=303) for _ in range(3)]
    assert len({answer.location for answer in answers}) == 1
    assert "submitted=1" in answers[0].location
    assert count(data_app, Receipt) == 1 + count(
        data_app, Event, Event.tag == "registration:submit", Event.chain != reference
    )
    again = ana.submit(page, action, htmx=True)
    assert again.status == 200
    assert again.response.headers["HX-Redirect"] == answers[0].location


def test_the_same_form_with_other_content_names_what_was_sent(data_app: Flask) -> None:
    reference = deal_of(data_app)
    ana = Browser(data_app).signed_in("ana")
    path = f"/deals/{reference}/edit"
    page = ana.get(path)
    ana.submit(page, path, own_reference="FIRST-1", status=303)
    answer = ana.submit(page, path, own_reference="SECOND-2", status=409)
    assert f"You already sent this as {reference}" in answer.words
    with everything(data_app) as session:
        found = session.scalar(select(Deal.own_reference).where(Deal.reference == reference))
        assert found == "FIRST-1"
    # What was typed since is offered by the form anew, with a key of its own.
    fresh = ana.get(path)
    assert dict(fields_of(fresh.form(path)))["own_reference"] == "SECOND-2"
    assert key_of(fresh, path) != key_of(page, path)
    ana.submit(fresh, path, status=303)


def test_a_refused_form_keeps_its_key(data_app: Flask) -> None:
    reference = deal_of(data_app)
    ana = Browser(data_app).signed_in("ana")
    path = f"/deals/{reference}/edit"
    page = ana.get(path)
    before = count(data_app, SubmissionKey)
    for amount in ("", "a lot", "-5"):
        refused = ana.submit(page, path, amount=amount, status=422)
        assert dict(fields_of(refused.form(path)))["amount"] == amount
    assert count(data_app, SubmissionKey) == before
    ana.submit(page, path, amount="1234", status=303)
    assert count(data_app, SubmissionKey) == before + 1


def test_a_key_of_another_membership_or_of_nobody_is_refused(data_app: Flask) -> None:
    reference = deal_of(data_app)
    path = f"/deals/{reference}/edit"
    ana, marc = Browser(data_app).signed_in("ana"), Browser(data_app).signed_in("marc")
    page, foreign = ana.get(path), key_of(marc.get(path), path)
    own = key_of(page, path)
    for key in (
        foreign,
        "",
        "x",
        "a.b.c",
        *(
            own[:place] + ("A" if own[place] != "A" else "B") + own[place + 1 :]
            for place in (0, 10, 18, 25, 35)
        ),
        own[:-1],
        own + "AAAA",
        own + "x" * 5000,
        own[:-4] + "=" * 4,
        "é.1.x",
        "\x00",
    ):
        answer = ana.submit(page, path, submission_key=key, own_reference="NEVER-1")
        assert answer.status in (303, 400), key
    assert count(data_app, Deal, Deal.own_reference == "NEVER-1") == 0
    ana.submit(page, path, own_reference="NOW-1", status=303)
    assert count(data_app, Deal, Deal.own_reference == "NOW-1") == 1


@pytest.mark.parametrize("copies", [2, 5])
def test_forms_sent_at_the_same_moment_make_one_record(data_app: Flask, copies: int) -> None:
    reference = drafted(data_app, f"at-once-{copies}.ca")
    ana = Browser(data_app).signed_in("ana")
    action = f"/registrations/{reference}/submission"
    page = ana.get(f"/registrations/{reference}/check")
    barrier = threading.Barrier(copies)
    answers: list[Page] = []

    def send() -> None:
        tab = Browser(data_app)
        tab.client._cookies = dict(ana.client._cookies)  # two tabs of one browser
        barrier.wait(20)
        answers.append(tab.submit(page, action))

    threads = [threading.Thread(target=send) for _ in range(copies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    locations = {answer.location for answer in answers}
    with everything(data_app) as session:
        registration = session.scalars(select(Registration).filter_by(reference=reference)).one()
        receipts = session.scalar(
            select(func.count(Receipt.id)).where(Receipt.registration_id == registration.id)
        )
    is_good = [a.status for a in answers] == [303] * copies and len(locations) == receipts == 1
    kind = "SQLite" if "sqlite" in data_app.config["SQLALCHEMY_DATABASE_URI"] else "PostgreSQL"
    record(
        2,
        f"{copies} equal submits at once ({kind})",
        "one record, the same answer for each",
        f"{receipts} receipt, {len(locations)} answer",
        is_good,
    )
    assert is_good


def test_two_tabs_with_forms_of_their_own_are_two_submissions(data_app: Flask) -> None:
    """The second tab's form is older than the first one's change: it is told so."""
    reference = deal_of(data_app)
    path = f"/deals/{reference}/edit"
    ana = Browser(data_app).signed_in("ana")
    first, second = ana.get(path), ana.get(path)
    ana.submit(first, path, own_reference="TAB-1", status=303)
    answer = ana.submit(second, path, own_reference="TAB-2", status=409)
    assert "This has changed meanwhile" in answer.words
    fresh = ana.get(path)
    assert dict(fields_of(fresh.form(path)))["own_reference"] == "TAB-2"


def test_old_keys_are_purged(data_app: Flask) -> None:
    reference = deal_of(data_app)
    ana = Browser(data_app).signed_in("ana")
    path = f"/deals/{reference}/edit"
    ana.submit(ana.get(path), path, own_reference="P-1", status=303)
    with everything(data_app) as session:
        before = session.scalar(select(func.count(SubmissionKey.key)))
        assert before
        assert submissions.purge() == 0
        with at(now() + dt.timedelta(days=15)):
            assert submissions.purge() == before
        session.commit()
        assert session.scalar(select(func.count(SubmissionKey.key))) == 0


def test_who_needs_no_key_is_pinned(app: Flask) -> None:
    free = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and (
            getattr(app.view_functions[rule.endpoint], "__repeatable__", False)
            or guard_of(app, rule.endpoint).permission is None  # type: ignore[union-attr]
        )
    }
    assert free == {
        "account.confirm",
        "admin.people.stop",
        "applications.apply",
        "applications.follow",
        "drafts.discard",
        "drafts.keep",
        "sign_in.ask_access",
        "sign_in.find",
        "sign_in.hear_logout",
        "sign_in.sign_out",
    }
