"""How are files added to a record, and how does one get them?"""

from __future__ import annotations

from typing import Any

from flask import Response, g, url_for

from portal.blueprints.acting import member
from portal.blueprints.attachments import bp
from portal.blueprints.filing import files_card
from portal.blueprints.saying import saying
from portal.core import previews
from portal.core.file_limits import takes_files
from portal.core.files import incoming, send
from portal.core.guards import requires
from portal.core.language import _, chosen_language
from portal.core.limits import limiter
from portal.core.pages import done, invalid, is_htmx, render
from portal.domain.attachments import operations
from portal.domain.attachments.models import Attachment
from portal.domain.attachments.policy import record_of
from portal.domain.checklists.models import ChecklistItem
from portal.domain.deals.models import Deal
from portal.domain.organisations.room import has_room_for
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Registration

OFTEN = "300/hour"


def _page_of(record: Any) -> str:
    return url_for(f"attachments.files_of_{record.__tablename__}", reference=record.reference)


def _way_back(record: Any, said: str) -> str:
    """Return where one lands after a whole form: an item's files stand on its own page alone."""
    if not isinstance(record, ChecklistItem):
        return saying(_page_of(record), said)
    return saying(url_for("onboarding.show", reference=record.reference), said) + "#files"


def _name_of(record: Any) -> str:
    if isinstance(record, ChecklistItem):
        return record.title_in(chosen_language())
    return record.company or _("No customer yet")


def _show(record: Any, problems: list[str], is_refused: bool = False, **more: bool) -> Response:
    answer = invalid if is_refused else render
    return answer(
        "attachments/index.html",
        "components/files.html",
        record=record,
        name=_name_of(record),
        files=files_card(record, member(), problems=problems) | more,
    )


def _refuse(record: Any, size: int) -> Response | None:
    """Say, before the files have come, that so many bytes have no room."""
    if not record.takes_files or has_room_for(record.organisation_id, size):
        return None
    sentence = operations.no_room_for(_("what you sent"))
    return _show(record, [sentence], is_refused=True, is_none_taken=True)


@bp.get("/registrations/<reference:reference>/files")
@requires(P.REGISTRATION_READ, Registration)
def files_of_registration(registration: Registration) -> Response:
    """Show the files of a registration."""
    return _show(registration, [])


@bp.get("/deals/<reference:reference>/files")
@requires(P.DEAL_READ, Deal)
def files_of_deal(deal: Deal) -> Response:
    """Show the files of a deal."""
    return _show(deal, [])


@bp.get("/checklist/items/<reference:reference>/files")
@requires(P.FILE_READ, ChecklistItem)
def files_of_checklist_item(item: ChecklistItem) -> Response:
    """Show the files of an item of a checklist, to either side."""
    return _show(item, [])


@bp.post("/registrations/<reference:reference>/files")
@takes_files(refuse=_refuse)
@limiter.limit(OFTEN)
@requires(P.REGISTRATION_EDIT, Registration, beside=True)
def attach_to_registration(registration: Registration) -> Response:
    """Keep files beside a registration that is not sent yet."""
    return _attach(registration)


@bp.post("/deals/<reference:reference>/files")
@takes_files(refuse=_refuse)
@limiter.limit(OFTEN)
@requires(P.DEAL_EDIT, Deal, beside=True)
def attach_to_deal(deal: Deal) -> Response:
    """Keep files beside an open deal."""
    return _attach(deal)


@bp.post("/checklist/items/<reference:reference>/files")
@takes_files(refuse=_refuse)
@limiter.limit(OFTEN)
@requires(P.CHECKLIST_WORK, ChecklistItem, beside=True)
def attach_to_checklist_item(item: ChecklistItem) -> Response:
    """Keep files beside an item that is to be done."""
    return _attach(item)


def _attach(record: Any) -> Response:
    files = incoming()
    problems = operations.attach(record, member(), files)
    if not files:
        problems = [_("Choose a file first.")]
    if problems and len(problems) >= len(files):
        return _show(record, problems, is_refused=True)
    url = saying(_page_of(record), "attached")
    if not problems and not is_htmx():
        return done(_way_back(record, "attached"), record.reference)
    # Some were taken: they stay, and it is said which were not.
    g.answer_url, g.answer_reference = url, record.reference
    return _show(record, problems)


@bp.get("/files/<reference:reference>")
@requires(P.FILE_READ, Attachment)
def download(attachment: Attachment) -> Response:
    """Hand out a file, to be kept by whoever may have it."""
    return send(attachment.file, attachment.name)


@bp.get("/files/<reference:reference>/preview")
@requires(P.FILE_READ, Attachment)
def preview(attachment: Attachment) -> Response:
    """Show what the first page of a file looks like."""
    return previews.send(attachment.file)


@bp.post("/files/<reference:reference>/removal")
@requires(P.FILE_REMOVE, Attachment, beside=True)
def remove(attachment: Attachment) -> Response:
    """Take a file away."""
    record = record_of(attachment)
    operations.remove(attachment, member())
    if is_htmx():
        g.answer_url, g.answer_reference = _page_of(record), record.reference
        return _show(record, [])
    return done(_way_back(record, "removed"), record.reference)
