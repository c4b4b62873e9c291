"""What does the vendor's own side say of a record?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from wtforms import Field
from wtforms.validators import Optional
from wtforms.widgets import TextInput

from portal.core.checks import called
from portal.core.forms import Form, Pick, Text
from portal.core.language import _, _l, chosen_language
from portal.core.text import clean_line
from portal.domain.deals.content import ASSESSMENT_LABELS, RISK_WORDS
from portal.domain.deals.models import DealAssessment

MOST = 100


class NoteForm(Form):
    """What the others of the own side should know."""

    text = Text(_l("Note"), maximum=4000, required=_l("Write what the others should know."))


class Percent(Field):
    """A percentage with one decimal at most, typed as people type it; ``data`` is in tenths."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.typed = clean_line(str(valuelist[0])) if valuelist else ""
        self.data = None
        if not self.typed:
            return
        number = self.typed.removesuffix("%").strip().replace(",", ".")
        number = number.replace("−", "-")
        try:
            tenths = Decimal(number) * 10
        except ArithmeticError:
            raise ValueError(self._wrong()) from None
        if not tenths.is_finite() or abs(tenths) > MOST * 10 or tenths != int(tenths):
            raise ValueError(self._wrong())
        self.data = int(tenths)

    def _wrong(self) -> str:
        return _("%(field)s: give a percentage such as 12 or 12.5.", field=called(self))

    def _value(self) -> str:
        typed = getattr(self, "typed", None)
        if typed is not None or self.data is None:
            return typed or ""
        text = f"{Decimal(self.data) / 10:f}"
        return text.replace(".", ",") if chosen_language() == "fr" else text


class Score(Field):
    """A whole number from 0 to 100."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.typed = clean_line(str(valuelist[0])) if valuelist else ""
        self.data = None
        if not self.typed:
            return
        is_number = self.typed.isascii() and self.typed.isdigit() and len(self.typed) < 4
        if not is_number or int(self.typed) > MOST:
            raise ValueError(_("%(field)s: give a number from 0 to 100.", field=called(self)))
        self.data = int(self.typed)

    def _value(self) -> str:
        typed = getattr(self, "typed", None)
        return str(typed if typed is not None else "" if self.data is None else self.data)


class AssessmentForm(Form):
    """Margin, score and risk of a deal; each may stay empty."""

    margin = Percent(ASSESSMENT_LABELS["margin"], [Optional()], render_kw={"inputmode": "decimal"})
    score = Score(ASSESSMENT_LABELS["score"], [Optional()], render_kw={"inputmode": "numeric"})
    risk = Pick(ASSESSMENT_LABELS["risk"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(risk.value, words) for risk, (words, _tone) in RISK_WORDS.items()]
        self.risk.choices = [("", _("Not assessed")), *named]

    def values(self) -> dict[str, Any]:
        """Return the assessment as the operation takes it."""
        return {
            "margin": self.margin.data,
            "score": self.score.data,
            "risk": self.risk.data or "",
        }


def shown(assessment: DealAssessment) -> dict[str, Any]:
    """Return what the form holds before anybody types."""
    return {
        "margin": assessment.margin,
        "score": assessment.score,
        "risk": assessment.risk or "",
    }
