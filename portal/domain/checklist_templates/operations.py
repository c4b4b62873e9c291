"""What can be done with a checklist template, each as one named write?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from portal.core.crashpoints import crash_point
from portal.core.database import db
from portal.core.events import record_event
from portal.core.language import _, chosen_language
from portal.core.workflow import Refused
from portal.domain.checklist_templates.content import Item, as_kept, circle_of, new_key
from portal.domain.checklist_templates.events import E
from portal.domain.checklist_templates.models import ChecklistEdition, ChecklistTemplate, Status
from portal.domain.checklist_templates.workflow import TEMPLATE
from portal.domain.people.actor import MemberActor

MOST = 40
"""Items that one template has at most."""
WRITTEN = ("name", "name_fr", "partner_type", "tier")
"""What staff write of a template itself."""


class Circle(Exception):
    """Items would wait for each other for ever; ``titles`` says in which order."""

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__("circle")
        titles = [one.title_in(chosen_language()) for one in items]
        self.sentence = _(
            "These would wait for each other for ever: %(titles)s.",
            titles=" → ".join([*titles, titles[0]]),
        )


def create(actor: MemberActor, values: Mapping[str, Any]) -> ChecklistTemplate:
    """Begin a template without items, a draft."""
    template = ChecklistTemplate(**{name: values[name] for name in WRITTEN})
    TEMPLATE.start(template)
    db.session.add(template)
    db.session.flush()
    record_event(E.CREATE, template, actor)
    return template


def edit(template: ChecklistTemplate, actor: MemberActor, values: Mapping[str, Any]) -> None:
    """Write what it is called and for whom; raises KeyError for any other field, and Refused.

    For whom it is stays while partners get it, and the type of partner once any could get it.
    """
    changed = [name for name, value in values.items() if getattr(template, name) != value]
    if not changed:
        return
    if template.status == Status.IN_USE and {"partner_type", "tier"} & set(changed):
        raise Refused(
            _("Partners get it: take it out of use before you change for whom it is."), template
        )
    if template.edition and "partner_type" in changed:
        raise Refused(
            _("Partners of that type have it: write a new one for another type."), template
        )
    for name in changed:
        if name not in WRITTEN:
            raise KeyError(name)
        setattr(template, name, values[name])
    # Whoever is halfway reads the name of the edition that they follow.
    template.is_changed = template.is_changed or bool({"name", "name_fr"} & set(changed))
    record_event(E.EDIT, template, actor)


def keep_item(template: ChecklistTemplate, actor: MemberActor, item: Item) -> Item:
    """Write an item anew, or add it at the end where it has no key yet; raises Circle, Refused.

    What kind it is stays: somebody may have done it already as what it was.
    """
    items = template.items
    place = next((number for number, one in enumerate(items) if one.key == item.key), None)
    if place is None:
        need_room(template)
        item = replace(item, key=item.key or new_key())
        items.append(item)
    elif items[place] == item:
        return item
    elif items[place].kind != item.kind:
        raise Refused(_("An item stays what it is: take it out and write a new one."), template)
    else:
        items[place] = item
    if circle := circle_of(items):
        raise Circle(circle)
    _write(template, items)
    record_event(E.ITEM, template, actor, words={"title": item.title or item.title_fr})
    return item


def need_room(template: ChecklistTemplate) -> None:
    """Raise Refused where one item more is one too many."""
    if len(template.kept) >= MOST:
        raise Refused(_("A checklist has at most %(num)d items.", num=MOST), template)


def remove_item(template: ChecklistTemplate, actor: MemberActor, key: str) -> None:
    """Take an item out; nothing waits for it any more. Raises LookupError for an unknown one."""
    gone = item_of(template, key)
    left = [
        replace(one, after=tuple(before for before in one.after if before != key))
        for one in template.items
        if one.key != key
    ]
    _write(template, left)
    record_event(E.REMOVE, template, actor, words={"title": gone.title or gone.title_fr})


def move_item(template: ChecklistTemplate, actor: MemberActor, key: str, step: int) -> None:
    """Let an item change places with the one before it (-1) or after it (1)."""
    moved, items = item_of(template, key), template.items
    place = items.index(moved)
    other = place + step
    if not 0 <= other < len(items):
        return
    items[place], items[other] = items[other], items[place]
    _write(template, items)
    record_event(E.ORDER, template, actor, words={"title": moved.title or moved.title_fr})


def item_of(template: ChecklistTemplate, key: str) -> Item:
    """Return one item; raises LookupError."""
    found = next((one for one in template.items if one.key == key), None)
    if found is None:
        raise LookupError(key)
    return found


def _write(template: ChecklistTemplate, items: Sequence[Item]) -> None:
    template.kept = [as_kept(one) for one in items]
    template.is_changed = True


def need_publishable(template: ChecklistTemplate) -> None:
    """Raise Refused for what nobody could begin, or where nothing is new."""
    if not template.kept:
        raise Refused(_("Write an item first: an empty checklist asks nothing."), template)
    if not any(one.is_mandatory for one in template.items):
        raise Refused(
            _(
                "Nothing in it has to be done: a new partner would be active at once. Say of one "
                "item at least that without it the partner does not become active."
            ),
            template,
        )
    if template.status == Status.IN_USE and not template.is_changed:
        raise Refused(_("Partners have it already as it stands."), template)
    same = select(ChecklistTemplate).where(
        ChecklistTemplate.status == Status.IN_USE,
        ChecklistTemplate.partner_type == template.partner_type,
        ChecklistTemplate.tier == template.tier,
        ChecklistTemplate.id != template.id,
    )
    if (other := db.session.scalar(same)) is not None:
        raise Refused(
            _(
                "Partners of that kind get “%(name)s” (%(reference)s) at present: take it out of "
                "use first.",
                name=other.name_in(chosen_language()),
                reference=other.reference,
            ),
            template,
        )


def publish(template: ChecklistTemplate, actor: MemberActor) -> None:
    """Let new partners get it as it stands, and whoever is halfway get what changed.

    The worker carries the changes to each of them; what is done stays done. Raises Refused.
    """
    need_publishable(template)
    template.edition += 1
    edition = ChecklistEdition(
        template_id=template.id, number=template.edition, kept=list(template.kept)
    )
    db.session.add(edition)
    template.is_changed = False
    crash_point("edition written, not in use")
    TEMPLATE.apply(template, "publish", actor, number=template.edition)


def retire(template: ChecklistTemplate, actor: MemberActor) -> None:
    """Let no new partner get it; whoever is halfway goes on with it."""
    TEMPLATE.apply(template, "retire", actor)
