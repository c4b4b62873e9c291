"""May this actor know of this record, and may they do this to it?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import BindParameter, ColumnElement, Exists, Select, exists, false, or_, select
from sqlalchemy.sql.selectable import SelectBase
from sqlalchemy.sql.visitors import iterate

from portal.core.actors import Actor
from portal.core.database import Base, fixed

M = TypeVar("M", bound=Base)
Words = Any  # a lazy translated string


@dataclass(frozen=True)
class Term:
    """One reason for which rows are in a scope.

    ``where(actor)`` answers the rows' condition, or None where the reason does not apply. Where
    it asks each row to whom it belongs, ``led(actor)`` is the same the other way round: it begins
    at those to whom rows belong, for long lists in which theirs are few.

    Where it is a condition on rows of another kind, ``behind(condition)`` asks for one behind each
    row, once for all terms with the same one.
    """

    name: str
    words: Words
    where: Callable[[Any], ColumnElement[bool] | None]
    led: Callable[[Any], ColumnElement[bool] | None] | None = None
    behind: Callable[[ColumnElement[bool]], ColumnElement[bool]] | None = None


@dataclass(frozen=True)
class Rule:
    """One condition on the record for a permission; ``words`` say what it asks for.

    ``of_them`` says it of somebody else, where ``words`` speak to the person.
    """

    name: str
    words: Words
    test: Callable[[Any, Any], bool]
    of_them: Words = ""

    @property
    def told(self) -> Words:
        """Return what is said to a third person."""
        return self.of_them or self.words


@dataclass(frozen=True)
class Fresh:
    """What asks for a sign-in of the last minutes; ``words`` say so, of everybody.

    ``test`` tells for which records; without one it is all of them.
    """

    words: Words
    test: Callable[[Any, Any], bool] = lambda _actor, _record: True


@dataclass(frozen=True)
class Explanation:
    """Why an answer is yes or no: the rule's or term's name, and a sentence."""

    is_allowed: bool
    rule: str
    words: Words


@dataclass(frozen=True)
class Policy(Generic[M]):
    """Everything that decides on one model: its scope and, per permission, its rules.

    ``fresh`` names the permissions that, whoever has them, are used after a fresh sign-in alone.
    """

    model: type[M]
    scope: Sequence[Term]
    rules: Mapping[str, Sequence[Rule]] = field(default_factory=dict)
    fresh: Mapping[str, Fresh] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.model in _policies:
            raise ValueError(f"{self.model.__name__} has two policies")
        _policies[self.model] = cast("Policy[Any]", self)


_policies: dict[type[Any], Policy[Any]] = {}


def policies() -> Mapping[type[Any], Policy[Any]]:
    """Return every declared policy by model."""
    return _policies


def scope_of(model: type[M], actor: Actor) -> ColumnElement[bool]:
    """Return the condition on rows of ``model`` that ``actor`` may know of; no policy, no rows."""
    policy = _policies.get(model)
    # Whoever may do nothing, knows of nothing, whatever the terms say of their role.
    if policy is None or not actor.permissions:
        return false()
    # The same terms for the same key: put together once, for the net and for visible() alike.
    key = tuple(map(id, policy.scope)), actor.scope_key
    return _scope(model, key, Unhashed(actor))


class Unhashed:
    """An actor that a cache looks past: the scope key alone decides."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unhashed)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=4096)
def _scope(model: type[Any], _key: Hashable, unhashed: Unhashed) -> ColumnElement[bool]:
    condition = _any_of(_policies[model].scope, unhashed.actor)
    for element in iterate(condition):
        if type(element) is BindParameter:
            element.__class__ = _ScopeValue
    return condition


def _any_of(terms: Sequence[Term], actor: Any) -> ColumnElement[bool]:
    """Return that one of the terms applies; what is asked of the same other rows, asked once."""
    found: dict[Any, list[ColumnElement[bool]]] = {}
    for term in terms:
        if (part := term.where(actor)) is not None:
            found.setdefault(term.behind, []).append(part)
    parts = found.pop(None, [])
    for behind, conditions in found.items():
        parts.append(behind(or_(*conditions)))
    if len(parts) == 1:
        return parts[0]
    return or_(*parts) if parts else false()


@lru_cache(maxsize=4096)
def _looks_elsewhere(condition: ColumnElement[bool]) -> bool:
    return any(isinstance(element, (SelectBase, Exists)) for element in iterate(condition))


def looks_elsewhere(model: type[Any], actor: Actor) -> bool:
    """Tell whether the scope of ``model`` depends on rows of other tables, too."""
    return _looks_elsewhere(scope_of(model, actor))


