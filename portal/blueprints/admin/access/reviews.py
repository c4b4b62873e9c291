"""How do the security administrators look last at who has access, and sign for it?"""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request, url_for
from sqlalchemy.orm import contains_eager

from portal.blueprints.acting import member
from portal.blueprints.admin.access import bp
from portal.core.access import can, visible
from portal.core.guards import requires
from portal.core.language import show_due
from portal.core.pages import done, render
from portal.core.paging import filters_of, page_of
from portal.domain.access_reviews import operations
from portal.domain.access_reviews.models import AccessReview, Status
from portal.domain.access_reviews.sheet import lines_of, others_of, signed_page
from portal.domain.access_reviews.wording import show_month
from portal.domain.access_reviews.workflow import ACCESS_REVIEW
from portal.domain.permissions import Permission as P
from portal.domain.timeline.sentences import timeline

SIZE = 40
ONE = "/access/reviews/<reference:reference>"


@bp.get("/access/reviews")
@requires(P.ACCESS_REVIEW_READ)
def reviews() -> Response:
    """List the access reviews of all organisations, the last begun first, by state."""
    return render("admin/access/reviews.html", **_list_page())


def _list_page() -> dict[str, Any]:
    chosen = request.args.get("status", "")
    status = chosen if chosen in set(Status) else ""
    query = (
        visible(AccessReview, member())
        .join(AccessReview.organisation)
        .options(contains_eager(AccessReview.organisation))
    )
    if status:
        query = query.where(AccessReview.status == status)
    after = request.args.get("after")
    page = page_of(query, AccessReview.opened_at, AccessReview.reference, after, SIZE)
    kept: dict[str, Any] = {"status": status} if status else {}
    here = "admin.access.reviews"
    labels = {name.value: state.heading for name, state in ACCESS_REVIEW.states.items()}
    return {
        "rows": page.rows,
        "dues": {row.id: show_due(row.next_by) for row in page.rows if row.next_by},
        "states": ACCESS_REVIEW.states,
        "month": show_month,
        "next_url": page.next_cursor and url_for(here, after=page.next_cursor, **kept),
        "first_url": None if page.is_first else url_for(here, **kept),
        "filters": filters_of(here, "status", labels, status),
    }


@bp.get(ONE)
@requires(P.ACCESS_REVIEW_READ, AccessReview)
def review(review: AccessReview) -> Response:
    """Show one review: who is to be looked at, what was decided, and what was signed."""
    actor, is_signed = member(), review.status == Status.SIGNED_OFF
    lines = [] if is_signed else lines_of(review, actor)
    return render(
        "admin/access/review.html",
        review=review,
        month=show_month(review.month),
        state=ACCESS_REVIEW.state_of(review),
        due=show_due(review.next_by) if review.next_by else None,
        end=_end(review) if can(actor, P.ACCESS_SIGN_OFF) else "",
        lines=lines,
        left=sum(bool(line.choices) for line in lines),
        others=[] if is_signed else others_of(review, actor),
        **(signed_page(review, actor) if is_signed else {}),
        entries=timeline(review.reference, actor, current_app.config["VENDOR_SHORT_NAME"]),
    )


def _end(review: AccessReview) -> str:
    """Return which step ends the waiting or the review itself."""
    ends = {Status.OPEN: "take_over", Status.WITH_SECURITY: "sign_off"}
    return ends.get(Status(review.status), "")


@bp.post(f"{ONE}/take-over")
@requires(P.ACCESS_SIGN_OFF, AccessReview)
def take_over(review: AccessReview) -> Response:
    """Go on without the company's answer."""
    operations.take_over(review, member())
    return _here(review)


@bp.post(f"{ONE}/signature")
@requires(P.ACCESS_SIGN_OFF, AccessReview)
def sign_off(review: AccessReview) -> Response:
    """Sign for the review; nothing of it changes any more."""
    operations.sign_off(review, member())
    return _here(review)


def _here(review: AccessReview) -> Response:
    url = url_for("admin.access.review", reference=review.reference)
    return done(url, review.reference)
