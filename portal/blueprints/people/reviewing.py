"""How does an administrator say who still needs the access that they have?"""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.people import bp
from portal.core.access import visible
from portal.core.database import db
from portal.core.guards import requires
from portal.core.language import show_due
from portal.core.pages import changed, done, render
from portal.domain.access_reviews import operations
from portal.domain.access_reviews.models import AccessReview, AccessReviewItem, Decision, Status
from portal.domain.access_reviews.sheet import line_of, lines_of, others_of, signed_page
from portal.domain.access_reviews.wording import show_month
from portal.domain.access_reviews.workflow import ACCESS_REVIEW
from portal.domain.organisations.models import Side
from portal.domain.permissions import Permission as P

ITEM = "/people/review/items/<reference:reference>"
ONE = "/people/review/<reference:reference>"
MOST = 24  # two years of them
OFFERED = frozenset({Decision.KEEP, Decision.REDUCE, Decision.DEACTIVATE})


@bp.get("/people/review")
@requires(P.ACCESS_REVIEW)
def review() -> Response:
    """Show the own company's review that waits for an answer, and the former ones."""
    query = (
        visible(AccessReview, member())
        .where(AccessReview.organisation_id == member().organisation_id)
        .order_by(AccessReview.month.desc())
    )
    reviews = db.session.scalars(query.limit(MOST)).all()
    current = next((one for one in reviews if one.status == Status.OPEN), None)
    return render(
        "people/review.html",
        reviews=reviews,
        states=ACCESS_REVIEW.states,
        month=show_month,
        **(_sheet(current) if current else {"review": None}),
    )


def _sheet(review: AccessReview) -> dict[str, Any]:
    lines = lines_of(review, member())
    return {
        "review": review,
        "lines": lines,
        "left": sum(bool(line.choices) for line in lines),
        "others": others_of(review, member()),
        "due": show_due(review.next_by) if review.next_by else None,
        "end": "answer",
    }


@bp.get(ONE)
@requires(P.ACCESS_REVIEW, AccessReview)
def review_record(review: AccessReview) -> Response:
    """Show how a review of the own company stands or ended, to be read and printed."""
    return render(
        "people/review_record.html",
        review=review,
        month=show_month(review.month),
        state=ACCESS_REVIEW.state_of(review),
        **signed_page(review, member()),
    )


@bp.post(f"{ONE}/answer")
@requires(P.ACCESS_REVIEW, AccessReview)
def answer_review(review: AccessReview) -> Response:
    """Send all decisions on."""
    operations.answer(review, member())
    return done(url_for("people.review", sent=1), review.reference)


@bp.post(f"{ITEM}/decision")
@requires(P.ACCESS_REVIEW, AccessReviewItem)
def decide(item: AccessReviewItem) -> Response:
    """Keep somebody's access, reduce or close it, by one tap."""
    chosen = request.form.get("decision", "")
    if chosen not in OFFERED:
        abort(400)
    seen = request.form.get("access", type=int)
    operations.decide(item, member(), Decision(chosen), seen=seen)
    return _changed(item)


@bp.post(f"{ITEM}/undo")
@requires(P.ACCESS_REVIEW, AccessReviewItem)
def undo_decision(item: AccessReviewItem) -> Response:
    """Take a decision back."""
    operations.undo(item, member())
    return _changed(item)


def _changed(item: AccessReviewItem) -> Response:
    """Answer with the person's card and what is left, or lead back to the card on its page."""
    db.session.flush()
    review, actor = item.review, member()
    is_vendor = actor.side == Side.VENDOR
    if is_vendor:
        url = url_for("admin.access.review", reference=review.reference, _anchor=item.reference)
    else:
        url = url_for("people.review", _anchor=item.reference)
    context = {
        "line": line_of(item, actor),
        "review": review,
        "left": sum(bool(one.choices) for one in lines_of(review, actor)),
        "end": "sign_off" if is_vendor else "answer",
    }
    return changed("people/_review_changed.html", url, review.reference, **context)
