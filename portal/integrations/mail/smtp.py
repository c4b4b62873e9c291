"""How is a letter handed to an SMTP server, and where does it lie without one?"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from portal.core.crashpoints import crash_point
from portal.core.database import db, transaction_mode
from portal.core.language import N_
from portal.core.outbox import Delivery, Park, Retry
from portal.domain.notifications.models import Letter
from portal.integrations.mail.letters import write_letter

TIMEOUT = 10.0
"""Seconds that a mail server may take for each answer until it is asked to take a letter."""
PATIENCE = 30.0
"""Seconds for each answer from there on: a letter given up while it is accepted leaves twice."""


class SmtpMailer:
    """Sends through the server at ``url``: ``smtp://user:password@host:port`` or ``smtps://``."""

    def __init__(self, url: str) -> None:
        self.parts = urlsplit(url)

    def send(self, delivery: Delivery) -> str:
        """Send the delivery's letter and return the address that took it.

        Raises Retry, Park or Drop.
        """
        letter = write_letter(delivery)
        address = str(letter["To"].addresses[0].addr_spec)
        # No transaction is open while the network is waited for.
        db.session.rollback()
        try:
            self._hand_over(letter)
        except smtplib.SMTPRecipientsRefused as refused:
            codes = {code for code, _text in refused.recipients.values()}
            if all(code >= 500 for code in codes):
                raise Park(N_("the mail server refused the address"), address) from refused
            raise Retry(N_("the mail server cannot take this address now")) from refused
        except smtplib.SMTPAuthenticationError as refused:
            raise Retry(N_("the mail server refused the portal's name and password")) from refused
        except smtplib.SMTPResponseException as answer:
            if answer.smtp_code >= 500:
                raise Park(N_("the mail server refused") + f": {answer.smtp_code}") from answer
            raise Retry(N_("the mail server said") + f": {answer.smtp_code}") from answer
        except (OSError, smtplib.SMTPException) as error:
            words = N_("the mail server was not reached")
            raise Retry(f"{words}: {type(error).__name__}") from error
        return address

    def _hand_over(self, letter: EmailMessage) -> None:
        server = self._connect()
        try:
            if self.parts.scheme == "smtp+tls":
                server.starttls(context=ssl.create_default_context())
            if self.parts.username:
                server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
            assert server.sock is not None
            server.sock.settimeout(PATIENCE)
            server.send_message(letter)
            crash_point("accepted outside, not noted")
            # The letter is the server's now; a failed farewell must not send it again.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
        finally:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        host, port = self.parts.hostname or "localhost", self.parts.port
        if self.parts.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT, context=context)
        return smtplib.SMTP(host, port or 25, timeout=TIMEOUT)


class KeptMailer:
    """Keeps letters in the portal, where programme administrators read them."""

    def send(self, delivery: Delivery) -> None:
        """Keep the delivery's letter; the second time changes nothing."""
        letter = write_letter(delivery)
        delivery_id = delivery.id
        db.session.rollback()
        text = letter.get_body(("plain",))
        insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgresql_insert
        statement = insert(Letter).values(
            delivery_id=delivery_id,
            recipient=str(letter["To"])[:254],
            subject=str(letter["Subject"])[:255],
            body=text.get_content() if text else "",
        )
        token = transaction_mode.set("write")
        try:
            db.session.execute(statement.on_conflict_do_nothing())
            db.session.commit()
        finally:
            transaction_mode.reset(token)
        crash_point("accepted outside, not noted")
