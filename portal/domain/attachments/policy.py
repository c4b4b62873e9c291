"""Who may have the files of a record, and who may add and take away?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from portal.core.access import Policy, Rule, Term, can, scope_of, with_one
from portal.core.database import db
from portal.core.files import KeptFile
from portal.core.language import _l
from portal.domain.attachments.models import Attachment
from portal.domain.deals.models import Deal
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Registration

_MODELS: dict[str, Any] = {"DR-": Registration, "DL-": Deal}


def record_of(attachment: Attachment) -> Any:
    """Return the record beside which the file is kept, as far as the reader may know of it."""
    model = _MODELS[attachment.record[:3]]
    return db.session.scalar(select(model).where(model.reference == attachment.record))


def _beside(model: Any, needed: P, words: Any) -> Term:
    def where(actor: MemberActor) -> ColumnElement[bool] | None:
        if needed not in actor.permissions:
            return None
        return with_one(model, model.reference == Attachment.record, scope_of(model, actor))

    return Term(model.__tablename__, words, where)


def _may_change(actor: MemberActor, attachment: Attachment) -> bool:
    record = record_of(attachment)
    if record is None:
        return False
    needed = P.REGISTRATION_EDIT if isinstance(record, Registration) else P.DEAL_EDIT
    return can(actor, needed, record)


WORKERS = Rule("worker", _l("Who works on the record does this."), _may_change)

ATTACHMENT = Policy(
    Attachment,
    scope=[
        _beside(Registration, P.REGISTRATION_READ, _l("They see the registration.")),
        _beside(Deal, P.DEAL_READ, _l("They see the deal.")),
    ],
    rules={P.FILE_READ: [], P.FILE_REMOVE: [WORKERS]},
)


def _of_attachment(actor: MemberActor) -> ColumnElement[bool] | None:
    if P.FILE_READ not in actor.permissions:
        return None
    seen = scope_of(Attachment, actor)
    return with_one(Attachment, Attachment.file_id == KeptFile.id, seen)


FILES = Policy(KeptFile, scope=[Term("attachment", _l("They see the record."), _of_attachment)])
