"""What does the page of a partner's own company show?"""

from __future__ import annotations

from typing import Any

from flask import current_app

from portal.blueprints.filing import said_room
from portal.blueprints.reading import Email, Phone
from portal.core.access import can
from portal.core.fields import shows
from portal.core.language import _, chosen_language
from portal.domain.organisations.content import LABELS
from portal.domain.organisations.models import Organisation
from portal.domain.organisations.wording import countries_of, dates_of, names_of, products_of
from portal.domain.organisations.workflow import ORGANISATION
from portal.domain.people.actor import MemberActor
from portal.domain.people.roles import TYPE_WORDS
from portal.domain.permissions import Permission as P
from portal.domain.timeline.sentences import timeline


def company_page(organisation: Organisation, actor: MemberActor) -> dict[str, Any]:
    """Return the context of the page: how it is reached, who looks after it, what is kept of it."""
    return {
        "organisation": organisation,
        "state": ORGANISATION.state_of(organisation),
        "kinds": ", ".join(str(TYPE_WORDS[one]) for one in organisation.types),  # type: ignore[index]
        "reached": [
            (str(LABELS["company_email"]), Email(organisation.contact_email or "") or "–"),
            (str(LABELS["company_phone"]), Phone(organisation.contact_phone or "") or "–"),
        ],
        "manager": organisation.account_manager
        if shows(actor, "organisation.account_manager")
        else None,
        "facts": _facts(organisation, can(actor, P.COMPANY_EDIT, organisation)),
        "dates": dates_of(organisation) if shows(actor, "organisation.dates") else [],
        "may_edit": can(actor, P.COMPANY_EDIT, organisation),
        "entries": timeline(organisation.reference, actor, current_app.config["VENDOR_SHORT_NAME"]),
    }


def _facts(organisation: Organisation, is_administrator: bool) -> list[tuple[str, str]]:
    language = chosen_language()
    rows = [
        (LABELS["countries"], countries_of(organisation, language)),
        (LABELS["products"], names_of(products_of(organisation), language)),
        (LABELS["domains"], ", ".join(organisation.domains)),
    ]
    if is_administrator:
        rows.append((_("Room for files"), said_room(organisation)))
    return [(str(label), value or "–") for label, value in rows]
