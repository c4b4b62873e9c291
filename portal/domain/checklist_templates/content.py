"""What is one item of a checklist, and how is it kept?"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from portal.core.language import _l
from portal.core.text import either


class Kind(StrEnum):
    """What is to be done."""

    FORM = "form"
    UPLOAD = "upload"
    TRAINING = "training"
    CALL = "call"
    ACCOUNT = "account"
    STAFF = "staff"


class Owner(StrEnum):
    """Who does it."""

    ADMINISTRATOR = "administrator"
    LEAD = "lead"
    ANYBODY = "anybody"
    STAFF = "staff"


class Fact(StrEnum):
    """From what an item of account data is derived: it is never ticked."""

    CONTACT = "contact"
    COLLEAGUE = "colleague"
    COUNTRIES = "countries"
    PRODUCTS = "products"
    DOMAINS = "domains"


KIND_WORDS: dict[str, Any] = {
    Kind.FORM: _l("Questions"),
    Kind.UPLOAD: _l("Document"),
    Kind.TRAINING: _l("Training"),
    Kind.CALL: _l("Call"),
    Kind.ACCOUNT: _l("Account data"),
    Kind.STAFF: _l("Task of our own"),
}
OWNER_WORDS: dict[str, Any] = {
    Owner.ADMINISTRATOR: _l("The partner’s administrators"),
    Owner.LEAD: _l("The partner’s managers and administrators"),
    Owner.ANYBODY: _l("Anybody at the partner"),
    Owner.STAFF: _l("We do it ourselves"),
}
FACT_WORDS: dict[str, Any] = {
    Fact.CONTACT: _l("The company’s e-mail and phone are kept"),
    Fact.COLLEAGUE: _l("A second person has joined"),
    Fact.COUNTRIES: _l("We have set in which countries it sells"),
    Fact.PRODUCTS: _l("We have set which products it may sell"),
    Fact.DOMAINS: _l("We have set its own web domains"),
}
# What the partner's people can bring about themselves; the rest is for staff.
PARTNER_FACTS = frozenset({Fact.CONTACT, Fact.COLLEAGUE})
STAFF_KINDS = frozenset({Kind.CALL, Kind.STAFF})
"""What staff do themselves, and tick off."""


@dataclass(frozen=True)
class Question:
    """One question of a form; ``key`` tells it from the others for good."""

    key: str
    label: str
    label_fr: str = ""

    def label_in(self, language: str) -> str:
        """Return it in "en" or "fr"."""
        return either(self.label, self.label_fr, language)


@dataclass(frozen=True)
class Item:
    """One item as a template asks for it; ``key`` stays the same in every edition.

    ``due_days`` count from the beginning of the checklist; ``after`` names the keys of what has to
    be done before; ``renew_months`` 0 is never.
    """

    key: str
    kind: Kind
    title: str
    owner: Owner
    title_fr: str = ""
    help: str = ""
    help_fr: str = ""
    due_days: int = 14
    after: tuple[str, ...] = ()
    is_mandatory: bool = True
    needs_file: bool = False
    link: str = ""
    renew_months: int = 0
    questions: tuple[Question, ...] = ()
    fact: str = ""

    def title_in(self, language: str) -> str:
        """Return its title in "en" or "fr"."""
        return either(self.title, self.title_fr, language)

    def help_in(self, language: str) -> str:
        """Return what is to be done, in "en" or "fr"."""
        return either(self.help, self.help_fr, language)

    @property
    def is_staffs(self) -> bool:
        """Tell whether the vendor's side does it."""
        return self.owner == Owner.STAFF


def as_kept(item: Item) -> dict[str, Any]:
    """Return the item as JSON keeps it."""
    return asdict(item)


def item_from(kept: Mapping[str, Any]) -> Item:
    """Return the item that JSON keeps."""
    return Item(
        **{
            **kept,
            "kind": Kind(kept["kind"]),
            "owner": Owner(kept["owner"]),
            "after": tuple(kept["after"]),
            "questions": tuple(Question(**one) for one in kept["questions"]),
        }
    )


def new_key() -> str:
    """Return a key that no other item or question has."""
    return secrets.token_hex(6)


def circle_of(items: Sequence[Item]) -> list[Item]:
    """Return items that wait for each other in a circle, in its order, or none."""
    by_key = {one.key: one for one in items}
    finished: set[str] = set()

    def follow(key: str, way: list[str]) -> list[str]:
        if key in way:
            return way[way.index(key) :]
        if key in finished or key not in by_key:
            return []
        for before in by_key[key].after:
            if found := follow(before, [*way, key]):
                return found
        finished.add(key)
        return []

    for one in items:
        if found := follow(one.key, []):
            return [by_key[key] for key in found]
    return []
