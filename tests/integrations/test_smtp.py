"""Does each mail leave exactly once, whatever the mail server says?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from flask import Flask
from sqlalchemy import select

from portal.core import outbox
from portal.core.database import db
from portal.core.net import system_mode
from portal.core.outbox import PARKED, SENT, WAITING, Delivery
from portal.core.times import now
from portal.domain.people.actor import actor_from
from portal.domain.people.email_changes import ask_for_email, confirm_email, token_of
from portal.domain.people.models import Membership
from portal.integrations.mail.smtp import SmtpMailer
from tests.domain.world import membership_of
from tests.process.mailbox import Mailbox


class FromBadToWorse(Mailbox):
    """A mail server that says ``rude`` at the chosen moment: "RCPT", "DATA" or "QUIT"."""

    def __init__(self, moment: str = "", rude: str = "") -> None:
        super().__init__()
        self.moment, self.rude = moment, rude

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.moment == "RCPT":
            return self.rude
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.moment == "DATA":
            return self.rude
        return await super().handle_DATA(server, session, envelope)

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:
        if self.moment == "QUIT" and not self.rude:
            server.transport.abort()
        return self.rude or "221 Bye"


@pytest.fixture
def try_to_send(app: Flask) -> Iterator[Callable[[str], Delivery]]:
    """Returns a function that tries one waiting delivery at the mail server with that address."""

    def send(url: str) -> Delivery:
        outbox.plug_in("mail", SmtpMailer(url))
        with app.app_context(), system_mode("test"):
            mails = select(Delivery.id).where(Delivery.destination == "mail")
            due = set(db.session.scalars(mails)) & set(outbox.due_ids(db.session()))
            db.session.rollback()
            outbox.deliver(min(due), 60)
            delivery = db.session.get_one(Delivery, min(due), populate_existing=True)
            db.session.expunge(delivery)
            db.session.rollback()
            return delivery

    was = outbox._destinations["mail"]
    yield send
    outbox.plug_in("mail", was)


def test_a_mail_carries_a_message_id_made_from_its_delivery(
    try_to_send: Callable[[str], Delivery],
) -> None:
    with Mailbox() as server:
        delivery = try_to_send(server.url)
    assert delivery.state == SENT
    assert [mail.message_id for mail in server.accepted] == [f"<{delivery.key}@127.0.0.1>"]


@pytest.mark.parametrize("farewell", ["", "421 Too busy to say good-bye", "500 What?"])
def test_a_failed_farewell_repeats_nothing(
    try_to_send: Callable[[str], Delivery], farewell: str
) -> None:
    with FromBadToWorse("QUIT", farewell) as server:
        delivery = try_to_send(server.url)
    assert (delivery.state, len(server.accepted)) == (SENT, 1)


@pytest.mark.parametrize(
    ("moment", "says", "state"),
    [
        ("RCPT", "550 No such person", PARKED),
        ("RCPT", "452 Full, come again", WAITING),
        ("DATA", "451 Not now", WAITING),
        ("DATA", "554 Never", PARKED),
    ],
)
def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_shown(
    try_to_send: Callable[[str], Delivery], moment: str, says: str, state: str
) -> None:
    with FromBadToWorse(moment, says) as server:
        delivery = try_to_send(server.url)
    assert (delivery.state, server.accepted) == (state, [])
    assert delivery.reason


def test_a_wrong_password_waits_for_a_right_one(
    try_to_send: Callable[[str], Delivery],
) -> None:
    server = Mailbox()
    server._controller.SMTP_kwargs |= {
        "authenticator": lambda *_asked: AuthResult(success=False, handled=False),
        "auth_require_tls": False,
    }
    with server:
        delivery = try_to_send(server.url.replace("smtp://", "smtp://portal:wrong@"))
    assert delivery.state == WAITING
    assert "password" in delivery.reason


def test_without_a_server_it_waits(try_to_send: Callable[[str], Delivery]) -> None:
    with Mailbox() as server:
        url = server.url
    delivery = try_to_send(url)
    assert delivery.state == WAITING
    assert delivery.due_at > delivery.made_at


def bounced(app: Flask, delivery: Delivery) -> bool:
    """Tell whether mail to the delivery's recipient is known to come back."""
    with app.app_context(), system_mode("test"):
        member = db.session.get_one(Membership, delivery.recipient_id)
        return member.user.mail_bounced_at is not None


def again(app: Flask, delivery: Delivery) -> None:
    """Put a delivery back on its way."""
    with app.app_context(), system_mode("test"):
        db.session.get_one(Delivery, delivery.id).state = WAITING
        db.session.commit()


def test_an_address_that_nobody_knows_is_noted_until_it_takes_a_mail(
    app: Flask, try_to_send: Callable[[str], Delivery]
) -> None:
    for moment, says in (("RCPT", "452 Full, come again"), ("DATA", "554 Never")):
        with FromBadToWorse(moment, says) as server:
            delivery = try_to_send(server.url)
        assert not bounced(app, delivery), says  # the address was not what was wrong
        again(app, delivery)
        with app.app_context(), system_mode("test"):
            db.session.get_one(Delivery, delivery.id).due_at = delivery.made_at
            db.session.commit()
    with FromBadToWorse("RCPT", "550 No such person") as server:
        delivery = try_to_send(server.url)
    assert bounced(app, delivery)
    again(app, delivery)
    with Mailbox() as server:
        delivery = try_to_send(server.url)
    assert delivery.state == SENT
    assert not bounced(app, delivery)


def test_an_address_not_confirmed_yet_says_nothing_of_the_present_one(
    app: Flask, try_to_send: Callable[[str], Delivery]
) -> None:
    with app.app_context(), system_mode("test"):
        for waiting in db.session.scalars(select(Delivery).where(Delivery.state == WAITING)):
            waiting.state = SENT
        noah = membership_of("noah")
        change = ask_for_email(actor_from(noah), "typo@nowhere.example")
        assert change is not None
        token = token_of(change)
        db.session.commit()
    with FromBadToWorse("RCPT", "550 No such person") as server:
        delivery = try_to_send(server.url)
    assert (delivery.recipient_id, delivery.state) == (noah.id, PARKED)
    assert not bounced(app, delivery)
    with app.app_context(), system_mode("test"):
        membership_of("noah").user.mail_bounced_at = now()
        db.session.commit()
    assert bounced(app, delivery)
    with app.app_context(), system_mode("test"):
        confirm_email(db.session(), token)
        db.session.commit()
    assert not bounced(app, delivery)  # of the new address nothing is known yet
