"""How does a partner register a deal and follow the decision?"""

from __future__ import annotations

from typing import Any, cast

from flask import Response, redirect, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.filing import files_card
from portal.blueprints.reading import beside, parts_of
from portal.blueprints.registrations import bp
from portal.blueprints.registrations.asking import Step, answering, step_named
from portal.blueprints.registrations.forms import WithdrawForm
from portal.blueprints.registrations.known import known_customers
from portal.blueprints.registrations.lists import list_page
from portal.blueprints.registrations.showing import record_page
from portal.blueprints.saying import saying
from portal.core import drafts
from portal.core.access import can
from portal.core.database import db
from portal.core.forms import bind
from portal.core.guards import requires
from portal.core.limits import limiter
from portal.core.pages import done, invalid, render
from portal.domain.permissions import Permission as P
from portal.domain.registrations import operations
from portal.domain.registrations.content import STEPS, unfinished_steps
from portal.domain.registrations.models import Registration, Status
from portal.domain.registrations.workflow import REGISTRATION

ONE = "/registrations/<reference:reference>"


def _here(registration: Registration) -> str:
    return url_for("registrations.show", reference=registration.reference)


def _step_url(registration: Registration, step: str, said: str | None = None) -> str:
    """Return a step's address; ``said`` goes along as it came, see portal.blueprints.saying."""
    return url_for("registrations.step", reference=registration.reference, step=step, said=said)


@bp.get("/registrations")
@requires(P.REGISTRATION_LIST)
def index() -> Response:
    """List the registrations that the person may see, newest first."""
    return render("registrations/index.html", "registrations/_rows.html", **list_page(member()))


@bp.post("/registrations")
@requires(P.REGISTRATION_CREATE)
@limiter.limit("200/hour")
def create() -> Response:
    """Begin a draft (or go on with an untouched one)."""
    registration = operations.begin_draft(member())
    return done(_step_url(registration, STEPS[0]), registration.reference)


@bp.get(ONE)
@requires(P.REGISTRATION_READ, Registration)
def show(registration: Registration) -> Response:
    """Show where the registration stands, what is next and what happened."""
    if can(member(), P.REVIEW_READ):  # the vendor's side reads it on a page of its own
        url = url_for("admin.review.show", reference=registration.reference)
        return cast(Response, redirect(url))
    if registration.status == Status.DRAFT and P.REGISTRATION_EDIT not in member().withheld:
        return cast(Response, redirect(_step_url(registration, STEPS[0], request.args.get("said"))))
    return render("registrations/show.html", **record_page(registration, member()))


@bp.get(f"{ONE}/<any(customer,opportunity,evidence,check):step>")
@requires(P.REGISTRATION_EDIT, Registration)
def step(registration: Registration, step: str) -> Response:
    """Show one step of a draft; what was sent already is shown as it stands."""
    if registration.status != Status.DRAFT:
        return cast(Response, redirect(url_for(
            "registrations.show", reference=registration.reference, sent=1)))  # fmt: skip
    if step == "check":
        return _check_page(registration)
    asked = step_named(step)
    return _step_page(registration, asked, asked.form(registration, member()))


@bp.post(f"{ONE}/<any(customer,opportunity,evidence):step>")
@requires(P.REGISTRATION_EDIT, Registration)
def save(registration: Registration, step: str) -> Response:
    """Save one step of a draft and go to the next, or home for later."""
    operations.need_draft(registration)
    asked = step_named(step)
    form = asked.form(registration, member())
    if not form.validate():
        return _step_page(registration, asked, form)
    operations.save_draft(registration, member(), form.values())
    following = STEPS[STEPS.index(step) + 1]
    missing = unfinished_steps(registration)
    # Somebody who came back to change one thing goes straight back to the check.
    onward = "check" if "check" in request.args and not missing else following
    return done(_step_url(registration, onward), registration.reference)


def _step_page(registration: Registration, asked: Step, form: Any) -> Response:
    answer = invalid if form.errors else render
    is_untouched = asked.name == STEPS[0] and not (registration.company or form.restored)
    return answer(
        "registrations/step.html",
        "registrations/_step.html",
        form=form,
        registration=registration,
        step=asked.name,
        number=STEPS.index(asked.name) + 1,
        title=asked.title,
        total=len(STEPS),
        known=known_customers(member()) if is_untouched else [],
        files=files_card(registration, member()) if asked.name == "evidence" else None,
    )


def _check_page(registration: Registration) -> Response:
    return render(
        "registrations/check.html",
        registration=registration,
        missing=unfinished_steps(registration),
        files=files_card(registration, member()),
        parts=parts_of(registration, beside(registration), member().side, with_links=True),
    )


@bp.post(f"{ONE}/submission")
@requires(P.REGISTRATION_SUBMIT, Registration)
@limiter.limit("100/hour")
def submit(registration: Registration) -> Response:
    """Send the draft to the vendor and show the receipt."""
    operations.submit(registration, member())
    url = url_for("registrations.show", reference=registration.reference, submitted=1)
    return done(url, registration.reference)


@bp.route(f"{ONE}/answer", methods=["GET", "POST"])
@requires(P.REGISTRATION_ANSWER, Registration)
def answer(registration: Registration) -> Response:
    """Ask the partner for the named fields, and hand the answer to the reviewer."""
    if request.method != "POST" and registration.status != Status.NEEDS_INFO:
        return cast(Response, redirect(_here(registration)))
    operations.need_questions(registration)
    form = answering(registration, member())
    if request.method == "POST" and form.validate():
        operations.answer(registration, member(), form.values(), form.replies())
        url = url_for("registrations.show", reference=registration.reference, answered=1)
        return done(url, registration.reference)
    page = invalid if form.errors else render
    return page(
        "registrations/answer.html",
        "registrations/_answer.html",
        form=form,
        registration=registration,
        questions=registration.open_questions,
        files=files_card(registration, member()) if registration.takes_files else None,
    )


@bp.route(f"{ONE}/withdrawal", methods=["GET", "POST"])
@requires(P.REGISTRATION_WITHDRAW, Registration)
def withdraw(registration: Registration) -> Response:
    """Ask for a reason and take the registration back."""
    REGISTRATION.need(registration, "withdraw", member())
    form = bind(WithdrawForm)
    if request.method == "POST" and form.validate():
        operations.withdraw(registration, member(), form.text.data or "")
        return done(saying(_here(registration), "withdrawn"), registration.reference)
    page = invalid if form.errors else render
    return page(
        "registrations/withdraw.html",
        "registrations/_withdraw.html",
        form=form,
        registration=registration,
    )


@bp.post(f"{ONE}/discard")
@requires(P.REGISTRATION_EDIT, Registration)
def discard(registration: Registration) -> Response:
    """Throw a draft away, with what was typed into its steps."""
    steps = _step_url(registration, STEPS[0]).removesuffix(STEPS[0])
    operations.discard(registration, member())
    drafts.forget_below(db.session(), member().membership_id, steps)
    return done(url_for("home.index", gone=1))
