"""Who is invited, and with which access?"""

from __future__ import annotations

from typing import Any

from wtforms.validators import ValidationError

from portal.core.forms import EmailLine, Form, Line, Money, Pick, Text, Tick
from portal.core.language import _, _l
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.administration import Access
from portal.domain.people.domains import domains_unlike
from portal.domain.people.granting import grantable_reaches, grantable_roles
from portal.domain.people.models import Reach, Role
from portal.domain.people.pasting import MOST_LINES, lines_of
from portal.domain.people.roles import REACH_OF_COLLEAGUE, REACH_OF_THEIRS, ROLE_WORDS


class AccessForm(Form):
    """What somebody may do and how far they see; it offers what the actor may give."""

    role = Pick(_l("Role"), required=_l("Choose a role."))
    reach = Pick(_l("Sees"), required=_l("Choose how far the person sees."))
    limit = Money(_l("Decides up to"))

    def __init__(self, *args: Any, actor: MemberActor, side: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [
            ("", _("Choose…")),
            *((role.value, str(ROLE_WORDS[role])) for role in grantable_roles(actor, side)),
        ]
        words = REACH_OF_THEIRS if actor.side == Side.VENDOR else REACH_OF_COLLEAGUE
        reaches = grantable_reaches(actor, side)
        self.reach.choices = [(reach.value, str(words[reach])) for reach in reaches]
        # The vendor's people see as far as their role says; only they decide up to a limit.
        del self[("reach" if side == Side.VENDOR else "limit")]

    def validate_limit(self, field: Money) -> None:
        """Only an approver decides."""
        if field.data and self.role.data != Role.APPROVER:
            raise ValidationError(_("Only approvers decide up to an amount. Leave it empty."))

    def access(self) -> Access:
        """Return the access that the valid form describes."""
        limit = self.limit.data if "limit" in self else None
        return Access(
            Role(self.role.data),
            Reach(self.reach.data) if "reach" in self else Reach.ORGANISATION,
            int(limit) if limit else None,
        )


class ListForm(AccessForm):
    """Whom a pasted list names; role and reach are for the lines that say nothing of them."""

    people = Text(_l("One person a line"), maximum=40_000, required=_l("Paste at least one line."))

    def validate_people(self, field: Text) -> None:
        """Refuse more lines than are taken at once."""
        count = len(lines_of(field.data or ""))
        if count > MOST_LINES:
            raise ValidationError(
                _(
                    "These are %(count)d lines; send at most %(limit)d at once.",
                    count=count,
                    limit=MOST_LINES,
                )
            )


class InvitationForm(AccessForm):
    """Who is invited."""

    name = Line(_l("Name"), maximum=120, required=_l("Say who it is."))
    email = EmailLine(
        _l("Work e-mail"),
        required=_l("Give the person's e-mail address."),
        wrong=_l("Give an e-mail address such as dana@northwind.ca."),
    )
    is_outside = Tick(_l("The address is right: invite them there"))

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        # Asked only once an address looks wrong.
        self.looks_wrong = bool(self.is_outside.data)

    def validate_email(self, field: EmailLine) -> None:
        """Ask once more before a mail goes to an address that is none of the company's."""
        own = domains_unlike(self.organisation, field.data or "")
        if own and not self.is_outside.data:
            self.looks_wrong = True
            raise ValidationError(
                _(
                    "Addresses of %(company)s end in %(domains)s. Look at every letter of this one;"
                    " if it is right, tick that it is.",
                    company=self.organisation.name,
                    domains=", ".join(own),
                )
            )