class _ScopeValue(BindParameter[Any]):
    """A value in a scope, which is the same as another when their hashes are.

    SQLAlchemy keeps values in dictionaries beside annotated copies with the same hash, and tells
    them apart by building ``a == b`` as SQL and asking for its truth, which is that of the
    hashes: half of what the net cost.
    """

    inherit_cache = True
    __hash__ = BindParameter.__hash__

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        return hash(self) == hash(other)


def with_one(model: type[Any], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return that there is a row of ``model`` like that: a scope that follows another record's.

    Asked for each row by the other record's key, so that nobody's thousands of records are read;
    also where the statement around reads ``model`` itself.
    """
    return exists().where(*conditions).correlate_except(model)


def asked_of_each(pair: Select[Any], table: Any) -> ColumnElement[bool]:
    """Return that ``pair`` is in ``table``, looked up by its key for each row.

    The offset of nothing tells PostgreSQL to do that, and not to join: which would be planned
    anew for each reader, and begin at the other table where that has few rows.
    """
    return exists(pair.offset(fixed(0)).correlate_except(table))


def visible(model: type[M], actor: Actor) -> Select[M]:
    """Return the SELECT with which every list, count, search and export begins."""
    return select(model).where(scope_of(model, actor))


def can(actor: Actor, permission: str, record: Any = None) -> bool:
    """Tell whether ``actor`` has ``permission``, on ``record`` if one is given.

    The record must have been loaded inside the actor's scope; this answers for the right alone.
    """
    return explain(actor, permission, record).is_allowed


def explain(actor: Actor, permission: str, record: Any = None) -> Explanation:
    """Return the rule that grants or refuses ``permission`` (on ``record``) to ``actor``."""
    if permission not in actor.permissions:
        lacking = actor.lacking(permission)
        return Explanation(False, "company" if lacking else "role", lacking or _role_words())
    if permission in actor.withheld:
        return looking_on()
    if record is None:
        return Explanation(True, "role", _role_words())
    policy = _policies.get(type(record))
    rules = policy.rules.get(permission) if policy else None
    if rules is None:
        return Explanation(False, "no rule", _role_words())
    for rule in rules:
        if not rule.test(actor, record):
            return Explanation(False, rule.name, rule.words)
    last = rules[-1] if rules else None
    return Explanation(True, last.name if last else "role", last.words if last else "")


def rules_of(model: type[Any], permission: str) -> Sequence[Rule] | None:
    """Return the rules for ``permission`` on a record of ``model``; None where there is no rule."""
    policy = _policies.get(model)
    return policy.rules.get(permission) if policy else None


def missing_rules(actor: Actor, permission: str, record: Any) -> list[Rule]:
    """Return every rule that refuses ``permission`` on ``record``, whatever the actor's role."""
    rules = rules_of(type(record), permission) or ()
    return [rule for rule in rules if not rule.test(actor, record)]


def wants_fresh(actor: Actor, permission: str, record: Any = None) -> Fresh | None:
    """Return what asks for a fresh sign-in where ``permission`` is used on ``record``, or None.

    Without a record it is asked for wherever it might be.
    """
    if record is None:
        return next((one.fresh[permission] for one in _policies.values()
                     if permission in one.fresh), None)  # fmt: skip
    policy = _policies.get(type(record))
    asked = policy.fresh.get(permission) if policy else None
    return asked if asked is not None and asked.test(actor, record) else None


def terms_of(model: type[Any], actor: Actor) -> list[tuple[Term, ColumnElement[bool]]]:
    """Return the terms of the scope that apply to ``actor``, each with its condition on rows.

    Together they are :func:`scope_of`, told apart so that the answer can be explained.
    """
    policy = _policies.get(model)
    if policy is None or not actor.permissions:
        return []
    apply = [(term, where) for term in policy.scope if (where := term.where(actor)) is not None]
    return [(term, term.behind(where) if term.behind else where) for term, where in apply]


def _role_words() -> Words:
    from portal.core.language import _l

    return _l("Your role does not include this.")


def looking_on() -> Explanation:
    """Return why somebody who sees the portal as another person changes nothing."""
    from portal.core.language import _l

    words = _l("You view the portal as somebody else: you can read, and nothing is changed.")
    return Explanation(False, "viewing", words)


class Denied(Exception):
    """Inside the scope, without the right: 403, and the sentence that says why."""

    def __init__(self, actor: Actor, permission: str, record: Any, why: Explanation) -> None:
        super().__init__(permission)
        self.actor, self.permission, self.record, self.why = actor, permission, record, why


def deny(actor: Actor, permission: str, record: Any) -> None:
    """Raise Denied with the explanation."""
    raise Denied(actor, permission, record, explain(actor, permission, record))
