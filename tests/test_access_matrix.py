"""Does everybody get exactly what is theirs: every address, every person, every relation?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.core.limits import limiter
from tests.figures import record
from tests.matrix import canaries, crafted
from tests.matrix.asked import check_explanations
from tests.matrix.cells import unnamed
from tests.matrix.explained import disagreements
from tests.matrix.hiding import MARKS, check_hiding, check_inside, settable
from tests.matrix.lists import check_cursors, check_lists, check_searches
from tests.matrix.looking import PAIRS, Onlooker, unexplained
from tests.matrix.mechanics import check_mechanics
from tests.matrix.opening import opened
from tests.matrix.oracle import (
    EXPLAINERS,
    FRESH_ALWAYS,
    FRESH_IF_LARGE,
    INSIDERS,
    OUTSIDE,
    PAGES,
    RECORDS,
    RELATIONS,
    REVIEWED,
)
from tests.matrix.planting import EXTRA, LARGE, OPEN, TWIN
from tests.matrix.quiet import QUIET
from tests.matrix.rights import check_reasons, check_rights, unasked
from tests.matrix.scopes import check_scopes
from tests.matrix.walk import Walk
from tests.matrix.world import SHORTS, World

# All of it on one copy of the world, so in one process.
pytestmark = [pytest.mark.xdist_group("access matrix"), pytest.mark.long]
INSIDE = tuple(short for short in SHORTS if short not in OUTSIDE)


@pytest.fixture(scope="module")
def world(sqlite_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened(sqlite_world, tmp_path_factory.mktemp("matrix")) as made:
        yield made


@pytest.fixture(autouse=True)
def _without_limits() -> None:
    limiter.enabled = False


@pytest.fixture
def walk(world: World) -> Iterator[Callable[[str], Walk]]:
    """Returns the way of one person; what leaked on it fails the test."""
    walks: list[Walk] = []

    def start(short: str) -> Walk:
        walks.append(Walk(world, short))
        return walks[-1]

    yield start
    world.restore()
    assert not [fault for one in walks for fault in one.faults]


def test_the_oracle_and_the_canaries_cover_everything(world: World) -> None:
    assert not unnamed(world.app), "the oracle and the map of addresses differ"
    # No role has them: whoever holds an application's link does, or the portal by itself.
    assert unasked(world) == {
        "Application application:follow", "Application application:expire",
        "Checklist checklist:keep", "ChecklistItem checklist:keep",
    }  # fmt: skip
    assert not canaries.unclassified(), "a text column is in neither list, or in both"
    tables = {one.table for one in world.canaries}
    assert tables == set(canaries.TEXTS), "a table of words has no row to carry a canary"


def test_access_matrix(world: World) -> None:
    walks = [Walk(world, short) for short in SHORTS]
    for one in walks:
        one.run()
    statuses: dict[tuple[str, str], dict[bool, int]] = defaultdict(lambda: defaultdict(int))
    exercised: set[tuple[str, str, str, str]] = set()
    for one in walks:
        exercised |= one.cells.keys()
        for (endpoint, method, short, _relation), found in one.cells.items():
            for status in found:
                is_allowed = short not in OUTSIDE and status in (200, 302, 303)
                statuses[endpoint, method][is_allowed] += 1
    wanted = {(*place, short, "–") for place in PAGES for short in SHORTS} | {
        (*place, short, relation)
        for place in RECORDS
        for short in SHORTS
        for relation in (*RELATIONS, "absent")
    }
    one_sided = [place for place in {*PAGES, *RECORDS} if len(statuses[place]) < 2]
    faults = [fault for one in walks for fault in one.faults]
    leaks = [fault for fault in faults if "LEAK" in fault]
    requests = sum(one.requests for one in walks)
    missing = wanted - exercised
    is_good = len(exercised) >= 1500 and not missing and not faults and not one_sided
    record(
        2,
        "access matrix",
        ">= 1,500 cells, 0 not exercised, 0 leaks",
        f"{len(exercised):,} cells ({len(statuses)} endpoints and methods, {len(SHORTS)} people, "
        f"{requests:,} requests), {len(missing)} not exercised, {len(leaks)} leaks, "
        f"{len(faults)} other answers than expected",
        is_good,
    )
    assert not faults, "\n".join(faults[:40])
    assert not missing, sorted(missing)[:10]
    assert not one_sided, f"never both allowed and refused: {one_sided}"
    assert len(exercised) >= 1500


def test_explain_agrees_with_the_matrix(world: World) -> None:
    """Whoever asks why gets the reason for the very answer that the address gives."""
    cells = [told for short in SHORTS for told in disagreements(world, short)]
    faults = [told for told in cells if told is not None]
    agreed = len(cells) - len(faults)
    is_good = not faults and len(cells) >= 1500
    goal, result = "every cell", f"{agreed:,} of {len(cells):,} cells"
    record(3, "explain agrees with the matrix", goal, result, is_good)
    assert not faults, "\n".join(faults[:40])
    assert len(cells) >= 1500


@pytest.mark.parametrize(("viewer", "viewed"), PAIRS)
def test_whoever_views_as_somebody_reads_what_they_read_and_writes_nothing(
    world: World, viewer: str, viewed: str
) -> None:
    looking = Onlooker(world, viewer, viewed)
    try:
        looking.begin()
        faults = list(looking.run())
    finally:
        world.restore()
    faults.extend(unexplained(world, viewed))
    assert not faults, "\n".join(faults[:40])
    assert looking.cells > 200


@pytest.mark.parametrize("short", sorted(EXPLAINERS))
def test_explanations_name_people_and_reasons_alone(
    walk: Callable[[str], Walk], short: str
) -> None:
    faults = list(check_explanations(walk(short)))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("short", INSIDE)
def test_lists_and_searches_hold_the_own_records_alone(
    walk: Callable[[str], Walk], short: str
) -> None:
    way = walk(short)
    faults = [*check_lists(way), *check_searches(way), *check_cursors(way)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("short", [*INSIDE, *QUIET])
def test_every_query_finds_exactly_what_is_theirs(world: World, short: str) -> None:
    faults = [*check_scopes(world, short), *check_reasons(world, short)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("short", [*INSIDE, *QUIET])
def test_every_rule_answers_for_every_record_in_sight(world: World, short: str) -> None:
    faults = list(check_rights(world, short))
    assert not faults, "\n".join(faults)


def test_what_policies_are_made_of_holds(world: World) -> None:
    faults = list(check_mechanics(world))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("short", INSIDE)
def test_every_tab_answers(world: World, short: str) -> None:
    page = world.browsers[short].get("/")
    tabs = [str(link["href"]) for link in page.soup.select("nav.tabs a[href]")]
    assert tabs, "nobody is without a tab"
    for tab in tabs:
        world.browsers[short].get(tab)
    for form in page.soup.select("nav.tabs form"):
        world.browsers[short].submit(page, str(form["action"]), status=303)
    world.restore()


@pytest.mark.parametrize("short", INSIDE)
def test_a_reference_in_the_wrong_address_names_nothing(
    walk: Callable[[str], Walk], world: World, short: str
) -> None:
    holder = short if (short, OPEN) in world.planted.deals else "ana"
    own = [world.planted.deals[holder, OPEN], world.planted.references[holder, REVIEWED]]
    faults = list(crafted.other_kinds(walk(short), own))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("short", SHORTS)
def test_other_methods_tell_and_do_nothing(walk: Callable[[str], Walk], short: str) -> None:
    faults = list(crafted.other_methods(walk(short)))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("short", ["carla", "omar", "olga"])
def test_a_reviewer_answers_only_for_matches_of_the_registration(
    walk: Callable[[str], Walk], world: World, short: str
) -> None:
    planted = world.planted
    strange = [planted.deals["ana", OPEN], planted.references["bruno", REVIEWED], "DL-00000000", ""]
    faults = list(crafted.strange_match(walk(short), f"by {short}", strange))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("short", ["diego", "ana", "marc", "lena"])
def test_a_partner_registers_only_products_of_its_own(
    walk: Callable[[str], Walk], short: str
) -> None:
    faults = list(crafted.strange_product(walk(short), "ODD"))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("short", ["noah", "marc", "diego", "bruno", "theo", "omar", "axel"])
def test_typed_text_stays_with_the_person_who_typed_it(
    walk: Callable[[str], Walk], short: str
) -> None:
    faults = list(crafted.strange_draft(walk(short), "ana"))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("short", ["noah", "carla", "dora"])
def test_keys_of_another_persons_form_open_nothing(walk: Callable[[str], Walk], short: str) -> None:
    faults = list(crafted.strange_keys(walk(short), "ana"))
    assert not faults, "\n".join(faults)


def test_a_stale_sign_in_is_renewed_before_it_decides(
    walk: Callable[[str], Walk], world: World
) -> None:
    """Whoever signed in a while ago is asked again where it is named, and there writes nothing."""
    faults: list[str] = []
    asked: set[str] = set()
    count = 0
    for short in ("olga", "omar", "sid", "nadia", "ana", "pia", "dora"):
        way = walk(short)
        for cell, found in crafted.stale(way):
            count += 1
            if found is None:
                asked.add(cell.endpoint)
            elif found:
                faults.append(f"{cell}: {found}")
    is_good = not faults and asked == FRESH_ALWAYS | FRESH_IF_LARGE
    record(
        3,
        "stale sign-ins",
        "asked again at exactly the named endpoints, 0 written",
        f"{count:,} cells, asked at {len(asked)} endpoints, {len(faults)} other answers",
        is_good,
    )
    assert not faults, "\n".join(faults[:40])
    assert asked == FRESH_ALWAYS | FRESH_IF_LARGE


def test_four_eyes_and_the_limit(walk: Callable[[str], Walk], world: World) -> None:
    """The approver's limit, and the person who sent it under another membership."""
    large, twin = (world.planted.references["noah", name] for name in (LARGE, TWIN))
    steps = {"approval": "decide", "rejection": "decide", "questions": "review", "match": "review"}
    for short in ("omar", "olga"):
        way = walk(short)
        for name in (large, twin):
            for step, need in steps.items():
                version = str(world.versions[name])
                fields = {"reason": "no_project", "text": "There is no project any more."}
                fields |= {"ask_need": "y", "comment_need": "Why?", "version": version}
                path = f"/admin/registrations/{name}/{step}"
                answer = way.ask("POST", path, crafted.typed_by(way, **fields))
                is_refused = not way.person.may(need, world.facts[name])
                assert (answer.status_code == 403) is is_refused, (short, step, answer.status_code)
                assert is_refused is (short == "omar" and (name == twin or need == "decide"))
                world.restore()


