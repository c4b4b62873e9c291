"""Who does an identity provider say this person is?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from flask import current_app
from werkzeug.wrappers import Response

EXTENSION = "quayside.identity_providers"


@dataclass(frozen=True)
class Identity:
    """What a provider vouches for; `(issuer, subject)` is the key, never the e-mail address."""

    issuer: str
    subject: str
    email: str | None
    is_email_verified: bool
    name: str
    sid: str | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()
    authenticated_at: datetime | None = None
    # The name under which the provider is configured here, and whether it vouches for two factors.
    provider: str = ""
    has_two_factors: bool = False


@dataclass(frozen=True)
class Logout:
    """A provider's word that somebody has signed out there: of one session of theirs, or of all.

    ``token_id`` names the token among the issuer's, until ``ends_at``.
    """

    issuer: str
    subject: str | None
    sid: str | None
    token_id: str
    ends_at: datetime


class SignInRefused(Exception):
    """A sign-in that must not succeed; `reason` is a code for the log and for the page.

    `particulars` are those given to `start`, as far as the answer is one to it.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
        self.particulars: dict[str, Any] = {}


class IdentityProvider(Protocol):
    """One place where people prove who they are."""

    @property
    def name(self) -> str:
        """The short name used in URLs and configuration."""

    @property
    def label(self) -> str:
        """What stands on the sign-in button."""

    @property
    def issuer(self) -> str:
        """The issuer whose identities it states."""

    @property
    def origin(self) -> str:
        """Scheme, host and port that a form may lead to (for `form-action`)."""

    def start(
        self, redirect_uri: str, *, anew: bool = False, strong: bool = False, **particulars: Any
    ) -> Response:
        """Send the browser to the provider.

        `redirect_uri` is the absolute address to come back to; `particulars` (text values) are
        handed back by `finish`, without ever leaving the portal. With `anew` the provider is to
        ask the person again, whatever it remembers, and the answer must say that it has; with
        `strong` it is to ask for two factors.
        Raises SignInRefused when the provider cannot be reached or makes no sense.
        """

    def finish(self) -> tuple[Identity, dict[str, Any]]:
        """Check the provider's answer in the current request.

        Returns the identity and the particulars given to `start`.
        Raises SignInRefused for every answer that does not prove an identity.
        """

    def read_logout(self, token: str) -> Logout:
        """Return what a logout token says that the provider has sent by the back channel.

        Raises SignInRefused for everything that is not such a token of this provider for us.
        """

    def sign_out(self, return_to: str) -> Response | None:
        """Lead the browser through the provider's sign-out to the absolute address `return_to`.

        Returns None when the provider offers no such page or cannot be reached.
        """

    def finish_sign_out(self) -> bool:
        """Say whether the current request is the provider's answer to `sign_out`; true once."""


def identity_providers() -> Mapping[str, IdentityProvider]:
    """Return the configured providers by name, in the order of the configuration."""
    providers: Mapping[str, IdentityProvider] = current_app.extensions[EXTENSION]
    return providers
