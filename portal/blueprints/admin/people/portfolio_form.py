"""By which rules does a partner stand in the portfolio?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms.validators import ValidationError

from portal.core.database import db
from portal.core.forms import Form, Line, PickSome, Text, Tick
from portal.core.language import _, _l, chosen_language
from portal.core.references import normalise_reference
from portal.domain.customers.places import NoCountry, countries_called, country_name
from portal.domain.organisations.models import Side
from portal.domain.organisations.operations import find_organisation
from portal.domain.portfolios.deriving import Rule
from portal.domain.portfolios.effects import named_partners
from portal.domain.portfolios.models import RuleKind
from portal.domain.products.models import Product

MOST_LINES = 500


class PortfolioForm(Form):
    """Everybody, or whoever one of the rules names."""

    everything = Tick(_l("All partners, also those who come later"))
    countries = Line(_l("Partners that sell in these countries"), maximum=2000)
    products = PickSome(_l("Partners that sell these products"))
    partners = Text(_l("These partners"), maximum=40_000)

    def __init__(self, *args: Any, offered: Sequence[Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = chosen_language()
        self.products.choices = [(one.code, one.name_in(language)) for one in offered]
        self.codes: set[str] = set()
        self.references: set[str] = set()

    def validate_countries(self, field: Line) -> None:
        """Take codes, or names in either language, separated by commas."""
        try:
            self.codes.update(countries_called(field.data))
        except NoCountry as no:
            raise ValidationError(_("There is no country called %(name)s.", name=no.name)) from None

    def validate_partners(self, field: Text) -> None:
        """Find each line's partner by its name, or by the reference at its end."""
        lines = list(filter(None, map(str.strip, (field.data or "").split("\n"))))
        if len(lines) > MOST_LINES:
            raise ValidationError(
                _(
                    "These are %(count)d partners; name at most %(limit)d, or choose by country"
                    " or product.",
                    count=len(lines),
                    limit=MOST_LINES,
                )
            )
        for line in lines:
            reference = normalise_reference(line.rsplit(maxsplit=1)[-1])
            found = find_organisation(db.session(), reference or line)
            if found is None or found.side != Side.PARTNER:
                raise ValidationError(_("There is no partner called %(name)s.", name=line))
            self.references.add(found.reference)

    def rules(self) -> list[Rule]:
        """Return the rules that the valid form describes."""
        if self.everything.data:
            return [Rule(RuleKind.ALL)]
        return [
            *(Rule(RuleKind.COUNTRY, code) for code in self.codes),
            *(Rule(RuleKind.PRODUCT, code) for code in self.products.data or ()),
            *(Rule(RuleKind.PARTNER, reference) for reference in self.references),
        ]

    def typed(self) -> list[tuple[str, str]]:
        """Return name and value of all that is chosen, to be confirmed as it is."""
        pairs = [("everything", "y")] if self.everything.data else []
        pairs += [("products", code) for code in self.products.data or ()]
        texts = (("countries", self.countries.data), ("partners", self.partners.data))
        return pairs + [(name, text) for name, text in texts if text]


def values_of(rules: Sequence[Rule]) -> dict[str, Any]:
    """Return what the form holds of stored rules before anybody types."""
    by_kind = {kind: [one.value for one in rules if one.kind == kind] for kind in RuleKind}
    language = chosen_language()
    named = named_partners(by_kind[RuleKind.PARTNER])
    return {
        "everything": bool(by_kind[RuleKind.ALL]),
        "countries": ", ".join(country_name(code, language) for code in by_kind[RuleKind.COUNTRY]),
        "products": by_kind[RuleKind.PRODUCT],
        "partners": "\n".join(f"{name} {reference}" for reference, name in named),
    }
