"""What can be done with an organisation, each as one named write?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.changes import Changed, differences
from portal.core.database import db
from portal.core.events import record_event
from portal.core.language import _
from portal.core.text import fold
from portal.core.times import now
from portal.core.workflow import Refused
from portal.domain.organisations import hierarchy
from portal.domain.organisations.content import fields_of
from portal.domain.organisations.events import E
from portal.domain.organisations.models import Organisation, OrganisationStatus, Side
from portal.domain.organisations.workflow import ORGANISATION
from portal.domain.products.models import OrganisationProduct, Product

# What staff write, and what the company itself does; nothing else can be set from a form.
STAFF_FIELDS = frozenset(
    "name types tier countries domains products account_manager contact_email contact_phone".split()
)
COMPANY_FIELDS = frozenset({"contact_email", "contact_phone"})
# What decides in whose portfolio a partner stands.
PLACING = ("countries", "products")

followers: list[Callable[[Session, Organisation], None]] = []
"""Told of each organisation that came, or whose countries or products changed.

In the same transaction, which holds the hierarchy's lock.
"""


class NameTaken(Exception):
    """Another organisation is called so already, or so much alike that nobody tells them apart."""

    def __init__(self, other: Organisation) -> None:
        super().__init__(other.reference)
        self.name, self.reference = other.name, other.reference

    @property
    def sentence(self) -> str:
        """Return what the person reads."""
        return _(
            "There is %(name)s (%(reference)s) already. Give a name that differs.",
            name=self.name,
            reference=self.reference,
        )


def add_organisation(
    session: Session,
    name: str,
    side: Side,
    *,
    types: Sequence[str] = (),
    tier: str = "",
    countries: Sequence[str] = (),
    domains: Sequence[str] = (),
    parent: Organisation | None = None,
    status: OrganisationStatus = OrganisationStatus.ACTIVE,
) -> Organisation:
    """Add an organisation below ``parent`` and return it, with its rows of the closure table."""
    hierarchy.hold(session)
    organisation = Organisation(
        name=name,
        name_key=fold(name),
        side=side,
        status=status,
        types=list(types),
        tier=tier,
        countries=list(countries),
        domains=list(domains),
        parent=parent,
    )
    organisation.note_status(now())
    session.add(organisation)
    session.flush()
    hierarchy.enter(session, organisation.id, parent.id if parent else None)
    _tell_followers(session, organisation)
    return organisation


def _tell_followers(session: Session, organisation: Organisation) -> None:
    for follow in followers:
        follow(session, organisation)


def find_organisation(session: Session, text: str) -> Organisation | None:
    """Return the organisation whose reference or exact folded name is ``text``."""
    return session.scalar(
        select(Organisation).where(
            (Organisation.reference == text.upper()) | (Organisation.name_key == fold(text))
        )
    )


def _need_free(name: str, but: int = 0) -> None:
    """Raise NameTaken when an organisation other than the one numbered ``but`` is called so."""
    same = select(Organisation).where(Organisation.name_key == fold(name), Organisation.id != but)
    if (other := db.session.scalar(same.limit(1))) is not None:
        raise NameTaken(other)


def create(actor: Actor, values: Mapping[str, Any], parent: Organisation | None) -> Organisation:
    """Add a partner below ``parent``, invited; raises NameTaken, and KeyError for other fields."""
    need_partner(parent)
    hierarchy.hold(db.session())
    _need_free(values["name"])
    organisation = add_organisation(
        db.session(),
        values["name"],
        Side.PARTNER,
        parent=parent,
        status=OrganisationStatus.INVITED,
    )
    _write(organisation, values, STAFF_FIELDS, [])
    _tell_followers(db.session(), organisation)
    record_event(E.CREATE, organisation, actor)
    return organisation


def need_partner(parent: Organisation | None) -> None:
    """Raise Refused when ``parent`` is the vendor, who stands outside the hierarchy."""
    if parent is not None and parent.side != Side.PARTNER:
        raise Refused(_("Only a partner can stand above a partner."), parent)


def edit(organisation: Organisation, actor: Actor, values: Mapping[str, Any]) -> None:
    """Change what staff keep of a partner; raises NameTaken, and KeyError for other fields."""
    _change(organisation, actor, values, STAFF_FIELDS, E.EDIT)


def keep_contact(organisation: Organisation, actor: Actor, values: Mapping[str, Any]) -> None:
    """Change what the company itself keeps; raises KeyError for any other field."""
    _change(organisation, actor, values, COMPANY_FIELDS, E.KEEP)


def _change(
    organisation: Organisation,
    actor: Actor,
    values: Mapping[str, Any],
    allowed: frozenset[str],
    tag: str,
) -> None:
    products = codes_of(organisation)
    before = fields_of(organisation, products, actor)
    manager = organisation.account_manager
    if fold(values.get("name", "")) not in ("", organisation.name_key):
        hierarchy.hold(db.session())
        _need_free(values["name"], organisation.id)
    if any(set(values.get(name, before[name])) != set(before[name]) for name in PLACING):
        hierarchy.hold(db.session())
    codes = _write(organisation, values, allowed, products)
    after = fields_of(organisation, codes, actor)
    if any(before[name] != after[name] for name in PLACING):
        _tell_followers(db.session(), organisation)
    changes = differences(before, after)
    if "account_manager" in values:
        names = [one.reference if one else None for one in (manager, values["account_manager"])]
        changes += [Changed("account_manager", *names)] if names[0] != names[1] else []
    if changes:
        record_event(tag, organisation, actor, changes=changes)


def _write(
    organisation: Organisation,
    values: Mapping[str, Any],
    allowed: frozenset[str],
    products: Iterable[str],
) -> list[str]:
    """Write the fields and return the codes of what the organisation may sell from now on."""
    codes = list(products)
    for name, value in values.items():
        if name not in allowed:
            raise KeyError(name)
        if name == "products":
            codes = list(value)
        elif name == "account_manager":
            organisation.account_manager_id = value.id if value is not None else None
        elif getattr(organisation, name) != value:
            setattr(organisation, name, value)
    organisation.name_key = fold(organisation.name)
    if set(codes) != set(products):
        _stock(organisation, codes)
    return codes


def _stock(organisation: Organisation, codes: Iterable[str]) -> None:
    """Let the organisation sell the products with these codes, and no other."""
    db.session.flush()
    db.session.execute(
        delete(OrganisationProduct).where(OrganisationProduct.organisation_id == organisation.id)
    )
    for number in db.session.scalars(select(Product.id).where(Product.code.in_(list(codes)))):
        db.session.add(OrganisationProduct(organisation_id=organisation.id, product_id=number))
    # What it sells is no column of its own row, and an older form must not undo it.
    organisation.version += 1


def codes_of(organisation: Organisation) -> list[str]:
    """Return the codes of the products that the organisation may sell."""
    found = db.session.scalars(
        select(Product.code)
        .join(OrganisationProduct, OrganisationProduct.product_id == Product.id)
        .where(OrganisationProduct.organisation_id == organisation.id)
        .order_by(Product.code)
    )
    return list(found)


def take_step(organisation: Organisation, actor: Actor, step: str, reason: str) -> None:
    """Take a step of the partner's way through the programme, with the reason that staff give.

    People of a suspended or ended organisation have no access at their next request; its records
    stay. Raises WrongState or Denied.
    """
    ORGANISATION.apply(organisation, step, actor, words={"reason": reason})
    organisation.note_status(now())


def move(organisation: Organisation, actor: Actor, parent: Organisation | None) -> None:
    """Put a partner, with all below it, below ``parent`` or at the top.

    Raises Refused where that makes a circle, and for the vendor, who neither moves nor stands
    above anybody.
    """
    if organisation.side != Side.PARTNER:
        raise Refused(
            _("The vendor’s own organisation stands outside the hierarchy."), organisation
        )
    need_partner(parent)
    session = db.session()
    hierarchy.hold(session)
    if parent is not None and hierarchy.is_above(session, organisation.id, parent.id):
        raise Refused(why_below_itself(organisation, parent), organisation)
    was = organisation.parent
    if (was and was.id) == (parent and parent.id):
        return
    organisation.parent = parent
    session.flush()
    hierarchy.carry(session, organisation.id, parent.id if parent else None)
    names = [one.reference if one else None for one in (was, parent)]
    record_event(E.MOVE, organisation, actor, changes=[Changed("parent", *names)])


def why_below_itself(organisation: Organisation, parent: Organisation) -> str:
    """Return the sentence that refuses a circle."""
    if organisation.id == parent.id:
        return _("%(name)s cannot stand below itself.", name=organisation.name)
    return _(
        "%(other)s stands below %(name)s, so it cannot stand above it.",
        other=parent.name,
        name=organisation.name,
    )
