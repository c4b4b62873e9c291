"""How is a value that a history keeps said in the reader's language?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, select

from portal.core.changes import Change
from portal.core.database import db
from portal.core.language import _, chosen_language, show_date, show_money
from portal.domain.customers.places import country_name
from portal.domain.customers.wording import place_of
from portal.domain.deals.content import ASSESSMENT_LABELS, RISK_WORDS, percent
from portal.domain.deals.content import LABELS as DEAL_LABELS
from portal.domain.organisations.content import LABELS as ORGANISATION_LABELS
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import Membership, User
from portal.domain.people.roles import TYPE_WORDS
from portal.domain.products.models import Product, name_of
from portal.domain.registrations.content import (
    MAY_CONTACT_WORDS,
    REVIEW_LABELS,
    activity_said,
    labels_for,
)

_KEPT = (
    select(Change.event_id, Change.field, Change.before, Change.after)
    .where(Change.event_id.in_(bindparam("events", expanding=True)))
    .order_by(Change.id)
)
_NAMES = select(Product.code, Product.name, Product.name_fr).where(
    Product.code.in_(bindparam("codes", expanding=True))
)
_COMPANIES = select(Organisation.reference, Organisation.name).where(
    Organisation.reference.in_(bindparam("references", expanding=True))
)
_PEOPLE = (
    select(Membership.reference, User.name)
    .join(User, User.id == Membership.user_id)
    .where(Membership.reference.in_(bindparam("references", expanding=True)))
)
Names = Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """A changed field: how it is called, and both values; what says nothing is empty."""

    field: str
    label: str
    before: str
    after: str


def changes_of(event_ids: Sequence[int], side: str) -> dict[int, list[Said]]:
    """Return by event what it changed, in words for ``side`` and as far as its reader may see."""
    if not event_ids:
        return {}
    rows = db.session.execute(_KEPT, {"events": event_ids}).all()
    codes = {code for row in rows if row.field == "products" for code in (*row.before, *row.after)}
    names = {
        **(_names(codes) if codes else {}),
        **_called(_COMPANIES, rows, "parent"),
        **_called(_PEOPLE, rows, "account_manager", "owner", "reviewer", "vendor_owner"),
    }
    labels = {
        **ORGANISATION_LABELS,
        **DEAL_LABELS,
        **ASSESSMENT_LABELS,
        **REVIEW_LABELS,
        **labels_for(side),
    }
    found: dict[int, list[Said]] = {}
    for row in rows:
        label = str(labels.get(row.field, row.field))
        said = Said(row.field, label, _say(row.field, row.before, names),
                    _say(row.field, row.after, names))  # fmt: skip
        found.setdefault(row.event_id, []).append(said)
    return found


def _names(codes: set[str]) -> Names:
    language = chosen_language()
    rows = db.session.execute(_NAMES, {"codes": sorted(codes)})
    return {row.code: name_of(row, language) for row in rows}


def _called(query: Select[str, str], rows: Sequence[Any], *fields: str) -> Names:
    """Return by reference how the records are called that the fields named, as far as seen."""
    told = [row for row in rows if row.field in fields]
    references = {one for row in told for one in (row.before, row.after) if one}
    if not references:
        return {}
    found = db.session.execute(query, {"references": sorted(references)})
    return {row.reference: row.name for row in found}


def _say(field: str, value: Any, names: Names) -> str:
    say = _SPEAKERS.get(field)
    if say is None or not value:
        return str(value or "")
    try:
        return say(value, names)
    except (AttributeError, KeyError, TypeError, ValueError):
        # A history is older than the code that reads it: another form is shown as it is.
        return " · ".join(_leaves(value))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        yield str(value)
        return
    for inner in value:
        yield from _leaves(inner)


def _day(value: str, _names: Names) -> str:
    return show_date(dt.date.fromisoformat(value), with_year=True)


def _money(value: Mapping[str, Any], _names: Names) -> str:
    return show_money(int(value["minor"]), value["currency"])


def _place(value: Mapping[str, str], _names: Names) -> str:
    return place_of("", value["region"], value["country"], chosen_language())


def _products(value: Sequence[str], names: Names) -> str:
    return ", ".join(sorted(names[code] for code in value if code in names))


def _countries(value: Sequence[str], _names: Names) -> str:
    language = chosen_language()
    return ", ".join(sorted(country_name(code, language) for code in value))


def _portfolio(value: Sequence[tuple[str, str]], _names: Names) -> str:
    language = chosen_language()
    said = (country_name(one, language) if kind == "country" else one for kind, one in value)
    return ", ".join(one or _("All") for one in said)


def _listed(value: Sequence[str], _names: Names) -> str:
    return ", ".join(value)


def _record(value: str, names: Names) -> str:
    return names.get(value) or _("somebody you do not work with")


def _colleague(value: str, names: Names) -> str:
    return names.get(value) or _("a colleague")


def _activities(value: Sequence[Sequence[str]], names: Names) -> str:
    return " · ".join(activity_said(kind, _day(on, names), *what) for kind, on, *what in value)


def _next_step(value: Mapping[str, str], names: Names) -> str:
    return _("%(step)s, by %(day)s", step=value["step"], day=_day(value["on"], names))


_SPEAKERS: Mapping[str, Callable[[Any, Names], str]] = {
    "account_manager": _record,
    "countries": _countries,
    "domains": _listed,
    "parent": _record,
    "types": lambda value, _names: ", ".join(str(TYPE_WORDS[kind]) for kind in value),
    "activities": _activities,
    "amount": _money,
    "close_on": _day,
    "country": _place,
    "margin": lambda value, _names: percent(int(value)),
    "may_contact": lambda value, _names: str(MAY_CONTACT_WORDS[value]),
    "next_step": _next_step,
    "owner": _colleague,
    "portfolio": _portfolio,
    "products": _products,
    "reviewer": _colleague,
    "risk": lambda value, _names: str(RISK_WORDS[value][0]),
    "value": _money,
    "vendor_owner": _colleague,
    "website": lambda value, _names: ", ".join(value),
}
