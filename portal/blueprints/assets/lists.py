"""Which assets stand on a partner's page, found how, and where does the next page begin?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from sqlalchemy import Select, exists, func, select

from portal.core.access import scope_of, visible
from portal.core.database import db
from portal.core.language import _, chosen_language
from portal.core.net import once_for_each_reader
from portal.core.paging import Filter, page_of, ways_to_see
from portal.core.references import normalise_reference
from portal.core.text import clean_line, either
from portal.domain.assets.content import KIND_WORDS
from portal.domain.assets.models import (
    Asset,
    AssetDownload,
    AssetFavourite,
    AssetFolder,
    AssetVersion,
)
from portal.domain.assets.searching import has_words, ways_by_words
from portal.domain.people.actor import MemberActor

SIZE = 20
FAVOURITES = "favourites"


def list_page(actor: MemberActor) -> dict[str, Any]:
    """Return what the library shows: rows, search, folders and the way to the next page."""
    typed = clean_line(request.args.get("q", ""))[:120]
    folder = normalise_reference(request.args.get("folder", "")) or ""
    shown = FAVOURITES if request.args.get("show") == FAVOURITES else ""
    language = chosen_language()
    folders = db.session.scalars(visible(AssetFolder, actor)).all()
    chosen = next((one for one in folders if one.reference == folder), None)
    query = _select(actor, shown)
    if chosen is not None:
        query = query.where(Asset.folder_id == chosen.id)
    elif folder:
        query = query.where(Asset.folder_id == 0)
    query = query.where(*has_words(Asset.current_id, typed))
    ways = ways_by_words(Asset.current_id, typed) if typed else ways_to_see(Asset, actor)
    after = request.args.get("after")
    page = page_of(query, Asset.published_at, Asset.reference, after, SIZE, ways)
    parts = {"q": typed, "folder": folder, "show": shown}
    kept: dict[str, Any] = {name: value for name, value in parts.items() if value}
    following = page.next_cursor and url_for("assets.index", after=page.next_cursor, **kept)
    return {
        "rows": _with_versions(page.rows, actor),
        "folders": {one.id: one.name_in(language) for one in folders},
        "filters": _filters(folders, language, folder, shown, typed),
        "kinds": KIND_WORDS,
        "said_in": lambda english, french: either(english, french, language),
        "typed": typed,
        "kept": [pair for pair in kept.items() if pair[0] != "q"],
        "is_filtered": bool(kept),
        "shows_favourites": bool(shown),
        "next_url": following,
        "first_url": None if page.is_first else url_for("assets.index", **kept),
    }


def _filters(folders: Any, language: str, folder: str, shown: str, typed: str) -> list[Filter]:
    kept: dict[str, Any] = {"q": typed} if typed else {}
    here = "assets.index"
    topics = sorted((one.name_in(language), one.reference) for one in folders)
    return [
        Filter(_("All"), url_for(here, **kept), not folder and not shown),
        Filter(_("Favourites"), url_for(here, show=FAVOURITES, **kept), bool(shown)),
        *(Filter(name, url_for(here, folder=one, **kept), one == folder) for name, one in topics),
    ]


@once_for_each_reader
def _select(actor: MemberActor, shown: str) -> Select[Any]:
    """Return the SELECT of the list's columns inside the actor's scope."""
    mine = AssetDownload.membership_id == actor.membership_id
    taken = select(func.max(AssetDownload.number)).where(mine, AssetDownload.asset_id == Asset.id)
    is_kept = exists().where(
        AssetFavourite.asset_id == Asset.id, AssetFavourite.membership_id == actor.membership_id
    )
    query: Select[Any] = select(
        Asset.reference, Asset.kind, Asset.folder_id, Asset.published_at, Asset.current_id,
        taken.correlate(Asset).scalar_subquery().label("taken"),
        is_kept.correlate(Asset).label("is_kept"),
    ).where(scope_of(Asset, actor))  # fmt: skip
    return query.where(is_kept.correlate(Asset)) if shown else query


def _with_versions(rows: Sequence[Any], actor: MemberActor) -> list[dict[str, Any]]:
    """Return each row with what its current version says, read for these few rows alone."""
    numbers = [row.current_id for row in rows]
    query = (
        select(AssetVersion.id, AssetVersion.number, AssetVersion.title, AssetVersion.title_fr)
        .where(scope_of(AssetVersion, actor), AssetVersion.id.in_(numbers))
    )  # fmt: skip
    says = {row.id: row._asdict() for row in db.session.execute(query)} if numbers else {}
    return [{**row._asdict(), **says[row.current_id]} for row in rows if row.current_id in says]
