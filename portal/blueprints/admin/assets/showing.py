"""What do the staff's pages about versions of assets show?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from portal.blueprints.admin.assets.forms import VersionForm, day_of, values_of
from portal.blueprints.filing import said_size
from portal.core import previews
from portal.core.access import can, visible
from portal.core.database import db
from portal.core.forms import bind
from portal.core.language import _, _n, chosen_language, show_date, show_due
from portal.core.paging import filters_of, page_of
from portal.core.text import clean_line, either
from portal.domain.assets.audience import Facets, Reached, facets_of, reached_by
from portal.domain.assets.content import KIND_WORDS, LANGUAGE_WORDS
from portal.domain.assets.models import (
    OPEN,
    AssetFolder,
    AssetVersion,
    Facet,
    Kind,
    Language,
    Status,
)
from portal.domain.assets.searching import has_words, ways_by_words
from portal.domain.assets.workflow import ASSET
from portal.domain.customers.places import country_name
from portal.domain.organisations.models import PartnerType
from portal.domain.people.actor import MemberActor
from portal.domain.people.roles import TYPE_WORDS
from portal.domain.permissions import Permission as P
from portal.domain.products.models import Product
from portal.domain.timeline.sentences import timeline

SIZE = 25


def list_page(actor: MemberActor) -> dict[str, Any]:
    """Return what the list shows: versions, the last changed first, by state and by words."""
    typed = clean_line(request.args.get("q", ""))[:120]
    chosen = request.args.get("status", "")
    status = chosen if chosen in set(Status) else ""
    query = visible(AssetVersion, actor)
    query = query.join(AssetVersion.folder).options(contains_eager(AssetVersion.folder))
    if status:
        query = query.where(AssetVersion.status == status)
    query = query.where(*has_words(AssetVersion.id, typed))
    ways = ways_by_words(AssetVersion.id, typed)
    after, here = request.args.get("after"), "admin.assets.index"
    page = page_of(query, AssetVersion.changed_at, AssetVersion.reference, after, SIZE, ways)
    parts = {"q": typed, "status": status}
    kept: dict[str, Any] = {name: value for name, value in parts.items() if value}
    headings = {name.value: state.heading for name, state in ASSET.states.items()}
    return {
        "rows": page.rows,
        "states": ASSET.states,
        "kinds": KIND_WORDS,
        "language": chosen_language(),
        "typed": typed,
        "chosen": status,
        "is_filtered": bool(kept),
        "filters": filters_of(here, "status", headings, status, **({"q": typed} if typed else {})),
        "next_url": page.next_cursor and url_for(here, after=page.next_cursor, **kept),
        "first_url": None if page.is_first else url_for(here, **kept),
    }


def offered_products() -> list[Product]:
    """Return what an audience can be told by."""
    query = select(Product).where(Product.is_active).order_by(Product.name)
    return list(db.session.scalars(query))


def version_form(version: AssetVersion | None = None) -> VersionForm:
    """Return the form of a version, or of a new asset."""
    topics = db.session.scalars(select(AssetFolder)).all()
    data = values_of(version) if version is not None else {}
    return bind(VersionForm, data=data, topics=topics)


def said_reach(reached: Reached) -> str:
    """Return in words how many people and companies something reaches."""
    people = _n("%(num)d person", "%(num)d people", reached.people)
    companies = _n("at %(num)d company", "at %(num)d companies", reached.companies)
    return f"{people} {companies}"


def reach_of(facets: Facets) -> dict[str, Any]:
    """Return what is said of how many an audience reaches."""
    reached = reached_by(facets)
    return {"reached": reached, "reach": said_reach(reached)}


def whom_of(version: AssetVersion) -> dict[str, Any]:
    """Return what is said of whom a version is for, None where nobody has said, and how many."""
    if version.audience is None:
        return {"audience": None, "reached": Reached(0, 0), "reach": ""}
    facets = facets_of(version.audience)
    return {"audience": _audience_said(facets, chosen_language()), **reach_of(facets)}


def record_page(version: AssetVersion, actor: MemberActor) -> dict[str, Any]:
    """Return the context of a version's page: state, what it hands out, for whom, what is next."""
    language, asset = chosen_language(), version.asset
    others = db.session.scalars(
        visible(AssetVersion, actor)
        .where(AssetVersion.asset_id == asset.id, AssetVersion.id != version.id)
        .order_by(AssetVersion.id.desc())
    ).all()
    under_way = any(one.status in OPEN for one in (version, *others))
    return {
        "version": version,
        "asset": asset,
        "others": others,
        "language": language,
        "state": ASSET.state_of(version),
        "states": ASSET.states,
        "steps": {step.name for step in ASSET.available(version, actor)},
        "due": show_due(version.next_by) if version.next_by else None,
        "may_edit": version.status == Status.DRAFT and can(actor, P.ASSET_WRITE, version),
        "may_begin": not under_way and can(actor, P.ASSET_WRITE, version),
        "waits_for_another": version.status == Status.IN_REVIEW
        and can(actor, P.ASSET_REVIEW)
        and not can(actor, P.ASSET_REVIEW, version),
        "title": version.title_in(language),
        "facts": _facts(version, language),
        **whom_of(version),
        "drawn": previews.first_of([version.file_id]) if version.file_id else {},
        "size": said_size(version.file_size) if version.file_id else "",
        "entries": timeline(version.reference, actor, current_app.config["VENDOR_SHORT_NAME"]),
    }


