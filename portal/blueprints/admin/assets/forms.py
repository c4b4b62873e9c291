"""What do staff write of an asset, for whom, and what is asked before it goes out or away?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import request
from wtforms.validators import ValidationError

from portal.core.checks import IsPage
from portal.core.forms import Day, Form, Line, Pick, PickSome, Text, Tick
from portal.core.language import _, _l, chosen_language
from portal.core.text import several
from portal.core.times import DAY, now
from portal.domain.assets.audience import facets_of
from portal.domain.assets.content import KIND_WORDS, LANGUAGE_WORDS
from portal.domain.assets.models import AssetFolder, AssetVersion, Audience, Facet, Kind, Language
from portal.domain.customers.places import NoCountry, countries_called, country_name
from portal.domain.organisations.models import PartnerType
from portal.domain.people.roles import ASSET_TYPES, TYPE_WORDS
from portal.domain.products.models import Product
from portal.domain.programme import programme

MOST_TAGS, LONGEST_TAG = 12, 30
_READERS = {"en": _l("English"), "fr": _l("French")}


class AudienceForm(Form):
    """Whom is it for? What is left empty leaves nobody out."""

    types = PickSome(_l("Partner types"))
    tiers = PickSome(_l("Tiers"))
    countries = Line(_l("Countries in which they sell"), maximum=1000)
    products = PickSome(_l("Products that they may sell"))
    languages = PickSome(_l("Language in which they use the portal"))

    def __init__(self, *args: Any, offered: Sequence[Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types.choices = [
            (kind.value, TYPE_WORDS[kind]) for kind in PartnerType if kind in ASSET_TYPES
        ]
        # One that the programme no longer has stays where it stands.
        held = kwargs.get("data") or {}
        tiers = dict.fromkeys([*programme().tiers, *held.get("tiers", ())])
        self.tiers.choices = [(one, one) for one in tiers]
        language = chosen_language()
        self.products.choices = [(one.code, one.name_in(language)) for one in offered]
        self.languages.choices = [(code, str(words)) for code, words in _READERS.items()]

    def validate_countries(self, field: Line) -> None:
        """Take codes, or names in either language, separated by commas."""
        try:
            countries_called(field.data)
        except NoCountry as no:
            raise ValidationError(_("There is no country called %(name)s.", name=no.name)) from None

    def facets(self) -> dict[Facet, Sequence[str]]:
        """Return the rule; raises NoCountry where one is named that there is not."""
        return {
            Facet.TYPE: self.types.data or (),
            Facet.TIER: self.tiers.data or (),
            Facet.COUNTRY: countries_called(self.countries.data),
            Facet.PRODUCT: self.products.data or (),
            Facet.LANGUAGE: self.languages.data or (),
        }


class VersionForm(Form):
    """What one version says of itself, and what it hands out where that is no file."""

    title = Line(_l("Title in English"), maximum=120)
    title_fr = Line(_l("Title in French"), maximum=120)
    summary = Text(_l("Summary in English"), maximum=500)
    summary_fr = Text(_l("Summary in French"), maximum=500)
    kind = Pick(_l("What is it?"), required=_l("Say what it is."))
    folder = Pick(_l("Topic"), required=_l("Choose the topic under which it stands."))
    language = Pick(_l("Language of the content"), required=_l("Say in which language it is."))
    tags = Line(_l("Tags"), maximum=400)
    note = Text(_l("What changed, in English"), maximum=500)
    note_fr = Text(_l("What changed, in French"), maximum=500)
    link = Line(
        _l("Link to a page outside"),
        maximum=500,
        validators=[
            IsPage(
                _l("Link: give the whole address of the page, such as https://example.com/prices.")
            )
        ],
        render_kw={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"},
    )
    text = Text(_l("Text in English"), maximum=20_000)
    text_fr = Text(_l("Text in French"), maximum=20_000)
    valid_from = Day(_l("From which day on?"))
    valid_until = Day(_l("Last day"))

    def __init__(self, *args: Any, topics: Sequence[AssetFolder], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topics = {one.reference: one for one in topics}
        language = chosen_language()
        named = sorted((one.name_in(language), one.reference) for one in topics)
        self.folder.choices = [("", _("Choose…")), *((one, name) for name, one in named)]
        self.kind.choices = [
            ("", _("Choose…")),
            *((kind.value, str(KIND_WORDS[kind])) for kind in Kind),
        ]
        self.language.choices = [
            ("", _("Choose…")),
            *((one.value, str(LANGUAGE_WORDS[one])) for one in Language),
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a title in one language at least; the other's readers get that one."""
        is_valid: bool = super().validate(extra_validators)
        if not self.title.data and not self.title_fr.data:
            self.title.errors = [_("Give a title in English or in French.")]
            is_valid = False
        return is_valid

    def validate_tags(self, field: Line) -> None:
        """Take a few short words."""
        tags = several(field.data)
        if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
            raise ValidationError(
                _(
                    "Tags: give at most %(num)d, each of at most %(length)d characters.",
                    num=MOST_TAGS,
                    length=LONGEST_TAG,
                )
            )

    def validate_valid_until(self, field: Day) -> None:
        """Let the time begin before it ends, and not end before today."""
        if field.data is None:
            return
        if self.valid_from.data is not None and field.data < self.valid_from.data:
            raise ValidationError(_("Last day: it lies before the first one."))
        if field.data < now().astimezone(programme().zone).date():
            raise ValidationError(_("Last day: it is over already."))

    def values(self) -> dict[str, Any]:
        """Return the fields as the operation takes them."""
        same = (
            "title", "title_fr", "summary", "summary_fr", "kind", "language", "note", "note_fr",
            "link", "text", "text_fr",
        )  # fmt: skip
        return {
            **{name: getattr(self, name).data or "" for name in same},
            "folder": self.topics[self.folder.data],
            "tags": several(self.tags.data),
            "valid_from": first_moment(self.valid_from.data),
            "valid_until": first_moment(self.valid_until.data, DAY),
        }


