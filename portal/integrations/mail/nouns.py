"""What does a mail need to know of each kind of record that it can be about?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.language import _, _l, chosen_language, show_date
from portal.core.text import either
from portal.domain.access_reviews.models import AccessReview
from portal.domain.access_reviews.models import Status as Reviewed
from portal.domain.applications.models import Application
from portal.domain.assets.models import AssetVersion
from portal.domain.assets.models import Status as Versioned
from portal.domain.checklists.models import Checklist, ChecklistItem
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people import email_changes
from portal.domain.people.actor import MemberActor
from portal.domain.people.invitations import token_of
from portal.domain.people.models import AccessRequest, EmailChange, Invitation, Membership
from portal.domain.programme import programme
from portal.domain.registrations.models import Registration

WORKS_ON_IT = _l(
    "You get this because you work on %(reference)s at %(organisation)s. The link opens once you "
    "are signed in."
)


@dataclass(frozen=True)
class Noun:
    """One kind of record: what the words may name of it, and where its link leads.

    ``path(record, recipient)`` is the address inside the portal, ``footer`` says why somebody
    gets the mail, ``is_current(record)`` whether there is still something to tell, and
    ``to(record, recipient)`` the address to which it goes.
    """

    model: Any
    path: Callable[[Any, MemberActor], str]
    names: Callable[[Any], dict[str, Any]] = lambda record: {"company": record.company}
    footer: Any = WORKS_ON_IT
    is_current: Callable[[Any], bool] = lambda record: True
    to: Callable[[Any, MemberActor], str] = lambda _record, recipient: recipient.email
    # What tells the record, where its chain is not called by its reference.
    chained: Callable[[str], Any] | None = None

    def is_of(self, chain: str) -> Any:
        """Return the condition that a row of the model is the record of ``chain``."""
        return self.chained(chain) if self.chained else self.model.reference == chain


def _registration(record: Any, recipient: MemberActor) -> str:
    is_staff = recipient.side == Side.VENDOR
    return f"{'/admin' if is_staff else ''}/registrations/{record.reference}"


def _email_path(change: EmailChange, _recipient: MemberActor) -> str:
    return "/account" if change.confirmed_at else f"/email/{email_changes.token_of(change)}"


def _review(review: AccessReview, recipient: MemberActor) -> str:
    is_staff = recipient.side == Side.VENDOR
    return f"/admin/access/reviews/{review.reference}" if is_staff else "/people/review"


def _asked(review: AccessReview) -> dict[str, Any]:
    return {
        "company": review.organisation.name,
        "count": review.to_look_at,
        "days": programme().review_answer_days,
    }


def _is_open(invitation: Invitation) -> bool:
    return invitation.accepted_at is None and invitation.voided_at is None


def _version(version: AssetVersion, recipient: MemberActor) -> str:
    if recipient.side == Side.VENDOR:
        return f"/admin/assets/versions/{version.reference}"
    return f"/assets/{version.asset.reference}"


def _named_version(version: AssetVersion) -> dict[str, Any]:
    language = chosen_language()
    note = either(version.note, version.note_fr, language) or _("nothing was noted.")
    return {
        "title": version.title_in(language),
        "number": version.number or "",
        "note": note,
    }


def _checklist(checklist: Checklist, recipient: MemberActor) -> str:
    is_staff = recipient.side == Side.VENDOR
    return f"/admin/onboarding/{checklist.reference}" if is_staff else "/checklist"


def _item(item: ChecklistItem, recipient: MemberActor) -> str:
    is_staff = recipient.side == Side.VENDOR
    return f"{'/admin/onboarding' if is_staff else '/checklist'}/items/{item.reference}"


def _named_item(item: ChecklistItem) -> dict[str, Any]:
    return {
        "title": item.title_in(chosen_language()),
        "company": item.checklist.organisation.name,
        "reason": item.reason,
        "until": show_date(item.expires_at) if item.expires_at else "",
    }


def _organisation(organisation: Organisation, recipient: MemberActor) -> str:
    is_staff = recipient.side == Side.VENDOR
    return f"/admin/organisations/{organisation.reference}" if is_staff else "/"


TAKEN_ON = _l(
    "You get this because you take part in how %(company)s is taken on. The link opens once you "
    "are signed in."
)

WORKED_ON_IT = _l(
    "You get this because you worked on %(reference)s at %(organisation)s. You need not do "
    "anything more about it."
)

RECALLED = _l("You get this because you downloaded a copy. The link opens once you are signed in.")

# By the first letters of the record's reference, or of its chain.
NOUNS: Mapping[str, Noun] = {
    "AR": Noun(
        AccessRequest,
        lambda asked, _recipient: f"/people/requests/{asked.reference}",
        names=lambda asked: {"name": asked.name or asked.email, "email": asked.email},
        footer=_l(
            "You get this because you administer people. The request is open for 14 days; the "
            "link opens once you are signed in."
        ),
        is_current=lambda asked: asked.is_open,
    ),
    "AP": Noun(
        Application,
        lambda application, _recipient: f"/admin/applications/{application.reference}",
        footer=_l(
            "You get this because you decide who becomes a partner. The link opens once you are "
            "signed in."
        ),
    ),
    "DR": Noun(Registration, _registration),
    "DL": Noun(Deal, lambda deal, _recipient: f"/deals/{deal.reference}"),
    "AV": Noun(
        AssetVersion,
        _version,
        names=_named_version,
        footer=_l(
            "You get this because you keep the library, or have downloaded an earlier version of "
            "this. The link opens once you are signed in."
        ),
        is_current=lambda version: version.status != Versioned.SUPERSEDED,
    ),
    "CL": Noun(
        Checklist,
        _checklist,
        names=lambda checklist: {"company": checklist.organisation.name},
        footer=TAKEN_ON,
    ),
    "CI": Noun(ChecklistItem, _item, names=_named_item, footer=TAKEN_ON),
    "OR": Noun(
        Organisation,
        _organisation,
        names=lambda organisation: {"company": organisation.name},
        footer=TAKEN_ON,
    ),
    "RV": Noun(
        AccessReview,
        _review,
        names=_asked,
        footer=_l(
            "You get this because you decide who has access to the portal. The link opens once "
            "you are signed in."
        ),
        is_current=lambda review: review.status != Reviewed.SIGNED_OFF,
    ),
    "EC": Noun(
        EmailChange,
        _email_path,
        names=lambda change: {"new_email": change.new_email},
        footer=_l("You get this because somebody asked for it on their account page."),
        is_current=lambda change: change.voided_at is None,
        # First the new address, which confirms it; afterwards the old one is told.
        to=lambda change, _recipient: change.old_email if change.confirmed_at else change.new_email,
    ),
    "membership": Noun(
        Membership,
        lambda _membership, _recipient: "/",
        names=lambda _membership: {},
        footer=_l("You get this because it is about your work at %(organisation)s."),
        chained=lambda chain: Membership.id == int(chain.partition(":")[2]),
    ),
    "IN": Noun(
        Invitation,
        lambda invitation, _recipient: f"/join/{token_of(invitation)}",
        names=lambda _invitation: {},
        footer=_l(
            "The link works once, for 72 hours, and for nobody but the owner of this address. If "
            "you do not know what this is about, you need not do anything."
        ),
        is_current=_is_open,
    ),
}


def noun_of(chain: str) -> Noun:
    """Return the kind of record whose history ``chain`` is; KeyError where no mail is about it."""
    return NOUNS[chain.partition(":")[0] if ":" in chain else chain[:2]]
