"""What is the least that a page with a signed-in person's 25 rows costs on this stack?"""

from __future__ import annotations

import os
import uuid
from typing import Any

from flask import Flask, Response, abort, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_compress import Compress
from flask_wtf import CSRFProtect
from sqlalchemy import select
from sqlalchemy.orm import load_only

from bench.world import ISSUER
from portal import config as settings
from portal.core import language
from portal.core.database import db, engine_options, prepare_engine, transaction_mode
from portal.core.events import FIRST_HASH, Event
from portal.core.guards import SAFE
from portal.core.headers import content_security_policy
from portal.core.outbox import Delivery
from portal.core.references import new_reference
from portal.core.times import now
from portal.domain.deals.models import Deal
from portal.domain.deals.workflow import DEAL
from portal.domain.people.models import Membership, User, UserIdentity
from portal.domain.registrations.models import Registration

SIZE = 25
CELLS = (
    Deal.reference, Deal.company, Deal.stage, Deal.amount_minor, Deal.currency, Deal.close_on,
    Deal.next_step, Deal.next_step_on,
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": content_security_policy(("http://localhost:8001",)),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Request-Id": "-",
    "Cache-Control": "no-store, private",
    "Vary": "Cookie, HX-Request",
}


def create() -> Flask:
    """Return the application: one page to read, one form to send, nothing else.

    The signed cookie is the session; engine, compression, formats and gunicorn are the portal's.
    """
    app = Flask("minimal", template_folder=os.path.join(os.path.dirname(__file__), "templates"))
    app.config.update(settings.read_settings())
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(app.config["SQLALCHEMY_DATABASE_URI"])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(money=language.show_money, short_date=language.show_short_date)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    language.init_language(app)
    Compress(app)
    CSRFProtect(app)
    app.before_request(begin)
    app.after_request(add_headers)
    app.teardown_request(lambda _error: transaction_mode.set("write") and None)
    app.add_url_rule("/sign-in/<subject>", view_func=sign_in)
    app.add_url_rule("/deals", view_func=deals)
    app.add_url_rule("/deals", "add", view_func=add, methods=["POST"])
    return app


def begin() -> None:
    """Read who asks: the session from the cookie, the person from the database."""
    transaction_mode.set("read" if request.method in SAFE else "write")
    if request.endpoint == "sign_in":
        return
    user = db.session.get(User, session.get("user_id", 0))
    if user is None:
        abort(401)
    g.user, g.language, g.timezone = user, user.language, user.timezone


def add_headers(response: Response) -> Response:
    """Put the portal's headers on the answer."""
    response.headers.extend(HEADERS)
    return response


def sign_in(subject: str) -> ResponseReturnValue:
    """Begin a session; not measured."""
    member = db.session.scalars(
        select(Membership)
        .join(UserIdentity, UserIdentity.user_id == Membership.user_id)
        .where(UserIdentity.issuer == ISSUER, UserIdentity.subject == subject)
    ).one()
    session.update(user_id=member.user_id, owner_id=member.id, at=member.organisation_id)
    return ""


def deals() -> ResponseReturnValue:
    """List the owner's newest 25 deals."""
    rows = db.session.scalars(
        select(Deal)
        .options(load_only(*CELLS))
        .where(Deal.owner_id == session["owner_id"])
        .order_by(Deal.changed_at.desc(), Deal.reference.desc())
        .limit(SIZE)
    ).all()
    return render_template("minimal.html", rows=rows, states=DEAL.states, user=g.user)


def add() -> ResponseReturnValue:
    """Write a record, an event and a delivery in one transaction."""
    form: Any = request.form
    record = Registration(
        organisation_id=session["at"],
        owner_id=session["owner_id"],
        status="submitted",
        company=form["company"],
    )
    db.session.add(record)
    event = Event(
        tag="registration:create", chain=new_reference("DR"), place=1, at=now(),
        membership_id=session["owner_id"], actor_side="partner", actor_name=g.user.name,
        particulars={}, words={}, words_digest=FIRST_HASH, partner_sees=True, request_id="-",
        previous_hash=FIRST_HASH, hash=FIRST_HASH,
    )  # fmt: skip
    db.session.add(event)
    db.session.flush()
    lane = f"mail:{event.chain}:1"
    db.session.add(
        Delivery(key=str(uuid.uuid4()), event_id=event.id, destination="mail", lane=lane)
    )
    db.session.commit()
    return redirect("/deals", 303)
