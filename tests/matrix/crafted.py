"""What can somebody reach with other names, ids and fields than the page offered?"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Boolean, Date, DateTime, Integer

from portal.core.database import Base
from portal.core.times import at
from tests.browser import BASE, fields_of
from tests.core.test_filetypes import PDF
from tests.matrix import taken_on
from tests.matrix.canaries import REFERENCE
from tests.matrix.cells import (
    ABSENT,
    LEAVES,
    STEPS,
    UPLOADS,
    Cell,
    address,
    cells_of,
    form_place,
    guarded_rules,
)
from tests.matrix.oracle import (
    DRAFT,
    FRESH_IF_LARGE,
    LARGE_FROM,
    OUTSIDE,
    PAGES,
    RECORDS,
    REVIEWED,
    SUBMITTED,
    TURNS,
    Ask,
    Facts,
    asks_again,
    expect,
)
from tests.matrix.planting import EXTRA, LARGE, OPEN, TOPIC
from tests.matrix.taken_on import FIRST, PAPER
from tests.matrix.walk import Walk
from tests.matrix.world import Change, World, normalised, slots

PATHS = {
    "registration": ("/registrations/{}", "/admin/registrations/{}"),
    "deal": ("/deals/{}",),
    "organisation": ("/admin/organisations/{}",),
    "person": ("/admin/people/{}", "/people/{}"),
    "checklist": ("/admin/onboarding/{}",),
    "checklist item": ("/checklist/items/{}", "/admin/onboarding/items/{}"),
    "checklist template": ("/admin/checklists/{}",),
    "access review": ("/admin/access/reviews/{}", "/people/review/{}"),
}


def other_kinds(walk: Walk, references: Iterable[str]) -> Iterator[str]:
    """Yield where a reference of one kind, in an address of another, is not just absent."""
    for reference in references:
        kind = walk.world.facts[reference].kind
        for other, paths in PATHS.items():
            for path in paths if other != kind else ():
                absent = walk.ask("GET", path.format(ABSENT[other]))
                answer = walk.ask("GET", path.format(reference))
                looks = normalised(answer.text.replace(reference, ABSENT[other]))
                if (answer.status_code, looks) != (absent.status_code, normalised(absent.text)):
                    yield f"{walk.short} {path} with {reference}: {answer.status_code}"


def typed_by(walk: Walk, **fields: Any) -> dict[str, Any]:
    """Return ``fields`` with the keys of the person's forms."""
    keys = walk.world.keys[walk.short]
    return {"csrf_token": keys.csrf, "submission_key": keys.submission, **fields}


def strange_match(walk: Walk, holder: str, strange: Iterable[str]) -> Iterator[str]:
    """Yield where a reviewer can answer for a record that is no possible match of this one."""
    name = walk.world.planted.references[holder, REVIEWED]
    version = str(walk.world.versions[name])
    for other in strange:
        data = typed_by(walk, version=version, other=other, answer="same")
        yield from _expect(walk, f"/admin/registrations/{name}/match", data, (400,), frozenset())


def strange_product(walk: Walk, code: str) -> Iterator[str]:
    """Yield where a partner can register a product that the organisation may not sell."""
    name = walk.world.planted.references[walk.short, DRAFT]
    version = str(walk.world.versions[name])
    for codes in ([code], ["ARM", code]):
        fields: dict[str, Any] = {**STEPS["opportunity"], "products": codes, "version": version}
        path = f"/registrations/{name}/opportunity"
        yield from _expect(walk, path, typed_by(walk, **fields), (422,), frozenset())


def strange_draft(walk: Walk, owner: str) -> Iterator[str]:
    """Yield where typed text of another person's form can be read, replaced or thrown away."""
    world, own = walk.world, walk.person.membership
    name = world.planted.references[owner, DRAFT]
    path = f"/registrations/{name}/customer"
    (place,) = (
        row["place"]
        for row in world.database.execute("SELECT rowid AS place, * FROM draft").fetchall()
        if row["path"] == path
    )
    for door in ("/drafts", "/drafts/discard"):
        data = typed_by(walk, form_path=path, company="Mine")
        yield from _expect(walk, door, data, (200, 303), frozenset({"draft"}), keep=True)
        if world.row("draft", place) != world.row("draft", place, was=True):
            yield f"{walk.short} {door}: changed the text of {owner}"
    mine = {row["membership_id"] for row in world.database.execute("SELECT * FROM draft")}
    before = {row["membership_id"] for row in world.rows["draft"]}
    if mine - before - {own}:
        yield f"{walk.short}: kept text for somebody else"
    walk.ask("GET", path)
    world.restore()
    for hostile in ("//evil.example", "https://evil.example/", "/\\evil.example", ""):
        for door in ("/drafts", "/drafts/discard"):
            data = typed_by(walk, form_path=hostile, company="Mine")
            yield from _expect(walk, door, data, (400,), frozenset())


