"""Does an address belong to the company for which somebody is invited?"""

from __future__ import annotations

from collections.abc import Sequence

from portal.domain.customers.identity import NotACustomer, host_of, registrable_domain
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import Membership


def domain_of(email: str) -> str:
    """Return what names a company in an address, as its partner's page has it; or nothing."""
    host = email.rpartition("@")[2]
    try:
        return registrable_domain(host)
    except NotACustomer:
        pass
    try:
        return host_of(host)  # under an ending of its own kind
    except NotACustomer:
        return ""


def domains_missed(person: Membership) -> Sequence[str]:
    """Return the company's domains where the person's address has none of them."""
    return domains_unlike(person.organisation, person.user.email)


def domains_unlike(organisation: Organisation, email: str) -> Sequence[str]:
    """Return the company's domains where ``email`` has none of them.

    Nothing where the vendor keeps none of that company: then no address looks wrong.
    """
    own, found = sorted(organisation.domains), domain_of(email)
    return [] if any(found == one or found.endswith(f".{one}") for one in own) else own
