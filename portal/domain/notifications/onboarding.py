"""Who must hear by mail of how a partner is taken on, and what does the mail say?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.events import Event
from portal.core.language import _l
from portal.core.net import system_mode
from portal.domain.checklist_templates.content import Owner
from portal.domain.checklists.events import E
from portal.domain.checklists.models import Checklist, ChecklistItem
from portal.domain.organisations.events import E as O
from portal.domain.organisations.models import Organisation
from portal.domain.people.colleagues import leads_of
from portal.domain.people.models import Membership, PortfolioEntry, Role

Audience = Callable[[Session, Event, Any], Iterable[int]]
_ACTIVE = Membership.is_active, Membership.joined_at.is_not(None)


def _place_of(record: Checklist | ChecklistItem | Organisation) -> int:
    return record.id if isinstance(record, Organisation) else record.organisation_id


def leads(session: Session, _event: Event, record: Any) -> Sequence[int]:
    """The partner's managers and administrators."""
    with system_mode("choosing who takes a partner on"):
        return session.scalars(leads_of(_place_of(record))).all()


def whoever_does_it(session: Session, event: Event, item: ChecklistItem) -> Sequence[int]:
    """The partner's leads, or who takes it on where the item is the vendor's own to do."""
    return (takers_on if item.owner == Owner.STAFF else leads)(session, event, item)


def sender(_session: Session, _event: Event, item: ChecklistItem) -> Iterable[int]:
    """Who sent it last."""
    yield from filter(None, [item.sent_by_id])


def takers_on(session: Session, _event: Event, record: Any) -> Sequence[int]:
    """The partner's account manager, else its channel managers, else the programme administrators.

    Of those alone who may follow how partners are taken on.
    """
    place = _place_of(record)
    working = select(Membership.id).where(*_ACTIVE)
    kept = working.join(Organisation, Organisation.account_manager_id == Membership.id).where(
        Organisation.id == place,
        Membership.role == Role.PROGRAMME_ADMINISTRATOR,
    )
    managers = working.join(PortfolioEntry, PortfolioEntry.membership_id == Membership.id).where(
        PortfolioEntry.organisation_id == place, Membership.role == Role.CHANNEL_MANAGER
    )
    chosen = managers.join(Organisation, Organisation.account_manager_id == Membership.id).where(
        Organisation.id == place
    )
    everybody = working.where(Membership.role == Role.PROGRAMME_ADMINISTRATOR)
    with system_mode("choosing who takes a partner on"):
        found: Sequence[int] = ()
        for query in (kept, chosen, managers, everybody):
            found = found or session.scalars(query).all()
        return found


def both_sides(session: Session, event: Event, record: Any) -> Iterable[int]:
    """The partner's leads, and who takes it on."""
    return [*leads(session, event, record), *takers_on(session, event, record)]


def leads_if_more(session: Session, event: Event, record: Any) -> Iterable[int]:
    """The partner's leads, where something more is asked of them."""
    return leads(session, event, record) if event.particulars["added"] else ()


IN_ONBOARDING: Mapping[str, Audience] = {
    E.CARRY: leads_if_more,
    E.REMIND: leads,
    E.SUBMIT: takers_on,
    E.RETURN: sender,
    E.ASK_AGAIN: whoever_does_it,
    E.RENEW: whoever_does_it,
    E.EXPIRE: both_sides,
    O.ACTIVATE: both_sides,
}

# tag -> (subject, first sentence, what the link does), as in the wording of all mails.
ONBOARDING_WORDS: Mapping[str, tuple[Any, Any, Any]] = {
    E.CARRY: (
        _l("Something more for %(company)s to do"),
        _l("%(vendor)s asks more of new partners now. Added to your checklist: %(added)s."),
        _l("See your checklist"),
    ),
    E.REMIND: (
        _l("Reminder: the checklist of %(company)s"),
        _l("Soon due or late on the checklist of %(company)s: %(count)s."),
        _l("See your checklist"),
    ),
    E.SUBMIT: (
        _l("To review: %(title)s, %(company)s"),
        _l("%(who)s sent “%(title)s” for the checklist of %(company)s."),
        _l("Review it"),
    ),
    E.RETURN: (
        _l("To put right: %(title)s"),
        _l("%(who)s gave “%(title)s” back: %(reason)s"),
        _l("Put it right"),
    ),
    E.ASK_AGAIN: (
        _l("To do after all: %(title)s"),
        _l("%(who)s asks for “%(title)s” after all."),
        _l("See it"),
    ),
    E.RENEW: (
        _l("To renew: %(title)s"),
        _l("“%(title)s” holds until %(until)s. Renew it before that day."),
        _l("Renew it"),
    ),
    E.EXPIRE: (
        _l("Expired: %(title)s, %(company)s"),
        _l("“%(title)s” of %(company)s has reached its last day, and nothing new is there."),
        _l("See it"),
    ),
    O.ACTIVATE: (
        _l("%(company)s is active"),
        _l(
            "%(company)s is an active partner of %(vendor)s from now on. What you do together is "
            "open in the portal."
        ),
        _l("Open the portal"),
    ),
}
