"""With whom is it shared, how far, and until when?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import request
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag
from wtforms.validators import DataRequired, ValidationError

from portal.blueprints.shares.finding import candidates, holder_named
from portal.core.checks import TOO_EARLY, NotBefore
from portal.core.forms import Day, Form, Pick, bind, not_listed
from portal.core.language import _, _l
from portal.core.text import clean_line
from portal.core.times import today
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership
from portal.domain.programme import programme
from portal.domain.shares.models import Level
from portal.domain.shares.operations import objection
from portal.domain.shares.telling import LEVEL_WORDS


def _today() -> dt.date:
    return today(programme().zone)


class ShareForm(Form):
    """With whom, how far, until when?"""

    holder = Pick(_l("With whom?"), required=_l("Choose with whom you share it."))
    level = RadioField(
        _l("What may they do?"),
        validate_choice=False,
        validators=[DataRequired(_l("Say what they may do."))],
    )
    until = Day(_l("Last day"), validators=[NotBefore(_today, TOO_EARLY)])
    chosen: Membership | Organisation

    def __init__(
        self, *args: Any, record: Any, actor: MemberActor, offered: list[tuple[str, str]], **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.record, self.actor = record, actor
        self.holder.choices = [("", _("Choose…")), *offered]
        self.level.choices = [SelectChoice(level.value, LEVEL_WORDS[level]) for level in Level]

    def validate_holder(self, field: Pick) -> None:
        """Refuse whom the person does not know of, or with whom it makes no sense."""
        found = holder_named(self.actor, field.data or "")
        if found is None:
            raise ValidationError(not_listed(field))
        self.chosen = found
        if sentence := objection(self.record, self.actor, found, Level.VIEW):
            raise ValidationError(sentence)

    def validate_level(self, field: RadioField) -> None:
        """Refuse any other word, and more than the role of who was chosen does."""
        if field.data not in set(Level):
            field.data = None
            raise ValidationError(not_listed(field))
        if self.holder.errors or not hasattr(self, "chosen"):
            return
        if sentence := objection(self.record, self.actor, self.chosen, Level(field.data)):
            raise ValidationError(sentence)


def form_of(record: Any, actor: MemberActor) -> tuple[ShareForm, dict[str, Any]]:
    """Return the form for sharing ``record``, and what else its page shows."""
    typed = clean_line(request.args.get("q", ""))[:120]
    offered = candidates(record, actor, typed)
    named = {reference for reference, _name in offered}
    posted = request.form.get("holder", "")
    # Found by a search before, and no longer on the list: still whom they chose.
    if posted not in named and (found := holder_named(actor, posted)) is not None:
        name = found.user.name if isinstance(found, Membership) else found.name
        offered = [*offered, (found.reference, name)]
    form = bind(
        ShareForm, data={"level": Level.VIEW.value}, record=record, actor=actor, offered=offered
    )
    return form, {"record": record, "typed": typed, "offered": offered}
