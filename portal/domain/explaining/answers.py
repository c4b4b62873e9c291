"""May this person see or do this, which rule says so, and what would have to change?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from portal.core.access import explain, missing_rules, policies, rules_of, terms_of, wants_fresh
from portal.core.database import db
from portal.core.fields import hidden_from
from portal.core.language import _
from portal.core.net import granting_terms, system_mode
from portal.domain.explaining.subjects import Sought, Subject
from portal.domain.organisations.models import OrganisationStatus, PartnerType, Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Reach, Role
from portal.domain.people.roles import EVERYBODY, PARTNER_ROLES, PERMISSIONS, permissions_of
from portal.domain.people.roles import ROLE_WORDS as ROLES
from portal.domain.shares.telling import SHARED, reasons_of


@dataclass(frozen=True)
class Answer:
    """Whether, why, and what would have to change; sentences speak of a third person.

    ``terms`` name the scope terms that let them know of the record, ``rule`` the one that decided.
    ``fresh`` says so where they are asked to sign in again before they do it.
    """

    is_visible: bool
    is_allowed: bool
    terms: Sequence[str]
    rule: str
    sentence: str
    changes: Sequence[str] = ()
    fresh: str = ""


@dataclass(frozen=True)
class Explained:
    """All that one person may do with one record: seeing it first, then by permission."""

    subject: Subject
    seeing: Answer
    doing: dict[str, Answer]


def why(
    actor: MemberActor, permission: str | None, record: Any, closed: Sequence[Any] = ()
) -> Answer:
    """Return whether ``actor`` may do this with ``record``, and why; None asks for seeing alone.

    ``closed`` are the reasons for which the person has no access at all. ``record`` None asks for
    the right whatever the record.
    """
    if closed:
        told = [str(words) for words in closed]
        return Answer(False, False, (), "closed", told[0], [*told, *_organisations(actor)])
    terms: list[str] = []
    if record is not None:
        terms = granting_terms(actor, record)
        if not terms:
            return _unseen(actor, type(record))
        if permission is None:
            return Answer(True, True, terms, terms[0], _seen_by(actor, record, terms[0]))
    assert permission is not None, "a right or a record is asked for"
    return _right(actor, permission, record, terms)


def explain_all(subject: Subject, sought: Sought, permission: str = "") -> Explained:
    """Return what ``subject`` may see and do of a record, by permission (or only one of them)."""
    with system_mode("explaining access"):
        record = db.session.get_one(sought.model, sought.number)
        seeing = why(subject.actor, None, record, subject.closed)
        asked = [permission] if permission else permissions_on(sought.model)
        doing = {name: why(subject.actor, name, record, subject.closed) for name in asked}
        # What was read past the actor does not stay within reach of what is asked next.
        db.session.expunge(record)
    return Explained(subject, seeing, doing)


def permissions_on(model: type[Any]) -> list[str]:
    """Return the permissions for which the policy of ``model`` has rules, in order."""
    policy = policies().get(model)
    return sorted(map(str, policy.rules)) if policy else []


def _right(actor: MemberActor, permission: str, record: Any, terms: Sequence[str]) -> Answer:
    found = explain(actor, permission, record)
    if found.is_allowed:
        told = _told(record, permission, found.rule) or _("Their role includes this.")
        asked = wants_fresh(actor, permission, record)
        fresh = str(asked.words) if asked else ""
        return Answer(True, True, terms, found.rule, told, fresh=fresh)
    is_of_role = permission in actor.permissions
    changes = [] if is_of_role else _roles_with(actor, permission)
    if record is not None and _could_be(permission, actor.side):
        changes += [str(rule.told) for rule in missing_rules(actor, permission, record)]
    if found.rule == "no rule":
        told = _("Nobody does this with a record of this kind.")
    elif found.rule == "viewing":
        told = _("Whoever views the portal as somebody else changes nothing.")
        changes = [_("They stop viewing.")]
    elif found.rule == "company":
        told = _("Their role includes this, and their organisation’s status or type does not.")
    elif found.rule == "role":
        told = _("Their role does not include this.")
    else:
        told = _told(record, permission, found.rule)
    return Answer(True, False, terms, found.rule, told, changes)


def _told(record: Any, permission: str, name: str) -> str:
    rules = (rules_of(type(record), permission) or ()) if record is not None else ()
    return next((str(rule.told) for rule in rules if rule.name == name), "")


def _unseen(actor: MemberActor, model: type[Any]) -> Answer:
    policy = policies().get(model)
    conceivable = conceivable_terms(cast(Hashable, model), actor.side)
    words = [str(term.words) for term in policy.scope if term.name in conceivable] if policy else []
    told = _("Nothing lets them know of it.")
    changes = (
        [*_organisations(actor), *words] if words else [_("No role of their side includes it.")]
    )
    return Answer(False, False, (), "scope", told, changes)


def _seen_by(actor: MemberActor, record: Any, term: str) -> str:
    """Return the term in words; of a share also by whom, and until when."""
    told = reasons_of(type(record), record.id, actor) if term == SHARED else []
    return told[0].words if told else _words_of(type(record), term)


def _words_of(model: type[Any], name: str) -> str:
    return str(next(term.words for term in policies()[model].scope if term.name == name))


def _organisations(actor: MemberActor) -> list[str]:
    """Return what the organisation lacks, where it keeps its people from what their role does."""
    if actor.permissions == permissions_at_best(actor.role, actor.side):
        return []
    return [_("Their organisation is active, and of a kind that registers deals.")]


def _roles_with(actor: MemberActor, permission: str) -> list[str]:
    if permission in permissions_at_best(actor.role, actor.side):
        return _organisations(actor)
    if not _could_be(permission, actor.side):
        return [_("No role of their side includes it.")]
    names = [str(ROLES[role]) for role in roles_of(actor.side) if permission in PERMISSIONS[role]]
    return [_("Their role is one of these: %(roles)s.", roles=", ".join(names))]


def _could_be(permission: str, side: str) -> bool:
    """Tell whether any role of that side includes the permission."""
    return any(permission in permissions_at_best(role, side) for role in roles_of(side))


def roles_of(side: str) -> list[Role]:
    """Return the roles of one side."""
    return [role for role in Role if (role in PARTNER_ROLES) == (side == Side.PARTNER)]


def permissions_at_best(role: Role, side: str) -> frozenset[str]:
    """Return what the role does in an organisation that takes part in everything."""
    types = list(PartnerType)
    return frozenset(permissions_of(role, side, OrganisationStatus.ACTIVE, types) or EVERYBODY)


def somebody(role: Role, reach: str, side: str) -> MemberActor:
    """Return an actor of that role and reach who is nobody in particular."""
    return MemberActor(
        membership_id=-1, user_id=-1, organisation_id=-1, name="", email="", organisation_name="",
        side=side, role=role, reach=reach, approval_limit=None, language="en", timezone="",
        permissions=permissions_at_best(role, side), hidden=hidden_from(side, None),
        holds_shares=True,
    )  # fmt: skip


@lru_cache(maxsize=64)
def conceivable_terms(model: Hashable, side: str) -> frozenset[str]:
    """Return the terms that can apply to somebody of ``side``, whatever their role and reach."""
    return frozenset(
        term.name
        for role in roles_of(side)
        for reach in Reach
        for term, _where in terms_of(cast(Any, model), somebody(role, reach, side))
    )
