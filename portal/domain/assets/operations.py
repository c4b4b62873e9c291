"""What can be done with an asset and its versions, each as one named write?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.crashpoints import crash_point
from portal.core.database import db
from portal.core.events import record_event
from portal.core.files import Incoming
from portal.core.language import _
from portal.core.text import fold
from portal.core.times import now
from portal.core.workflow import Refused, WrongState
from portal.domain.assets.content import index_words
from portal.domain.assets.events import E
from portal.domain.assets.models import (
    OPEN,
    Asset,
    AssetDownload,
    AssetFavourite,
    AssetFolder,
    AssetVersion,
    AssetWord,
    Status,
)
from portal.domain.assets.workflow import ASSET
from portal.domain.people.actor import MemberActor

WRITTEN = (
    "title", "title_fr", "summary", "summary_fr", "kind", "folder", "language", "tags", "note",
    "note_fr", "link", "text", "text_fr", "audience", "valid_from", "valid_until",
)  # fmt: skip
"""What people write of a version; its file comes by itself."""


def create(actor: MemberActor, values: Mapping[str, Any]) -> AssetVersion:
    """Begin an asset with its first version, a draft; whom it is for may be said later."""
    asset = Asset(folder_id=values["folder"].id, kind=values["kind"])
    db.session.add(asset)
    db.session.flush()
    return _begin(asset, actor, {"audience": None, **values})


def begin_version(asset: Asset, actor: MemberActor) -> AssetVersion:
    """Begin the next version from what the last one says; its file has to come anew.

    Where one is on its way already, that one is returned.
    """
    hold(db.session(), asset)
    query = select(AssetVersion).where(AssetVersion.asset_id == asset.id)
    versions = db.session.scalars(query.order_by(AssetVersion.id.desc())).all()
    under_way = next((one for one in versions if one.status in OPEN), None)
    if under_way is not None:
        return under_way
    kept = {name: getattr(versions[0], name) for name in WRITTEN}
    blank = {"note": "", "note_fr": "", "valid_from": None, "valid_until": None}
    return _begin(asset, actor, {**kept, **blank})


def _begin(asset: Asset, actor: MemberActor, values: Mapping[str, Any]) -> AssetVersion:
    version = AssetVersion(
        asset=asset, author_id=actor.membership_id, author_user_id=actor.user_id, file=None,
        **{name: values[name] for name in WRITTEN},
    )  # fmt: skip
    ASSET.start(version)
    db.session.add(version)
    db.session.flush()
    index_words(db.session(), version)
    record_event(E.CREATE, version, actor)
    return version


def need_draft(version: AssetVersion) -> None:
    """Raise WrongState for anything but a draft: what was sent on stays as it was seen."""
    if version.status != Status.DRAFT:
        raise WrongState(version, "edit")


def edit(version: AssetVersion, actor: MemberActor, values: Mapping[str, Any]) -> None:
    """Write a draft; raises WrongState for anything else, KeyError for any other field."""
    need_draft(version)
    changed = [name for name, value in values.items() if getattr(version, name) != value]
    if not changed:
        return
    for name in changed:
        if name not in WRITTEN:
            raise KeyError(name)
        setattr(version, name, values[name])
    _note_author(version, actor)
    index_words(db.session(), version)
    record_event(E.EDIT, version, actor)


def put_file(version: AssetVersion, actor: MemberActor, file: Incoming) -> None:
    """Keep the file as the draft's content, in place of the one before."""
    need_draft(version)
    before, kept = version.file, file.row()
    db.session.add(kept)
    db.session.flush()
    version.file, version.file_name, version.file_size = kept, file.name, file.size
    _note_author(version, actor)
    db.session.flush()
    if before is not None:
        db.session.delete(before)
    index_words(db.session(), version)
    record_event(E.FILE, version, actor, words={"name": file.name}, digest=file.digest)


def take_file_out(version: AssetVersion, actor: MemberActor) -> None:
    """Let the draft's file go; its content goes with the next sweep."""
    need_draft(version)
    if version.file is None:
        return
    before = version.file
    version.file, version.file_name, version.file_size = None, "", 0
    _note_author(version, actor)
    db.session.flush()
    db.session.delete(before)
    record_event(E.EDIT, version, actor)


def _note_author(version: AssetVersion, actor: MemberActor) -> None:
    version.author_id, version.author_user_id = actor.membership_id, actor.user_id
    ASSET.name_next(version)


def discard(version: AssetVersion, actor: MemberActor) -> None:
    """Throw a draft away, and the asset with it where nothing of it was ever published."""
    need_draft(version)
    asset, kept, session = version.asset, version.file, db.session()
    hold(session, asset)
    others = session.scalar(
        select(AssetVersion.id)
        .where(AssetVersion.asset_id == asset.id, AssetVersion.id != version.id)
        .limit(1)
    )
    record_event(E.DISCARD, version, actor)
    session.execute(delete(AssetWord).where(AssetWord.version_id == version.id))
    session.delete(version)
    session.flush()
    if kept is not None:
        session.delete(kept)
    if others is None:
        session.delete(asset)


