"""Is whoever is let in still let in when their turn to write comes, and what do they read?"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.core import database
from portal.core.database import db
from portal.core.drafts import MOST_DRAFTS, Draft
from portal.core.net import system_mode
from portal.core.times import now
from portal.core.transactions import record_aside
from portal.domain.deals.models import OPEN_STAGES, Deal
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import LoginSession, Membership, Role
from tests.browser import Browser, fields_of
from tests.domain.world import everything, membership_of

Change = Callable[[Membership], Any]
CHANGES: dict[str, Change] = {
    "the session is ended": lambda member: (
        update(LoginSession).where(LoginSession.membership_id == member.id).values(ended_at=now())
    ),
    "the membership is deactivated": lambda member: (
        update(Membership).where(Membership.id == member.id).values(is_active=False)
    ),
    "the organisation is suspended": lambda member: (
        update(Organisation)
        .where(Organisation.id == member.organisation_id)
        .values(status="suspended")
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_who_lost_access_while_waiting_writes_nothing(app: Flask, change: Change) -> None:
    """A form waits for the write lock; what the holder commits counts for the form too."""
    with everything(app) as session:
        member = membership_of("marc")
        deal = session.scalars(
            select(Deal).where(
                Deal.organisation_id == member.organisation_id, Deal.stage.in_(OPEN_STAGES)
            )
        ).first()
        assert deal is not None
        reference, statement = deal.reference, change(member)
        db.session.remove()
    marc = Browser(app).signed_in("marc")
    path = f"/deals/{reference}/next-step"
    pairs = [pair for pair in fields_of(marc.get(path).form()) if pair[0] not in ("step", "on")]
    pairs += [("step", "Never to be seen"), ("on", "2099-01-01")]
    is_held, may_commit = threading.Event(), threading.Event()

    def hold() -> None:
        with app.app_context(), system_mode("test"):
            db.session.execute(statement, execution_options={"synchronize_session": False})
            is_held.set()
            may_commit.wait(20)
            db.session.commit()

    holder = threading.Thread(target=hold)
    holder.start()
    assert is_held.wait(20)
    threading.Timer(0.7, may_commit.set).start()
    answer = marc.post(path, pairs)
    holder.join(20)
    assert answer.status == 303
    assert answer.location.startswith("/sign-in")
    with everything(app) as session:
        found = session.scalar(select(Deal.next_step).where(Deal.reference == reference))
        assert found != "Never to be seen"


def test_whoever_may_do_nothing_reads_a_page_that_says_so(app: Flask) -> None:
    """A vendor's role in a partner organisation has no rights, and no tabs either."""
    with everything(app) as session:
        membership_of("noah").role = Role.APPROVER
        session.commit()
    noah = Browser(app).signed_in("noah")
    for path, status in (("/", 403), ("/deals", 403), ("/deals/DL-00000000", 404), ("/x", 404)):
        assert noah.get(path, status=status).heading


def test_a_form_without_its_token_is_shown_anew_to_who_is_signed_in(app: Flask) -> None:
    marc = Browser(app).signed_in("marc")
    page = marc.get("/account")
    pairs = [pair for pair in fields_of(page.form()) if pair[0] != "csrf_token"]
    answer = marc.post("/account", pairs, status=303)
    assert answer.location == "/account"


def test_a_refusal_is_shown_without_the_write_lock(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    marc = Browser(app).signed_in("marc")
    with everything(app) as session:
        member = membership_of("marc")
        reference = session.scalar(
            select(Deal.reference).where(
                Deal.organisation_id == member.organisation_id, Deal.stage == "won"
            )
        )
    modes: list[str] = []
    conflict = app.extensions["quayside.conflict"]

    def watched(name: str) -> Any:
        modes.append(database.transaction_mode.get())
        return conflict(name)

    monkeypatch.setitem(app.extensions, "quayside.conflict", watched)
    some = marc.get("/account")
    keys = [pair for pair in fields_of(some.form()) if pair[0] in ("csrf_token", "submission_key")]
    marc.post(f"/deals/{reference}/won", [*keys, ("version", "999")], status=409)
    assert modes == ["read"]


def test_drafts_of_one_membership_are_few(data_app: Flask) -> None:
    from werkzeug.datastructures import MultiDict

    from portal.core import drafts

    with everything(data_app) as session:
        number = membership_of("ana").id
        db.session.remove()
        del session
    with data_app.app_context(), record_aside("draft") as aside:
        for place in range(MOST_DRAFTS + 5):
            drafts.keep(aside, number, f"/x/{place}", MultiDict({"text": "typed"}))
        kept = aside.scalars(select(Draft.path).where(Draft.membership_id == number)).all()
        aside.rollback()
    assert len(kept) == MOST_DRAFTS
    assert f"/x/{MOST_DRAFTS + 4}" in kept


def test_a_page_is_whole_also_where_somebody_asked_before_who_it_is(app: Flask) -> None:
    """As a limit does, which counts before anybody is admitted."""
    from flask_login import current_user

    marc = Browser(app).signed_in("marc")
    before = marc.get("/deals").words
    app.before_request_funcs[None].insert(0, lambda: current_user.is_authenticated and None)
    try:
        assert marc.get("/deals").words == before
    finally:
        app.before_request_funcs[None].pop(0)
    assert "CAD" in before or "$" in before
