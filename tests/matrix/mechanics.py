"""Does what all policies are made of do what it says, whoever acts?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy.sql.visitors import iterate

from portal.core.access import Policy, explain, policies, scope_of
from portal.domain.deals.models import Deal
from portal.domain.permissions import Permission
from tests.matrix.rights import acting
from tests.matrix.world import World

_TO_THEMSELVES = re.compile(r"\b(you|your|yours|yourself)\b", re.IGNORECASE)


def check_mechanics(world: World) -> Iterator[str]:
    """Yield what does not hold of policies, rules and conditions in general."""
    yield from _check_declaring()
    with world.app.test_request_context():
        yield from _check_words()
        yield from _check_refusals(world)
        ours, theirs = (scope_of(Deal, acting(world, short)) for short in ("marc", "bruno"))
    mine, other = (
        next((one for one in iterate(where) if type(one).__name__ == "_ScopeValue"), None)
        for where in (ours, theirs)
    )
    if mine is None or other is None:
        yield "a scope names nobody"
        return
    # What the statement's making copies stays the same value, and no other is.
    annotated: Any = cast(Any, mine)._annotate({"copied": True})
    if (mine == annotated) is not True or (mine == other) is not False:
        yield "values of scopes are mistaken for one another"


# Who lacks the permission to begin a registration, by which rule, and what they are told.
REFUSED = {
    "theo": ("company", "Your company is being set up."),
    "sofia": ("company", "Your company takes part without registering deals."),
    "fay": ("role", "Your role does not include this."),
}


def _check_refusals(world: World) -> Iterator[str]:
    """What the whole company lacks is told from what the role does not include."""
    for short, (rule, words) in REFUSED.items():
        found = explain(acting(world, short), Permission.REGISTRATION_CREATE)
        told = found.is_allowed, found.rule, str(found.words).startswith(words)
        if told != (False, rule, True):
            yield f"{short} is refused by {found.rule}: {found.words}"


def _check_declaring() -> Iterator[str]:
    """A model has one policy: a second is refused, whatever it says, and a first is not."""
    registry = cast("dict[type[Any], Policy[Any]]", policies())
    before = dict(registry)
    first: type[Any] = type("Undeclared", (), {})
    try:
        Policy(first, scope=[])
        if first not in registry:
            yield "a policy is not kept"
        try:
            Policy(Deal, scope=[])
        except ValueError:
            return
        yield "a second policy takes the place of the first"
    except ValueError:
        yield "a first policy is refused"
    finally:
        registry.clear()
        registry.update(before)


def _check_words() -> Iterator[str]:
    """What is told of somebody does not speak to them."""
    for model, policy in policies().items():
        told = [(term.name, term.words) for term in policy.scope]
        told += [(rule.name, rule.told) for rules in policy.rules.values() for rule in rules]
        told += [(name, fresh.words) for name, fresh in policy.fresh.items()]
        for name, words in told:
            if _TO_THEMSELVES.search(str(words)):
                yield f"{model.__name__} {name}: {words}"
