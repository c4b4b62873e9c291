"""Which countries and regions can a customer be in?"""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from babel.core import get_global

from portal.core.text import fold, several

# Regions are asked for where a claim needs them: code -> (English, French).
CANADA = {
    "AB": ("Alberta", "Alberta"),
    "BC": ("British Columbia", "Colombie-Britannique"),
    "MB": ("Manitoba", "Manitoba"),
    "NB": ("New Brunswick", "Nouveau-Brunswick"),
    "NL": ("Newfoundland and Labrador", "Terre-Neuve-et-Labrador"),
    "NS": ("Nova Scotia", "Nouvelle-Écosse"),
    "NT": ("Northwest Territories", "Territoires du Nord-Ouest"),
    "NU": ("Nunavut", "Nunavut"),
    "ON": ("Ontario", "Ontario"),
    "PE": ("Prince Edward Island", "Île-du-Prince-Édouard"),
    "QC": ("Quebec", "Québec"),
    "SK": ("Saskatchewan", "Saskatchewan"),
    "YT": ("Yukon", "Yukon"),
}
_STATES = (
    "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|"
    "DE Delaware|DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|"
    "IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|"
    "MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|"
    "NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|"
    "OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|PR Puerto Rico|RI Rhode Island|"
    "SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|"
    "WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming"
)
UNITED_STATES = {row[:2]: (row[3:], row[3:]) for row in _STATES.split("|")}
REGIONS = {"CA": CANADA, "US": UNITED_STATES}
# Regions in CLDR that are no country of ISO 3166-1.
_NO_COUNTRY = frozenset({"EU", "EZ", "UN", "XA", "XB", "XK", "ZZ", "QO", "AC", "CP", "DG", "EA"})
_NO_COUNTRY |= {"IC", "TA", "CQ"}


@lru_cache(maxsize=4)
def countries(language: str) -> list[tuple[str, str]]:
    """Return (ISO 3166-1 code, name in "en" or "fr") with Canada and the United States first."""
    territories = Locale.parse(language).territories
    rows = [
        (code, name)
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    ]
    return sorted(rows, key=lambda row: (row[0] not in REGIONS, fold(row[1])))


def country_called(text: str) -> str | None:
    """Return the ISO 3166-1 code of the country that ``text`` means, or None.

    It is a code of two or three letters or another that CLDR knows (USA, UK), or a name in
    English or French.
    """
    code = text.strip().upper()
    aliases = get_global("territory_aliases").get(code, [])
    code = aliases[0] if len(aliases) == 1 else code
    if code in _country_names("en"):
        return code
    return _codes_by_name().get(fold(text))


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, str]:
    return {fold(name): code for language in ("en", "fr") for code, name in countries(language)}


def country_name(code: str, language: str) -> str:
    """Return a country's name in "en" or "fr"."""
    return _country_names(language).get(code, code)


@lru_cache(maxsize=4)
def _country_names(language: str) -> dict[str, str]:
    return dict(countries(language))


@lru_cache(maxsize=8)
def regions(country: str, language: str) -> list[tuple[str, str]]:
    """Return (code, name) of the regions asked for in ``country``; empty elsewhere."""
    column = 1 if language == "fr" else 0
    rows = [(code, names[column]) for code, names in REGIONS.get(country, {}).items()]
    return sorted(rows, key=lambda row: fold(row[1]))


def region_name(country: str, code: str, language: str) -> str:
    """Return a region's name, or what was typed where regions are free text."""
    names = REGIONS.get(country, {}).get(code)
    return names[1 if language == "fr" else 0] if names else code


class NoCountry(ValueError):
    """A text names no country; ``name`` is that text."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def countries_called(text: str | None) -> list[str]:
    """Return the ISO 3166-1 codes of the countries that a list in ``text`` means, each once.

    Raises NoCountry for the first that means none; see :func:`country_called`.
    """
    codes: dict[str, None] = {}
    for name in several(text):
        if (code := country_called(name)) is None:
            raise NoCountry(name)
        codes[code] = None
    return list(codes)