def strange_keys(walk: Walk, other: str) -> Iterator[str]:
    """Yield where the keys of another person's form are taken."""
    theirs = walk.world.keys[other]
    for change in ({"submission_key": theirs.submission}, {"csrf_token": theirs.csrf}):
        data = typed_by(walk) | {"language": "fr", "timezone": "Europe/Paris"} | change
        yield from _expect(walk, "/account", data, (303, 400), frozenset({"draft"}))


def _expect(
    walk: Walk,
    path: str,
    data: Mapping[str, Any],
    statuses: tuple[int, ...],
    may_change: frozenset[str],
    keep: bool = False,
) -> Iterator[str]:
    walk.world.written()
    echoed = REFERENCE.findall(str(data))  # what was typed may come back
    answer = walk.ask("POST", path, data, echoed=echoed)
    written = {table for table, _, _ in walk.world.written()}
    if answer.status_code not in statuses:
        yield f"{walk.short} {path}: {answer.status_code}, not {statuses}"
    if written - may_change:
        yield f"{walk.short} {path}: wrote {sorted(written - may_change)}"
    if not keep:
        walk.world.restore()


# --- a sign-in of a while ago --------------------------------------------------------------------


def stale(walk: Walk) -> Iterator[tuple[Cell, str | None]]:
    """Yield each write of the person whose sign-in is an hour old, and what is wrong with it.

    None: the person is asked to sign in again, and should be. The form is sent as it would be
    taken; of what should be answered as always, only the answer is judged.
    """
    world = walk.world
    large = world.planted.references["noah", LARGE]
    # One of each kind: the same address with the same answer behind it is asked once.
    kinds: dict[tuple[str, int, bool], Cell] = {}
    for cell in cells_of(world, walk.short):
        if cell.method == "POST":
            status = expect(walk.person, cell.endpoint, cell.method, cell.facts)
            kinds.setdefault((cell.endpoint, status, cell.htmx), cell)
            if cell.endpoint in FRESH_IF_LARGE and cell.facts is not None:
                path = cell.path.replace(cell.facts.reference, large)
                over = replace(cell, path=path, facts=world.facts[large])
                kinds.setdefault((cell.endpoint, LARGE_FROM, cell.htmx), over)
    cells = list(kinds.values())
    for cell in cells:
        world.restore()
        world.prove("-1 hour")
        world.written()
        cookies = dict(walk.browser.client._cookies or {})
        answer = walk.ask("POST", cell.path, walk.typed(cell), cell.htmx)
        walk.browser.client._cookies = cookies
        where = answer.headers.get("HX-Redirect") or answer.headers.get("Location") or ""
        is_led = where.startswith("/sign-in-again?")
        if not asks_again(walk.person, cell.endpoint, cell.method, cell.facts):
            yield cell, f"asked again: {answer.status_code}" if is_led else ""
            continue
        written = {table for table, _, _ in world.written()} - {"draft"}
        if not is_led or answer.status_code != (401 if cell.htmx else 303):
            yield cell, f"{answer.status_code}, leads to {where or 'nowhere'}"
        elif written:
            yield cell, f"wrote {sorted(written)}"
        else:
            yield cell, None
    world.restore()


# --- fields that nobody asked for ---------------------------------------------------------------

# Different at every writing; the rest of a row must come out the same.
CHANGING = frozenset(
    "chain hash key lane partner particulars previous previous_hash reference request_id token_hash"
    " word".split()
) | {"results"}


# Of an item or a question of a checklist that was written just now.
_NEW_KEY = re.compile(r"\b[0-9a-f]{12}\b")


def poison(world: World) -> dict[str, str]:
    """Return a value for every column name of every model, each as harmful as its type allows."""
    stranger = world.people["bruno"]
    known = {
        "status": "approved",
        "stage": "won",
        "role": "approver",
        "reach": "family",
        "side": "vendor",
        "next_side": "vendor",
        "organisation_id": str(stranger.organisation),
        "owner_id": str(stranger.membership),
        "membership_id": str(stranger.membership),
        "user_id": str(stranger.user),
    }
    found: dict[str, str] = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            kind = column.type
            value = "poison"
            if isinstance(kind, Boolean):
                value = "y"
            elif isinstance(kind, Integer):
                value = "1"
            elif isinstance(kind, (Date, DateTime)) or column.name.endswith(("_at", "_until")):
                value = "2031-01-01"
            found.setdefault(column.name, known.get(column.name, value))
    return found


