"""Of which person and of which record is an explanation asked?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from portal.core.database import db
from portal.core.language import _l
from portal.core.net import system_mode
from portal.core.references import normalise_reference
from portal.domain.access_reviews.models import AccessReview
from portal.domain.applications.models import Application
from portal.domain.assets.models import Asset, AssetVersion
from portal.domain.checklist_templates.models import ChecklistTemplate
from portal.domain.checklists.models import Checklist, ChecklistItem
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import CLOSED, MemberActor, actor_from
from portal.domain.people.models import Membership, User
from portal.domain.registrations.models import Registration
from portal.domain.shares.models import Share

MODELS: dict[str, type[Any]] = {
    "DR": Registration,
    "DL": Deal,
    "OR": Organisation,
    "PE": Membership,
    "SH": Share,
    "RV": AccessReview,
    "AP": Application,
    "AS": Asset,
    "AV": AssetVersion,
    "CT": ChecklistTemplate,
    "CL": Checklist,
    "CI": ChecklistItem,
}
MODEL_WORDS = {
    Registration: _l("Registration"),
    Deal: _l("Deal"),
    Organisation: _l("Organisation"),
    Membership: _l("Person"),
    Share: _l("Share"),
    AccessReview: _l("Access review"),
    Application: _l("Application"),
    Asset: _l("Asset"),
    AssetVersion: _l("Version of an asset"),
    ChecklistTemplate: _l("Checklist template"),
    Checklist: _l("Checklist"),
    ChecklistItem: _l("Item of a checklist"),
}
MOST = 20
"""Memberships that one e-mail address can name."""

_SWITCHED_OFF = _l("Their access is switched off.")
_CLOSED = _l("Their organisation is suspended, or has left the programme.")


@dataclass(frozen=True)
class Subject:
    """A membership of which one asks; ``closed`` says why it has no access at all, if so."""

    reference: str
    actor: MemberActor
    closed: Sequence[Any] = ()


@dataclass(frozen=True)
class Sought:
    """A record of which one asks: what it is called, never what it holds."""

    reference: str
    model: type[Any]
    number: int


def find_people(text: str) -> list[Subject]:
    """Return the memberships that an e-mail address or a PE- reference names.

    As far as whoever asks may know of them: asked under the net.
    """
    query = (
        select(Membership)
        .join(Membership.user)
        .join(Membership.organisation)
        .options(contains_eager(Membership.user), contains_eager(Membership.organisation))
        .order_by(Membership.id)
        .limit(MOST)
    )
    reference = normalise_reference(text)
    if reference is not None:
        query = query.where(Membership.reference == reference)
    elif "@" in text:
        query = query.where(func.lower(User.email) == text.lower())
    else:
        return []
    return [subject_of(one) for one in db.session.scalars(query)]


def subject_of(membership: Membership) -> Subject:
    """Return of whom one asks, whether or not they have access at present."""
    closed = []
    if not (membership.is_active and membership.user.is_active):
        closed.append(_SWITCHED_OFF)
    if membership.organisation.status in CLOSED:
        closed.append(_CLOSED)
    return Subject(membership.reference, actor_from(membership), closed)


def find_record(text: str) -> Sought | None:
    """Return the record that a reference names, outside every scope: that it is, not what."""
    reference = normalise_reference(text)
    model = MODELS.get(reference[:2]) if reference else None
    if model is None or reference is None:
        return None
    with system_mode("explaining access"):
        number = db.session.scalar(select(model.id).where(model.reference == reference))
    return Sought(reference, model, number) if number is not None else None
