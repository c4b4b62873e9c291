"""What does a person read when something did not work, and with which number?"""

from __future__ import annotations

import logging
from typing import Any, cast

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request
from flask_limiter import RateLimitExceeded
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    RequestedRangeNotSatisfiable,
    SecurityError,
)

from portal.core import drafts
from portal.core.access import Denied
from portal.core.admission import ask_again, ask_to_sign_in, brings_files, keep_posted_form
from portal.core.events import EventKind, declare, record_event
from portal.core.guards import StaleSignIn, actor_now
from portal.core.language import _, _l
from portal.core.pages import done, is_htmx
from portal.core.submissions import AlreadySent, UnusableKey
from portal.core.transactions import record_aside
from portal.core.versions import StaleForm
from portal.core.viewing import ViewingOver, refusal
from portal.core.workflow import Refused, WrongState

log = logging.getLogger(__name__)

declare(
    EventKind(
        "access:deny",
        _l("%(who)s was refused"),
        keys=frozenset({"permission", "target", "rule"}),
        partner_sees=False,
    )
)


def _words(code: int) -> tuple[Any, Any]:
    """Return title and text for a status."""
    known = {
        400: (
            _("That request was not complete"),
            _("Go back to the page you came from, reload it and try once more."),
        ),
        403: (_("You cannot do this"), _("Your role does not include this.")),
        404: (
            _("There is nothing here"),
            _("The address is wrong, or what it named is not yours to see."),
        ),
        405: (_("That does not work this way"), _("Open the page and use its buttons.")),
        409: (_("This has changed meanwhile"), _("Open the page again to see how it stands now.")),
        413: (
            _("That is too much at once"),
            _("Send the files one by one.")
            if brings_files()
            else _("Shorten the text and send it again."),
        ),
        429: (
            _("That was a bit fast"),
            _("Wait a minute and try again. Nothing was lost."),
        ),
        503: (
            _("The portal is busy"),
            _("Nothing was changed. Wait a moment and try again."),
        ),
    }
    fallback = (
        _("Something went wrong on our side"),
        _("Nothing was changed. Try again; if it happens again, tell us the number below."),
    )
    return known.get(code, known[400] if code < 500 else fallback)


def show(code: int, title: Any = None, text: Any = None, **more: Any) -> Response:
    """Return an error as a page, or as the notice fragment for htmx.

    ``more`` may hold ``reference`` and ``url`` of a record, ``entries`` of its timeline,
    ``again`` or ``reopen``: the form anew, or with what was typed into it.
    """
    words = _words(code)
    context = {
        "code": code,
        "title": title or words[0],
        "text": text or words[1],
        "request_id": g.get("request_id", "-"),
        **more,
    }
    if not is_htmx():
        return make_response(render_template("errors/page.html", **context), code)
    answer = make_response(render_template("errors/_notice.html", **context), code)
    # Above the page, so that the form keeps its place and what was typed into it.
    answer.headers["HX-Retarget"] = "#notice"
    answer.headers["HX-Reswap"] = "innerHTML"  # whatever the form would have replaced
    return answer


def on_http(error: HTTPException) -> Response:
    """Answer werkzeug's own refusals."""
    code = error.code or 500
    if isinstance(error, SecurityError):
        return _elsewhere(code)
    if error.response is not None or code < 400:
        return cast(Response, error.get_response())
    if code == 404 and not current_user.is_authenticated and request.endpoint is None:
        return ask_to_sign_in()
    answer = show(code)
    if isinstance(error, RequestedRangeNotSatisfiable):
        answer.headers["Content-Range"] = f"bytes */{error.length}"
    if code == 405 and getattr(error, "valid_methods", None):
        answer.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return answer


def _elsewhere(code: int) -> Response:
    """Answer a request under another name than the portal's, which says nothing of that name.

    Without an address of ours there is no page to link from. The demo leads from one name of this
    machine to the other, because people type either.
    """
    url = current_app.config["PORTAL_URL"]
    name = request.environ.get("HTTP_HOST", "").rpartition(":")[0] or ""
    if current_app.config["DEMO"] and name == "localhost" and request.method == "GET":
        return cast(Response, redirect(url))
    text = _("The address of the portal is %(url)s", url=url)
    return Response(f"{text}\n", code, mimetype="text/plain")


