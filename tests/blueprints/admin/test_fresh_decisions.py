"""From which amount on is a reviewer asked again who they are, and what of their form stays?"""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.domain.people.models import LoginSession
from portal.domain.registrations.models import Registration, Status
from tests.browser import Browser
from tests.domain.world import everything, membership_of, under_review


def planted(app: Flask, **values: Any) -> str:
    """Return the reference of a registration that Olga has taken."""
    with everything(app) as session:
        made = under_review("ana", "olga", **values)
        session.commit()
        return str(made.reference)


def status_of(app: Flask, reference: str) -> str:
    with everything(app) as session:
        query = select(Registration.status).where(Registration.reference == reference)
        return str(session.scalar(query))


@pytest.mark.parametrize(
    ("minor", "currency", "limit", "is_asked"),
    [
        (100_000_00, "CAD", None, False),
        (100_000_01, "CAD", None, True),
        (100_000_01, "EUR", None, True),  # in the record's own currency, as the limit is
        (100_000_00, "CAD", 250_000, False),
        (100_000_01, "CAD", 250_000, True),
        (50_000_00, "CAD", 50_000, False),
    ],
)
def test_a_stale_reviewer_is_asked_above_the_amount(
    app: Flask, minor: int, currency: str, limit: int | None, is_asked: bool
) -> None:
    with everything(app) as session:
        membership_of("olga").approval_limit = limit
        session.commit()
    reference = planted(app, value_minor=minor, currency=currency)
    olga = Browser(app).signed_in("olga", stale=True)
    page = olga.get(f"/admin/registrations/{reference}")
    assert ("We will ask you to sign in again" in page.words) is is_asked
    answer = olga.submit(page, f"/admin/registrations/{reference}/approval", status=303)
    if is_asked:
        assert answer.location.startswith("/sign-in-again?for=registration%3Adecide")
        assert olga.follow(answer).heading == "Sign in again"
        assert status_of(app, reference) == Status.UNDER_REVIEW
    else:
        assert status_of(app, reference) == Status.APPROVED


@pytest.mark.parametrize("htmx", [False, True])
def test_what_was_typed_into_a_rejection_is_kept(app: Flask, htmx: bool) -> None:
    reference = planted(app, value_minor=200_000_00)
    olga = Browser(app).signed_in("olga", stale=True)
    path = f"/admin/registrations/{reference}/rejection"
    form = olga.get(path)
    assert "We will ask you to sign in again" in form.words
    text = "There is no project any more, they said."
    answer = olga.submit(form, path, htmx=htmx, reason="no_project", text=text)
    assert answer.status == (401 if htmx else 303)
    assert answer.location.startswith("/sign-in-again?")
    assert status_of(app, reference) == Status.UNDER_REVIEW
    fresh = Browser(app).signed_in("olga")
    again = fresh.get(path)
    assert "It is not sent yet" in again.words
    assert "We will ask you" not in again.words
    assert text in again.words
    fresh.submit(again, path, status=303)
    assert status_of(app, reference) == Status.REJECTED


def test_a_provider_that_never_said_when_counts_as_long_ago(app: Flask) -> None:
    reference = planted(app, value_minor=200_000_00)
    olga = Browser(app).signed_in("olga")
    path = f"/admin/registrations/{reference}"
    assert "We will ask you" not in olga.get(path).words
    with everything(app) as session:
        for device in session.scalars(select(LoginSession)):
            device.authenticated_at = None
        session.commit()
    assert "We will ask you" in olga.get(path).words


def test_whoever_may_not_is_not_asked_either(app: Flask) -> None:
    """Out of sight is 404 and without the right 403, however old the sign-in is."""
    reference = planted(app, value_minor=200_000_00)
    path = f"/admin/registrations/{reference}/approval"
    for short, status in (("omar", 403), ("bruno", 404)):
        person = Browser(app).signed_in(short, stale=True)
        hidden = person.get("/account").form("/account")
        pairs = [(str(one["name"]), str(one["value"])) for one in hidden.select("[type=hidden]")]
        version = ("version", "3")
        assert person.post(path, [*pairs, version]).status == status