def assigned(walk: Walk, cell: Cell) -> Iterator[str]:
    """Yield what a form changes when it is sent with every column's name beside its own fields."""
    plain = _effect(walk, cell, {})
    names = poison(walk.world)
    if cell.endpoint in UPLOADS:  # a form with files takes no more than 200 parts
        tables = LEAVES[cell.endpoint][1].split()
        near = {column.name for one in tables for column in Base.metadata.tables[one].columns}
        names = {name: value for name, value in names.items() if name in near}
    loaded = _effect(walk, cell, names)
    if plain != loaded:
        more = [row for row in loaded if row not in plain]
        yield f"{cell}: {more[:2]} instead of {[row for row in plain if row not in loaded][:2]}"


def _effect(walk: Walk, cell: Cell, extras: Mapping[str, str]) -> list[Any]:
    """Return the status of sending the page's form, and every row it leaves behind."""
    world = walk.world
    where = form_place(world, cell)
    moment = world.moment
    with at(moment):
        page = walk.browser.get(where, check=False)
        pairs = [(k, v) for k, v in fields_of(page.form(cell.path)) if k not in cell.form]
        pairs += list(cell.form.items())
        taken = {key for key, _ in pairs} | {tag["name"] for tag in page.soup.select("[name]")}
        pairs += [(key, value) for key, value in extras.items() if key not in taken]
        world.written()
        cookies = dict(walk.browser.client._cookies or {})
        data: dict[str, Any] = dict(pairs)
        if cell.endpoint in UPLOADS:
            data["files"] = (io.BytesIO(PDF), "New.pdf")
        answer = walk.browser.client.post(cell.path, base_url=BASE, data=data)
        walk.browser.client._cookies = cookies
    changes = world.written()
    rows = sorted({_row(world, change) for change in changes if change[0] != "submission_key"})
    world.restore()
    return [answer.status_code, *rows]


def _row(world: World, change: Change) -> tuple[str, str, str]:
    table, op, place = change
    values = world.row(table, place)
    kept = sorted(
        (name, _NEW_KEY.sub("KEY", str(value)))
        for name, value in values.items()
        if name not in CHANGING
    )
    return table, op, str(kept)


def _ready(world: World, ask: Ask, side: str) -> str:
    """Return a record of Northwind's that is in the state for which the form is made.

    Of access reviews one that waits for that ``side``.
    """
    planted, home = world.planted, world.people["ana"].organisation
    ready = next((state for state, status in ask.by_state.items() if status == 303), "")
    if ask.kind in ("deal", "file"):
        deal = planted.deals["ana", OPEN]
        return planted.files[deal] if ask.kind == "file" else deal
    if ask.kind.startswith("checklist"):
        return taken_on.ready(world, home, ask.kind, ready)
    if ask.kind in ("session", "share"):
        return (planted.devices if ask.kind == "session" else planted.shares)["ana"]
    if ask.kind in ("access review", "access item"):
        states = [state for state, status in ask.by_state.items() if status == 303]
        ready = next((state for state in states if TURNS[state] == side), ready)
        return next(one.reference for one in world.facts.values()
                    if (one.kind, one.state) == (ask.kind, ready))  # fmt: skip
    if ask.kind in ("asset", "version", "folder"):
        kept = {"asset": planted.assets.get(ready or "open"), "folder": TOPIC}
        return kept.get(ask.kind) or planted.versions[ready][-1]  # not Pia’s own
    if ask.kind in ("request", "application"):
        near = {one.state: one.reference for one in world.facts.values()
                if (one.kind, one.home) == ("application", "CA")}  # fmt: skip
        return planted.requests["nadia"] if ask.kind == "request" else near[ready]
    if ask.kind == "organisation":
        return next(one.reference for one in world.facts.values()
                    if (one.kind, one.organisation) == (ask.kind, home))  # fmt: skip
    if ask.need == "set portfolios":
        return planted.holders["carla"].reference
    if ask.kind == "person":
        other = planted.at.get((ready, home), world.people["ana"].membership)
        return world.member(other).reference
    return planted.references["ana", ready or SUBMITTED]


def sendable(walk: Walk) -> Iterator[Cell]:
    """Yield one cell for each form that the person may send, on a record that is ready for it."""
    world, short = walk.world, walk.short
    for endpoint in LEAVES:
        rule = next(rule for rule in world.app.url_map.iter_rules() if rule.endpoint == endpoint)
        if (endpoint, "POST") in PAGES:
            if short in PAGES[endpoint, "POST"][0]:
                yield Cell(short, endpoint, "POST", "own", rule.rule, None)
            continue
        ask = RECORDS[endpoint, "POST"]
        if endpoint == "account.switch" and short == EXTRA:
            facts = world.facts[world.planted.second]
        else:
            facts = world.facts[_ready(world, ask, walk.person.side)]
        if not (walk.person.knows(facts) and walk.person.may(ask.need, facts)):
            continue
        steps = tuple(STEPS) if "step" in rule.arguments else ("",)
        for step in steps:
            yield Cell(
                short, endpoint, "POST", "own", address(rule, facts.reference, step), facts, step
            )


