"""How does the vendor decide what partners read?"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from portal.core.actors import Actor
from portal.core.database import db
from portal.core.events import record_event
from portal.core.fields import Field, Sight, choices_in, is_shown, nouns, written
from portal.domain.fields.choices import ONLY
from portal.domain.fields.events import E
from portal.domain.fields.models import FieldSetting


def decidable() -> list[Field]:
    """Return the fields of which the vendor decides."""
    return [field for noun in nouns() for field in noun.fields if field.sight == Sight.SETTING]


def decisions(is_writing: bool) -> FieldSetting:
    """Return the decisions, for a write locked until the commit; before the first, an empty row."""
    query = select(FieldSetting).where(FieldSetting.id == ONLY)
    found = db.session.scalar(query.with_for_update() if is_writing else query)
    return found or FieldSetting(id=ONLY, chosen="", version=0)


def decide(setting: FieldSetting, actor: Actor, shown: Collection[str]) -> None:
    """Show partners the fields whose codes are in ``shown``, and hide the others that can be.

    Raises KeyError for a field of which nobody decides.
    """
    fields = {field.code: field for field in decidable()}
    if strange := set(shown) - fields.keys():
        raise KeyError(sorted(strange)[0])
    before = choices_in(setting.chosen)
    was = {code for code, field in fields.items() if is_shown(field, before)}
    if was == set(shown):
        return
    setting.chosen = written({code: code in shown for code in fields})
    db.session.add(setting)
    record_event(
        E.SET,
        setting,
        actor,
        shown=sorted(set(shown) - was),
        hidden=sorted(was - set(shown)),
    )
