"""Who may have the files of a record, and who may add and take away?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from portal.core.access import Policy, Rule, Term, can, scope_of, with_one
from portal.core.database import db
from portal.core.keeping import held_by
from portal.core.language import _l
from portal.domain.attachments.models import Attachment
from portal.domain.checklists.models import ChecklistItem
from portal.domain.deals.models import Deal
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Registration

_MODELS: dict[str, Any] = {"DR-": Registration, "DL-": Deal, "CI-": ChecklistItem}
_WORK = {Registration: P.REGISTRATION_EDIT, Deal: P.DEAL_EDIT, ChecklistItem: P.CHECKLIST_WORK}


def _row_of(attachment: Attachment) -> Select[Any]:
    model = _MODELS[attachment.record[:3]]
    return select(model).where(model.reference == attachment.record)


def record_of(attachment: Attachment) -> Any:
    """Return the record beside which the file is kept, as far as the reader may know of it."""
    return db.session.scalar(_row_of(attachment))


def locked_record_of(attachment: Attachment) -> Any:
    """Return the same, read anew and its row locked, so that nobody sends it meanwhile."""
    model = _MODELS[attachment.record[:3]]
    query = _row_of(attachment).with_for_update(of=model, key_share=True)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _beside(model: Any, words: Any, *needed: P) -> Term:
    def where(actor: MemberActor) -> ColumnElement[bool] | None:
        if actor.permissions.isdisjoint(needed):
            return None
        return with_one(model, model.reference == Attachment.record, scope_of(model, actor))

    return Term(model.__tablename__, words, where)


def may_attach(actor: MemberActor, record: Any) -> bool:
    """Tell whether the actor works on the record, and so adds and takes away its files."""
    return can(actor, _WORK[type(record)], record)


def _may_change(actor: MemberActor, attachment: Attachment) -> bool:
    record = record_of(attachment)
    if record is None:
        return False
    return may_attach(actor, record)


WORKERS = Rule("worker", _l("Who works on the record does this."), _may_change)

ATTACHMENT = Policy(
    Attachment,
    scope=[
        _beside(Registration, _l("They see the registration."), P.REGISTRATION_READ),
        _beside(Deal, _l("They see the deal."), P.DEAL_READ),
        _beside(
            ChecklistItem,
            _l("They see the item of a checklist."),
            P.CHECKLIST_READ,
            P.CHECKLIST_FOLLOW,
        ),
    ],
    rules={P.FILE_READ: [], P.FILE_REMOVE: [WORKERS]},
)
held_by(Attachment, Attachment.file_id, _l("They see the record."), P.FILE_READ)