def outdated(walk: Walk, cell: Cell) -> Iterator[str]:
    """Yield what is wrong where a form is sent that is older than its record."""
    world = walk.world
    world.written()
    older = str(int(walk.typed(cell)["version"]) - 1)
    answer = walk.ask("POST", cell.path, walk.typed(cell) | {"version": older})
    written = {table for table, _, _ in world.written()} - {"draft"}
    if answer.status_code != 409 or written:
        yield f"{cell}: {answer.status_code}, wrote {sorted(written)}"
    world.restore()


# --- other methods ------------------------------------------------------------------------------


# With whom the methods are tried that no address has.
FEW = ("visitor", "ana", "omar")


def other_methods(walk: Walk) -> Iterator[str]:
    """Yield where a request without a body, or with a method nobody offers, says or does more."""
    world = walk.world
    holders = slots(walk.short, world)
    seen: set[tuple[str, str]] = set()
    for rule, method in guarded_rules(world.app):
        for relation in ("own", "foreign"):
            facts = _record_of(world, rule.endpoint, method, holders[relation])
            step = "customer" if "step" in rule.arguments else ""
            path = address(rule, facts.reference if facts else "", step)
            world.written()
            if method == "GET":
                status = expect(walk.person, rule.endpoint, "GET", facts)
                yield from _bodiless(walk, "HEAD", path, status, may_refuse=status == 403)
            # Answered before any record is looked for: once for each address is enough.
            for name in ("OPTIONS", "PUT", "PATCH", "DELETE"):
                is_tried = relation == "foreign" and (name == "OPTIONS" or walk.short in FEW)
                if is_tried and (rule.rule, name) not in seen:
                    seen.add((rule.rule, name))
                    yield from _bodiless(walk, name, path, _status_of(walk, name))


def _record_of(world: World, endpoint: str, method: str, holder: str) -> Facts | None:
    if (endpoint, method) not in RECORDS:
        return None
    kind, planted = RECORDS[endpoint, method].kind, world.planted
    sent, name = world.facts[planted.references[holder, SUBMITTED]], holder.removeprefix("by ")
    if kind in ("organisation", "access review", "access item"):
        at_home = (kind, sent.organisation)
        return next(one for one in world.facts.values() if (one.kind, one.organisation) == at_home)
    if kind == "person":
        return world.member(planted.holders[name].id)
    if kind == "application":
        return next(one for one in world.facts.values() if one.kind == kind)
    references: dict[str, Callable[[], str]] = {
        "asset": lambda: planted.assets["open"],
        "checklist": lambda: planted.checklists[sent.organisation],
        "checklist item": lambda: planted.items.get(
            (sent.organisation, PAPER), planted.items[sent.organisation, FIRST]
        ),
        "checklist template": lambda: planted.templates[DRAFT],
        "deal": lambda: planted.deals[holder, OPEN],
        "folder": lambda: TOPIC,
        "version": lambda: planted.versions["open"][0],
        "file": lambda: planted.files[sent.reference],
        "delivery": lambda: world.delivery_of(sent.reference),
        "list": lambda: planted.lists["theo"],
        "session": lambda: planted.devices[name],
        "share": lambda: planted.shares[holder],
    }
    return world.facts[references[kind]()] if kind in references else sent


def _status_of(walk: Walk, method: str) -> int:
    """The answer is the same whatever the address names: methods tell nothing of records."""
    if walk.short in OUTSIDE:
        return 302 if method == "OPTIONS" else 303
    return 200 if method == "OPTIONS" else 405


def _bodiless(
    walk: Walk, method: str, path: str, status: int, may_refuse: bool = False
) -> Iterator[str]:
    answer = walk.ask(method, path)
    if answer.status_code != status:
        yield f"{walk.short} {method} {path}: {answer.status_code}, not {status}"
    if method in ("HEAD", "OPTIONS") and answer.data and walk.short not in OUTSIDE:
        yield f"{walk.short} {method} {path}: has a body"
    written = {table for table, _, _ in walk.world.written()}
    if written - ({"event", "chain_head"} if may_refuse else set()):
        yield f"{walk.short} {method} {path}: wrote {sorted(written)}"
