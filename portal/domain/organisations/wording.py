"""How is what is kept of an organisation said to a reader?"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from portal.core.database import db
from portal.core.language import show_date
from portal.domain.customers.places import country_name
from portal.domain.organisations.models import Organisation, OrganisationStatus
from portal.domain.organisations.workflow import ORGANISATION
from portal.domain.products.models import OrganisationProduct, Product


def products_of(organisation: Organisation) -> list[Product]:
    """Return what the organisation may sell, by name."""
    sold = (
        select(Product)
        .join(OrganisationProduct, OrganisationProduct.product_id == Product.id)
        .where(OrganisationProduct.organisation_id == organisation.id)
        .order_by(Product.name)
    )
    return list(db.session.scalars(sold))


def names_of(products: Iterable[Product], language: str) -> str:
    """Return the names of products in "en" or "fr", as a list in a sentence."""
    return ", ".join(product.name_in(language) for product in products)


def countries_of(organisation: Organisation, language: str) -> str:
    """Return the names of the countries in which it sells, in "en" or "fr"."""
    return ", ".join(country_name(code, language) for code in organisation.countries)


def dates_of(organisation: Organisation) -> list[tuple[str, str]]:
    """Return since when it stood in each status that it has had, the first one first."""
    entered = [(status, organisation.entered(status)) for status in OrganisationStatus]
    known = sorted(((at, status) for status, at in entered if at), key=lambda pair: pair[0])
    return [
        (str(ORGANISATION.states[status].label), show_date(at, with_year=True))
        for at, status in known
    ]
