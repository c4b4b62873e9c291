"""What may a partner change of a deal?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from wtforms.validators import ValidationError

from portal.core.checks import TOO_EARLY, NotBefore, called
from portal.core.fields import shows
from portal.core.forms import Day, Form, Line, Money, Pick, no_amount, only
from portal.core.guards import actor_now
from portal.core.language import _, _l
from portal.core.money import NotMoney, to_minor
from portal.core.times import today
from portal.domain.deals.models import OPEN_STAGES, Deal
from portal.domain.deals.workflow import LOSS_WORDS, WORDS
from portal.domain.programme import programme


def _today() -> dt.date:
    return today(programme().zone)


class StageForm(Form):
    """To which open stage does it move?"""

    stage = Pick(_l("Stage"), required=_l("Choose a stage."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stage.choices = [(stage.value, WORDS[stage]) for stage in OPEN_STAGES]


class LossForm(Form):
    """Why was it lost?"""

    reason = Pick(_l("Why was it lost?"), required=_l("Choose why the deal was lost."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [("", _("Choose…")), *((r.value, w) for r, w in LOSS_WORDS.items())]


class PlanForm(Form):
    """What is next, and by when?"""

    step = Line(_l("What is next?"), maximum=200, required=_l("Say what you do next."))
    on = Day(
        _l("By when?"),
        required=_l("Say by when you do it."),
        validators=[NotBefore(_today, TOO_EARLY)],
    )


class DealForm(Form):
    """Amount, close date and the partner's own reference."""

    amount = Money(
        _l("Amount"),
        required=_l("Give the amount of the deal."),
        render_kw={"inputmode": "decimal"},
    )
    close_on = Day(_l("Expected close date"), required=_l("Say when you expect to close."))
    own_reference = Line(_l("Your reference"), maximum=64)

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deal = deal
        # What the person does not read, they do not write.
        only(self, [field.name for field in self if shows(actor_now(), f"deal.{field.name}")])

    def validate_amount(self, field: Money) -> None:
        """Refuse decimals that the deal's currency does not have."""
        if field.data is None:
            return
        try:
            self.amount_minor = to_minor(field.data, self.deal.currency)
        except NotMoney:
            raise ValidationError(no_amount(field)) from None

    def validate_close_on(self, field: Day) -> None:
        """Refuse a past date, unless it stood there already, and one beyond the programme's."""
        if field.data is None or field.data == self.deal.close_on:
            return
        if field.data < _today():
            raise ValidationError(str(TOO_EARLY) % {"field": called(field)})
        if field.data > _today() + dt.timedelta(days=31 * programme().longest_close_months):
            raise ValidationError(
                _(
                    "%(field)s: give a date within %(num)d months.",
                    field=called(field),
                    num=programme().longest_close_months,
                )
            )

    def values(self) -> dict[str, Any]:
        """Return the partner's fields as the operation takes them."""
        values = {
            "amount_minor": self.amount_minor,
            "own_reference": self.own_reference.data or "",
        }
        if "close_on" in self:
            values["close_on"] = self.close_on.data
        return values
