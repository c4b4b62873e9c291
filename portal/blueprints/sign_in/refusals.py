"""What does a person read who was not let in?"""

from __future__ import annotations

import logging

from flask import Response, current_app

from portal.core.identity import Identity, IdentityProvider, SignInRefused, identity_providers
from portal.core.language import _
from portal.core.pages import render
from portal.domain.people.assurance import NotThisWay

log = logging.getLogger(__name__)


def not_signed_in(provider: IdentityProvider, refusal: SignInRefused) -> Response:
    """Answer a sign-in that proved nothing: 400, and how to go on."""
    log.warning("sign-in at %s refused: %s (%r)", provider.name, refusal.reason, refusal.detail)
    return refused(400, refusal.reason, provider=provider.label)


def not_admitted(reason: str, identity: Identity) -> Response:
    """Answer a person whom the provider knows and the portal does not let in: 403."""
    log.info("sign-in of %r at %s refused: %s", identity.subject, identity.issuer, reason)
    return refused(403, reason, who=identity.email or identity.name)


def not_this_way(other: NotThisWay, used: IdentityProvider, identity: Identity) -> Response:
    """Answer a person whose organisation asks for another way in: 403, and which."""
    labels = [one.label for one in identity_providers().values() if one.name in other.providers]
    log.info("sign-in of %r at %s refused: %s", identity.subject, identity.issuer, other.reason)
    names = ", ".join(labels) if other.reason == "another-way" else used.label
    return refused(403, other.reason, provider=names, who=identity.email or identity.name)


def refused(status: int, reason: str, provider: str = "", who: str | None = None) -> Response:
    """Return the page for a reason code, naming the provider or the person."""
    title, text = _words(reason, provider)
    return render("sign_in/refused.html", status=status, title=title, text=text, who=who)


def _words(reason: str, provider: str) -> tuple[str, str]:
    """Return title and text of the page for a reason code."""
    vendor = current_app.config["VENDOR_NAME"]
    match reason:
        case "state":
            title = _("Let us try that again")
            text = _("This sign-in was started a while ago, or in another window.")
        case "denied":
            title = _("You have not signed in")
            text = _("You turned back at %(provider)s. You can start again.", provider=provider)
        case "unknown":
            title = _("We do not know you here yet")
            text = _(
                "Ask the administrator in your company, or your contact at %(vendor)s, to invite "
                "you.",
                vendor=vendor,
            )
        case "another-way":
            title = _("Your company uses another way in")
            text = _("Go back and sign in with %(provider)s.", provider=provider)
        case "two-factors" | "assurance":
            title = _("A second proof is needed")
            text = _(
                "Your company asks for two, such as a password and a code on your phone. Switch "
                "that on at %(provider)s, then sign in again.",
                provider=provider,
            )
        case "closed":
            title = _("Your access is closed")
            text = _(
                "Ask the administrator in your company, or your contact at %(vendor)s, to open it "
                "again.",
                vendor=vendor,
            )
        case "link-taken":
            title = _("You already have access")
            text = _("Sign in without the link. It stays good for the person it was made for.")
        case "link-unknown" | "link-used" | "link-expired":
            title = _("This link no longer works")
            text = _(
                "It was used before, or its time is over. Ask the person who sent it for a new one."
            )
        case _other:
            title = _("%(provider)s did not answer as it should", provider=provider)
            text = _(
                "Nobody was signed in. Try again in a few minutes; if it stays like this, tell "
                "your contact at %(vendor)s.",
                vendor=vendor,
            )
    return title, text
