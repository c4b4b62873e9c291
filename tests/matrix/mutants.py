"""Which small wrongs could be done to what decides on access, and how is each done and undone?"""

from __future__ import annotations

import ast
import copy
import functools
import gc
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

from flask import Flask, abort
from sqlalchemy import select, true

import portal.domain
from portal.core import access, guards, net
from portal.core.access import Policy, Rule, Term
from portal.core.database import db
from portal.core.net import system_mode
from portal.core.versions import expect_version
from portal.domain.people.roles import EVERYBODY

HOME = "home:read"
"""What everybody may: the permission that stands in the place of another."""


@dataclass(frozen=True)
class Mutant:
    """One wrong: what it is called, and how it is done until the end of a block.

    ``permission`` or ``endpoint`` narrow down where it can be noticed.
    """

    name: str
    done: Callable[[], Any]
    permission: str = ""
    endpoint: str = ""


def of_policies() -> Iterator[Mutant]:
    """Yield for every policy: a term dropped, the scope all, a rule always true or never."""
    for model, policy in access.policies().items():
        name = model.__name__
        yield Mutant(f"{name}: scope to all", _with(policy, scope=[_ALL]))
        for term in policy.scope:
            others = [one for one in policy.scope if one is not term]
            yield Mutant(f"{name}: without the term {term.name}", _with(policy, scope=others))
        for permission, rules in policy.rules.items():
            for rule in rules:
                for answer in (True, False):
                    changed = [_saying(one, answer) if one is rule else one for one in rules]
                    yield Mutant(
                        f"{name}: {permission} with {rule.name} always {answer}",
                        _with(policy, rules={**policy.rules, permission: changed}),
                        permission=permission,
                    )


_ALL = Term("all", "Everything.", lambda _actor: true())


def _saying(rule: Rule, answer: bool) -> Rule:
    return Rule(rule.name, rule.words, lambda _actor, _record: answer)


def _with(policy: Policy[Any], **changes: Any) -> Callable[[], Any]:
    @contextmanager
    def done() -> Iterator[None]:
        before = {name: getattr(policy, name) for name in changes}
        for name, value in changes.items():
            object.__setattr__(policy, name, value)
        try:
            yield
        finally:
            for name, value in before.items():
                object.__setattr__(policy, name, value)

    return done


def of_guards(app: Flask) -> Iterator[Mutant]:
    """Yield for every guarded address: its guard dropped, and another permission in its place."""
    for endpoint, view in app.view_functions.items():
        guard = guards.guard_of(app, endpoint)
        inner = getattr(view, "__wrapped__", None)
        if guard is None or guard.permission is None or inner is None:
            continue
        if guard.permission not in EVERYBODY or guard.model is not None:
            yield Mutant(
                f"{endpoint}: guard dropped",
                _in_place_of(app, endpoint, _unguarded(inner, guard)),
                endpoint=endpoint,
            )
        if guard.permission not in EVERYBODY:
            swapped = guards.requires(HOME, guard.model, own=guard.own)(inner)
            yield Mutant(
                f"{endpoint}: another permission",
                _in_place_of(app, endpoint, swapped),
                endpoint=endpoint,
            )


def _unguarded(view: Callable[..., Any], guard: guards.Guard) -> Any:
    """Return the view with its record loaded by its name alone, for anybody who is signed in."""

    def unguarded(**arguments: Any) -> Any:
        model: Any = guard.model
        if model is None:
            return view(**arguments)
        if guard.own:
            wanted = model.id == getattr(guards.actor_now(), guard.own)
        else:
            by = next(name for name in arguments if hasattr(model, name))
            wanted = getattr(model, by) == str(arguments.pop(by))
        with system_mode("mutant"):
            record = db.session.scalar(select(model).where(wanted))
        if record is None:
            abort(404)
        if guards.request.method not in guards.SAFE:
            expect_version(record)
        return view(record, **arguments)

    unguarded.__guard__ = guard  # type: ignore[attr-defined]
    return unguarded


