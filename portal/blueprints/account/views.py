"""How does a person set language and time zone, and leave?"""

from __future__ import annotations

from typing import cast
from zoneinfo import available_timezones

from flask import Response, current_app, request, url_for
from flask_login import current_user

from portal.blueprints.account import bp
from portal.core.access import requires
from portal.core.database import db
from portal.core.forms import Form, Pick, bind
from portal.core.language import LANGUAGES, _l
from portal.core.pages import done, invalid, render
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Reach, User
from portal.domain.people.roles import REACH_WORDS, ROLE_WORDS
from portal.domain.permissions import Permission as P

_REGIONS = ("America/", "Atlantic/", "Europe/", "Asia/", "Australia/", "Africa/", "Pacific/")


class AccountForm(Form):
    """Language and time zone."""

    language = Pick(_l("Language"), required=_l("Choose a language."))
    timezone = Pick(_l("Time zone"), required=_l("Choose a time zone."))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = list(LANGUAGES.items())
        zones = sorted(zone for zone in available_timezones() if zone.startswith(_REGIONS))
        self.timezone.choices = [(zone, zone.replace("_", " ")) for zone in zones]


def _user() -> User:
    return db.session.get_one(User, cast(MemberActor, current_user).user_id)


@bp.get("/account")
@requires(P.ACCOUNT_EDIT)
def show() -> Response:
    """Show the person's settings and for whom they act."""
    actor = cast(MemberActor, current_user)
    form = bind(AccountForm, language=actor.language, timezone=_zone(actor))
    return _page(form, "saved" in request.args)


@bp.post("/account")
@requires(P.ACCOUNT_EDIT)
def update() -> Response:
    """Save language and time zone."""
    form = bind(AccountForm)
    if not form.validate():
        return _page(form, False)
    user = _user()
    user.language, user.timezone = form.language.data, form.timezone.data
    return done(url_for("account.show", saved=1))


def _zone(actor: MemberActor) -> str:
    return actor.timezone or str(current_app.config["VENDOR_TIMEZONE"])


def _page(form: AccountForm, is_saved: bool) -> Response:
    actor = cast(MemberActor, current_user)
    show_page = invalid if form.errors else render
    return show_page(
        "account/show.html",
        form=form,
        is_saved=is_saved,
        role=ROLE_WORDS[actor.role],
        reach=REACH_WORDS[Reach(actor.reach)] if actor.side == "partner" else None,
        actor=actor,
    )
