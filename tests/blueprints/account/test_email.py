"""Does a person get another e-mail address, by the owner of that address alone?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from portal.core.outbox import Delivery
from portal.core.times import at, now
from portal.domain.people.email_changes import token_of
from portal.domain.people.models import EmailChange, UserIdentity
from portal.integrations.mail.letters import write_letter
from tests.browser import Browser
from tests.domain.world import everything, membership_of

SignIn = Callable[[str], Browser]
NEW = "ana.duarte@northwind.example"


def ask(ana: Browser, email: str = NEW) -> None:
    """Ask for another address, as from the account page."""
    ana.submit(ana.get("/account/email"), email=email, status=303)


def link_of(app: Flask) -> str:
    """Return the latest link's path."""
    with everything(app) as session:
        change = session.scalars(select(EmailChange).order_by(EmailChange.id.desc())).first()
        return f"/email/{token_of(change)}"


def letters_of(app: Flask) -> list[tuple[str, str]]:
    """Return to whom the mails about addresses go, and their subjects."""
    with everything(app) as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
        mails = [write_letter(row) for row in rows if row.event.chain.startswith("EC-")]
        return [(mail["To"].addresses[0].addr_spec, str(mail["Subject"])) for mail in mails]


def test_a_link_to_the_new_address_confirms_it(app: Flask, sign_in: SignIn) -> None:
    ana = sign_in("ana")
    ask(ana)
    page = ana.get("/account")
    assert "Not confirmed yet" in page.words and NEW in page.words
    assert letters_of(app) == [(NEW, "Confirm your new e-mail address")]
    with everything(app) as session:
        before = membership_of("ana")
        old, user_id = before.user.email, before.user_id
        assert old != NEW
        identities = session.scalars(
            select(UserIdentity.subject).where(UserIdentity.user_id == user_id)
        ).all()
    visitor, link = Browser(app), link_of(app)
    opened = visitor.get(link)  # a visit, such as a mail scanner's, changes nothing
    assert old in ana.get("/account").words
    done = visitor.submit(opened, status=200)
    assert done.heading == "Your new address holds"
    page = ana.get("/account")
    assert NEW in page.words and "Not confirmed yet" not in page.words
    assert letters_of(app)[-1] == (old, "Your e-mail address has changed")
    with everything(app) as session:
        kept = select(UserIdentity.subject).where(UserIdentity.user_id == user_id)
        assert session.scalars(kept).all() == identities
    assert visitor.get(link, status=404).heading == "This link was used already"


def test_a_link_that_confirms_nothing(app: Flask, sign_in: SignIn) -> None:
    ana, visitor = sign_in("ana"), Browser(app)
    ask(ana)
    first = link_of(app)
    ask(ana, "ana2@northwind.example")
    assert visitor.get(first, status=404).heading == "This link no longer works"
    for dead in ("/email/x", "/email/EC-00000000.AAAA", first[:-1]):
        assert visitor.get(dead, status=404).heading == "This link no longer works"
    # A link made for one purpose is none for another.
    assert visitor.get(link_of(app).replace("/email/", "/join/"), status=404)
    with at(now() + dt.timedelta(hours=73)):
        assert visitor.get(link_of(app), status=404).heading == "This link has run out"


def test_what_is_no_address_is_asked_for_again(sign_in: SignIn) -> None:
    ana = sign_in("ana")
    page = ana.submit(ana.get("/account/email"), email="nothing", status=422)
    assert page.errors() == ["Give an e-mail address such as dana@northwind.ca."]


def test_a_device_left_open_changes_no_address(app: Flask) -> None:
    """An administrator's sign-in link would go there, and let in whoever opens it."""
    ana = Browser(app).signed_in("ana", stale=True)
    page = ana.get("/account/email")
    assert "sign in again before this is done" in page.words
    answer = ana.submit(page, "/account/email", email="somebody@else.example", status=303)
    assert (answer.location or "").startswith("/sign-in-again?")
    with everything(app) as session:
        assert not session.scalars(select(EmailChange)).all()
