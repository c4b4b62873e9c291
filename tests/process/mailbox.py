"""Which mails has a real SMTP server accepted, and when?"""

from __future__ import annotations

import asyncio
import email
import random
import time
from dataclasses import dataclass
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.process.harness import free_port


@dataclass(frozen=True)
class Accepted:
    """One mail that the server has taken responsibility for; ``at`` is monotonic seconds."""

    message_id: str
    recipients: tuple[str, ...]
    at: float


class Mailbox:
    """An SMTP server on a free port of 127.0.0.1 that keeps what it accepts.

    It answers up to ``slowness`` seconds after it has accepted a mail, so that a sender can die
    in between.
    """

    def __init__(self, slowness: float = 0.0) -> None:
        self.slowness = slowness
        self.accepted: list[Accepted] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    def __enter__(self) -> Mailbox:
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        """Return the server's address as the portal's setting takes it."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Accept the mail: from here on it would be delivered, whether or not the sender hears."""
        content: Any = envelope.content
        letter = email.message_from_bytes(content)
        self.accepted.append(
            Accepted(str(letter["Message-ID"]), tuple(envelope.rcpt_tos), time.monotonic())
        )
        if self.slowness:
            await asyncio.sleep(random.uniform(0, self.slowness))
        return "250 OK"
