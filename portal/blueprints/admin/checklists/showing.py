"""What do the list of checklist templates and a template's pages show?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app

from portal.core.access import can, visible
from portal.core.database import db
from portal.core.language import _, _c, _l, _n, chosen_language
from portal.core.workflow import Refused
from portal.domain.checklist_templates.comparing import (
    Comparison,
    aspects_of,
    compare,
    published_items,
)
from portal.domain.checklist_templates.content import (
    FACT_WORDS,
    KIND_WORDS,
    OWNER_WORDS,
    Fact,
    Item,
    Kind,
)
from portal.domain.checklist_templates.models import ChecklistTemplate, Status
from portal.domain.checklist_templates.operations import MOST, need_publishable
from portal.domain.checklist_templates.workflow import TEMPLATE
from portal.domain.organisations.models import PartnerType
from portal.domain.people.actor import MemberActor
from portal.domain.people.roles import TYPE_WORDS
from portal.domain.permissions import Permission as P
from portal.domain.timeline.sentences import timeline

KINDS: Sequence[tuple[Kind, Any]] = (
    (Kind.FORM, _l("The partner answers what we want to know.")),
    (Kind.UPLOAD, _l("The partner sends a file, such as a certificate.")),
    (
        Kind.TRAINING,
        _l("The partner takes a course and says so, with its certificate if you like."),
    ),
    (Kind.ACCOUNT, _l("It is done by itself as soon as the data is there.")),
    (Kind.CALL, _l("We talk with the partner, and tick it off.")),
    (Kind.STAFF, _l("We do something on our side, and tick it off.")),
)
"""What an item can be, each with what happens then."""


@dataclass(frozen=True)
class Line:
    """One item as it is read: what it asks in short, and how it stands to what partners have."""

    key: str
    title: str
    help: str
    facts: Sequence[str]
    questions: Sequence[str]
    link: str
    before: Sequence[str]
    is_mandatory: bool
    # In what partners do not have it like this yet; nothing where they do.
    mark: str = ""


def list_page(actor: MemberActor) -> dict[str, Any]:
    """Return every template: what is in use first, then drafts, then what is out of use."""
    language = chosen_language()
    found = db.session.scalars(visible(ChecklistTemplate, actor)).all()
    order = (Status.IN_USE, Status.DRAFT, Status.RETIRED)
    rows = sorted(
        found,
        key=lambda one: (order.index(Status(one.status)), one.name_in(language).casefold(), one.id),
    )
    return {
        "rows": rows,
        "states": TEMPLATE.states,
        "types": TYPE_WORDS,
        "language": language,
        "onboarding": _c("tab", "Onboarding"),
    }


def for_whom(template: ChecklistTemplate) -> str:
    """Return in words which partners get it."""
    kind = TYPE_WORDS[PartnerType(template.partner_type)]
    return f"{kind} · {template.tier or _('any tier')}"


def lines_of(items: Sequence[Item], against: Comparison | None = None) -> list[Line]:
    """Return items as they are read, marked where they differ from what partners have."""
    language = chosen_language()
    titles = {one.key: one.title_in(language) for one in items}
    marks = {one.key: _("Added") for one in against.added} if against else {}
    if against:
        marks |= {after.key: said_change(before, after) for before, after in against.changed}
    return [
        Line(
            one.key,
            titles[one.key],
            one.help_in(language),
            _facts(one),
            [asked.label_in(language) for asked in one.questions],
            one.link,
            [titles[key] for key in one.after if key in titles],
            one.is_mandatory,
            marks.get(one.key, ""),
        )
        for one in items
    ]


def said_change(before: Item, after: Item) -> str:
    """Return in a few words in what an item has changed."""
    return _("Changed: %(aspects)s", aspects=", ".join(aspects_of(before, after)))


def _facts(item: Item) -> list[str]:
    said = [
        str(KIND_WORDS[item.kind]),
        str(OWNER_WORDS[item.owner]),
        _n("within %(num)d day", "within %(num)d days", item.due_days),
    ]
    if item.fact:
        said.append(str(FACT_WORDS[Fact(item.fact)]))
    if item.needs_file and item.kind != Kind.UPLOAD:
        said.append(_("with a file"))
    if item.renew_months:
        said.append(_n("every month", "every %(num)d months", item.renew_months))
    return said


def titles_of(items: Sequence[Item]) -> list[str]:
    """Return what items are called in the reader's language."""
    return [one.title_in(chosen_language()) for one in items]


def _why_not_publish(template: ChecklistTemplate) -> str:
    try:
        need_publishable(template)
    except Refused as refused:
        return str(refused.sentence)
    return ""


def record_page(template: ChecklistTemplate, actor: MemberActor) -> dict[str, Any]:
    """Return the context of a template's page: as partners get it, and what happened to it."""
    items = template.items
    against = compare(published_items(template), items) if template.edition else None
    may_write = can(actor, P.CHECKLIST_WRITE, template)
    refusal = _why_not_publish(template)
    is_in_use = template.status == Status.IN_USE
    is_as_it_stands = is_in_use and not template.is_changed
    return {
        "template": template,
        "lines": lines_of(items, against),
        "gone": titles_of(against.gone) if against else [],
        "is_reordered": bool(against and against.is_reordered),
        "is_behind": is_in_use and template.is_changed,
        "may_write": may_write,
        "may_publish": may_write and not refusal,
        "has_room": may_write and len(items) < MOST,
        # What is in use as it stands, or empty, says so by itself.
        "refusal": refusal if items and not is_as_it_stands else "",
        "name": template.name_in(chosen_language()),
        "for_whom": for_whom(template),
        "state": TEMPLATE.state_of(template),
        "steps": {step.name for step in TEMPLATE.available(template, actor)},
        "entries": timeline(template.reference, actor, current_app.config["VENDOR_SHORT_NAME"]),
    }
