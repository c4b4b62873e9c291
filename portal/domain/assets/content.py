"""How are an asset's kind and language called, and by which words is a version found?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.core.language import _l
from portal.core.text import words
from portal.domain.assets.models import AssetVersion, AssetWord, Facet, Kind, Language
from portal.domain.products.models import Product

KIND_WORDS: dict[Kind, Any] = {
    Kind.DECK: _l("Presentation"),
    Kind.PRICING: _l("Pricing"),
    Kind.MESSAGING: _l("Messaging"),
    Kind.BATTLE_CARD: _l("Battle card"),
    Kind.RELEASE_NOTES: _l("Release notes"),
    Kind.TERMS: _l("Terms"),
    Kind.OTHER: _l("Other"),
}
LANGUAGE_WORDS: dict[Language, Any] = {
    Language.ENGLISH: _l("English"),
    Language.FRENCH: _l("French"),
    Language.BOTH: _l("English and French"),
}
MOST_WORDS = 600
"""By how many words one version is found at most."""

_SEARCHED = (
    "title", "title_fr", "summary", "summary_fr", "note", "note_fr", "text", "text_fr",
)  # fmt: skip


def index_words(session: Session, version: AssetVersion) -> None:
    """Store the words by whose beginning the version is found, in place of those before.

    Titles, tags and products come first; of a long text the rest is left out.
    """
    session.execute(delete(AssetWord).where(AssetWord.version_id == version.id))
    meant = version.audience.values if version.audience is not None else ()
    codes = [one.value for one in meant if one.facet == Facet.PRODUCT]
    names: list[str] = []
    if codes:
        asked = select(Product.name, Product.name_fr).where(Product.code.in_(codes))
        names = [name for row in session.execute(asked) for name in row]
    found: dict[str, None] = {}
    file_name = version.file_name.rpartition(".")[0]
    texts = [*version.tags, *names, file_name, *(getattr(version, one) for one in _SEARCHED)]
    for text in (version.title, version.title_fr, *texts):
        found.update(dict.fromkeys(sorted(words(text))))
    some = list(found)[:MOST_WORDS]
    session.add_all(AssetWord(version_id=version.id, word=word) for word in some)
