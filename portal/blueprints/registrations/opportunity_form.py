"""What could be sold, for how much and by when?"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from typing import Any

from wtforms.validators import ValidationError

from portal.core.checks import TOO_EARLY, NotBefore, called
from portal.core.forms import Day, Form, Line, Money, Pick, PickSome, Text, no_amount
from portal.core.language import _, _l, chosen_language, show_date
from portal.core.money import NotMoney, to_major, to_minor
from portal.core.times import today
from portal.domain.products.models import Product
from portal.domain.programme import programme
from portal.domain.registrations.content import LABELS
from portal.domain.registrations.models import Registration


def _today() -> dt.date:
    return today(programme().zone)


def _latest_close() -> dt.date:
    months = programme().longest_close_months
    day = _today()
    year, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return dt.date(day.year + year, month + 1, min(day.day, last))


class OpportunityForm(Form):
    """What could be sold?"""

    products = PickSome(LABELS["products"], required=_l("Choose at least one product."))
    value = Money(
        LABELS["value"],
        required=_l("Estimate the value of the deal."),
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    currency = Pick(LABELS["currency"], required=_l("Choose a currency."))
    close_on = Day(
        LABELS["close_on"],
        required=_l("Say when you expect to close."),
        validators=[NotBefore(_today, TOO_EARLY)],
    )
    need = Text(
        LABELS["need"], minimum=20, maximum=2000, required=_l("Say what the customer needs.")
    )
    rivals = Line(LABELS["rivals"], maximum=255)
    own_reference = Line(LABELS["own_reference"], maximum=64)

    def __init__(self, *args: Any, products: Sequence[Product] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = chosen_language()
        self.known = {product.code: product for product in products}
        self.products.choices = [(product.code, product.name_in(language)) for product in products]
        self.currency.choices = [(code, code) for code in programme().currencies]

    def validate_close_on(self, field: Day) -> None:
        """Refuse a date beyond what the programme allows."""
        last = _latest_close()
        if field.data and field.data > last:
            raise ValidationError(
                _(
                    "%(field)s: give a date until %(date)s.",
                    field=called(field),
                    date=show_date(last, with_year=True),
                )
            )

    def validate_value(self, field: Money) -> None:
        """Refuse decimals that the currency does not have."""
        if field.data is None:
            return
        try:
            self.value_minor = to_minor(field.data, self.currency.data or "CAD")
        except NotMoney:
            raise ValidationError(no_amount(field)) from None

    def values(self) -> dict[str, Any]:
        """Return the partner's fields that the form asked for, as the operation takes them."""
        values: dict[str, Any] = {
            name: self[name].data or ""
            for name in ("need", "rivals", "own_reference")
            if name in self
        }
        if "products" in self:
            chosen = [self.known[code] for code in self.products.data or ()]
            values["products"] = sorted(chosen, key=lambda product: product.name)
        if "value" in self:
            values["value_minor"], values["currency"] = self.value_minor, self.currency.data
        if "close_on" in self:
            values["close_on"] = self.close_on.data
        return values


def opportunity_values(registration: Registration) -> dict[str, Any]:
    """Return what the opportunity form shows of ``registration``."""
    currency = registration.currency or programme().currencies[0]
    minor = registration.value_minor
    return {
        "products": [product.code for product in registration.products],
        "value": to_major(minor, currency) if minor is not None else None,
        "currency": currency,
        "close_on": registration.close_on,
        "need": registration.need,
        "rivals": registration.rivals,
        "own_reference": registration.own_reference,
    }
