"""Does a process that was declared wrong fail at import, and a wrong step in the right order?"""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from portal.core import workflow as module
from portal.core.access import Denied
from portal.core.times import at
from portal.core.workflow import PARTNER, Next, Refused, State, Transition, Workflow, WrongState

STATES = {"new": State("New"), "open": State("Open"), "done": State("Done")}


def step(name: str, sources: set[str], target: str, **more: Any) -> Transition:
    """Return a transition under the permission ``thing:name``."""
    return Transition(name, frozenset(sources), target, f"thing:{name}", f"thing:{name}", **more)


def test_a_state_that_nothing_leads_to_is_named() -> None:
    with pytest.raises(ValueError, match=r"never reached: \['done'\]"):
        Workflow("new", STATES, [step("open", {"new"}, "open")])


def test_an_island_of_states_is_not_reached_either() -> None:
    states = {**STATES, "a": State("A"), "b": State("B")}
    steps = [
        step("open", {"new"}, "open"),
        step("finish", {"open"}, "done"),
        step("there", {"a"}, "b"),
        step("back", {"b"}, "a"),
    ]
    with pytest.raises(ValueError, match=r"never reached: \['a', 'b'\]"):
        Workflow("new", states, steps)


def test_two_transitions_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="share a name"):
        Workflow(
            "new",
            STATES,
            [step("go", {"new"}, "open"), step("go", {"open"}, "done")],
        )


@pytest.mark.parametrize(("sources", "target"), [({"nowhere"}, "done"), ({"open"}, "nowhere")])
def test_an_unknown_source_or_target_is_named(sources: set[str], target: str) -> None:
    steps = [step("open", {"new"}, "open"), step("finish", {"open"}, "done")]
    with pytest.raises(ValueError, match="odd names an unknown state"):
        Workflow("new", STATES, [*steps, step("odd", sources, target)])


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Collects what the workflow asked of rights and events, in order."""
    heard: list[tuple[Any, ...]] = []

    def can(actor: Any, permission: str, _record: Any) -> bool:
        heard.append(("right", permission))
        return permission in actor.permissions

    def deny(actor: Any, permission: str, record: Any) -> None:
        raise Denied(actor, permission, record, None)  # type: ignore[arg-type]

    def note(tag: str, _record: Any, _actor: Any, **values: Any) -> str:
        heard.append(("event", tag, values))
        return "the event"

    monkeypatch.setattr(module, "can", can)
    monkeypatch.setattr(module, "deny", deny)
    monkeypatch.setattr(module, "record_event", note)
    return heard


def guard(record: Any, _actor: Any) -> str | None:
    """Refuse what is not ready."""
    return None if record.is_ready else "It is not ready."


DUE = dt.datetime(2026, 11, 25, 22, 0, tzinfo=dt.UTC)
FLOW = Workflow(
    "new",
    {
        **STATES,
        "open": State("Open", next_action=Next(PARTNER, "finish", "Finish", by=lambda r, m: DUE,
                                               who=lambda r: r.owner_id)),
    },
    [
        step("open", {"new"}, "open"),
        step("finish", {"open"}, "done", guard=guard, needs=frozenset({"reason"})),
    ],
)  # fmt: skip


def thing(status: str = "new", is_ready: bool = True) -> Any:
    """Return a record without a table."""
    return SimpleNamespace(
        status=status, reference="TH-00000000", is_ready=is_ready, owner_id=7,
        next_side=None, next_what=None, next_by=None, next_membership_id=None,
    )  # fmt: skip


ALL = SimpleNamespace(permissions={"thing:open", "thing:finish"})
NONE: Any = SimpleNamespace(permissions=set())


def test_a_step_moves_the_record_plans_the_next_and_tells(told: list[Any]) -> None:
    record = thing()
    assert FLOW.apply(record, "open", ALL) == "the event"
    assert record.status == "open"
    assert (record.next_side, record.next_what, record.next_by) == (PARTNER, "finish", DUE)
    assert record.next_membership_id == 7
    assert told[-1] == (
        "event",
        "thing:open",
        {"from_state": "new", "to_state": "open", "words": None, "changes": ()},
    )
    FLOW.apply(record, "finish", ALL, reason="won")
    assert (record.status, record.next_side, record.next_by) == ("done", None, None)
    assert record.next_membership_id is None


def test_the_state_is_judged_before_the_right(told: list[Any]) -> None:
    with pytest.raises(WrongState) as error:
        FLOW.apply(thing("new", is_ready=False), "finish", NONE, reason="x")
    assert error.value.reference == "TH-00000000"
    assert told == []


def test_the_right_is_judged_before_the_guard(told: list[Any]) -> None:
    with pytest.raises(Denied):
        FLOW.apply(thing("open", is_ready=False), "finish", NONE, reason="x")
    assert told == [("right", "thing:finish")]


def test_the_guards_sentence_refuses_and_nothing_moves(told: list[Any]) -> None:
    record = thing("open", is_ready=False)
    with pytest.raises(Refused) as error:
        FLOW.apply(record, "finish", ALL, reason="x")
    assert error.value.sentence == "It is not ready."
    assert record.status == "open"
    assert [heard[0] for heard in told] == ["right"]


def test_what_must_not_begin_in_vain_is_refused_as_the_step_would_be(told: list[Any]) -> None:
    record = thing("open")
    FLOW.need(record, "finish", ALL)
    assert record.status == "open" and [heard[0] for heard in told] == ["right"]
    with pytest.raises(WrongState):
        FLOW.need(thing("new", is_ready=False), "finish", NONE)
    with pytest.raises(Denied):
        FLOW.need(thing("open", is_ready=False), "finish", NONE)
    with pytest.raises(Refused):
        FLOW.need(thing("open", is_ready=False), "finish", ALL)


def test_a_step_without_what_it_needs_is_a_programmers_mistake(told: list[Any]) -> None:
    record = thing("open")
    with pytest.raises(ValueError, match=r"finish needs \['reason'\]"):
        FLOW.apply(record, "finish", ALL)
    assert record.status == "open"
    FLOW.apply(record, "finish", ALL, words={"reason": "free text may carry it too"})


def test_buttons_are_the_steps_of_this_state_and_this_person(told: list[Any]) -> None:
    assert [found.name for found in FLOW.available(thing("new"), ALL)] == ["open"]
    assert [found.name for found in FLOW.available(thing("open"), ALL)] == ["finish"]
    assert FLOW.available(thing("open"), NONE) == []
    assert FLOW.available(thing("done"), ALL) == []
    assert FLOW.why_not(thing("open"), "finish", ALL) is None
    assert FLOW.why_not(thing("open", is_ready=False), "finish", ALL) == "It is not ready."
    assert FLOW.why_not(thing("open"), "finish", NONE) is True
    assert FLOW.why_not(thing("new"), "finish", ALL) is True


def test_a_new_record_begins_with_its_next_action() -> None:
    record = thing("")
    with at(DUE):
        FLOW.start(record)
    assert record.status == "new"
    assert record.next_side is None
