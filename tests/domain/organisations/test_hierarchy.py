"""Does the closure table say what the parents say, after any number of moves?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from portal.core.database import db
from portal.core.workflow import Refused
from portal.domain.organisations import operations
from portal.domain.organisations.models import Organisation, OrganisationClosure, Side, family_ids
from portal.domain.organisations.operations import add_organisation
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Reach
from tests.domain.world import actor_of, everything, membership_of
from tests.figures import record

Pairs = set[tuple[int, int, int]]


def plainly(parents: dict[int, int | None]) -> Pairs:
    """Return every pair with its distance, by walking up from each organisation."""
    found: Pairs = set()
    for number in parents:
        above: int | None = number
        depth = 0
        while above is not None:
            found.add((above, number, depth))
            above, depth = parents[above], depth + 1
    return found


def kept(numbers: set[int]) -> Pairs:
    """Return what the closure table says of these organisations."""
    rows = db.session.execute(
        select(
            OrganisationClosure.ancestor_id,
            OrganisationClosure.descendant_id,
            OrganisationClosure.depth,
        )
    )
    return {tuple(row) for row in rows if {row.ancestor_id, row.descendant_id} & numbers}  # type: ignore[misc]


# A tree: for each organisation after the first the place of its parent before it, so that chains
# of twelve are common, and then any moves at all.
TREES = st.lists(st.integers(0, 3), min_size=2, max_size=20)
MOVES = st.lists(st.tuples(st.integers(0, 20), st.integers(-1, 20)), max_size=12)


@pytest.fixture
def pia(data_app: Flask) -> Iterator[MemberActor]:
    """The programme administrator, in a session that looks past every actor."""
    with everything(data_app):
        yield actor_of("pia")
        db.session.rollback()


def tree_of(back: list[int]) -> list[Organisation]:
    """Return organisations, each below the one that stands ``back`` places before the last."""
    session = db.session()
    made = [add_organisation(session, "Tree 0", Side.PARTNER)]
    for number, steps in enumerate(back, 1):
        parent = made[max(0, len(made) - 1 - steps)]
        made.append(add_organisation(session, f"Tree {number}", Side.PARTNER, parent=parent))
    return made


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(back=TREES, moves=MOVES)
def test_any_moves_of_any_tree(
    pia: MemberActor, back: list[int], moves: list[tuple[int, int]]
) -> None:
    made = tree_of(back)
    parents = {one.id: one.parent_id for one in made}
    assert kept(set(parents)) == plainly(parents)
    for first, second in moves:
        moving = made[first % len(made)]
        target = made[second % len(made)] if second >= 0 else None
        below = {low for high, low, _depth in plainly(parents) if high == moving.id}
        if target is not None and target.id in below:
            with pytest.raises(Refused):
                operations.move(moving, pia, target)
        else:
            operations.move(moving, pia, target)
            parents[moving.id] = target.id if target else None
        assert kept(set(parents)) == plainly(parents)
    db.session.rollback()


def test_a_deep_chain_moves_whole(data_app: Flask, pia: MemberActor) -> None:
    made = tree_of([0] * 59)
    other = tree_of([0] * 11)
    operations.move(made[20], pia, other[11])
    parents = {one.id: one.parent_id for one in (*made, *other)}
    wrong = kept(set(parents)) ^ plainly(parents)
    depth = max(depth for _high, _low, depth in kept(set(parents)))
    kind = "SQLite" if "sqlite" in data_app.config["SQLALCHEMY_DATABASE_URI"] else "PostgreSQL"
    record(
        3,
        f"closure table after a move in a hierarchy of {depth + 1} levels ({kind})",
        "the same as a plain computation",
        f"{len(parents)} organisations, {len(wrong)} wrong pairs",
        not wrong,
    )
    assert depth == 12 + 40 - 1
    assert not wrong
    with pytest.raises(Refused, match="stands below"):
        operations.move(other[0], pia, made[59])


def test_the_vendor_neither_moves_nor_stands_above(pia: MemberActor) -> None:
    vendor = membership_of("pia").organisation
    partner = membership_of("ana").organisation
    with pytest.raises(Refused, match="outside the hierarchy"):
        operations.move(vendor, pia, partner)
    with pytest.raises(Refused, match="Only a partner"):
        operations.move(partner, pia, vendor)
    with pytest.raises(Refused, match="Only a partner"):
        operations.create(pia, {"name": "Below the vendor"}, vendor)


def test_family_reach_follows_the_move(pia: MemberActor) -> None:
    diego, bruno = membership_of("diego"), membership_of("bruno")
    assert diego.reach == Reach.FAMILY
    before = set(db.session.scalars(family_ids(diego.organisation_id)))
    operations.move(bruno.organisation, pia, membership_of("ana").organisation)
    after = set(db.session.scalars(family_ids(diego.organisation_id)))
    assert after - before == {bruno.organisation_id}
    operations.move(bruno.organisation, pia, None)
    assert set(db.session.scalars(family_ids(diego.organisation_id))) == before


def test_a_move_to_where_it_stands_is_none(pia: MemberActor) -> None:
    place = membership_of("ana").organisation
    version = place.version
    operations.move(place, pia, place.parent)
    db.session.flush()
    assert place.version == version


def test_a_wrong_pair_would_be_seen(pia: MemberActor) -> None:
    """The comparison itself can fail."""
    made = tree_of([0, 0])
    parents = {one.id: one.parent_id for one in made}
    db.session.execute(
        delete(OrganisationClosure).where(
            OrganisationClosure.ancestor_id == made[0].id,
            OrganisationClosure.descendant_id == made[2].id,
        )
    )
    assert kept(set(parents)) != plainly(parents)
