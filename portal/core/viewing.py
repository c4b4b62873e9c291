"""What may somebody ask for who sees the portal as another person does?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import current_app, request

from portal.core.access import Denied, looking_on
from portal.core.actors import Actor
from portal.core.guards import SAFE, guard_of

View = TypeVar("View", bound=Callable[..., Any])


class ViewingOver(Exception):
    """The actor saw the portal as another person until now; ``viewing`` says why it is over."""

    def __init__(self, viewing: Any) -> None:
        super().__init__(viewing.over)
        self.viewing = viewing


def while_viewing(view: View) -> View:
    """Mark a view that writes and answers also under a viewing; a test pins the list of them."""
    cast(Any, view).__while_viewing__ = True
    return view


_note: list[Callable[[Any, str, str], None]] = []


def init_viewing(note: Callable[[Any, str, str], None]) -> None:
    """Let ``note(actor, endpoint, reference)`` keep each page before it is shown."""
    _note[:] = [note]


def look_on(actor: Actor) -> None:
    """Keep that a page is looked at, and refuse whatever would change something.

    Called for an actor who has a viewing, before anything else is done for the request. Raises
    ViewingOver where it has just ended, Denied for what is more than reading.
    """
    viewing = cast(Any, actor).viewing
    if viewing.over:
        raise ViewingOver(viewing)
    if request.endpoint is None:
        return  # nowhere
    if request.method not in SAFE:
        view = current_app.view_functions[request.endpoint]
        if not getattr(view, "__while_viewing__", False):
            raise refusal(actor)
    elif request.method != "OPTIONS":
        _note[0](actor, request.endpoint, _named())


def refusal(actor: Actor) -> Denied:
    """Return what whoever looks on in somebody's name is told when they send something."""
    guard = guard_of(current_app, request.endpoint)
    return Denied(actor, (guard and guard.permission) or "-", None, looking_on())


def _named() -> str:
    """Return the record that the address names; what else stands in it may be a secret."""
    named = request.view_args or {}
    return str(named.get("reference") or named.get("key") or "-")
