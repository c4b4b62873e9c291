"""How does somebody whom nobody here knows ask for access, and who decides?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Select, String, cast, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.access import visible
from portal.core.database import db
from portal.core.events import EventKind, declare, record_event
from portal.core.language import _l
from portal.core.times import now
from portal.core.workflow import WrongState
from portal.domain.customers.identity import FREE_MAIL
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import CLOSED, MemberActor
from portal.domain.people.administration import Access, invite
from portal.domain.people.domains import domain_of
from portal.domain.people.models import AccessRequest, Membership, UserIdentity

KEPT = dt.timedelta(days=14)
ASK, ACCEPT, DECLINE = "request:send", "request:accept", "request:decline"

declare(
    EventKind(ASK, _l("Somebody asked for access"), partner_sees=False),
    EventKind(
        ACCEPT,
        _l("%(who)s invited whoever had asked for access"),
        frozenset({"membership"}),
        partner_sees=False,
    ),
    EventKind(DECLINE, _l("%(who)s declined a request for access"), partner_sees=False),
)


@dataclass(frozen=True)
class Applicant:
    """Who asks: an identity whose provider vouches for the e-mail address."""

    issuer: str
    subject: str
    email: str
    name: str
    language: str


def ask_for_access(session: Session, applicant: Applicant, company: str) -> None:
    """Keep the request and tell whoever decides; call in system mode.

    The answer is nothing, whatever became of it: whoever asks learns neither whether a company is
    known nor whether they have asked before.
    """
    forget_left_requests(session)
    if _is_known(session, applicant) or _has_asked(session, applicant):
        return
    asked = AccessRequest(
        issuer=applicant.issuer,
        subject=applicant.subject,
        email=applicant.email,
        name=applicant.name,
        language=applicant.language,
        company=company,
        organisation_id=matching_organisation(session, applicant.email),
        expires_at=now() + KEPT,
    )
    session.add(asked)
    try:
        session.flush()
    except IntegrityError:  # the same form, twice at once
        session.rollback()
        return
    record_event(ASK, asked, None, session=session)


def _is_known(session: Session, applicant: Applicant) -> bool:
    query = (
        select(UserIdentity.id)
        .join(Membership, Membership.user_id == UserIdentity.user_id)
        .where(UserIdentity.issuer == applicant.issuer, UserIdentity.subject == applicant.subject)
    )
    return session.scalar(query.limit(1)) is not None


def _has_asked(session: Session, applicant: Applicant) -> bool:
    query = select(AccessRequest.id).where(
        AccessRequest.issuer == applicant.issuer,
        AccessRequest.subject == applicant.subject,
        AccessRequest.decided_at.is_(None),
    )
    return session.scalar(query) is not None


def matching_organisation(session: Session, email: str) -> int | None:
    """Return the row number of the one partner to which the address belongs by its domain.

    None for a mail provider, for a domain that nobody has, and for one that several have.
    """
    domain = domain_of(email)
    if not domain or domain in FREE_MAIL:
        return None
    found = session.execute(
        select(Organisation.id, Organisation.domains).where(
            cast(Organisation.domains, String).contains(domain, autoescape=True),
            Organisation.side == Side.PARTNER,
            Organisation.status.not_in(CLOSED),
        )
    ).all()
    numbers = [row.id for row in found if domain in row.domains]
    return numbers[0] if len(numbers) == 1 else None


def accept_request(
    asked: AccessRequest, organisation: Organisation, actor: MemberActor, access: Access
) -> Membership:
    """Invite whoever asked, with a role and reach that ``actor`` may give; return the membership.

    An invitation and no identity bound at once: it is bound to the same address, and whoever
    opens it proves on that day, not fourteen days before, that it is still theirs. Raises
    AlreadyHere, Denied, Refused or WrongState.
    """
    need_open(asked)
    person = invite(organisation, actor, asked.name or asked.email, asked.email, access)
    person.user.language = asked.language
    asked.decided_at, asked.membership_id = now(), person.id
    record_event(ACCEPT, asked, actor, membership=person.reference)
    return person


def decline_request(asked: AccessRequest, actor: MemberActor, answer: str) -> None:
    """Decline, and tell whoever asked, with a sentence if there is one. Raises WrongState."""
    need_open(asked)
    asked.decided_at, asked.answer = now(), answer
    record_event(DECLINE, asked, actor)


def need_open(asked: AccessRequest) -> None:
    """Raise WrongState for a request that is decided or has run out."""
    if not asked.is_open:
        raise WrongState(asked, "decide")


def waiting(actor: MemberActor) -> Select[AccessRequest]:
    """Return the SELECT of the requests that ``actor`` can decide."""
    return visible(AccessRequest, actor).where(
        AccessRequest.decided_at.is_(None), AccessRequest.expires_at > now()
    )


def how_many_wait(actor: MemberActor) -> int:
    """Return how many requests ``actor`` can decide."""
    return db.session.scalar(waiting(actor).with_only_columns(func.count(AccessRequest.id))) or 0


def forget_left_requests(session: Session) -> None:
    """Delete what nobody decided in time: who asked is nobody here, and may ask again."""
    session.execute(
        delete(AccessRequest).where(
            AccessRequest.decided_at.is_(None), AccessRequest.expires_at <= now()
        )
    )
