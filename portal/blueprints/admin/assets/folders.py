"""Under which topics does the library stand?"""

from __future__ import annotations

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.assets import bp
from portal.blueprints.admin.assets.forms import FolderForm
from portal.blueprints.admin.assets.showing import topics_of
from portal.blueprints.saying import saying
from portal.core.forms import bind
from portal.core.guards import requires
from portal.core.language import _
from portal.core.pages import done, invalid, render
from portal.domain.assets import operations
from portal.domain.assets.models import AssetFolder
from portal.domain.permissions import Permission as P


@bp.route("/assets/folders", methods=["GET", "POST"])
@requires(P.ASSET_PUBLISH)
def folders() -> Response:
    """List the topics, and add one."""
    form = bind(FolderForm)
    if request.method == "POST" and form.validate():
        try:
            operations.add_folder(member(), form.name.data or "", form.name_fr.data or "")
            return done(saying(url_for("admin.assets.folders"), "saved"))
        except operations.NameTaken:
            form.name.errors = [_("There is a topic of that name already.")]
    answer = invalid if form.errors else render
    page = "admin/assets/folders.html", "admin/assets/_folders.html"
    return answer(*page, form=form, rows=topics_of(member()))


@bp.route("/assets/folders/<reference:reference>", methods=["GET", "POST"])
@requires(P.ASSET_PUBLISH, AssetFolder)
def rename(folder: AssetFolder) -> Response:
    """Call a topic otherwise."""
    form = bind(FolderForm, data={"name": folder.name, "name_fr": folder.name_fr})
    if request.method == "POST" and form.validate():
        try:
            operations.rename_folder(
                folder, member(), form.name.data or "", form.name_fr.data or ""
            )
            url = saying(url_for("admin.assets.folders"), "saved")
            return done(url, folder.reference)
        except operations.NameTaken:
            form.name.errors = [_("There is a topic of that name already.")]
    answer = invalid if form.errors else render
    page = "admin/assets/folder.html", "admin/assets/_folder.html"
    return answer(*page, form=form, folder=folder)
