"""What does a person read who was not let in?"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, url_for

from portal.blueprints.sign_in.ways import PARTICULAR, onward
from portal.core.identity import Identity, IdentityProvider, SignInRefused, identity_providers
from portal.core.language import _
from portal.core.pages import render
from portal.domain.people.assurance import NotThisWay
from portal.domain.people.invitations import LinkRefused

log = logging.getLogger(__name__)


def not_signed_in(provider: IdentityProvider, refusal: SignInRefused) -> Response:
    """Answer a sign-in that proved nothing: 400, and how to go on."""
    log.warning("sign-in at %s refused: %s (%r)", provider.name, refusal.reason, refusal.detail)
    return refused(400, refusal.reason, provider=provider.label, way=way_of(refusal.particulars))


def not_admitted(reason: str, identity: Identity) -> Response:
    """Answer a person whom the provider knows and the portal does not let in: 403."""
    log.info("sign-in of %r at %s refused: %s", identity.subject, identity.issuer, reason)
    return refused(403, reason, who=identity.email or identity.name)


def way_of(particulars: Mapping[str, Any]) -> str:
    """Return where a fresh sign-in is tried once more; of any other, nothing."""
    if PARTICULAR not in particulars:
        return ""
    return url_for("sign_in.again", next=onward(particulars.get("next")))


def not_this_way(
    other: NotThisWay, used: IdentityProvider, identity: Identity, way: str = ""
) -> Response:
    """Answer a person whose organisation asks for another way in: 403, and which."""
    labels = [one.label for one in identity_providers().values() if one.name in other.providers]
    log.info("sign-in of %r at %s refused: %s", identity.subject, identity.issuer, other.reason)
    names = ", ".join(labels) if other.reason == "another-way" else used.label
    who = identity.email or identity.name
    return refused(403, other.reason, provider=names, who=who, way=way)


def not_renewed(reason: str, way: str, identity: Identity | None = None) -> Response:
    """Answer a fresh sign-in that renews nothing: 403, and whoever was signed in still is."""
    who = None
    if identity is not None:
        who = identity.email or identity.name
        log.warning("fresh sign-in by %r at %s refused", identity.subject, identity.issuer)
    return refused(403, reason, who=who, way=way)


def refused(
    status: int, reason: str, provider: str = "", who: str | None = None, way: str = ""
) -> Response:
    """Return the page for a reason code, naming the provider or the person.

    ``way`` leads to where it is tried again; without it that is the sign-in page.
    """
    title, text = _words(reason, provider)
    return render("sign_in/refused.html", status=status, title=title, text=text, who=who, way=way)


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
        case "fresh":
            title = _("%(provider)s has not asked you again", provider=provider)
            text = _(
                "It does not say that you have just signed in there. Try once more; if it stays "
                "like this, sign out and sign in again."
            )
        case "another":
            title = _("That was another account")
            text = _(
                "You are signed in here with a different one, and you still are. Nothing was "
                "changed. Sign in again with the account that you use here."
            )
        case "over":
            title = _("Your sign-in has ended meanwhile")
            text = _("Sign in anew. What you typed is kept.")
        case "closed-company" | "closed-person":
            return _closed_words(reason, vendor)
        case _other:
            title = _("%(provider)s did not answer as it should", provider=provider)
            text = _(
                "Nobody was signed in. Try again in a few minutes; if it stays like this, tell "
                "your contact at %(vendor)s.",
                vendor=vendor,
            )
    return title, text


def _closed_words(reason: str, vendor: str) -> tuple[str, str]:
    """Return title and text for who has no access, alone or with the whole company."""
    if reason == "closed-company":
        return _("Your company has no access at present"), _(
            "Nobody there can sign in until %(vendor)s opens it again; everything that was entered"
            " stays. Ask your contact at %(vendor)s.",
            vendor=vendor,
        )
    return _("Your access is closed"), _(
        "Ask the administrator in your company, or your contact at %(vendor)s, to open it again.",
        vendor=vendor,
    )


def link_refused(status: int, refusal: LinkRefused, identity: Identity | None = None) -> Response:
    """Return the page of a link that lets nobody in, and what to do instead."""
    title, text = _link_words(refusal)
    if identity is not None:
        log.info("link of %r at %s: %s", identity.subject, identity.issuer, refusal.reason)
    who = identity and (identity.email or identity.name)
    return render("sign_in/refused.html", status=status, title=title, text=text, who=who, way="")


def _link_words(refusal: LinkRefused) -> tuple[str, str]:
    match refusal.reason:
        case "taken":
            title = _("You already have access")
            text = _("Sign in without the link. It stays good for the person it was made for.")
        case "stranger":
            title = _("This invitation is for another address")
            text = _(
                "It was sent to %(email)s. Sign out at your provider and come back with the "
                "account that has this address, or ask %(inviter)s to invite the one you use.",
                email=refusal.email,
                inviter=refusal.inviter or _("the person who sent it"),
            )
        case "unverified":
            title = _("Your provider has not checked your address yet")
            text = _(
                "Confirm %(email)s at your provider first, then open the invitation again. It "
                "stays good.",
                email=refusal.email,
            )
        case "used":
            title = _("This link was used already")
            text = _(
                "It works once. If it was you, sign in without it; if not, tell the person who "
                "sent it."
            )
        case "expired":
            title = _("This invitation has run out")
            text = _("It was good for 72 hours. Ask the person who sent it for a new one.")
        case "voided":
            title = _("This invitation no longer holds")
            text = _(
                "It was taken back, or a newer one was sent to you. Look for the latest mail, or "
                "ask the person who sent it."
            )
        case _other:
            title = _("This link no longer works")
            text = _("Perhaps a part of it is missing. Copy it from the mail as a whole.")
    return title, text
