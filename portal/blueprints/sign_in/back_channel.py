"""What does the portal do when a provider says that somebody has signed out there?"""

from __future__ import annotations

import logging

from flask import Response, jsonify, make_response, request
from sqlalchemy.exc import SQLAlchemyError

from portal.blueprints.sign_in import bp
from portal.core.guards import public
from portal.core.identity import SignInRefused, identity_providers
from portal.core.limits import limiter, where_from
from portal.core.transactions import record_aside
from portal.domain.people.sessions import TokenRepeated, end_by_provider

log = logging.getLogger(__name__)
OFTEN = "600/minute"  # an address: a provider that signs a whole company out


@bp.post("/sign-in/<provider>/back-channel-logout")
@public
@limiter.limit(OFTEN, key_func=where_from)
def hear_logout(provider: str) -> Response:
    """End the sign-ins of which a logout token speaks: 200, or 400 and the reason as JSON.

    No browser sends this, so it carries neither cookie nor CSRF token: the signature is the proof.
    """
    chosen = identity_providers().get(provider)
    tokens = request.form.getlist("logout_token")
    try:
        if chosen is None or len(tokens) != 1:
            raise SignInRefused("request")
        logout = chosen.read_logout(tokens[0])
        with record_aside("sign-in") as aside:
            count = end_by_provider(aside, logout)
    except (SignInRefused, TokenRepeated) as refusal:
        return _refuse(provider, getattr(refusal, "reason", "jti"), refusal)
    except SQLAlchemyError as trouble:  # the provider tries again
        return _refuse(provider, "busy", trouble)
    log.info("back-channel logout at %s: %d ended", provider, count)
    return make_response("", 200)


def _refuse(provider: str, reason: str, trouble: Exception) -> Response:
    log.warning("back-channel logout at %r refused: %s (%r)", provider[:40], reason, trouble)
    return make_response(jsonify(error="invalid_request", error_description=reason), 400)
