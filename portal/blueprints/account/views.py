"""How does a person set language and time zone, and leave?"""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from babel.core import get_global
from flask import Response, current_app, url_for

from portal.blueprints.account import bp
from portal.blueprints.acting import member
from portal.blueprints.saying import saying
from portal.core.admission import lifetimes
from portal.core.forms import Form, Pick, bind
from portal.core.guards import requires
from portal.core.language import LANGUAGES, _l
from portal.core.pages import done, invalid, render
from portal.domain.people.actor import MemberActor
from portal.domain.people.claims import claimed_addresses
from portal.domain.people.devices import describe_devices, devices_of
from portal.domain.people.email_changes import awaited
from portal.domain.people.models import Reach
from portal.domain.people.operations import change_settings
from portal.domain.people.roles import REACH_WORDS, ROLE_WORDS
from portal.domain.people.standings import standings_of
from portal.domain.permissions import Permission as P

# Where people of a partner programme sit: every zone of these countries, elsewhere one a time.
_COUNTRIES = frozenset({"CA", "US", "FR", "GB"})
_ELSEWHERE = (
    "Africa/Cairo Africa/Casablanca Africa/Johannesburg Africa/Lagos Africa/Nairobi"
    " America/Argentina/Buenos_Aires America/Bogota America/Lima America/Mexico_City"
    " America/Santiago America/Sao_Paulo Asia/Dubai Asia/Hong_Kong Asia/Jakarta Asia/Jerusalem"
    " Asia/Karachi Asia/Kolkata Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Tokyo"
    " Atlantic/Reykjavik Australia/Brisbane Australia/Perth Australia/Sydney Europe/Amsterdam"
    " Europe/Athens Europe/Berlin Europe/Brussels Europe/Dublin Europe/Helsinki Europe/Istanbul"
    " Europe/Lisbon Europe/Madrid Europe/Rome Europe/Stockholm Europe/Warsaw Europe/Zurich"
    " Pacific/Auckland Pacific/Honolulu"
).split()


@cache
def zones() -> tuple[str, ...]:
    """Return the IANA names that the form offers, sorted."""
    near = {zone for zone, land in get_global("zone_territories").items() if land in _COUNTRIES}
    return tuple(sorted((near & available_timezones()) | set(_ELSEWHERE)))


class AccountForm(Form):
    """Language and time zone."""

    language = Pick(_l("Language"), required=_l("Choose a language."))
    timezone = Pick(_l("Time zone"), required=_l("Choose a time zone."))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = list(LANGUAGES.items())
        offered = sorted({*zones(), _zone(member())})
        self.timezone.choices = [(zone, zone.replace("_", " ")) for zone in offered]


@bp.get("/account")
@requires(P.ACCOUNT_EDIT)
def show() -> Response:
    """Show the person's settings and for whom they act."""
    actor = member()
    form = bind(AccountForm, language=actor.language, timezone=_zone(actor))
    return _page(form)


@bp.post("/account")
@requires(P.ACCOUNT_EDIT)
def update() -> Response:
    """Save language and time zone."""
    form = bind(AccountForm)
    if not form.validate():
        return _page(form)
    change_settings(member(), form.language.data, form.timezone.data)
    return done(saying(url_for("account.show"), "saved"))


def _zone(actor: MemberActor) -> str:
    return actor.timezone or str(current_app.config["VENDOR_TIMEZONE"])


def _page(form: AccountForm) -> Response:
    actor = member()
    show_page = invalid if form.errors else render
    return show_page(
        "account/show.html",
        form=form,
        devices=describe_devices(devices_of(actor, actor.user_id, *lifetimes()), actor),
        standings=standings_of(actor),
        roles=ROLE_WORDS,
        role=ROLE_WORDS[actor.role],
        reach=REACH_WORDS[Reach(actor.reach)] if actor.side == "partner" else None,
        awaited=awaited(actor),
        claimed=claimed_addresses(actor.user_id, actor),
        actor=actor,
    )
