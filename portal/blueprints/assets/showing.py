"""What does the page of one asset show a partner?"""

from __future__ import annotations

from typing import Any

from flask import abort
from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from portal.blueprints.filing import said_size
from portal.core import previews
from portal.core.access import visible
from portal.core.database import db
from portal.core.language import chosen_language
from portal.core.text import either
from portal.domain.assets.content import KIND_WORDS, LANGUAGE_WORDS
from portal.domain.assets.models import (
    Asset,
    AssetDownload,
    AssetFavourite,
    AssetVersion,
    Kind,
    Language,
)
from portal.domain.people.actor import MemberActor


def current_of(asset: Asset, actor: MemberActor) -> AssetVersion:
    """Return the version that the actor gets, or abort with 404 where there is none any more."""
    query = visible(AssetVersion, actor).where(AssetVersion.id == asset.current_id)
    query = query.join(AssetVersion.folder).options(contains_eager(AssetVersion.folder))
    version: AssetVersion | None = db.session.scalar(query)
    return version if version is not None else abort(404)


def record_page(asset: Asset, actor: MemberActor) -> dict[str, Any]:
    """Return the context of the page: what it is, what it hands out, and what one has of it."""
    version, language = current_of(asset, actor), chosen_language()
    taken = (
        select(func.max(AssetDownload.number))
        .where(
            AssetDownload.asset_id == asset.id,
            AssetDownload.membership_id == actor.membership_id,
        )
        .scalar_subquery()
    )
    kept = (
        select(func.count(AssetFavourite.asset_id))
        .where(
            AssetFavourite.asset_id == asset.id,
            AssetFavourite.membership_id == actor.membership_id,
        )
        .scalar_subquery()
    )
    drawn = previews.of(version.file) if version.file is not None else ()
    mine = db.session.execute(select(taken.label("taken"), kept.label("kept"))).one()
    return {
        "asset": asset,
        "version": version,
        "title": version.title_in(language),
        "summary": either(version.summary, version.summary_fr, language),
        "note": either(version.note, version.note_fr, language),
        "text": either(version.text, version.text_fr, language),
        "folder": version.folder,
        "folder_name": version.folder.name_in(language),
        "kind": KIND_WORDS[Kind(version.kind)],
        "said_language": LANGUAGE_WORDS[Language(version.language)],
        "size": said_size(version.file_size) if version.file_id else "",
        "drawn": drawn,
        "taken": mine.taken,
        "is_replaced": mine.taken is not None and mine.taken < (version.number or 0),
        "is_kept": bool(mine.kept),
    }
