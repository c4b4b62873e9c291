"""Which OpenID Connect providers may people sign in through?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from authlib.integrations.flask_client import OAuth
from flask import Flask

from portal.core.identity import EXTENSION, IdentityProvider
from portal.integrations.oidc.provider import OidcProvider


def init_identity_providers(app: Flask) -> tuple[str, ...]:
    """Plug `app.config["OIDC_PROVIDERS"]` into `app`; return the origins that forms may lead to.

    Each entry is a dict with name, label, issuer, client_id, client_secret, and optionally
    origin (where the provider's pages stand on another host than its issuer).
    Raises ValueError, naming the entry, when one cannot be used.
    """
    entries: Sequence[Mapping[str, str]] = app.config.get("OIDC_PROVIDERS") or ()
    oauth = OAuth(app)
    providers: dict[str, IdentityProvider] = {}
    for entry in entries:
        provider = OidcProvider(oauth, entry)
        if provider.name in providers:
            raise ValueError(f"OIDC_PROVIDERS names {provider.name!r} twice")
        providers[provider.name] = provider
    app.extensions[EXTENSION] = providers
    return tuple(dict.fromkeys(provider.origin for provider in providers.values()))