def send(version: AssetVersion, actor: MemberActor) -> None:
    """Ask for a second person's look."""
    ASSET.apply(version, "send", actor)


def approve(version: AssetVersion, actor: MemberActor) -> None:
    """Stand for it as the second person; raises Denied for whoever wrote it."""
    ASSET.apply(version, "approve", actor)


def give_back(version: AssetVersion, actor: MemberActor, reason: str) -> None:
    """Give it back to its author, with what is to be put right."""
    ASSET.apply(version, "return", actor, words={"reason": reason})


def call_off(version: AssetVersion, actor: MemberActor) -> None:
    """Make a draft of what was approved or scheduled."""
    ASSET.apply(version, "call_off", actor)


def publish(version: AssetVersion, actor: MemberActor) -> None:
    """Let partners have it now, or from its day on where that is still to come."""
    if version.valid_until is not None and version.valid_until <= now():
        raise Refused(_("Its last day is over. Take it back to a draft first."), version)
    if version.valid_from is not None and version.valid_from > now():
        day = version.valid_from.date().isoformat()
        ASSET.apply(version, "schedule", actor, until=day)
    else:
        go_out(db.session(), version, actor)


def go_out(session: Session, version: AssetVersion, actor: Actor) -> None:
    """Make it the current version, in one transaction with the end of the one before.

    The asset is locked first, so that of two who publish one waits for the other.
    """
    asset = hold(session, version.asset)
    number = asset.number + 1
    if asset.current_id is not None:
        before = session.get_one(AssetVersion, asset.current_id)
        ASSET.apply(before, "supersede", actor, number=number)
    crash_point("superseded, not published")
    version.number, version.published_at = number, now()
    ASSET.apply(version, "publish", actor, number=number)
    asset.number, asset.current_id, asset.published_at = number, version.id, version.published_at
    asset.audience_id, asset.valid_until = version.audience_id, version.valid_until
    asset.folder_id, asset.kind = version.folder_id, version.kind
    session.flush()


def withdraw(version: AssetVersion, actor: MemberActor, reason: str) -> None:
    """Take a version out of use: nobody gets it any more, and who took it is told to drop it."""
    asset = hold(db.session(), version.asset)
    number = version.number or 0
    ASSET.apply(version, "withdraw", actor, number=number, words={"reason": reason})
    version.reason = reason
    _take_out(db.session(), asset, version)


def expire(session: Session, version: AssetVersion, actor: Actor) -> None:
    """Take it out of use because its last day is over."""
    asset = hold(session, version.asset)
    ASSET.apply(version, "expire", actor, number=version.number or 0)
    crash_point("expired, not taken out")
    _take_out(session, asset, version)


def _take_out(session: Session, asset: Asset, version: AssetVersion) -> None:
    if asset.current_id == version.id:
        asset.current_id = asset.audience_id = asset.valid_until = None
    taken = update(AssetDownload).where(AssetDownload.version_id == version.id)
    session.execute(
        taken.values(recalled_at=now(), recall_reason=version.reason),
        execution_options={"synchronize_session": False},
    )
    session.flush()


def hold(session: Session, asset: Asset) -> Asset:
    """Lock the asset until the transaction ends, and read it anew."""
    query = select(Asset).where(Asset.id == asset.id).with_for_update(of=Asset, key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def keep_at_hand(asset: Asset, actor: MemberActor) -> None:
    """Put it among the actor's favourites; nothing changes where it stands there."""
    if not _is_kept(asset, actor):
        db.session.add(AssetFavourite(membership_id=actor.membership_id, asset_id=asset.id))
        db.session.flush()


def put_away(asset: Asset, actor: MemberActor) -> None:
    """Take it from the actor's favourites."""
    if (kept := _is_kept(asset, actor)) is not None:
        db.session.delete(kept)


def _is_kept(asset: Asset, actor: MemberActor) -> AssetFavourite | None:
    return db.session.scalar(
        select(AssetFavourite).where(
            AssetFavourite.asset_id == asset.id,
            AssetFavourite.membership_id == actor.membership_id,
        )
    )


class NameTaken(Exception):
    """There is a folder of that name."""


def add_folder(actor: MemberActor, name: str, name_fr: str) -> AssetFolder:
    """Add a topic; raises NameTaken."""
    folder = AssetFolder(name=name, name_fr=name_fr, name_key=_free_key(name))
    db.session.add(folder)
    db.session.flush()
    record_event(E.FOLDER, folder, actor, words={"name": name})
    return folder


def rename_folder(folder: AssetFolder, actor: MemberActor, name: str, name_fr: str) -> None:
    """Call a topic otherwise; raises NameTaken."""
    folder.name_key = _free_key(name, folder.id)
    folder.name, folder.name_fr = name, name_fr
    record_event(E.FOLDER, folder, actor, words={"name": name})


def _free_key(name: str, but: int = 0) -> str:
    key = fold(name, 60) or name[:60]
    taken = select(AssetFolder.id).where(AssetFolder.name_key == key, AssetFolder.id != but)
    if db.session.scalar(taken) is not None:
        raise NameTaken(name)
    return key
