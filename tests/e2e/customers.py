"""Who is there to sell to, that no other test knows?"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Customer:
    """Somebody to sell to."""

    company: str
    website: str
    need: str = "Two lines stop each night for manual palletising; they want one shift."


def new_customer(name: str = "Boreal Bakery") -> Customer:
    """Return a customer with a company name and a website of its own."""
    number = next(_numbers)
    site = f"https://www.{name.lower().replace(' ', '-')}-{number}.ca"
    return Customer(f"{name} {number}", site)
