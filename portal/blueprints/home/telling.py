"""What has this person just done, and what stands in the way, so that home says it?"""

from __future__ import annotations

from flask import current_app, request

from portal.core.access import visible
from portal.core.database import db
from portal.core.drafts import as_form, kept_paths, offered
from portal.core.language import _, chosen_language
from portal.core.references import reference_in
from portal.core.times import DAY, now
from portal.domain.checklists.models import ChecklistItem
from portal.domain.organisations.models import OrganisationStatus, Side
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Registration, Status

NEWS = DAY * 7


def told(actor: MemberActor) -> str:
    """Return one sentence about a draft that was just kept or thrown away, or nothing."""
    if "gone" in request.args:
        return _("The draft is gone.")
    reference = request.args.get("kept", "")[:20]
    if reference.startswith("CI-"):
        return _told_of_item(actor, reference)
    record = reference and db.session.scalar(
        visible(Registration, actor).where(Registration.reference == reference)
    )
    if not record:
        return ""
    name = record.company or _typed_name(reference)
    is_typed = reference in map(reference_in, kept_paths())
    if record.status == Status.NEEDS_INFO and is_typed:
        return _("Your answer about %(name)s is kept. It is not sent yet.", name=name)
    if record.status != Status.DRAFT:
        return ""
    if name:
        return _("Your draft for %(name)s is kept.", name=name)
    return _("Your draft is kept; it names no customer yet.") if is_typed else ""


def _told_of_item(actor: MemberActor, reference: str) -> str:
    """Return that answers are kept, where there are some that are not sent."""
    query = visible(ChecklistItem, actor).where(ChecklistItem.reference == reference)
    item = db.session.scalar(query)
    if item is None or reference not in map(reference_in, kept_paths()):
        return ""
    title = item.title_in(chosen_language())
    return _("What you typed for “%(title)s” is kept. It is not sent yet.", title=title)


def awaited(actor: MemberActor, has_turns: bool) -> str:
    """Return what somebody waits for whose company is not active yet, or nothing.

    With a checklist it is its last item; ``has_turns``: some of it waits for them.
    """
    if actor.side != Side.PARTNER or actor.status == OrganisationStatus.ACTIVE:
        return ""
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    if actor.has_open_checklist:
        last = _(
            "With the last item of the checklist %(company)s becomes active, and what you do with"
            " %(vendor)s opens here.",
            vendor=vendor,
            company=actor.organisation_name,
        )
        if has_turns:
            return last
        rest = _("What is left is with %(vendor)s or with your colleagues.", vendor=vendor)
        return f"{rest} {last}"
    sentence = _(
        "%(vendor)s is setting up %(company)s. Once your company is active, what you do together"
        " opens here.",
        vendor=vendor,
        company=actor.organisation_name,
    )
    if P.PERSON_ADMINISTER not in actor.permissions:
        return sentence
    more = _("You can invite your colleagues already.")
    return f"{sentence} {more}"


def welcomed(actor: MemberActor) -> str:
    """Return that their company is active, for some days from then on, or nothing."""
    is_partner = actor.side == Side.PARTNER and actor.status == OrganisationStatus.ACTIVE
    if not is_partner or actor.active_at is None or now() - actor.active_at > NEWS:
        return ""
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    return _(
        "%(company)s is active. What you do with %(vendor)s is open to you now.",
        company=actor.organisation_name,
        vendor=vendor,
    )


def _typed_name(reference: str) -> str:
    """Return the customer that stands in the first step as it was typed."""
    draft = offered(f"/registrations/{reference}/customer")
    return as_form(draft).get("company", "")[:120] if draft else ""
