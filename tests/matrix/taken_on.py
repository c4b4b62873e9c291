"""Which templates, checklists and items stand in the matrix's world, and what is known of them?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.events import record_event
from portal.core.times import now
from portal.demo_personas import COBALT, LAKESIDE, MAPLE, NORTHWIND
from portal.domain.checklist_templates import operations as templates
from portal.domain.checklist_templates.content import Fact, Item, Kind, Owner, Question, as_kept
from portal.domain.checklist_templates.models import ChecklistTemplate
from portal.domain.checklists.beginning import add_item
from portal.domain.checklists.events import E
from portal.domain.checklists.keeping import keep
from portal.domain.checklists.models import Checklist, ChecklistItem, ItemStatus
from portal.domain.checklists.workflow import CHECKLIST, ITEM, KEEPER
from portal.domain.organisations.models import Organisation, PartnerType
from portal.domain.people.actor import MemberActor, actor_from
from tests.matrix.oracle import Ask, Facts, Person, expect
from tests.matrix.records import file_of

if TYPE_CHECKING:
    from tests.matrix.planting import Planted
    from tests.matrix.world import World

Rows = Mapping[str, list[Mapping[str, Any]]]
KINDS = ("checklist template", "checklist", "checklist item")
WIDE = (NORTHWIND, LAKESIDE, COBALT, MAPLE, f"{NORTHWIND} Below")
"""Where there is an item in every state, for each kind of owner; elsewhere there are a few."""
FIRST = "1"
"""The key of the first item of every template that has any."""
PAPER = "paper"
"""The key of an item that asks for a file, has it, and asks nothing else."""
FEW = (ItemStatus.NOT_STARTED, ItemStatus.SUBMITTED)
# What staff do themselves is sent to nobody.
_OURS = frozenset(ItemStatus) - {ItemStatus.SUBMITTED, ItemStatus.RETURNED}
_SENT = frozenset({ItemStatus.SUBMITTED, ItemStatus.RETURNED, ItemStatus.COMPLETE})
_DONE = frozenset({ItemStatus.COMPLETE, ItemStatus.EXPIRED})
_TO_DO = frozenset({ItemStatus.NOT_STARTED, ItemStatus.IN_PROGRESS, ItemStatus.RETURNED,
                    ItemStatus.EXPIRED})  # fmt: skip


def _item(key: str, owner: Owner, after: tuple[str, ...] = ()) -> Item:
    is_ours = owner == Owner.STAFF
    return Item(
        key, Kind.CALL if is_ours else Kind.FORM, "Words", owner, "Mots", "Words", "Mots",
        due_days=20, after=after,
        questions=() if is_ours else (Question("question", "Words", "Mots"),),
    )  # fmt: skip


def _asked(wanted: tuple[ItemStatus, ...]) -> Iterator[tuple[Item, ItemStatus]]:
    """Yield an item of each owner in each state, one that waits, one that the data tells of."""
    yield _item(FIRST, Owner.ANYBODY), ItemStatus.NOT_STARTED
    for owner in Owner:
        for status in wanted:
            if owner != Owner.STAFF or status in _OURS:
                yield _item(f"{owner}-{status}", owner), status
        after = (f"{owner}-{ItemStatus.NOT_STARTED}",)
        yield _item(f"{owner}-waiting", owner, after), ItemStatus.NOT_STARTED
    if ItemStatus.IN_PROGRESS in wanted:  # with its file it could be sent by a request alone
        paper = Item(PAPER, Kind.UPLOAD, "Words", Owner.ANYBODY, "Mots", needs_file=True)
        yield paper, ItemStatus.IN_PROGRESS
    derived = Item("derived", Kind.ACCOUNT, "Words", Owner.ANYBODY, "Mots", fact=Fact.DOMAINS)
    yield derived, ItemStatus.NOT_STARTED


def plant_taken_on(session: Session, planted: Planted) -> None:
    """Add templates in every state, and to every partner a checklist; call in system mode."""
    pia = actor_from(planted.holders["pia"])
    wide, few = _templates(session, planted, pia)
    session.flush()
    people = {one.organisation_id: actor_from(one) for one in planted.holders.values()}
    for place in session.scalars(select(Organisation).order_by(Organisation.id)).all():
        if place.id in people and people[place.id].side == "partner":
            # Empty words get a canary too: then what these say is kept would come to be.
            place.contact_email, place.contact_phone = "office@words.example", "+14165550134"
            is_wide = place.name in WIDE
            _checklist(session, planted, place, (people[place.id], pia), wide if is_wide else few)
    session.flush()
    for checklist in session.scalars(select(Checklist)).all():
        keep(session, checklist)


def _templates(
    session: Session, planted: Planted, pia: MemberActor
) -> tuple[ChecklistTemplate, ChecklistTemplate]:
    """Write one in each state, two of them for partners: no partner is of such a kind."""
    few = [item for item, _ in _asked(FEW)]
    wide = [item for item, _ in _asked(tuple(ItemStatus))]

    def written(name: str, kind: PartnerType, tier: str, items: list[Item]) -> ChecklistTemplate:
        template = templates.create(pia, {
            "name": "Words", "name_fr": "Mots", "partner_type": kind, "tier": tier,
        })  # fmt: skip
        template.kept = [as_kept(one) for one in items]
        planted.templates[name] = template.reference
        session.flush()
        return template

    def retired(template: ChecklistTemplate) -> None:
        templates.publish(template, pia)
        session.flush()
        templates.retire(template, pia)
        session.flush()

    technology, services = PartnerType.TECHNOLOGY, PartnerType.SERVICES
    written("draft", technology, "Bronze", few)
    written("draft empty", technology, "Silver", [])
    retired(written("retired", technology, "Gold", few))
    # Another is in use for partners of the same kind.
    retired(written("retired taken", services, "Gold", few))
    written("draft taken", services, "Gold", few)
    in_use = written("in_use", services, "Gold", few)
    changed = written("in_use changed", services, "Silver", wide)
    for template in (in_use, changed):
        templates.publish(template, pia)
        session.flush()
    templates.keep_item(changed, pia, _item(f"{Owner.LEAD}-more", Owner.LEAD))
    return changed, in_use


def _checklist(
    session: Session, planted: Planted, place: Organisation,
    actors: tuple[MemberActor, MemberActor], template: ChecklistTemplate,
) -> None:  # fmt: skip
    checklist = Checklist(
        organisation=place, template=template, edition=template.edition, name="Words",
        name_fr="Mots", due_at=now() + dt.timedelta(days=30),
    )  # fmt: skip
    CHECKLIST.start(checklist)
    session.add(checklist)
    session.flush()
    planted.checklists[place.id] = checklist.reference
    record_event(E.BEGIN, checklist, KEEPER, session=session)
    wanted = tuple(ItemStatus) if place.name in WIDE else FEW
    for position, (asked, status) in enumerate(_asked(wanted)):
        item = add_item(session, checklist, asked, position)
        session.flush()
        _bring(session, planted, item, status, actors)
        planted.items[place.id, asked.key] = item.reference


def _bring(
    session: Session, planted: Planted, item: ChecklistItem, status: ItemStatus,
    actors: tuple[MemberActor, MemberActor],
) -> None:  # fmt: skip
    """Let an item stand where it would be after all that led there, with what was said and sent."""
    theirs, pia = actors
    if item.owner != Owner.STAFF and not item.is_derived and not item.is_blocked:
        file = file_of(session, item)
        planted.files[item.reference] = file.reference
        item.has_files = True
        if status in _SENT:
            item.files_sealed_at = file.at
            item.answers = [{"key": "question", "en": "Words", "fr": "Mots", "text": "Words"}]
            item.sent_by_id, item.sent_by = theirs.membership_id, theirs.name
            record_event(E.SUBMIT, item, theirs, session=session, digest="0" * 64)
    if status in (ItemStatus.RETURNED, ItemStatus.WAIVED):
        item.reason = "Words"
        tag = E.RETURN if status == ItemStatus.RETURNED else E.WAIVE
        record_event(tag, item, pia, session=session, words={"reason": "Words"})
    item.status = status
    item.completed_at = now() if status in _DONE else None
    ITEM.plan_next(item)
    session.flush()


# --- what the oracle needs of them ---------------------------------------------------------------


def facts_of(rows: Rows) -> Iterator[Facts]:
    """Yield the templates, checklists and items, each with what its forms depend on as its state.

    Of an item also whether it waits for another, is told by the data or is done by staff; of a
    template whether it is empty, written anew, or another is in use for the same partners.
    """
    used = {
        (row["partner_type"], row["tier"]): row["id"]
        for row in rows["checklist_template"]
        if row["status"] == "in_use"
    }
    for row in rows["checklist_template"]:
        state = str(row["status"])
        if row["kept"] == "[]":
            state += " empty"
        elif used.get((row["partner_type"], row["tier"]), row["id"]) != row["id"]:
            state += " taken"
        elif state == "in_use" and row["is_changed"]:
            state += " changed"
        yield Facts("checklist template", row["reference"], state)
    for row in rows["checklist"]:
        yield Facts(
            "checklist", row["reference"], row["status"], organisation=row["organisation_id"]
        )
    for row in rows["checklist_item"]:
        yield Facts(
            "checklist item",
            row["reference"],
            _state_of(row),
            organisation=row["organisation_id"],
            role=row["owner"],
        )


def _state_of(row: Mapping[str, Any]) -> str:
    """Return the item's status, with what else its forms depend on."""
    kept, is_ours = str(row["kept"]), row["owner"] == Owner.STAFF
    parts = [str(row["status"])]
    if f'"kind": "{Kind.ACCOUNT}"' in kept:
        parts.append("derived")
    elif is_ours:
        parts.append("ours")
    if row["is_blocked"] and row["status"] in _TO_DO:
        parts.append("waiting")
    return " ".join(parts)


