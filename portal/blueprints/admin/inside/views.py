"""How does the vendor's own side keep what it thinks of a record to itself?"""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.inside import bp
from portal.blueprints.admin.inside.forms import AssessmentForm, NoteForm, shown
from portal.blueprints.saying import saying
from portal.core.forms import Form, bind
from portal.core.guards import requires
from portal.core.pages import done, invalid, render
from portal.core.versions import expect_version
from portal.domain.deals.assessing import assess as assess_deal
from portal.domain.deals.assessing import assessment_of
from portal.domain.deals.models import Deal
from portal.domain.notes.operations import write_note
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Registration


@bp.route("/registrations/<reference:reference>/notes", methods=["GET", "POST"])
@requires(P.NOTE_WRITE, Registration, beside=True)
def note_registration(registration: Registration) -> Response:
    """Write a note beside a registration."""
    return _note(registration, url_for("admin.review.show", reference=registration.reference))


@bp.route("/deals/<reference:reference>/notes", methods=["GET", "POST"])
@requires(P.NOTE_WRITE, Deal, beside=True)
def note_deal(deal: Deal) -> Response:
    """Write a note beside a deal."""
    return _note(deal, url_for("deals.show", reference=deal.reference))


@bp.route("/deals/<reference:reference>/assessment", methods=["GET", "POST"])
@requires(P.DEAL_ASSESS, Deal, beside=True)
def assess(deal: Deal) -> Response:
    """Keep margin, score and risk of a deal."""
    assessment, here = assessment_of(deal), url_for("deals.show", reference=deal.reference)
    form = bind(AssessmentForm, data=shown(assessment))
    if request.method == "POST":
        expect_version(deal, assessment)
        if form.validate():
            assess_deal(assessment, deal, member(), form.values())
            return done(saying(here, "saved"), deal.reference)
    return _page("assess", form, deal, here, version=assessment.version)


def _note(record: Any, here: str) -> Response:
    form = bind(NoteForm)
    if request.method == "POST" and form.validate():
        write_note(record, member(), form.text.data or "")
        return done(f"{saying(here, 'noted')}#notes", record.reference)
    return _page("note", form, record, here, version=None)


def _page(name: str, form: Form, record: Any, here: str, **context: Any) -> Response:
    answer = invalid if form.errors else render
    page, fragment = f"admin/inside/{name}.html", f"admin/inside/_{name}.html"
    return answer(page, fragment, form=form, record=record, here=here, **context)
