"""Does the head count tell who will really see it?"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import func, select

from portal.core.access import visible
from portal.core.net import acting_as
from portal.domain.assets.audience import audience_like, reached_by
from portal.domain.assets.models import (
    Asset,
    AssetVersion,
    Audience,
    Facet,
    Status,
)
from portal.domain.organisations.models import PartnerType, Side
from portal.domain.people.actor import actor_of_membership
from portal.domain.people.models import Membership
from tests.domain.assets.writing import brought_to
from tests.domain.world import actor_of, everything
from tests.figures import record

S = Status


def _facets() -> Iterator[dict[Facet, list[str]]]:
    yield {}
    for kind in PartnerType:
        yield {Facet.TYPE: [kind.value]}
    for facet, values in (
        (Facet.TIER, ("Gold", "Silver", "Bronze")),
        (Facet.COUNTRY, ("CA", "US", "JP")),
        (Facet.PRODUCT, ("ARM", "AMR", "NONE")),
        (Facet.LANGUAGE, ("en", "fr")),
    ):
        for value in values:
            yield {facet: [value]}
    yield {Facet.TYPE: ["reseller", "technology"], Facet.COUNTRY: ["CA"]}
    yield {Facet.TIER: ["Gold"], Facet.PRODUCT: ["ARM"], Facet.LANGUAGE: ["fr", "en"]}
    yield {Facet.COUNTRY: ["US", "CA"], Facet.LANGUAGE: ["fr"], Facet.TYPE: ["reseller"]}


def test_the_head_count_is_who_sees_it(data_app: Flask) -> None:
    wrong, count, cells = [], 0, 0
    with everything(data_app) as session:
        actor_of("ana")  # the world is there
        some = session.scalars(
            select(Membership).join(Membership.organisation).order_by(Membership.id)
        ).all()
        some[0].user.language = "fr"
        session.flush()
        people = [one.id for one in some if one.organisation.side == Side.PARTNER]
        for facets in _facets():
            version = brought_to(session, S.PUBLISHED, facets=facets)
            number, seen, companies = version.asset_id, 0, set()
            for membership in people:
                actor = actor_of_membership(membership)
                if actor is None:
                    continue
                with acting_as(actor):
                    query = visible(Asset, actor).where(Asset.id == number)
                    rows = session.execute(query.with_only_columns(Asset.id)).all()
                    netted = session.execute(select(Asset.id).where(Asset.id == number)).all()
                    readable = session.execute(
                        select(AssetVersion.id).where(AssetVersion.id == version.id)
                    ).all()
                assert rows == netted and len(readable) == len(rows)
                cells += 1
                if rows:
                    seen += 1
                    companies.add(actor.organisation_id)
            reached = reached_by(facets)
            count += 1
            if reached.people != seen or not companies.__len__() <= reached.companies:
                wrong.append((facets, reached, seen))
        session.rollback()
    kind = data_app.config["SQLALCHEMY_DATABASE_URI"].partition(":")[0].partition("+")[0]
    record(
        4, f"head count of an audience / who sees the asset ({kind})", "equal for all",
        f"{count - len(wrong)} of {count} audiences, {cells} people asked", not wrong,
    )  # fmt: skip
    assert not wrong


def test_an_audience_with_the_same_rule_is_the_same_row(data_app: Flask) -> None:
    with everything(data_app) as session:
        first = audience_like(session, {Facet.TYPE: ["reseller", "distributor"]})
        again = audience_like(session, {Facet.TYPE: ["distributor", "reseller", "reseller"]})
        assert first.id == again.id
        assert session.scalar(select(func.count(Audience.id)).where(Audience.id == first.id)) == 1
