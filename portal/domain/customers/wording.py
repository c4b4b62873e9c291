"""How is a customer's place written?"""

from __future__ import annotations

from portal.domain.customers.places import country_name, region_name


def place_of(city: str, region: str, country: str, language: str) -> str:
    """Return "Toronto, Ontario, Canada" in "en" or "fr", leaving out what is not known."""
    parts = [city, region_name(country, region, language) if region else ""]
    parts.append(country_name(country, language) if country else "")
    return ", ".join(part for part in parts if part)
