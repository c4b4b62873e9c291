"""What may each role do, and which records does it know of, in words?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.core.access import policies, terms_of, wants_fresh
from portal.core.actors import NOBODY
from portal.domain.explaining.answers import permissions_at_best, roles_of, somebody
from portal.domain.explaining.subjects import MODEL_WORDS
from portal.domain.explaining.wording import PERMISSION_WORDS
from portal.domain.organisations.models import Side
from portal.domain.people.models import Reach, Role
from portal.domain.people.roles import REACH_OF_THEIRS, ROLE_WORDS
from portal.domain.permissions import Permission


@dataclass(frozen=True)
class RightRow:
    """One permission: how it is said, which roles have it, and what it asks of the record."""

    permission: str
    words: Any
    roles: Sequence[Any]
    rules: Sequence[Any]


@dataclass(frozen=True)
class SightRow:
    """One role with one reach: the reasons for which it knows of a kind of record."""

    role: Any
    reach: Any
    reasons: Sequence[Any]


@dataclass(frozen=True)
class Sight:
    """Who knows of one kind of record."""

    kind: Any
    rows: Sequence[SightRow]


def rights() -> list[RightRow]:
    """Return a row for every permission, in the order of their names, from roles and policies."""
    return [
        RightRow(
            permission.value,
            PERMISSION_WORDS.get(permission, permission.value),
            [ROLE_WORDS[role] for role in Role if permission in permissions_at_best(*_sided(role))],
            [
                rule.told
                for policy in policies().values()
                for rule in policy.rules.get(permission, ())
            ]
            + ([asked.words] if (asked := wants_fresh(NOBODY, permission)) else []),
        )
        for permission in sorted(Permission)
    ]


def sights() -> list[Sight]:
    """Return for every kind of record which role knows of it and why, from the policies' scopes."""
    return [Sight(words, _rows(model)) for model, words in MODEL_WORDS.items()]


def _sided(role: Role) -> tuple[Role, str]:
    return role, Side.PARTNER if role in roles_of(Side.PARTNER) else Side.VENDOR


def _rows(model: type[Any]) -> list[SightRow]:
    """Return a row for each role, and for each reach where that makes a difference."""
    rows: list[SightRow] = []
    for role in Role:
        _role, side = _sided(role)
        # The vendor's people have no reach: their roles say how far they see.
        found = [
            (reach, [term.words for term, _where in terms_of(model, somebody(role, reach, side))])
            for reach in (Reach if side == Side.PARTNER else (Reach.OWN,))
        ]
        if all(reasons == found[0][1] for _reach, reasons in found):
            rows.append(SightRow(ROLE_WORDS[role], "", found[0][1]))
        else:
            rows += [
                SightRow(ROLE_WORDS[role], REACH_OF_THEIRS[reach], reasons)
                for reach, reasons in found
            ]
    return [row for row in rows if row.reasons]
