"""What does the page of one item of a checklist show?"""

from __future__ import annotations

from typing import Any

from flask import current_app

from portal.blueprints.filing import files_card
from portal.blueprints.onboarding.forms import AnswersForm, answers_form
from portal.blueprints.onboarding.lists import lines_of
from portal.core.access import can
from portal.core.addresses import address
from portal.core.database import db
from portal.core.language import _, chosen_language
from portal.domain.checklist_templates.content import Fact, Kind, Owner
from portal.domain.checklists.keeping import items_of
from portal.domain.checklists.models import ChecklistItem
from portal.domain.checklists.workflow import ITEM
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P
from portal.domain.timeline.sentences import timeline


def item_page(
    item: ChecklistItem, actor: MemberActor, form: AnswersForm | None = None
) -> dict[str, Any]:
    """Return the context of the page: what is to be done, with what, and what came of it."""
    asked, language = item.item, chosen_language()
    vendor: str = current_app.config["VENDOR_SHORT_NAME"]
    path = address("onboarding.send", reference=item.reference)
    may_send = ITEM.why_not(item, "submit", actor) is None
    needs_files = asked.needs_file or asked.kind == Kind.UPLOAD or item.has_files
    return {
        "item": item,
        "line": lines_of(items_of(db.session(), item.checklist), actor)[item.id],
        "checklist": item.checklist.name_in(language),
        "help": asked.help_in(language),
        "link": asked.link if not item.is_done or may_send else "",
        "is_training": asked.kind == Kind.TRAINING,
        "way": _way(item, actor),
        "by_itself": _by_itself(item),
        "form": (form or answers_form(item, path)) if may_send else None,
        "path": path,
        "questions": [one.label_in(language) for one in asked.questions],
        "answers": item.answers_in(language) if not may_send else [],
        "sent_by": item.sent_by,
        "files": files_card(item, actor) if needs_files else None,
        "entries": timeline(item.reference, actor, vendor),
    }


def _way(item: ChecklistItem, actor: MemberActor) -> tuple[str, str] | None:
    """Return the page on which account data is kept and what leads there, for who may change it."""
    fact = item.item.fact
    if item.is_done or item.owner == Owner.STAFF:
        return None
    if fact == Fact.CONTACT and can(actor, P.COMPANY_EDIT):
        return address("company.edit"), _("Say how your company is reached")
    if fact == Fact.COLLEAGUE and can(actor, P.PERSON_ADMINISTER):
        return address("people.index"), _("Invite a colleague")
    return None


def _by_itself(item: ChecklistItem) -> str:
    """Say of account data that nobody ticks it, or nothing."""
    if not item.is_derived or item.is_done:
        return ""
    fact = item.item.fact
    if fact == Fact.CONTACT:
        return _("It is done by itself as soon as your company has an e-mail address and a phone.")
    if fact == Fact.COLLEAGUE:
        return _("It is done by itself as soon as a second person has signed in.")
    return _("It is done by itself as soon as the data is there.")
