"""What do staff say of an application?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.core.forms import Form, Line, Pick, PickSome, Text
from portal.core.language import _, _l
from portal.domain.applications.content import REASON_WORDS
from portal.domain.applications.models import Application
from portal.domain.organisations.content import LABELS
from portal.domain.organisations.models import PartnerType
from portal.domain.people.models import Membership
from portal.domain.people.roles import TYPE_WORDS
from portal.domain.programme import programme


class AskForm(Form):
    """What is unclear?"""

    question = Text(
        _l("What do you need to know?"),
        minimum=10,
        maximum=2000,
        required=_l("Say what you need to know."),
    )


class RejectForm(Form):
    """Why not?"""

    reason = Pick(_l("Reason"), required=_l("Choose a reason for rejecting it."))
    text = Text(
        _l("What the applicant reads"),
        minimum=10,
        maximum=2000,
        required=_l("Say why you reject it, as you would like to read it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(reason.value, word) for reason, word in REASON_WORDS.items()]
        self.reason.choices = [("", _("Choose…")), *words]


class ApproveForm(Form):
    """As what does the company become a partner?"""

    name = Line(LABELS["name"], maximum=120, required=_l("Give the partner’s name."))
    types = PickSome(LABELS["types"], required=_l("Choose at least one type."))
    tier = Pick(LABELS["tier"])
    account_manager = Pick(LABELS["account_manager"])

    def __init__(
        self,
        *args: Any,
        application: Application,
        managers: Sequence[Membership] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.application = application
        self.managers = {one.reference: one for one in managers}
        self.types.choices = [(kind.value, TYPE_WORDS[kind]) for kind in PartnerType]
        self.tier.choices = [("", _("No tier")), *((one, one) for one in programme().tiers)]
        names = [(one.reference, one.user.name) for one in managers]
        self.account_manager.choices = [("", _("Nobody yet")), *names]

    def values(self) -> dict[str, Any]:
        """Return what staff keep of a partner, as the operation takes it."""
        return {
            "name": self.name.data,
            "types": list(self.types.data or ()),
            "tier": self.tier.data or "",
            "countries": [self.application.country],
            "domains": [self.application.domain],
            "products": list(self.application.products),
            "account_manager": self.managers.get(self.account_manager.data or ""),
            "contact_email": self.application.contact_email,
            "contact_phone": self.application.contact_phone,
        }
