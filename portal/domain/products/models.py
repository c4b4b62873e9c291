"""What does the vendor sell, and who may sell it?"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from sqlalchemy import Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base, Numbered


class Product(Numbered, Base):
    """A product or product line; ``code`` is what forms and claims name."""

    __tablename__ = "product"
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_fr: Mapped[str] = mapped_column(String(120), default="")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)

    def name_in(self, language: str) -> str:
        """Return the product's name in "en" or "fr"."""
        return name_of(self, language)


class OrganisationProduct(Base):
    """A product that an organisation may sell."""

    __tablename__ = "organisation_product"
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)


class Named(Protocol):
    """A product as far as its name goes: the product itself, or a row of these columns."""

    @property
    def name(self) -> str: ...
    @property
    def name_fr(self) -> str: ...


class RowOfName(NamedTuple):
    """A product's name in both languages, read without the product."""

    name: str
    name_fr: str


def name_of(product: Named, language: str) -> str:
    """Return the product's name in "en" or "fr"."""
    return product.name_fr if language == "fr" and product.name_fr else product.name
