"""What does a partner say besides the steps: an answer to the reviewer, or a withdrawal?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.blueprints.registrations.customer_form import CustomerForm
from portal.blueprints.registrations.evidence_form import OTHER_WHAT, EvidenceForm
from portal.blueprints.registrations.opportunity_form import OpportunityForm
from portal.core.forms import Form, Text
from portal.core.language import _, _l
from portal.domain.registrations.content import LABELS
from portal.domain.registrations.models import FILES, ActivityKind, Registration


class WithdrawForm(Form):
    """Why is it taken back?"""

    text = Text(_l("Why? The vendor reads this."), maximum=500)


# What the reviewer names -> the form's fields that go with it.
_ACTIVITIES = tuple(f"{kind}_{part}" for kind in ActivityKind for part in ("did", "on"))
_ACTIVITIES += (OTHER_WHAT,)
TOGETHER: dict[str, tuple[str, ...]] = {
    "website": ("website", "has_no_website", "legal_name", "street", "postal_code"),
    "country": ("country", "region"),
    "value": ("value", "currency"),
    "activities": _ACTIVITIES,
    FILES: (),
}
# What the reviewer names -> the record's fields that an answer may change.
_WRITES = {
    "website": ("domain", "website", "legal_name", "street", "postal_code"),
    "country": ("country", "region"),
    "value": ("value_minor", "currency"),
    "activities": ("activities", "other_activity"),
}


def _about(name: str) -> str:
    return str(LABELS[name]).strip(" ?\u00a0")


class AnswerForm(CustomerForm, OpportunityForm, EvidenceForm):
    """Just the fields that the reviewer named, each with room for a reply."""

    registration: Registration
    has_more_files = False

    def home_country(self) -> str | None:
        """Return the customer's country, which need not be among the fields."""
        return super().home_country() if "country" in self else self.registration.country or None

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a change or a reply to each question."""
        is_valid: bool = super().validate(extra_validators)
        if not is_valid:
            return False
        for name, said in self.replies().items():
            if said or self._is_changed(name):
                continue
            wanted = (
                _("Add the files that are asked for, or reply why there are none.")
                if name == FILES
                else _("%(field)s: change it, or reply why it stands.", field=_about(name))
            )
            self[f"reply_{name}"].errors = [wanted]
            is_valid = False
        return is_valid

    def _is_changed(self, name: str) -> bool:
        if name == FILES:
            return self.has_more_files
        values, before = self.values(), self.registration
        activities = {activity.kind: activity.on for activity in before.activities}
        parts = _WRITES.get(name, (name,))
        old = [activities if part == "activities" else getattr(before, part) for part in parts]
        return [values[part] for part in parts] != old

    def values(self) -> dict[str, Any]:
        """Return the partner's fields that were asked for."""
        return {
            **CustomerForm.values(self),
            **OpportunityForm.values(self),
            **EvidenceForm.values(self),
        }

    def replies(self) -> dict[str, str]:
        """Return what was replied, by field."""
        return {
            name.removeprefix("reply_"): field.data or ""
            for name, field in self._fields.items()
            if name.startswith("reply_")
        }


def answer_form(asked: Sequence[str]) -> tuple[type[AnswerForm], set[str]]:
    """Return a form class with a reply for each name in ``asked``, and the names of its fields."""
    replies = {
        f"reply_{name}": Text(
            _l("Your reply"),
            description=_l("Your reply about “%(what)s”", what=LABELS[name]),
            maximum=1000,
        )
        for name in asked
    }
    names = {part for name in asked for part in TOGETHER.get(name, (name,))}
    return type("Answer", (AnswerForm,), replies), names | set(replies)