def first_moment(day: dt.date | None, later: dt.timedelta = dt.timedelta()) -> dt.datetime | None:
    """Return when ``day`` begins in the vendor's zone (UTC), or the day ``later``."""
    if day is None:
        return None
    return dt.datetime.combine(day + later, dt.time(), programme().zone).astimezone(dt.UTC)


def day_of(moment: dt.datetime | None, is_end: bool = False) -> dt.date | None:
    """Return the vendor's day that begins, or with ``is_end`` has just ended, at ``moment``."""
    if moment is None:
        return None
    zone = programme().zone
    return (moment - dt.timedelta(seconds=is_end)).astimezone(zone).date()


def rule_of(audience: Audience | None) -> dict[str, Any]:
    """Return what the form holds of an audience before anybody chooses; nothing of none."""
    if audience is None:
        return {}
    facets, language = facets_of(audience), chosen_language()
    return {
        "types": facets[Facet.TYPE],
        "tiers": facets[Facet.TIER],
        "countries": ", ".join(country_name(code, language) for code in facets[Facet.COUNTRY]),
        "products": facets[Facet.PRODUCT],
        "languages": facets[Facet.LANGUAGE],
    }


def values_of(version: AssetVersion) -> dict[str, Any]:
    """Return what the form holds of a version before anybody types."""
    same = (
        "title", "title_fr", "summary", "summary_fr", "kind", "language", "note", "note_fr", "link",
        "text", "text_fr",
    )  # fmt: skip
    return {
        **{name: getattr(version, name) for name in same},
        "folder": version.folder.reference,
        "tags": ", ".join(version.tags),
        "valid_from": day_of(version.valid_from),
        "valid_until": day_of(version.valid_until, is_end=True),
    }


class FolderForm(Form):
    """How is a topic called?"""

    name = Line(_l("Name in English"), maximum=60, required=_l("Give the name in English."))
    name_fr = Line(_l("Name in French"), maximum=60, required=_l("Give the name in French."))


class ReturnForm(Form):
    """What is to be put right?"""

    reason = Text(
        _l("What is to be put right?"),
        minimum=5,
        maximum=500,
        required=_l("Say what is to be put right."),
    )


class WithdrawForm(Form):
    """Why may nobody use it any more?"""

    reason = Text(
        _l("Why?"),
        minimum=5,
        maximum=500,
        required=_l("Say why; whoever downloaded it reads this."),
    )


class PublishForm(Form):
    """Asked only where nobody would get it."""

    sure = Tick(_l("Publish it all the same: nobody gets it at present"))

    def __init__(self, *args: Any, people: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks = people == 0
        if not self.asks:
            del self.sure

    def validate_sure(self, field: Tick) -> None:
        """Ask whether that is meant."""
        if request.method == "POST" and not field.data:
            raise ValidationError(
                _("Nobody gets it as it stands. Change whom it is for, or say that you mean it.")
            )
