"""What do the mechanisms need to know of whoever acts?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from typing import Any, Protocol


class Actor(Protocol):
    """The membership that is acting, as far as the mechanisms need to know it."""

    @property
    def membership_id(self) -> int: ...
    @property
    def user_id(self) -> int: ...
    @property
    def organisation_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def side(self) -> str: ...
    @property
    def permissions(self) -> frozenset[str]: ...
    @property
    def authenticated_at(self) -> dt.datetime | None:
        """When the person last proved who they are, as far as their provider has said."""

    @property
    def hidden(self) -> frozenset[str]:
        """The codes of the fields that they do not read, see :mod:`portal.core.fields`."""

    @property
    def scope_key(self) -> Hashable:
        """Everything that a policy's terms may read of the actor."""

    @property
    def withheld(self) -> frozenset[str]:
        """What the role includes and is kept from whoever only looks on in its name."""

    def lacking(self, permission: str) -> Any:
        """Why their whole organisation lacks what their role includes; None where the role does."""

    @property
    def behind(self) -> Actor:
        """Who answers for what is done: themselves, or whoever looks on in their name."""


class Nobody:
    """The actor before sign-in: no rows, no rights."""

    membership_id = 0
    user_id = 0
    organisation_id = 0
    name = ""
    side = "nobody"
    permissions: frozenset[str] = frozenset()
    authenticated_at: dt.datetime | None = None
    hidden: frozenset[str] = frozenset()
    scope_key = "nobody"
    withheld: frozenset[str] = frozenset()
    viewing = None

    def lacking(self, _permission: str) -> None:
        """Nobody has no organisation."""

    @property
    def behind(self) -> Nobody:
        """Nobody stands behind nobody."""
        return self


NOBODY = Nobody()


class Portal(Nobody):
    """The portal itself, where nobody acts: what its clock does on the day, by these rights."""

    membership_id: Any = None
    user_id: Any = None
    organisation_id: Any = None
    side = "system"

    def __init__(self, name: str, *permissions: str) -> None:
        self.permissions, self.scope_key = frozenset(permissions), name
