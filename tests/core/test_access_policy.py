"""Does a policy answer yes only for a reason, and can it say which?"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import false, true

from portal.core import access
from portal.core.access import Denied, Policy, Rule, Term, can, deny, explain, scope_of
from portal.core.actors import NOBODY


class Thing:
    """A model without a table, for these tests alone."""

    def __init__(self, owner: int = 1, size: int = 1) -> None:
        self.owner, self.size = owner, size


class Bare:
    """A model that nobody made a policy for."""


@pytest.fixture(autouse=True)
def _own_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_policies", {})


def person(number: int = 1, *permissions: str) -> Any:
    """Return an actor with these permissions."""
    rights = frozenset(permissions)
    return SimpleNamespace(
        membership_id=number,
        permissions=rights,
        scope_key=(number, rights),
        withheld=frozenset(),
        lacking=lambda _permission: None,
    )


OWNERS = Rule(
    "owner", "Its owner does this.", lambda actor, thing: actor.membership_id == thing.owner
)
SMALL = Rule("small", "It is too large for you.", lambda actor, thing: thing.size < 10)


def policy(**more: Any) -> Any:
    """Return a policy for Thing."""
    made: Any = Policy
    return made(
        Thing,
        scope=[
            Term("mine", "It is theirs.", lambda actor: true() if actor.membership_id else None),
            Term("never", "", lambda actor: None),
        ],
        rules={"thing:edit": [OWNERS, SMALL], "thing:read": []},
        **more,
    )


def test_without_a_policy_the_scope_is_empty_and_the_answer_no() -> None:
    model: Any = Bare
    assert scope_of(model, person()).compare(false())
    answer = explain(person(1, "thing:edit"), "thing:edit", Bare())
    assert (answer.is_allowed, answer.rule) == (False, "no rule")


def test_without_a_term_that_applies_the_scope_is_empty() -> None:
    policy()
    model: Any = Thing
    assert scope_of(model, person(0, "thing:read")).compare(false())
    assert scope_of(model, person(1, "thing:read")).compare(true())


def test_whoever_may_do_nothing_knows_of_nothing() -> None:
    policy()
    model: Any = Thing
    assert scope_of(model, person(1)).compare(false())


def test_terms_add_up() -> None:
    made: Any = Policy
    made(Thing, scope=[Term("a", "", lambda _: true()), Term("b", "", lambda _: false())])
    model: Any = Thing
    assert str(scope_of(model, person(1, "thing:read"))) in ("true", "true OR false")


def test_a_right_needs_the_role_and_every_rule() -> None:
    policy()
    role = "thing:edit"
    assert can(person(1, role), role, Thing(owner=1))
    assert not can(person(1), role, Thing(owner=1))
    assert not can(person(2, role), role, Thing(owner=1))
    assert not can(person(1, role), role, Thing(owner=1, size=10))
    assert not can(person(1, "thing:read"), role, Thing(owner=1))


def test_a_permission_without_a_rule_is_denied_on_a_record() -> None:
    policy()
    answer = explain(person(1, "thing:burn"), "thing:burn", Thing())
    assert (answer.is_allowed, answer.rule) == (False, "no rule")
    assert can(person(1, "thing:burn"), "thing:burn")  # the role alone, no record


def test_an_empty_list_of_rules_means_the_role_decides() -> None:
    policy()
    assert can(person(2, "thing:read"), "thing:read", Thing())
    assert not can(person(2), "thing:read", Thing())


def test_the_answer_names_the_rule_that_gave_it() -> None:
    policy()
    role = "thing:edit"
    cases = (
        (person(1), Thing(), False, "role"),
        (person(2, role), Thing(owner=1), False, "owner"),
        (person(1, role), Thing(size=99), False, "small"),
        (person(1, role), Thing(), True, "small"),
    )
    for actor, thing, is_allowed, rule in cases:
        answer = explain(actor, role, thing)
        assert (answer.is_allowed, answer.rule) == (is_allowed, rule)
    assert explain(person(2, role), role, Thing(owner=1)).words == "Its owner does this."


def test_a_refusal_carries_its_reason() -> None:
    policy()
    thing = Thing(size=99)
    with pytest.raises(Denied) as error:
        deny(person(1, "thing:edit"), "thing:edit", thing)
    assert error.value.why.rule == "small"
    assert error.value.record is thing


def test_nobody_may_do_nothing() -> None:
    policy()
    assert not can(NOBODY, "thing:read", Thing())
    assert not can(NOBODY, "home:read")


def test_a_model_has_one_policy() -> None:
    policy()
    with pytest.raises(ValueError, match="Thing has two policies"):
        policy()