def _facts(version: AssetVersion, language: str) -> list[tuple[Any, Any]]:
    from_day, last_day = day_of(version.valid_from), day_of(version.valid_until, is_end=True)
    facts: list[tuple[Any, Any]] = [
        (_("What is it?"), KIND_WORDS[Kind(version.kind)]),
        (_("Topic"), version.folder.name_in(language)),
        (_("Language of the content"), LANGUAGE_WORDS[Language(version.language)]),
        (_("Title in English"), version.title),
        (_("Title in French"), version.title_fr),
        (_("Summary"), either(version.summary, version.summary_fr, language)),
        (_("Tags"), ", ".join(version.tags)),
        (_("What changed"), either(version.note, version.note_fr, language)),
        (_("From which day on?"), show_date(from_day, with_year=True) if from_day else ""),
        (_("Last day"), show_date(last_day, with_year=True) if last_day else ""),
    ]
    return [(label, value) for label, value in facts if value]


def _audience_said(facets: Facets, language: str) -> list[tuple[Any, str]]:
    codes = facets[Facet.PRODUCT]
    named = {one.code: one.name_in(language) for one in db.session.scalars(
        select(Product).where(Product.code.in_(codes)))} if codes else {}  # fmt: skip
    readers = {"en": _("English"), "fr": _("French")}
    said = [
        (_("Partner types"), [str(TYPE_WORDS[PartnerType(one)]) for one in facets[Facet.TYPE]]),
        (_("Tiers"), list(facets[Facet.TIER])),
        (
            _("Countries in which they sell"),
            [country_name(one, language) for one in facets[Facet.COUNTRY]],
        ),
        (_("Products that they may sell"), [named.get(one, one) for one in codes]),
        (
            _("Language in which they use the portal"),
            [readers[one] for one in facets[Facet.LANGUAGE]],
        ),
    ]
    return [(label, ", ".join(values)) for label, values in said if values]


def topics_of(actor: MemberActor) -> Sequence[Any]:
    """Return every topic by name, each with how many versions stand under it."""
    count = select(func.count(AssetVersion.id)).where(AssetVersion.folder_id == AssetFolder.id)
    return db.session.execute(
        visible(AssetFolder, actor)
        .add_columns(count.correlate(AssetFolder).scalar_subquery())
        .order_by(AssetFolder.name_key)
    ).all()
