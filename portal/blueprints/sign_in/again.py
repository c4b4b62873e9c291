"""How does somebody who is signed in prove again who they are?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.blueprints.acting import member
from portal.blueprints.sign_in import bp
from portal.blueprints.sign_in.refusals import not_renewed, not_signed_in, not_this_way, way_of
from portal.blueprints.sign_in.ways import PARTICULAR, address, onward
from portal.core.access import wants_fresh
from portal.core.admission import TOKEN, let_in, lifetimes
from portal.core.guards import requires
from portal.core.identity import Identity, IdentityProvider, SignInRefused, identity_providers
from portal.core.pages import render
from portal.core.times import now
from portal.core.transactions import record_aside
from portal.domain.people.assurance import NotThisWay
from portal.domain.people.step_up import AnotherPerson, SignInOver, renew, what_to_ask
from portal.domain.permissions import Permission as P


@bp.get("/sign-in-again")
@requires(P.ACCOUNT_EDIT)
def again() -> ResponseReturnValue:
    """Say why the person is asked again, and lead to their provider."""
    asked = what_to_ask(member())
    why = wants_fresh(member(), request.args.get("for", ""))
    return render(
        "sign_in/again.html",
        provider=identity_providers().get(asked.provider) if asked else None,
        next=onward(request.args.get("next")) or "/",
        why=why.words if why else "",
        minutes=int(current_app.config["FRESH"].total_seconds() // 60),
    )


def start_again(provider: IdentityProvider, next_path: str | None) -> Response:
    """Send whoever is signed in to the provider, to be asked anew."""
    asked = what_to_ask(current_user)
    if asked is None or asked.provider != provider.name:
        return redirect(url_for("sign_in.again", next=next_path))  # type: ignore[return-value]
    particulars: dict[str, Any] = {PARTICULAR: asked.device, "next": next_path or "/"}
    try:
        answer = provider.start(
            address("sign_in.finish", provider=provider.name),
            anew=True,
            strong=asked.needs_two_factors,
            **particulars,
        )
    except SignInRefused as refusal:
        refusal.particulars = particulars  # so that its page leads back to try once more
        return not_signed_in(provider, refusal)
    return current_app.make_response(answer)


def finish_again(
    provider: IdentityProvider, identity: Identity, particulars: Mapping[str, Any]
) -> ResponseReturnValue:
    """Renew the sign-in of which the proof was asked, and lead back to the form."""
    longest, _idle = lifetimes()
    # Whose sign-in is over, or closed, has nothing to be renewed.
    token = str(session.get(TOKEN, "")) if current_user.is_authenticated else ""
    try:
        with record_aside("sign-in") as aside:
            fresh = renew(aside, token, str(particulars[PARTICULAR]), identity, now() - longest)
    except SignInOver:
        return not_renewed("over", "")
    except AnotherPerson:
        return not_renewed("another", way_of(particulars), identity)
    except NotThisWay as other:
        return not_this_way(other, provider, identity, way_of(particulars))
    let_in(fresh)
    return redirect(onward(particulars.get("next")) or "/")
