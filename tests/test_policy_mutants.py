"""Would anybody notice if a rule of access were gone, turned round, or always true?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.core.guards import guard_of
from portal.core.limits import limiter
from tests.figures import record
from tests.matrix.cells import cells_of
from tests.matrix.explained import disagreements
from tests.matrix.mechanics import check_mechanics
from tests.matrix.mutants import Mutant, forget_scopes, of_code, of_guards, of_policies
from tests.matrix.opening import opened
from tests.matrix.oracle import OUTSIDE
from tests.matrix.quiet import QUIET
from tests.matrix.rights import check_reasons, check_rights
from tests.matrix.scopes import check_scopes
from tests.matrix.walk import Walk
from tests.matrix.world import SHORTS, World

pytestmark = [pytest.mark.xdist_group("policy mutants"), pytest.mark.long]
IS_LONG = bool(os.environ.get("PROVE"))
INSIDE = tuple(short for short in SHORTS if short not in OUTSIDE)


@pytest.fixture(scope="module")
def world(sqlite_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened(sqlite_world, tmp_path_factory.mktemp("mutants")) as made:
        yield made


@pytest.fixture(autouse=True)
def _without_limits() -> None:
    limiter.enabled = False


def faults(world: World, mutant: Mutant) -> Iterator[str]:
    """Yield what the matrix finds while the wrong is done; nothing at all means unnoticed."""
    if mutant.endpoint:
        yield from _at_the_door(world, mutant.endpoint)
        return
    if not mutant.permission:
        for short in (*INSIDE, *QUIET):
            yield from check_scopes(world, short)
            yield from check_reasons(world, short)
        yield from check_mechanics(world)
    for short in (*INSIDE, *QUIET):
        yield from check_rights(world, short, mutant.permission)
    for short in SHORTS:
        for told in disagreements(world, short, mutant.permission):
            if told is not None:
                yield told


def _at_the_door(world: World, endpoint: str) -> Iterator[str]:
    for short in SHORTS:
        walk = Walk(world, short)
        for cell in cells_of(world, short):
            if cell.endpoint == endpoint:
                walk._try(cell)
                yield from walk.faults


def is_noticed(world: World, mutant: Mutant) -> bool:
    forget_scopes()
    try:
        with mutant.done():
            return next(faults(world, mutant), None) is not None
    except Exception:
        return True  # the portal fails outright: that is noticed too
    finally:
        forget_scopes()
        world.written()
        world.restore()


def test_nothing_is_noticed_where_nothing_is_wrong(world: World) -> None:
    """What finds the mutants does not cry wolf."""
    endpoints = [one for one in world.app.view_functions if guard_of(world.app, one)]
    assert endpoints
    assert not list(check_mechanics(world))
    for short in (*INSIDE[:3], *QUIET):
        assert not list(check_scopes(world, short))
        assert not list(check_rights(world, short))
        assert not list(check_reasons(world, short))
    for short in INSIDE[:3]:
        assert not [told for told in disagreements(world, short) if told]


@pytest.mark.skipif(not IS_LONG, reason="all mutants of the policies are tried by make prove")
def test_every_wrong_in_a_policy_is_noticed(world: World) -> None:
    tried = [*of_policies(), *of_guards(world.app), *of_code()]
    survivors = [one.name for one in tried if not is_noticed(world, one)]
    killed = len(tried) - len(survivors)
    record(
        3,
        "mutants of policies, guards and core/access.py caught",
        "every one",
        f"{killed} of {len(tried)}",
        not survivors,
    )
    assert not survivors, "\n".join(survivors)
