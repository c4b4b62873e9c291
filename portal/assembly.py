"""Which parts make up the application, and in which order are they connected?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from flask import Flask, request
from flask_compress import Compress
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import config as settings
from portal.blueprints import (
    account,
    admin,
    applications,
    assets,
    attachments,
    company,
    deals,
    drafts,
    home,
    log,
    onboarding,
    receipts,
    registrations,
    shares,
    sign_in,
)
from portal.blueprints import people as people_pages
from portal.core import guards, hearing, language, net, outbox, previews, submissions
from portal.core.admission import init_admission, lifetimes
from portal.core.database import db, engine_options, prepare_engine
from portal.core.drafts import FORGET
from portal.core.errors import init_errors
from portal.core.files import init_files, plug_in_storage
from portal.core.headers import content_security_policy, init_headers
from portal.core.limits import init_limits
from portal.core.pages import Templates
from portal.core.queue import make_queue
from portal.core.references import ReferenceConverter
from portal.core.times import now
from portal.core.transactions import Portal, end_transaction, record_aside
from portal.core.viewing import init_viewing
from portal.domain import programme
from portal.domain.access_reviews import policy as _access_reviews  # noqa: F401
from portal.domain.applications import policy as _applications  # noqa: F401
from portal.domain.assets import policy as _assets  # noqa: F401
from portal.domain.attachments import policy as _attachments  # noqa: F401
from portal.domain.checklist_templates import policy as _checklist_templates  # noqa: F401
from portal.domain.checklists import following as _checklists_follow  # noqa: F401 - subscribes
from portal.domain.checklists import policy as _checklists  # noqa: F401
from portal.domain.deals import fields as _deal_fields  # noqa: F401
from portal.domain.deals import policy as _deals  # noqa: F401
from portal.domain.fields import policy as _fields  # noqa: F401
from portal.domain.notes import policy as _notes  # noqa: F401
from portal.domain.notifications import audience as _audience  # noqa: F401 - subscribes
from portal.domain.notifications import policy as _notifications  # noqa: F401
from portal.domain.organisations import fields as _organisation_fields  # noqa: F401
from portal.domain.organisations import policy as _organisations  # noqa: F401
from portal.domain.people import policy as _people  # noqa: F401
from portal.domain.people import sessions, viewing
from portal.domain.people.actor import STANDING, MemberActor
from portal.domain.people.bounces import note_address
from portal.domain.portfolios import operations as _following  # noqa: F401 - follows
from portal.domain.portfolios import policy as _portfolios  # noqa: F401
from portal.domain.products import policy as _products  # noqa: F401
from portal.domain.registrations import fields as _registration_fields  # noqa: F401
from portal.domain.registrations import policy as _registrations  # noqa: F401
from portal.domain.shares import policy as _shares  # noqa: F401
from portal.domain.timeline import policy as _timeline  # noqa: F401
from portal.integrations.mail.smtp import KeptMailer, SmtpMailer
from portal.integrations.oidc import init_identity_providers
from portal.integrations.scanner.clamd import Clamd
from portal.integrations.storage.local import LocalStorage
from portal.integrations.storage.s3 import Bucket, S3Storage
from portal.presentation import init_presentation

BLUEPRINTS = (
    sign_in,
    applications,
    home,
    registrations,
    deals,
    attachments,
    assets,
    shares,
    onboarding,
    people_pages,
    company,
    log,
    receipts,
    drafts,
    account,
    admin,
)
csrf = CSRFProtect()
# What no browser sends, with a proof of its own; a test pins the list.
WITHOUT_CSRF_TOKEN = ("portal.blueprints.sign_in.back_channel.hear_logout",)
compress = Compress()
migrate = Migrate()


def assemble(config: Mapping[str, Any] | None) -> Portal:
    """Connect everything and return the application; see :func:`portal.create_app`."""
    root = settings.ROOT
    app = Portal(
        "portal", template_folder=str(root / "templates"), static_folder=str(root / "static")
    )
    app.config.update(settings.read_settings())
    app.config.update(config or {})
    if app.debug:
        raise settings.BadSetting("The portal does not run in debug mode.")
    _connect_database(app)
    _connect_requests(app)
    init_presentation(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint.bp)
    _connect_outside(app)
    from portal.cli import init_cli

    init_cli(app)
    app.view_functions["static"] = guards.public(app.view_functions["static"])
    guards.check_endpoints(app)
    return app


def _connect_database(app: Flask) -> None:
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engine_options(url))
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(settings.ROOT / "migrations"), render_as_batch=True)
    with app.app_context():
        prepare_engine(db.engine)
    if not _is_netted:
        net.install_net(Session)
        outbox.install_nudges(Session)
        _is_netted.append(True)


_is_netted: list[bool] = []


def _connect_requests(app: Flask) -> None:
    app.url_map.converters["reference"] = ReferenceConverter
    app.url_map.strict_slashes = False
    app.jinja_env.undefined = StrictUndefined
    cast(Templates, app.jinja_env).raises_hidden = app.config["HIDDEN_FIELDS_RAISE"]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if app.config["BEHIND_PROXY"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0)  # type: ignore[method-assign]
    init_headers(app)
    init_files(app)
    language.init_language(app)
    compress.init_app(app)
    init_limits(app)
    # Before the token is judged, so that whoever is signed in gets their form anew.
    init_admission(app, _load_actor, _note_seen)
    init_viewing(_note_page)
    submissions.plug_in_standing(STANDING, along=FORGET)
    csrf.init_app(app)
    for view in WITHOUT_CSRF_TOKEN:
        csrf.exempt(view)
    app.before_request(guards.refuse_unguarded)
    app.teardown_request(end_transaction)
    init_errors(app)
    programme.configure(
        timezone=app.config["VENDOR_TIMEZONE"],
        currencies=tuple(app.config["CURRENCIES"]),
        file_quota=app.config["FILES_QUOTA"],
    )


def _connect_outside(app: Flask) -> None:
    with app.app_context():
        origins = init_identity_providers(app)
    app.config["CONTENT_SECURITY_POLICY"] = content_security_policy(tuple(origins))
    smtp = app.config["SMTP_URL"]
    outbox.plug_in("mail", SmtpMailer(smtp) if smtp else KeptMailer())
    outbox.plug_in(previews.DESTINATION, previews.Drawing())
    hearing.plug_in_hearer(note_address)
    scanner = app.config["CLAMD_URL"]
    store = app.config["FILES_S3"]
    plug_in_storage(
        S3Storage(Bucket(**store)) if store else LocalStorage(Path(app.config["FILES_DIR"])),
        Clamd(scanner, app.config["CLAMD_LETS_LARGE_PASS"]) if scanner else None,
    )

    def deliver(delivery_id: int) -> None:
        with app.app_context(), net.system_mode("worker"):
            outbox.deliver(delivery_id, app.config["LEASE_SECONDS"])

    queue, nudge = make_queue(app.config["QUEUE_URL"], deliver)
    app.extensions["quayside.queue"] = queue
    outbox.plug_in_nudge(nudge)


def _load_actor(token: str) -> MemberActor | None:
    actor = sessions.load_actor(token, *lifetimes())
    if actor is None or actor.viewing_id is None:
        return actor
    seen = viewing.seen_through(actor)
    if seen.viewing and seen.viewing.over:
        with record_aside("viewing") as aside:
            viewing.end_viewing(aside, actor.viewing_id, seen.viewing.over)
    return seen


def _note_page(actor: MemberActor, page: str, target: str) -> None:
    with record_aside("page under a viewing") as aside:
        viewing.note_page(aside, actor, page, target)


def _note_seen(actor: MemberActor) -> None:
    if actor.seen_at is not None and now() - actor.seen_at > sessions.SEEN_EVERY:
        with record_aside("last seen") as aside:
            sessions.note_seen(aside, actor, request.remote_addr or "")
