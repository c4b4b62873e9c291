"""How do staff write a version of an asset, and who looks at it before it goes out?"""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.assets import bp
from portal.blueprints.admin.assets.forms import ReturnForm, VersionForm
from portal.blueprints.admin.assets.showing import list_page, record_page, version_form
from portal.blueprints.saying import saying
from portal.core import previews
from portal.core.file_limits import takes_files
from portal.core.files import MEGABYTE, incoming, send
from portal.core.filetypes import ACCEPT
from portal.core.forms import bind
from portal.core.guards import requires
from portal.core.language import _
from portal.core.limits import limiter
from portal.core.pages import done, invalid, render
from portal.domain.assets import operations
from portal.domain.assets.models import Asset, AssetVersion
from portal.domain.assets.workflow import ASSET
from portal.domain.permissions import Permission as P

LARGEST = 2048 * MEGABYTE
"""Bytes of a file that staff put in at most."""
ONE = "/assets/versions/<reference:reference>"


def done_with(version: AssetVersion, code: str = "") -> Response:
    """Send the person on to the version's page, which says what was done (a key of SAID)."""
    url = url_for("admin.assets.show", reference=version.reference)
    return done(saying(url, code) if code else url, version.reference)


@bp.get("/assets")
@requires(P.ASSET_FOLLOW)
def index() -> Response:
    """List every version of every asset, found by words, filtered by state."""
    return render("admin/assets/index.html", **list_page(member()))


@bp.route("/assets/new", methods=["GET", "POST"])
@requires(P.ASSET_WRITE)
def create() -> Response:
    """Begin an asset with its first version, and go on to whom it is for."""
    form = version_form()
    if request.method == "POST" and form.validate():
        version = operations.create(member(), form.values())
        url = url_for("admin.assets.audience", reference=version.reference)
        return done(saying(url, "saved"), version.reference)
    return _form_page(form, None)


@bp.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires(P.ASSET_WRITE, AssetVersion)
def edit(version: AssetVersion) -> Response:
    """Write a draft."""
    operations.need_draft(version)
    form = version_form(version)
    if request.method == "POST" and form.validate():
        operations.edit(version, member(), form.values())
        return done_with(version, "saved")
    return _form_page(form, version)


def _form_page(form: VersionForm, version: AssetVersion | None) -> Response:
    answer = invalid if form.errors else render
    page = "admin/assets/edit.html", "admin/assets/_edit.html"
    return answer(*page, form=form, version=version)


@bp.get(ONE)
@requires(P.ASSET_FOLLOW, AssetVersion)
def show(version: AssetVersion) -> Response:
    """Show a version: where it stands, what it hands out and to whom, and what happened."""
    return render("admin/assets/show.html", **record_page(version, member()))


@bp.post("/assets/<reference:reference>/versions")
@requires(P.ASSET_WRITE, Asset, beside=True)
def begin(asset: Asset) -> Response:
    """Begin the next version from what the last one says."""
    return done_with(operations.begin_version(asset, member()))


@bp.get(f"{ONE}/content")
@requires(P.ASSET_FOLLOW, AssetVersion)
def download(version: AssetVersion) -> Response:
    """Hand a version's file to whoever keeps the library."""
    if version.file is None:
        abort(404)
    return send(version.file, version.file_name)


@bp.get(f"{ONE}/preview")
@requires(P.ASSET_FOLLOW, AssetVersion)
def preview(version: AssetVersion) -> Response:
    """Show what the first page of a version's file looks like."""
    if version.file is None:
        abort(404)
    return previews.send(version.file)


@bp.route(f"{ONE}/file", methods=["GET", "POST"])
@takes_files(most=1, largest=LARGEST)
@limiter.limit("100/hour")
@requires(P.ASSET_WRITE, AssetVersion)
def put_file(version: AssetVersion) -> Response:
    """Keep a file as the draft's content."""
    operations.need_draft(version)
    files, problem = incoming(), ""
    if request.method == "POST":
        problem = str(files[0].problem) if files else _("Choose a file first.")
        if not problem:
            operations.put_file(version, member(), files[0])
            return done_with(version, "saved")
    answer = invalid if problem else render
    page: dict[str, Any] = {"version": version, "problem": problem, "accept": ACCEPT}
    return answer("admin/assets/file.html", "admin/assets/_file.html", **page)


@bp.post(f"{ONE}/file/removal")
@requires(P.ASSET_WRITE, AssetVersion)
def take_file_out(version: AssetVersion) -> Response:
    """Let the draft's file go."""
    operations.take_file_out(version, member())
    return done_with(version, "removed")


@bp.post(f"{ONE}/discard")
@requires(P.ASSET_WRITE, AssetVersion)
def discard(version: AssetVersion) -> Response:
    """Throw a draft away."""
    operations.discard(version, member())
    return done(saying(url_for("admin.assets.index"), "discarded"))


@bp.post(f"{ONE}/sending")
@requires(P.ASSET_WRITE, AssetVersion)
def send_for_review(version: AssetVersion) -> Response:
    """Ask for a second person's look."""
    operations.send(version, member())
    return done_with(version, "sent")


@bp.post(f"{ONE}/approval")
@requires(P.ASSET_REVIEW, AssetVersion)
def approve(version: AssetVersion) -> Response:
    """Stand for it as the second person."""
    operations.approve(version, member())
    return done_with(version, "approved")


@bp.route(f"{ONE}/return", methods=["GET", "POST"])
@requires(P.ASSET_REVIEW, AssetVersion)
def give_back(version: AssetVersion) -> Response:
    """Ask what is to be put right, and give it back."""
    ASSET.need(version, "return", member())
    form = bind(ReturnForm)
    if request.method == "POST" and form.validate():
        operations.give_back(version, member(), form.reason.data or "")
        return done_with(version, "given_back")
    answer = invalid if form.errors else render
    page = "admin/assets/return.html", "admin/assets/_return.html"
    return answer(*page, form=form, version=version)
