"""Who is at the door, and where do they go first?"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, make_response, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError

from portal.core import drafts, submissions
from portal.core.actors import NOBODY, Nobody
from portal.core.file_limits import limits_now, refuse_early
from portal.core.guards import SAFE, actor_now, guard_of, look_ahead
from portal.core.net import start_acting, stop_acting, system_mode
from portal.core.pages import is_htmx
from portal.core.redirects import safe_path
from portal.core.transactions import confirmations, record_aside
from portal.core.viewing import look_on

log = logging.getLogger(__name__)


class Visitor(Nobody):
    """Somebody who has not signed in, in the form Flask-Login asks for."""

    is_authenticated = False
    is_active = False
    is_anonymous = True

    def get_id(self) -> None:
        return None


login_manager = LoginManager()
login_manager.session_protection = None
login_manager.anonymous_user = Visitor

_seen: list[Callable[[Any], None]] = []
_load_actor: list[Callable[[str], Any]] = []
TOKEN = "_user_id"  # noqa: S105 - where Flask-Login keeps what get_id() answers


def admit() -> ResponseReturnValue | None:
    """Start acting for the signed-in membership, or send a visitor to sign in.

    Known and unknown addresses answer a visitor alike, so that nobody maps the portal.
    """
    if request.endpoint == "static":
        return None
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception  # asked under a name that is not the portal's
    start_acting(NOBODY)
    guard = guard_of(current_app, request.endpoint)
    is_public = guard is not None and guard.permission is None
    asking = None if is_public else guard
    if request.method not in SAFE and asking and TOKEN in session and not brings_files():
        return None  # confirm() asks who it is, in the write's own transaction
    if current_user.is_authenticated:
        start_acting(current_user)  # also where a limit has asked before who it is
        if current_user.viewing:
            look_on(actor_now())
        if asking and brings_files():
            return refuse_early(look_ahead(asking))
        return None
    return None if is_public else ask_to_sign_in()


def brings_files() -> bool:
    """Tell whether the request may bring files: then nothing of it is read for just anybody."""
    return request.method not in SAFE and limits_now() is not None


def confirm() -> ResponseReturnValue | None:
    """Act for the membership as it stands in the write's own transaction, or lead to sign-in.

    Sign-out, deactivation and a change of right may have been committed since the request came.
    """
    guard = guard_of(current_app, request.endpoint)
    if guard is None or guard.permission is None:
        return None
    g._login_user = _enter(session.get(TOKEN, "")) or Visitor()
    if g._login_user.viewing:
        with suppress(submissions.UnusableKey):
            submissions.begin()  # the form that began the viewing may come once more
        look_on(g._login_user)
    return None if g._login_user.is_authenticated else ask_to_sign_in()


def _enter(token: str) -> Any:
    """Act from here on for the membership behind a sign-in token and return it, or None."""
    with system_mode("loading the actor"):
        actor = _load_actor[0](token)
    if actor is None:
        start_acting(NOBODY)
        return None
    start_acting(actor)
    g.visitor, g.language, g.timezone = actor, actor.language, actor.timezone
    return actor


def note_visit(response: Response) -> Response:
    """Tell who was there, when the request's own transaction is over; it can be missed."""
    actor = g.pop("visitor", None)
    try:
        for notice in _seen if actor is not None else ():
            notice(actor)
    except SQLAlchemyError as error:
        log.warning("a visit was not noted: %s", error)
    return response


def ask_to_sign_in() -> Response:
    """Keep what was typed and lead to the sign-in page, from there back to the form."""
    is_read = request.method in SAFE or brings_files()
    is_kept = not is_read and keep_posted_form()
    path = request.path if is_read else form_path()
    if request.method in SAFE and request.query_string:
        path += "?" + request.query_string.decode("ascii", "replace")
    told = {"kept": 1} if is_kept else {}
    return _lead("/sign-in?" + urlencode({"next": path[:1000], **told}))


def ask_again(permission: str) -> Response:
    """Keep what was typed and lead to the page that asks for a fresh sign-in, and back from there.

    It says why by the ``permission`` that is to be used.
    """
    keep_posted_form()
    return _lead("/sign-in-again?" + urlencode({"for": permission, "next": _page_of_form()}))


def _page_of_form() -> str:
    """Return the page on which the posted form stands: its own address, or where it was pressed."""
    if leads_to_page(path := form_path()):
        return path
    pressed = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    ours = current_app.config["PORTAL_URL"]
    # Compared as text: what cannot be a page of ours need not be understood.
    where = pressed.removeprefix(ours).partition("#")[0] if pressed.startswith(f"{ours}/") else ""
    if leads_to_page(where):
        return where
    while path.count("/") > 1:
        path = path.rpartition("/")[0]
        if leads_to_page(path):
            return path
    return "/"


def leads_to_page(path: object) -> bool:
    """Tell whether ``path`` is that of a page here that a GET answers."""
    adapter = current_app.create_url_adapter(request)
    plain = safe_path(path)
    if plain is None or adapter is None:
        return False
    try:
        adapter.match(plain.partition("?")[0], "GET")
    except HTTPException:
        return False
    return True


def _lead(url: str) -> Response:
    if is_htmx():
        response = make_response("", 401)
        response.headers["HX-Redirect"] = url
        return response
    return redirect(url, 303 if request.method not in SAFE else 302)  # type: ignore[return-value]


def let_in(token: str) -> None:
    """Let the browser be signed in by ``token`` from the next request on.

    Nothing of the session before lives on: neither id nor CSRF secret.
    """
    session.clear()
    session[TOKEN] = token


def lifetimes() -> tuple[dt.timedelta, dt.timedelta]:
    """Return how long a sign-in holds in any case, and how long without a request."""
    config = current_app.config
    return config["PERMANENT_SESSION_LIFETIME"], config["IDLE"]


def form_path() -> str:
    """Return the address of the posted form, also where a post only saves what is typed in it."""
    return safe_path(request.form.get("form_path")) or request.path


def keep_posted_form() -> bool:
    """Keep the posted form as a draft of the membership for which it was rendered."""
    parsed = submissions.read_key(request.form.get(submissions.FIELD, ""))
    if parsed is None:
        return False
    random, membership_id = parsed
    with record_aside("draft") as aside:
        if aside.get(submissions.SubmissionKey, random) is not None:
            return False
        return drafts.keep(aside, membership_id, form_path(), request.form)


def init_admission(
    app: Flask, load_actor: Callable[[str], Any], seen: Callable[[Any], None]
) -> None:
    """Connect sign-in state to ``app``.

    ``load_actor(token)`` returns the acting membership or None; ``seen(actor)`` may note the
    visit.
    """
    login_manager.init_app(app)
    login_manager.user_loader(_enter)
    _load_actor[:] = [load_actor]
    confirmations[:] = [confirm]
    _seen[:] = [seen]
    app.before_request(admit)
    app.after_request(note_visit)
    app.teardown_request(lambda _error=None: stop_acting())
