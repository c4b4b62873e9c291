"""Does every rule, asked of every record that somebody knows of, answer as the oracle does?

The cells go through the doors, with one record for each relation and state. Here no record is left
out, nor any permission that a policy names, nor the reason for which a record is in sight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from portal.core.access import can, missing_rules, policies, terms_of, wants_fresh
from portal.core.database import db
from portal.core.guards import guard_of
from portal.core.net import acting_as, system_mode
from portal.domain.checklists.models import Checklist, ChecklistItem
from portal.domain.deals.models import Deal
from portal.domain.people.actor import MemberActor, actor_of_membership
from portal.domain.permissions import Permission as P
from portal.domain.products.models import Product
from portal.domain.registrations.models import Registration
from tests.matrix.oracle import (
    FRESH_ALWAYS,
    FRESH_IF_LARGE,
    LARGE_FROM,
    LIMITS,
    NEVER_VIEWED,
    RECORDS,
    Facts,
)
from tests.matrix.taken_on import reasons_of
from tests.matrix.world import World

# What the doors do not tell of a permission, because they lead to the own company alone.
BESIDE: Mapping[tuple[str, str], str] = {
    ("checklist", P.CHECKLIST_READ): "read checklist",
    ("organisation", P.COMPANY_READ): "read company",
    ("organisation", P.COMPANY_EDIT): "edit company",
}


def needs(world: World) -> Mapping[tuple[type[Any], str], tuple[str, str]]:
    """Return the kind of record and what the oracle calls it, by model and permission."""
    found: dict[tuple[type[Any], str], tuple[str, str]] = {}
    models: dict[str, type[Any]] = {}
    for (endpoint, _method), ask in RECORDS.items():
        guard = guard_of(world.app, endpoint)
        assert guard is not None and guard.model is not None and guard.permission is not None
        models[ask.kind] = guard.model
        assert found.setdefault((guard.model, guard.permission), (ask.kind, ask.need)) == (
            ask.kind, ask.need,
        ), endpoint  # fmt: skip
    for (kind, permission), need in BESIDE.items():
        found[models[kind], permission] = kind, need
    return found


def unasked(world: World) -> set[str]:
    """Return the rules of which the oracle says nothing."""
    known = needs(world)
    return {
        f"{model.__name__} {permission}"
        for model, policy in policies().items()
        for permission in policy.rules
        if (model, permission) not in known
    }


def check_rights(world: World, short: str, permission: str = "") -> Iterator[str]:
    """Yield every record on which a person may do other things than the oracle says.

    With ``permission`` only what it lets them do.
    """
    person, known = world.people[short], needs(world)
    always, large = (
        {_asked(world, endpoint) for endpoint in which} for which in (FRESH_ALWAYS, FRESH_IF_LARGE)
    )
    limit = min(LIMITS.get(short, LARGE_FROM), LARGE_FROM)
    with world.app.app_context():
        actor = acting(world, short)
        for (model, asked), (kind, need) in known.items():
            if permission not in ("", asked):
                continue
            if bool(wants_fresh(actor, asked)) is not any(
                asked == other for _model, other in always | large
            ):
                yield f"{short} {asked}: a fresh sign-in is not asked for as expected"
            for facts, record in _all(world, model, kind):
                is_seen = person.knows(facts)
                # Of a share the record may be out of sight: then it is nobody's to end.
                if not is_seen and kind != "share":
                    continue
                where = f"{short} {asked} {facts.reference}"
                with acting_as(actor):
                    is_allowed = can(actor, asked, record)
                    fresh = wants_fresh(actor, asked, record) is not None
                with system_mode("test"):  # as it is explained
                    against = {rule.name for rule in missing_rules(actor, asked, record)}
                    # A permission that no rule names is refused for no reason on the record.
                    nothing = missing_rules(actor, "nothing", record)
                if is_allowed is not (is_seen and person.may(need, facts)):
                    yield f"{where}: {'allowed' if is_allowed else 'refused'}"
                if nothing:
                    yield f"{where}: a rule that is none refuses"
                is_plain = need != "view as" or facts.role not in NEVER_VIEWED
                if (PLAIN in against) is is_plain:
                    yield f"{where}: refused for {sorted(against)}"
                is_large = (model, asked) in large and facts.minor > limit
                if fresh is not ((model, asked) in always or is_large):
                    yield f"{where}: a fresh sign-in is {'' if fresh else 'not '}asked for"
        db.session.rollback()


# Refused as whom one may not see the portal, whatever else speaks against it.
PLAIN = "no administrator of security"


def _asked(world: World, endpoint: str) -> tuple[type[Any], str]:
    guard = guard_of(world.app, endpoint)
    assert guard is not None and guard.permission is not None
    return guard.model or type(None), guard.permission


def acting(world: World, short: str) -> MemberActor:
    """Return somebody as the actor of their membership."""
    with system_mode("test"):
        actor = actor_of_membership(world.people[short].membership)
    assert actor is not None, short
    return actor


def _all(world: World, model: type[Any], kind: str) -> Iterator[tuple[Facts, Any]]:
    """Yield every row of the model, and nothing that belongs to it has been read yet."""
    db.session.expunge_all()
    with system_mode("test"):
        rows = db.session.scalars(select(model)).all()
    for row in rows:
        facts = world.facts.get(row.key if kind == "delivery" else row.reference)
        if facts is not None:
            yield facts, row


def check_reasons(world: World, short: str) -> Iterator[str]:
    """Yield each reason for which a person sees other records than the oracle says.

    Those with whom nothing was ever shared are not asked for shares at all.
    """
    person, readers = world.people[short], world.readers
    with world.app.app_context():
        actor = acting(world, short)
        for model in (Deal, Registration, Product, Checklist, ChecklistItem):
            wanted: dict[str, set[int]] = {}
            for row in world.rows[model.__tablename__]:
                if model is Product:
                    reasons = readers.product_reasons(person, row["id"])
                elif model in (Checklist, ChecklistItem):
                    reasons = reasons_of(person, world.facts[row["reference"]])
                else:
                    reasons = person.reasons(world.facts[row["reference"]])
                for reason in reasons:
                    wanted.setdefault(reason, set()).add(row["id"])
            terms = {term.name: where for term, where in terms_of(model, actor)}
            with system_mode("test"):
                found = {
                    name: rows for name, where in terms.items()
                    if (rows := set(db.session.scalars(select(model.id).where(where))))
                }  # fmt: skip
            for name in sorted(found.keys() | wanted.keys()):
                if found.get(name) != wanted.get(name):
                    yield f"{short} {model.__name__}: other rows than expected by {name}"
            if "share" in terms and not person.has_held:
                yield f"{short} {model.__name__}: asked for shares"
        db.session.rollback()
