"""From where to where does a sign-in lead?"""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, url_for

from portal.core.admission import leads_to_page
from portal.core.identity import IdentityProvider, identity_providers

PARTICULAR = "again"  # names the sign-in that a fresh one is to renew


def provider_named(name: str) -> IdentityProvider:
    """Return the configured provider of that name, or abort with 404."""
    provider = identity_providers().get(name)
    if provider is None:
        abort(404)
    return provider


def onward(value: Any) -> str | None:
    """Return ``value`` when it is the path of a page here that a GET answers."""
    return str(value) if leads_to_page(value) else None


def address(endpoint: str, **values: Any) -> str:
    """Return an absolute address from the configuration, never from the Host header."""
    base: str = current_app.config["PORTAL_URL"]
    return base.rstrip("/") + url_for(endpoint, **values)
