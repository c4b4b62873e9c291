"""What does every template know without being told?"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, request
from flask_login import current_user
from markupsafe import Markup

from portal.blueprints.acting import member
from portal.blueprints.navigation import Tab, tabs_of
from portal.blueprints.saying import said
from portal.core import access, fields, guards, language
from portal.core.addresses import address
from portal.core.contact import spelled
from portal.core.submissions import new_key
from portal.domain.people.actor import Sight
from portal.domain.permissions import Permission as P
from portal.domain.timeline.sentences import timeline


@dataclass(frozen=True)
class Vendor:
    """The vendor as pages name it."""

    name: str
    short_name: str
    portal_name: str
    theme_url: str | None = None

    @property
    def initial(self) -> str:
        """Return the letter of the mark."""
        return self.short_name[:1].upper()


@dataclass(frozen=True)
class Account:
    """The person as whom the portal is seen, as the header shows them.

    ``url`` is where they keep their account, empty for whoever only looks on.
    """

    name: str
    initials: str
    url: str


def vendor() -> Vendor:
    """Return the vendor of this deployment."""
    config = current_app.config
    return Vendor(config["VENDOR_NAME"], config["VENDOR_SHORT_NAME"], config["PORTAL_NAME"])


def navigation() -> Sequence[Tab]:
    """Return the tabs of the signed-in person."""
    return tabs_of(member(), request.blueprint or "", request.endpoint or "")


def account() -> Account:
    """Return who is signed in, for the header."""
    actor = member()
    url = address("account.show") if P.ACCOUNT_EDIT not in actor.withheld else ""
    return Account(actor.name, actor.initials, url)


def viewing() -> Sight | None:
    """Return as whom the portal is seen at present, if it is not by the person themselves."""
    sight = member().viewing
    return sight if sight and not sight.over else None


def translate(text: str, **values: Any) -> Markup:
    """Return ``text`` in the page's language as markup, its ``values`` escaped."""
    translated = _marked(language.catalogue(), text)
    return translated % values if values else translated


@lru_cache(maxsize=4096)
def _marked(catalogue: Any, text: str) -> Markup:
    return Markup(catalogue.ugettext(text))  # noqa: S704 - the catalogue is ours


def translate_count(one: str, many: str, num: int, **values: Any) -> Markup:
    """Return the form of a text for ``num`` as markup, its ``values`` escaped."""
    translated = Markup(language.translated(one, many, num))  # noqa: S704 - the catalogue is ours
    return translated % {"num": num, **values}


def may(permission: str, record: Any = None) -> bool:
    """Tell whether the signed-in membership has a permission: what buttons ask."""
    return access.can(guards.actor_now(), permission, record)


def has(permission: str) -> bool:
    """Tell whether the role includes a permission, also where it is not to be used at present."""
    return permission in guards.actor_now().permissions


def shows(code: str) -> bool:
    """Tell whether the signed-in membership reads a field: what labels and columns ask."""
    return fields.shows(guards.actor_now(), code)


@lru_cache(maxsize=64)
def _fingerprint(folder: str, name: str, _changed: float) -> str:
    return hashlib.sha256((Path(folder) / name).read_bytes()).hexdigest()[:12]


def version_static(endpoint: str, values: dict[str, Any]) -> None:
    """Put a hash of the content into the address of a static file."""
    if endpoint != "static" or "filename" not in values:
        return
    folder = current_app.static_folder or ""
    file = Path(folder) / values["filename"]
    if file.is_file():
        values["v"] = _fingerprint(folder, values["filename"], file.stat().st_mtime)


def way_to(reference: str) -> str | None:
    """Return the address at which the signed-in person reads a record, or None."""
    actor = member()
    if reference[:2] == "OR" and P.COMPANY_READ in actor.permissions:
        return address("company.show")
    is_staff = P.REVIEW_READ in actor.permissions
    if reference[:2] == "CL" and P.CHECKLIST_READ in actor.permissions:
        return address("onboarding.index")
    endpoint = {
        "DR": "admin.review.show" if is_staff else "registrations.show",
        "DL": "deals.show",
        "OR": "admin.organisations.show" if P.ORGANISATION_READ in actor.permissions else None,
        "AP": "admin.applications.show" if P.APPLICATION_READ in actor.permissions else None,
        "PE": "admin.people.show" if P.PERSON_READ in actor.permissions else "people.show",
        "RV": "admin.access.review"
        if P.ACCESS_REVIEW_READ in actor.permissions
        else "people.review_record",
        "AV": "admin.assets.show" if P.ASSET_FOLLOW in actor.permissions else None,
        "CT": "admin.checklists.show" if P.CHECKLIST_FOLLOW in actor.permissions else None,
        "AS": "admin.assets.usage" if P.ASSET_FOLLOW in actor.permissions else "assets.show",
        "CL": "admin.onboarding.show" if P.CHECKLIST_FOLLOW in actor.permissions else None,
        "CI": "admin.onboarding.show_item"
        if P.CHECKLIST_FOLLOW in actor.permissions
        else "onboarding.show",
    }.get(reference[:2])
    return address(endpoint, reference=reference) if endpoint else None


def conflict(reference: str) -> dict[str, Any]:
    """Return what a 409 page says of the record: its address and what happened last."""
    entries = timeline(reference, member(), vendor().short_name)[:3]
    return {"url": way_to(reference), "entries": entries, "reference": reference}


def init_presentation(app: Flask) -> None:
    """Give the templates of ``app`` their globals and filters."""
    app.url_defaults(version_static)
    app.extensions["quayside.conflict"] = conflict
    app.jinja_env.globals.update(
        url_for=address,
        _=translate,
        gettext=translate,
        ngettext=translate_count,
        can=may,
        will_ask=guards.will_ask,
        has=has,
        shows=shows,
        navigation=navigation,
        just_said=said,
        way_to=way_to,
        submission_key=new_key,
        P=P,
        LANGUAGES=language.LANGUAGES,
    )
    app.jinja_env.filters.update(
        ago=language.show_ago,
        date=language.show_date,
        exact=language.show_exact,
        money=language.show_money,
        short_date=language.show_short_date,
        spelled=spelled,
    )

    @app.context_processor
    def present() -> dict[str, Any]:
        # A mail is written outside any request: nobody is signed in there.
        is_here = current_user and current_user.is_authenticated
        return {
            "vendor": vendor(),
            "locale": language.locale(),
            "account": account() if is_here else None,
            "viewing": viewing() if is_here else None,
        }