def on_viewing_over(error: ViewingOver) -> Response:
    """Say that somebody no longer sees the portal as another person, and why."""
    title = _("You no longer view as %(name)s", name=error.viewing.name)
    return show(403, title, error.viewing.over_words)


def on_denied(error: Denied) -> Response:
    """Inside the scope, without the right: say why, and keep that it was refused."""
    note_denial(error)
    return show(403, text=error.why.words)


def on_stale_sign_in(error: StaleSignIn) -> Response:
    """Too long ago that the person proved who they are: keep the text, ask again."""
    return ask_again(error.permission)


def note_denial(error: Denied) -> None:
    """Write the refusal into the person's chain."""
    target = getattr(error.record, "reference", None) or "-"
    actor = error.actor.behind
    with record_aside("refusal") as aside:
        record_event(
            "access:deny",
            f"membership:{actor.membership_id}",
            actor,
            session=aside,
            permission=error.permission,
            target=target,
            rule=error.why.rule,
        )


def on_conflict(error: Exception) -> Response:
    """Another was first: 409 with what changed and by whom, typed text kept."""
    is_kept = keep_posted_form()
    reference = getattr(error, "reference", "")
    more: dict[str, Any] = {"url": None, "entries": []}
    if reference and current_user.is_authenticated:
        more = current_app.extensions["quayside.conflict"](reference)
    if is_kept and isinstance(error, (StaleForm, StaleDataError)) and _has_page():
        more["reopen"] = request.path
    if isinstance(error, Refused):
        return show(409, _("That is not possible yet"), error.sentence, **more)
    return show(409, **more)


def on_already_sent(error: AlreadySent) -> Response:
    """The same form with other content: say where the first one stands."""
    keep_posted_form_again()
    title = (
        _("You already sent this as %(reference)s", reference=error.reference)
        if error.reference
        else _("You already sent this form")
    )
    text = _("What you have typed since is not sent. You can look at the first, or start anew.")
    return show(409, title, text, url=error.url, again=request.path, reference=error.reference)


def keep_posted_form_again() -> None:
    """Keep changed content of a form whose key is used up, for its page to offer."""
    if current_user.viewing:
        return
    with record_aside("draft") as aside:
        drafts.keep(aside, current_user.membership_id, request.path, request.form)


def on_unusable_form(_error: Exception) -> Response:
    """No valid CSRF token or key: keep the text and show the form again, fresh."""
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    if current_user.viewing:
        return on_denied(refusal(actor_now()))
    if keep_posted_form() and _has_page():
        g.keeps_draft = True
        return done(request.path)
    return show(400)


def _has_page() -> bool:
    adapter = current_app.create_url_adapter(request)
    return bool(adapter and adapter.test(request.path, "GET"))


def on_database(error: Exception) -> Response:
    """A lock that did not come free, or a value that the database refused."""
    log.warning("%s: database: %s", g.get("request_id"), error)
    return show(503 if isinstance(error, OperationalError) else 400)


def on_unknown(error: Exception) -> Response:
    """The last resort: a number for the person, the trace for the log, nothing of it outside."""
    log.exception("%s: %s %s", g.get("request_id"), request.method, request.path)
    return show(500)


def init_errors(app: Flask) -> None:
    """Connect the handlers to ``app``."""
    for kind, handler in (
        (CSRFError, on_unusable_form),
        (UnusableKey, on_unusable_form),
        (AlreadySent, on_already_sent),
        (Denied, on_denied),
        (StaleSignIn, on_stale_sign_in),
        (ViewingOver, on_viewing_over),
        (RateLimitExceeded, on_http),
        (HTTPException, on_http),
        (OperationalError, on_database),
        (DataError, on_database),
        (InternalServerError, on_unknown),
        (Exception, on_unknown),
    ):
        app.register_error_handler(kind, cast(Any, handler))
    for kind in (WrongState, Refused, StaleForm, StaleDataError, IntegrityError):
        app.register_error_handler(kind, on_conflict)
