"""What do the vendor's staff do with an application, each as one named write?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from portal.core.actors import Nobody
from portal.core.crashpoints import crash_point
from portal.core.database import db
from portal.core.events import record_event
from portal.core.language import _
from portal.core.times import now
from portal.core.workflow import WrongState
from portal.domain.applications.events import E
from portal.domain.applications.models import Application, SameAnswer, Status
from portal.domain.applications.workflow import APPLICATION, matches_of
from portal.domain.organisations import operations as organisations
from portal.domain.organisations.models import Organisation
from portal.domain.people import access_requests
from portal.domain.people.actor import MemberActor
from portal.domain.people.invitations import send_invitation
from portal.domain.people.models import AccessRequest, Membership, Reach, Role
from portal.domain.people.operations import add_membership
from portal.domain.permissions import Permission as P

OPEN_FOR = dt.timedelta(days=14)


class _Approval(Nobody):
    """The portal itself, which lets the onboarding follow whoever's approval."""

    membership_id: Any = None
    user_id: Any = None
    organisation_id: Any = None
    side = "system"
    permissions: frozenset[str] = frozenset({P.ORGANISATION_SUSPEND})
    scope_key = "approval"


APPROVAL = _Approval()


def take(application: Application, actor: MemberActor) -> None:
    """Become its reviewer. Raises WrongState."""
    application.reviewer_id = actor.membership_id
    APPLICATION.apply(application, "take", actor)


def compare(application: Application, actor: MemberActor, other: str, answer: SameAnswer) -> None:
    """Say whether the partner called ``other`` is the same company.

    Raises WrongState outside the review, and LookupError for a partner that is no candidate.
    """
    if application.status != Status.UNDER_REVIEW:
        raise WrongState(application, "compare")
    match = next((one for one in matches_of(application) if one.other_reference == other), None)
    if match is None:
        raise LookupError(other)
    match.answer, match.answered_by = answer, actor.name
    # Its matches are no columns of its own, and an older form must not overrule the answer.
    application.version += 1
    record_event(E.COMPARE, application, actor, other=match.other_reference, answer=answer)


def ask(application: Application, actor: MemberActor, question: str) -> None:
    """Ask the applicant, who answers behind their link. Raises WrongState."""
    APPLICATION.apply(application, "ask", actor, words={"question": question})
    application.question, application.reply, application.reminded_at = question, "", None


def reject(application: Application, actor: MemberActor, reason: str, text: str) -> None:
    """Reject it with a reason and words that the applicant reads. Raises WrongState."""
    application.reason_code, application.reason_text = reason, text
    application.decided_at = now()
    APPLICATION.apply(application, "reject", actor, words={"text": text}, reason=reason)


def approve(
    application: Application, actor: MemberActor, values: Mapping[str, Any]
) -> Organisation:
    """Make the company a partner and invite the applicant as its first administrator.

    All in the caller's transaction. ``values`` are what staff keep of a partner. Raises Denied,
    WrongState, NameTaken, or Refused while a partner might be the same company.
    """
    APPLICATION.need(application, "approve", actor)
    organisation = organisations.create(actor, values, None)
    db.session.flush()
    organisations.take_step(organisation, APPROVAL, "onboard", _("Its application was approved."))
    crash_point("partner made, nobody invited")
    administrator = _first_administrator(application, organisation, actor)
    send_invitation(administrator, actor)
    application.decided_at, application.partner = now(), organisation.reference
    APPLICATION.apply(application, "approve", actor, organisation=organisation.reference)
    return organisation


def _first_administrator(
    application: Application, organisation: Organisation, actor: MemberActor
) -> Membership:
    return add_membership(
        db.session(),
        organisation,
        name=application.contact_name,
        email=application.contact_email,
        role=Role.PARTNER_ADMINISTRATOR,
        reach=Reach.ORGANISATION,
        language=application.language,
        actor=actor,
    )


def pass_on(application: Application, actor: MemberActor) -> None:
    """Let the partner's own administrators decide, as on anybody who asks for access.

    Raises WrongState, or Refused unless one partner is the same company.
    """
    APPLICATION.need(application, "pass_on", actor)
    (same,) = (one for one in matches_of(application) if one.answer == SameAnswer.SAME)
    asked = AccessRequest(
        # Nobody's identity: they bind their own when they open the invitation.
        issuer="application",
        subject=application.reference,
        email=application.contact_email,
        name=application.contact_name,
        language=application.language,
        company=application.company,
        organisation_id=same.other_id,
        expires_at=now() + OPEN_FOR,
    )
    db.session.add(asked)
    db.session.flush()
    application.decided_at, application.partner = now(), same.other_reference
    APPLICATION.apply(
        application,
        "pass_on",
        actor,
        organisation=same.other_reference,
        request=asked.reference,
    )
    record_event(access_requests.ASK, asked, None)
