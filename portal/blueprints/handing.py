"""Who takes it, and how much has each of them open?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from portal.core.forms import Form, Pick
from portal.core.language import _, _l, _n
from portal.domain.people.models import Membership
from portal.domain.reassigning.loads import Load


class TakerForm(Form):
    """One of those who could take it."""

    colleague = Pick(_l("Who takes it?"), required=_l("Choose who takes it."))

    def __init__(
        self,
        *args: Any,
        offered: Sequence[Membership],
        loads: Mapping[int, Load],
        nobody: Any = None,
        words: Mapping[int, str] = MappingProxyType({}),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {one.reference: one for one in offered}
        self.colleague.choices = [
            *([("nobody", nobody)] if nobody else []),
            *(
                (one.reference, _said(one, loads.get(one.id, Load()), words.get(one.id)))
                for one in offered
            ),
        ]

    @property
    def taker(self) -> Membership | None:
        """Return whom the valid form names; None for nobody, where that is offered."""
        return self.offered.get(self.colleague.data or "")


def _said(person: Membership, load: Load, words: str | None) -> str:
    return " · ".join(filter(None, (person.user.name, words, open_words(load))))


def open_words(load: Load) -> str:
    """Return how much somebody has open, in words."""
    parts = []
    if load.deals:
        parts.append(_n("one open deal", "%(num)s open deals", load.deals))
    if load.registrations:
        parts.append(_n("one open registration", "%(num)s open registrations", load.registrations))
    if load.applications:
        parts.append(_n("one open application", "%(num)s open applications", load.applications))
    return ", ".join(parts) or _("nothing open")
