"""Which pages lead into the portal and out of it?"""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.blueprints.sign_in import bp
from portal.blueprints.sign_in.again import finish_again, start_again
from portal.blueprints.sign_in.asking import form_for
from portal.blueprints.sign_in.refusals import (
    link_refused,
    not_admitted,
    not_signed_in,
    not_this_way,
)
from portal.blueprints.sign_in.ways import PARTICULAR, address, onward, provider_named
from portal.core.admission import TOKEN, let_in
from portal.core.guards import public
from portal.core.identity import Identity, SignInRefused, identity_providers
from portal.core.language import chosen_language
from portal.core.limits import limiter, where_from
from portal.core.pages import done, render
from portal.core.transactions import record_aside
from portal.core.viewing import while_viewing
from portal.domain.people.assurance import NotThisWay
from portal.domain.people.invitations import LinkRefused, accept_link, describe_link
from portal.domain.people.models import Role
from portal.domain.people.roles import ROLE_WORDS
from portal.domain.people.sessions import (
    Deactivated,
    NoMembership,
    end_session,
    has_choice_of_membership,
    open_session,
)

OFTEN = "120/minute"  # an address, not a person: a whole office may stand behind one
LONGEST_LINK = 200


@bp.get("/sign-in")
@public
def index() -> ResponseReturnValue:
    """Offer every provider, and keep where the person was going."""
    path = onward(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(path or "/")
    return render("sign_in/index.html", providers=list(identity_providers().values()), next=path)


@bp.get("/sign-in/<provider>")
@public
@limiter.limit(OFTEN, key_func=where_from)
def start(provider: str) -> ResponseReturnValue:
    """Send the browser to the provider; whoever is signed in may ask to be asked anew there."""
    chosen = provider_named(provider)
    if "again" in request.args and current_user.is_authenticated:
        return start_again(chosen, onward(request.args.get("next")))
    particulars: dict[str, Any] = {
        "next": onward(request.args.get("next")),
        "link": request.args.get("link", "")[:LONGEST_LINK],
    }
    try:
        answer = chosen.start(
            address("sign_in.finish", provider=provider),
            **{name: value for name, value in particulars.items() if value},
        )
    except SignInRefused as refusal:
        return not_signed_in(chosen, refusal)
    return current_app.make_response(answer)


@bp.get("/sign-in/<provider>/return")
@public
@limiter.limit(OFTEN, key_func=where_from)
def finish(provider: str) -> ResponseReturnValue:
    """Take the provider's answer, and let in whom it names."""
    chosen = provider_named(provider)
    try:
        identity, particulars = chosen.finish()
    except SignInRefused as refusal:
        return not_signed_in(chosen, refusal)
    if PARTICULAR in particulars:
        return finish_again(chosen, identity, particulars)
    try:
        token, has_choice = _open(identity, str(particulars.get("link") or ""))
    except NoMembership:
        asking = form_for(identity)
        if asking:
            return render("sign_in/ask.html", status=403, **asking)
        return not_admitted("unknown", identity)
    except Deactivated as closed:
        return not_admitted(f"closed-{closed.whose}", identity)
    except LinkRefused as refusal:
        return link_refused(403, refusal, identity)
    except NotThisWay as other:
        return not_this_way(other, chosen, identity)
    let_in(token)
    path = onward(particulars.get("next")) or "/"
    return redirect(url_for("account.choose", next=path) if has_choice else path)


@bp.post("/sign-out")
@public
@while_viewing
def sign_out() -> ResponseReturnValue:
    """End the login session here, then at the provider."""
    issuer = None
    if token := session.get(TOKEN):
        with record_aside("sign-in") as aside:
            issuer = end_session(aside, str(token))
    session.clear()
    for provider in identity_providers().values():
        if provider.issuer == issuer:
            answer = provider.sign_out(address("sign_in.signed_out"))
            if answer is not None and answer.location:
                return _clearing(done(answer.location))
    return _clearing(done(url_for("sign_in.signed_out")))


@bp.get("/signed-out")
@public
def signed_out() -> ResponseReturnValue:
    """Say that the person is out, and whether the provider confirmed it."""
    confirmed = [one.label for one in identity_providers().values() if one.finish_sign_out()]
    return render("sign_in/signed_out.html", provider=confirmed[0] if confirmed else None)


@bp.get("/join/<token>")
@public
@limiter.limit(OFTEN, key_func=where_from)
def join(token: str) -> ResponseReturnValue:
    """Say which organisation invites, and lead to the sign-in that accepts."""
    try:
        with record_aside("sign-in") as aside:
            link = describe_link(aside, token[:LONGEST_LINK])
    except LinkRefused as refusal:
        return link_refused(404, refusal)
    return render(
        "sign_in/join.html",
        link=link,
        role=ROLE_WORDS[Role(link.role)],
        token=token,
        providers=identity_providers().values(),
    )


def _open(identity: Identity, link: str) -> tuple[str, bool]:
    """Return the token of the new sign-in, and whether the person chooses for whom to act."""
    with record_aside("sign-in") as aside:
        if link:
            accept_link(aside, link, identity, chosen_language())
        if earlier := session.get(TOKEN):
            end_session(aside, str(earlier))
        where_and_how = request.remote_addr or "", request.headers.get("User-Agent", "")
        token = open_session(aside, identity, *where_and_how)
        return token, has_choice_of_membership(aside, identity)


def _clearing(answer: Response) -> Response:
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