def _in_place_of(app: Flask, endpoint: str, view: Any) -> Callable[[], Any]:
    @contextmanager
    def done() -> Iterator[None]:
        before = app.view_functions[endpoint]
        app.view_functions[endpoint] = view
        try:
            yield
        finally:
            app.view_functions[endpoint] = before

    return done


def of_code() -> Iterator[Mutant]:
    """Yield for core/access.py and all policies and rules: a condition turned round or left out."""
    found = pkgutil.walk_packages(portal.domain.__path__, "portal.domain.")
    names = sorted(one.name for one in found if one.name.endswith((".policy", "_rules")))
    for module in (access, *map(importlib.import_module, names)):
        tree = ast.parse(inspect.getsource(module))
        for number, node in enumerate(ast.walk(tree)):
            for kind, change in _changes(node):
                changed = copy.deepcopy(tree)
                place = next(one for n, one in enumerate(ast.walk(changed)) if n == number)
                change(place)
                yield from _swapped(module, changed, f"{module.__name__}:{_line(node)}: {kind}")


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], None]]]:
    if isinstance(node, ast.If | ast.IfExp):
        yield "condition turned round", _turn_test
    if isinstance(node, ast.BoolOp):
        for place in range(len(node.values)):
            yield f"part {place + 1} left out", functools.partial(_leave_out, "values", place)
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    if is_call and node.func.id in ("and_", "or_") and len(node.args) > 1:  # type: ignore[attr-defined]
        for place in range(len(node.args)):  # type: ignore[attr-defined]
            yield f"part {place + 1} left out", functools.partial(_leave_out, "args", place)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _OPPOSITE:
        yield "comparison turned round", _turn_comparison


def _turn_test(node: Any) -> None:
    node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)


def _leave_out(name: str, place: int, node: Any) -> None:
    parts = getattr(node, name)
    del parts[place]
    if name == "values" and len(parts) == 1:
        parts.append(copy.deepcopy(parts[0]))


_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.LtE: ast.Gt,
}  # fmt: skip


def _turn_comparison(node: Any) -> None:
    node.ops = [_OPPOSITE[type(node.ops[0])]()]


def _swapped(module: ModuleType, tree: ast.Module, name: str) -> Iterator[Mutant]:
    """Yield the mutant whose functions run the changed code, wherever they are held already."""
    before = dict(_codes(compile(inspect.getsource(module), str(module.__file__), "exec")))
    after = dict(_codes(compile(ast.fix_missing_locations(tree), str(module.__file__), "exec")))
    differing = [one for one, code in before.items() if _content(code) != _content(after[one])]
    if differing:
        yield Mutant(name, lambda: _running(module, {one: after[one] for one in differing}))


def _content(code: CodeType) -> tuple[Any, ...]:
    consts = tuple("code" if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.co_code, consts, code.co_names, code.co_freevars


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            if not one.co_name.startswith("<"):
                yield one.co_qualname, one
            yield from _codes(one)


@contextmanager
def _running(module: ModuleType, codes: dict[str, CodeType]) -> Iterator[None]:
    before: list[tuple[FunctionType, CodeType]] = []
    for function in [one for one in gc.get_objects() if isinstance(one, FunctionType)]:
        code = codes.get(function.__code__.co_qualname)
        if code is None or function.__module__ != module.__name__:
            continue
        if function.__code__.co_freevars == code.co_freevars:
            before.append((function, function.__code__))
            function.__code__ = code
    try:
        yield
    finally:
        for function, old in before:
            function.__code__ = old


def forget_scopes() -> None:
    """Empty every cache in which a scope could have been kept."""
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper):
            module = str(getattr(one, "__module__", ""))
            if module.startswith(("portal.core", "portal.domain", "portal.blueprints")):
                one.cache_clear()
    net._nobody.clear()
