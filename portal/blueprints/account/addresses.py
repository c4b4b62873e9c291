"""How does a person ask for another e-mail address, and confirm it?"""

from __future__ import annotations

from flask import Response, request, url_for

from portal.blueprints.account import bp
from portal.blueprints.acting import member
from portal.core.forms import EmailLine, Form, bind
from portal.core.guards import public, requires
from portal.core.language import _l
from portal.core.limits import limiter, where_from
from portal.core.pages import done, invalid, render
from portal.core.transactions import record_aside
from portal.domain.people.claims import claimed_addresses
from portal.domain.people.email_changes import (
    CannotConfirm,
    ask_for_email,
    confirm_email,
    find_change,
)
from portal.domain.permissions import Permission as P

SELDOM = "10/hour"  # a mail to an address that anybody may type
OFTEN = "60/minute"
LONGEST = 100


class EmailForm(Form):
    """The address to which the portal shall write."""

    email = EmailLine(
        _l("New e-mail address"),
        required=_l("Give your new e-mail address."),
        wrong=_l("Give an e-mail address such as dana@northwind.ca."),
    )


@bp.route("/account/email", methods=["GET", "POST"])
@requires(P.EMAIL_CHANGE)
@limiter.limit(SELDOM, methods=["POST"])
def email() -> Response:
    """Ask for the new address, and send the link there that confirms it."""
    stated = claimed_addresses(member().user_id, member()) if "of" in request.args else []
    form = bind(EmailForm, email=stated[0] if stated else "")
    if request.method == "POST" and form.validate():
        ask_for_email(member(), form.email.data or "")
        return done(url_for("account.show"))
    answer = invalid if form.errors else render
    return answer("account/email.html", "account/_email.html", form=form, actor=member())


@bp.route("/email/<token>", methods=["GET", "POST"])
@public
@limiter.limit(OFTEN, key_func=where_from)
def confirm(token: str) -> Response:
    """Say what the link confirms, and confirm it when its button is pressed."""
    act = confirm_email if request.method == "POST" else find_change
    try:
        with record_aside("e-mail address") as aside:
            address = act(aside, token[:LONGEST]).new_email
    except CannotConfirm as refusal:
        return render("account/confirm.html", status=404, address="", reason=refusal.reason)
    is_done = request.method == "POST"
    reason = "done" if is_done else ""
    return render("account/confirm.html", address=address, reason=reason)