def test_every_field_that_can_be_hidden_is_looked_for(world: World) -> None:
    assert world.app  # which knows all fields
    assert set(MARKS) == {field.code for field in settable()}


@pytest.mark.parametrize("hidden", [(), tuple(MARKS), *((code,) for code in MARKS)])
def test_a_hidden_field_is_nowhere_and_a_shown_one_where_it_belongs(
    walk: Callable[[str], Walk], hidden: tuple[str, ...]
) -> None:
    # One field alone is looked for by somebody who has every page; all and none by everybody.
    everybody = ("diego", "ana", "noah", "marc", "nadia", "lena", "bruno")
    ways = [walk(short) for short in (everybody if len(hidden) != 1 else ("nadia",))]
    faults = [fault for way in ways for fault in check_hiding(way, hidden)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("short", sorted(INSIDERS | {"axel"}))
def test_our_own_side_reads_what_it_keeps_to_itself(
    walk: Callable[[str], Walk], short: str
) -> None:
    faults = list(check_inside(walk(short)))
    assert not faults, "\n".join(faults)


def test_an_older_form_of_onboarding_is_refused(walk: Callable[[str], Walk]) -> None:
    way = walk("pia")
    areas = ("admin.checklists.", "admin.onboarding.")
    cells = [
        one for one in crafted.sendable(way)
        if one.endpoint.startswith(areas) and one.facts is not None
    ]  # fmt: skip
    faults = [fault for cell in cells for fault in crafted.outdated(way, cell)]
    assert not faults, "\n".join(faults)
    assert len(cells) == 12


def test_no_form_takes_a_field_that_it_did_not_ask_for(
    walk: Callable[[str], Walk], world: World
) -> None:
    ways = [walk(short) for short in ("ana", "olga", "pia", "sid", "nadia", "theo")]
    cells = [(way, cell) for way in ways for cell in crafted.sendable(way)]
    cole = walk(EXTRA)
    cells += [(cole, one) for one in crafted.sendable(cole) if one.endpoint == "account.switch"]
    carla = walk("carla")
    cells += [(carla, one) for one in crafted.sendable(carla) if one.endpoint == "deals.assign"]
    faults = [fault for way, cell in cells for fault in crafted.assigned(way, cell)]
    columns = len(crafted.poison(world))
    record(
        2,
        "mass assignment",
        "0 protected columns changed",
        f"{columns} column names sent to {len(cells)} forms, {len(faults)} changed more than asked",
        not faults,
    )
    assert not faults, "\n".join(faults)
    assert {cell.endpoint for _, cell in cells} == set(crafted.LEAVES)
