"""What does a reviewer say besides yes?"""

from __future__ import annotations

from typing import Any

from portal.core.checks import called
from portal.core.forms import Form, Pick, Text, Tick
from portal.core.language import _, _l
from portal.domain.organisations.models import Side
from portal.domain.registrations.content import labels_for, reasons_for
from portal.domain.registrations.operations import Asked

LABELS = labels_for(Side.VENDOR)
# What a reviewer can ask about; legal name and address go with the website, and so on.
ASKABLE = tuple(
    name
    for name in LABELS
    if name not in {"legal_name", "street", "postal_code", "region", "currency"}
)


class AskForm(Form):
    """Which fields, and what is to be said at each?"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ASKABLE:
            # Shown only beside a ticked field, where it must be filled in.
            self[f"comment_{name}"].flags.required = True

    def asked(self) -> list[Asked]:
        """Return the ticked fields with their comments."""
        return [
            Asked(name, self[f"comment_{name}"].data or "")
            for name in ASKABLE
            if self[f"ask_{name}"].data
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for one field at least, and for a comment at each."""
        is_valid: bool = super().validate(extra_validators)
        asked = self.asked()
        if not asked:
            self[f"ask_{ASKABLE[0]}"].errors = [_("Tick at least one thing that is unclear.")]
            return False
        for question in asked:
            if not question.comment:
                comment = self[f"comment_{question.field}"]
                comment.errors = [
                    _(
                        "%(field)s: say what you need to know.",
                        field=called(self[f"ask_{question.field}"]),
                    )
                ]
                is_valid = False
        return is_valid


for _name in ASKABLE:
    setattr(AskForm, f"ask_{_name}", Tick(LABELS[_name]))
    _comment = Text(
        _l("What do you need to know?"),
        description=_l("Your question about “%(what)s”", what=LABELS[_name]),
        maximum=1000,
    )
    setattr(AskForm, f"comment_{_name}", _comment)


class RejectForm(Form):
    """Why not?"""

    reason = Pick(_l("Reason"), required=_l("Choose a reason for rejecting it."))
    text = Text(
        _l("What the partner reads"),
        minimum=10,
        maximum=2000,
        required=_l("Say why you reject it, so that the partner can learn from it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [
            ("", _("Choose…")),
            *((r.value, w) for r, w in reasons_for(Side.VENDOR).items()),
        ]