def is_sealed(rows: Rows, attachment: Mapping[str, Any]) -> bool:
    """Tell whether a file was sent with its item, and so stays."""
    item = next(
        (one for one in rows["checklist_item"] if one["reference"] == attachment["record"]), None
    )
    sealed = item["files_sealed_at"] if item is not None else None
    return sealed is not None and attachment["at"] <= sealed


def reasons_of(person: Person, facts: Facts) -> set[str]:
    """Return each reason for which the person knows of a checklist or an item."""
    if not person.knows(facts):
        return set()
    if person.side == "partner":
        return {"own"}
    return {"portfolio" if person.short == "carla" else "staff"}


def chosen(
    world: World, short: str, place: int, relation: str, endpoint: str, method: str, ask: Ask
) -> Iterator[Facts]:
    """Yield a partner's records with every answer that there is, of their own in every state."""
    planted, person = world.planted, world.people[short]
    if ask.kind == "checklist template":
        names = list(planted.templates.values())
    elif ask.kind == "checklist":
        names = [planted.checklists[place]]
    else:
        names = [name for (at, _), name in planted.items.items() if at == place]
        if ask.kind == "file":
            names = [planted.files[name] for name in names if name in planted.files]
    found: dict[tuple[int, str], Facts] = {}
    for name in names:
        facts = world.facts[name]
        status = expect(person, endpoint, method, facts)
        is_told = relation == "own" and status not in (302, 403, 404)
        state = facts.state if is_told and facts.state in ask.by_state else ""
        found.setdefault((status, state), facts)
    yield from found.values()


def ready(world: World, place: int, kind: str, state: str) -> str:
    """Return a template, or an item of a partner, in the state for which a form is made."""
    if kind == "checklist template":
        return world.planted.templates[state or "draft"]
    items = (world.facts[name] for (at, _), name in world.planted.items.items() if at == place)
    return next(one.reference for one in items if one.state == state)
