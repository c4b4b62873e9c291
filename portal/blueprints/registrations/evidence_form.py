"""What has the partner done with the customer, and may the details be shared?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag
from wtforms.validators import DataRequired, StopValidation

from portal.core.checks import TOO_LATE, NotAfter, NotBefore
from portal.core.forms import Day, Form, Line, Tick, not_listed
from portal.core.language import _, _l
from portal.core.times import now, today
from portal.domain.programme import programme
from portal.domain.registrations.content import ACTIVITY_WORDS, LABELS, MAY_CONTACT_WORDS
from portal.domain.registrations.models import ActivityKind, Registration

# What is older says nothing of this deal: mostly a slip in the year.
YEARS = 5
TOO_LONG_AGO = _l("%(field)s: give a date of the last five years.")
CONSENT = _l("The customer knows that I share these details with %(vendor)s")


def _today() -> dt.date:
    return today(programme().zone)


def _earliest() -> dt.date:
    return _today() - dt.timedelta(days=366 * YEARS)


class ActivityForm(Form):
    """What has been done, each kind with its day?"""


OTHER_WHAT = f"{ActivityKind.OTHER}_what"

for _kind in ActivityKind:
    setattr(ActivityForm, f"{_kind}_did", Tick(ACTIVITY_WORDS[_kind]))
    if _kind == ActivityKind.OTHER:
        what = Line(_l("What was it?"), description=_l("Something else, what it was"), maximum=120)
        setattr(ActivityForm, OTHER_WHAT, what)
    setattr(
        ActivityForm,
        f"{_kind}_on",
        Day(
            _l("When?"),
            description=_l("%(what)s, the day", what=ACTIVITY_WORDS[_kind]),
            validators=[NotAfter(_today, TOO_LATE), NotBefore(_earliest, TOO_LONG_AGO)],
        ),
    )


class EvidenceForm(ActivityForm):
    """What has the partner done with the customer, and may the details be shared?"""

    may_contact = RadioField(
        LABELS["may_contact"],
        choices=[SelectChoice(*pair) for pair in MAY_CONTACT_WORDS.items()],
        validate_choice=False,
        validators=[DataRequired(_l("Say whether we may contact the customer."))],
    )
    consent = Tick("", required=_l("Tick that the customer knows, once they do."))

    def __init__(self, *args: Any, vendor: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.consent.label.text = str(CONSENT) % {"vendor": vendor}
        for kind in ActivityKind:
            self[f"{kind}_on"].flags.required = True
        self[OTHER_WHAT].flags.required = True

    def validate_may_contact(self, field: RadioField) -> None:
        """Refuse any other word."""
        if field.data not in MAY_CONTACT_WORDS:
            field.data = None
            raise StopValidation(not_listed(field))

    def done(self) -> dict[str, dt.date]:
        """Return the day of each kind of activity that is ticked."""
        return {
            kind.value: self[f"{kind}_on"].data for kind in ActivityKind if self[f"{kind}_did"].data
        }

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for one activity at least, and for the day of each."""
        is_valid: bool = super().validate(extra_validators)
        if f"{ActivityKind.CALL}_did" not in self:
            return is_valid
        ticked = [kind for kind in ActivityKind if self[f"{kind}_did"].data]
        if not ticked:
            first = self[f"{ActivityKind.CALL}_did"]
            first.errors = [_("Tick at least one thing that you have done with the customer.")]
            return False
        for kind in ticked:
            day = self[f"{kind}_on"]
            if day.data is None and not day.errors:
                day.errors = [_("%(what)s: say when it was.", what=ACTIVITY_WORDS[kind])]
                is_valid = False
        what = self[OTHER_WHAT]
        if ActivityKind.OTHER in ticked and not what.data and not what.errors:
            what.errors = [_("Say what else you have done, such as a training day.")]
            is_valid = False
        return is_valid

    def values(self) -> dict[str, Any]:
        """Return the partner's fields that the form asked for, as the operation takes them."""
        values: dict[str, Any] = {}
        if f"{ActivityKind.CALL}_did" in self:
            values["activities"] = done = self.done()
            values["other_activity"] = self[OTHER_WHAT].data if ActivityKind.OTHER in done else ""
        if "may_contact" in self:
            values["may_contact"] = self.may_contact.data
        if "consent" in self:
            values["consent_at"], values["consent_words"] = now(), str(self.consent.label.text)
        return values


def evidence_values(registration: Registration) -> dict[str, Any]:
    """Return what the evidence form shows of ``registration``."""
    values: dict[str, Any] = {
        "may_contact": registration.may_contact,
        "consent": registration.consent_at is not None,
        OTHER_WHAT: registration.other_activity,
    }
    for activity in registration.activities:
        values[f"{activity.kind}_did"] = True
        values[f"{activity.kind}_on"] = activity.on
    return values
