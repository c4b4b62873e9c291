"""Who may read an event?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, not_, or_, select, true

from portal.core.access import Policy, Term, scope_of, with_one
from portal.core.changes import Change
from portal.core.events import Event
from portal.core.fields import hidden_by_prefix
from portal.core.language import _l
from portal.core.outbox import Delivery
from portal.domain.access_reviews.models import AccessReview
from portal.domain.applications.models import Application
from portal.domain.assets.models import AssetFolder, AssetVersion
from portal.domain.checklist_templates.models import ChecklistTemplate
from portal.domain.checklists.models import Checklist, ChecklistItem
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, Role
from portal.domain.permissions import Permission as P
from portal.domain.registrations.events import WHILE_DRAFT
from portal.domain.registrations.models import Registration
from portal.domain.registrations.policy import sees_own_registrations_alone

Condition = ColumnElement[bool]
# What an organisation reads of those who looked as its people do: not each page.
VIEWINGS = ("viewing:start", "viewing:end")
VIEWED = "membership:"


# Whose events one reads with the record, by any of these permissions.
_READ_WITH: tuple[tuple[type[Any], frozenset[str]], ...] = (
    (Registration, frozenset({P.REGISTRATION_READ})),
    (Deal, frozenset({P.DEAL_READ})),
    (Organisation, frozenset({P.ORGANISATION_READ})),
    (Application, frozenset({P.APPLICATION_READ})),
    (AccessReview, frozenset({P.ACCESS_REVIEW, P.ACCESS_REVIEW_READ})),
    (AssetVersion, frozenset({P.ASSET_FOLLOW})),
    (AssetFolder, frozenset({P.ASSET_FOLLOW})),
    (ChecklistItem, frozenset({P.CHECKLIST_READ, P.CHECKLIST_FOLLOW})),
    (Checklist, frozenset({P.CHECKLIST_READ, P.CHECKLIST_FOLLOW})),
    (ChecklistTemplate, frozenset({P.CHECKLIST_FOLLOW})),
)


def _of_seen_records(actor: MemberActor) -> Condition | None:
    """Events of records that the actor sees; a partner only those meant for both sides."""
    parts = [
        _is_of(model, scope_of(model, actor))
        for model, needed in _READ_WITH
        if needed & actor.permissions
    ]
    if P.COMPANY_READ in actor.permissions:
        parts.append(_is_of(Organisation, Organisation.id == actor.organisation_id))
    if not parts:
        return None
    seen_events = and_(or_(*parts), _no_drafts_of_others(actor))
    if actor.side == Side.VENDOR:
        return seen_events
    return and_(seen_events, Event.partner_sees)


def _is_of(model: type[Any], condition: Condition) -> Condition:
    """Return that the event's record is one of those."""
    return with_one(model, model.reference == Event.chain, condition)


def _no_drafts_of_others(actor: MemberActor) -> Condition:
    """What happened while it was a draft stays with the organisation whose draft it was."""
    if sees_own_registrations_alone(actor):
        return true()
    own = Registration.organisation_id == actor.organisation_id
    return or_(
        Event.tag.not_in(sorted(WHILE_DRAFT)),
        _is_of(Registration, own),
    )


def of_viewed(organisation_id: int) -> Condition:
    """Return that the event says that staff saw the portal as somebody of an organisation."""
    own = Membership.organisation_id == organisation_id
    chain = VIEWED + cast(Membership.id, String)
    return and_(Event.tag.in_(VIEWINGS), with_one(Membership, chain == Event.chain, own))


def _of_own_viewed(actor: MemberActor) -> Condition | None:
    """Who looked, and when, for those who read the log of their organisation."""
    return of_viewed(actor.organisation_id) if P.LOG_READ in actor.permissions else None


def _audit(actor: MemberActor) -> Condition | None:
    """The whole history, for those who audit it; what a deal's event says is another question."""
    return true() if P.AUDIT_READ in actor.permissions else None


def _every(actor: MemberActor) -> Condition | None:
    return true() if getattr(actor, "role", None) == Role.AUDITOR else None


def _outbox(actor: MemberActor) -> Condition | None:
    return true() if P.OUTBOX_READ in actor.permissions else None


def _told(actor: MemberActor) -> Condition | None:
    """Events that the outbox tells somebody of, for those who read the outbox."""
    if P.OUTBOX_READ not in actor.permissions:
        return None
    return Event.id.in_(select(Delivery.event_id))


def _in_seen_records(actor: MemberActor) -> Condition | None:
    """What changed in records that the actor sees; a partner only in fields for both sides.

    Reading that something was told, as the outbox does, is not reading what changed.
    """
    seen = _of_seen_records(actor)
    if seen is None:
        return None
    if actor.side == Side.VENDOR:
        return with_one(Event, Event.id == Change.event_id, seen)
    # A field that is hidden today is hidden in what was written while it was shown.
    unread = [
        and_(Event.chain.startswith(prefix), Change.field.in_(names))
        for prefix, names in hidden_by_prefix(actor.hidden).items()
    ]
    shown = with_one(Event, Event.id == Change.event_id, seen, *map(not_, unread))
    return and_(shown, Change.partner_sees)


EVENT = Policy(
    Event,
    scope=[
        Term("record", _l("They see the record."), _of_seen_records),
        Term("viewed", _l("It says who saw the portal as one of their people."), _of_own_viewed),
        Term("audit", _l("Their role reads what happened to every record."), _audit),
        Term("outbox", _l("Their role reads the outbox, which tells of it."), _told),
    ],
)
CHANGE = Policy(
    Change,
    scope=[
        Term("record", _l("They see the record."), _in_seen_records),
        Term("auditor", _l("Auditors read the whole history."), _every),
    ],
)
DELIVERY = Policy(
    Delivery,
    scope=[Term("outbox", _l("Their role reads the outbox."), _outbox)],
    rules={P.OUTBOX_READ: []},
)
