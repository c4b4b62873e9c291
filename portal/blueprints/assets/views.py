"""How does a partner find what the vendor has for them, and take it along?"""

from __future__ import annotations

from typing import cast

from flask import Response, abort, redirect, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.assets import bp
from portal.blueprints.assets.lists import list_page
from portal.blueprints.assets.showing import current_of, record_page
from portal.blueprints.saying import saying
from portal.core import previews
from portal.core.files import send
from portal.core.guards import requires
from portal.core.language import chosen_language
from portal.core.pages import done, render
from portal.core.transactions import record_aside
from portal.domain.assets import operations
from portal.domain.assets.copies import copies_of, note_taking
from portal.domain.assets.models import Asset, AssetVersion, Status
from portal.domain.assets.workflow import ASSET
from portal.domain.permissions import Permission as P

ONE = "/assets/<reference:reference>"


def _here(asset: Asset) -> str:
    return url_for("assets.show", reference=asset.reference)


@bp.get("/assets")
@requires(P.ASSET_READ)
def index() -> Response:
    """List what there is for the person, the newest first, found by words and by topic."""
    return render("assets/index.html", **list_page(member()))


@bp.get("/assets/copies")
@requires(P.ASSET_READ)
def copies() -> Response:
    """Say of everything that the person took along whether it is still good."""
    rows = copies_of(member(), chosen_language())
    withdrawn = ASSET.states[Status.WITHDRAWN].label
    return render("assets/copies.html", rows=rows, withdrawn=withdrawn)


@bp.get(ONE)
@requires(P.ASSET_READ, Asset)
def show(asset: Asset) -> Response:
    """Show one asset in its current version."""
    return render("assets/show.html", **record_page(asset, member()))


@bp.get(f"{ONE}/versions/<int(max=99999):number>")
@requires(P.ASSET_READ, Asset)
def version(asset: Asset, number: int) -> Response:
    """Lead an old link to the current version, and say so."""
    current = current_of(asset, member()).number or 0
    if not 0 < number <= current:
        abort(404)
    url = _here(asset) if number == current else saying(_here(asset), "current")
    return cast(Response, redirect(url))


@bp.get(f"{ONE}/file")
@requires(P.ASSET_READ, Asset)
def download(asset: Asset) -> Response:
    """Hand out the current version's file, and note who took it."""
    version = current_of(asset, member())
    if version.file is None:
        abort(404)
    answer = send(version.file, version.file_name)
    _note(version)
    return answer


@bp.get(f"{ONE}/pages/<int(max=99):number>")
@requires(P.ASSET_READ, Asset)
def page(asset: Asset, number: int) -> Response:
    """Show what a page of the current version's file looks like."""
    version = current_of(asset, member())
    if version.file is None:
        abort(404)
    return previews.send(version.file, number)


@bp.get(f"{ONE}/link")
@requires(P.ASSET_READ, Asset)
def follow(asset: Asset) -> Response:
    """Lead to the page outside to which the current version points, and note who went."""
    version = current_of(asset, member())
    if not version.link:
        abort(404)
    url = version.link
    _note(version)
    return cast(Response, redirect(url))


def _note(version: AssetVersion) -> None:
    """Note that the person took it along; whoever only looks on in their name takes nothing."""
    actor = member()
    if request.method == "HEAD" or actor.viewing is not None:
        return
    with record_aside("download") as aside:
        note_taking(aside, actor, version)


@bp.post(f"{ONE}/favourite")
@requires(P.ASSET_FAVOURITE, Asset, beside=True)
def keep_at_hand(asset: Asset) -> Response:
    """Put it among the person's favourites."""
    operations.keep_at_hand(asset, member())
    return done(saying(_here(asset), "at_hand"), asset.reference)


@bp.post(f"{ONE}/favourite/removal")
@requires(P.ASSET_FAVOURITE, Asset, beside=True)
def put_away(asset: Asset) -> Response:
    """Take it from the person's favourites."""
    operations.put_away(asset, member())
    return done(saying(_here(asset), "away"), asset.reference)
