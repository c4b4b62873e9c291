"""What do a partner's own page and the pages of its forms show?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, request
from sqlalchemy import func
from sqlalchemy.orm import contains_eager, joinedload

from portal.blueprints.admin.organisations.forms import (
    NewOrganisationForm,
    OrganisationForm,
    values_of,
)
from portal.blueprints.admin.organisations.lists import candidates, named
from portal.blueprints.admin.organisations.taking_on import onboarding_of
from portal.blueprints.filing import said_room
from portal.blueprints.reading import Email, Phone
from portal.core.access import can, visible
from portal.core.database import db
from portal.core.forms import bind
from portal.core.language import _, _n, chosen_language
from portal.core.text import clean_line
from portal.domain.organisations import hierarchy
from portal.domain.organisations.content import LABELS
from portal.domain.organisations.models import Organisation, Side, is_in_family
from portal.domain.organisations.operations import codes_of, why_below_itself
from portal.domain.organisations.policy import is_in_portfolio
from portal.domain.organisations.wording import countries_of, dates_of, names_of, products_of
from portal.domain.organisations.workflow import ORGANISATION
from portal.domain.people.actor import CLOSED, MemberActor
from portal.domain.people.models import Membership, Role, User
from portal.domain.people.reach import effect_of_move
from portal.domain.people.roles import REACH_OF_THEIRS, ROLE_WORDS, STANDING_WORDS, TYPE_WORDS
from portal.domain.permissions import Permission as P
from portal.domain.products.models import Product
from portal.domain.timeline.sentences import timeline

# Who can look after a partner.
MANAGERS = (Role.CHANNEL_MANAGER, Role.PROGRAMME_ADMINISTRATOR, Role.VENDOR_SELLER)
MOST_BELOW = 50
TOP = "top"


def record_page(organisation: Organisation, actor: MemberActor) -> dict[str, Any]:
    """Return the context of the page: status, hierarchy, facts, people and history."""
    people = (
        visible(Membership, actor)
        .join(Membership.user)
        .options(contains_eager(Membership.user))
        .where(Membership.organisation_id == organisation.id)
        .order_by(Membership.id)
    )
    below = _below(organisation, actor)
    return {
        "organisation": organisation,
        "is_partner": organisation.side == Side.PARTNER,
        "facts": _facts(organisation, can(actor, P.ORGANISATION_EDIT, organisation)),
        "dates": dates_of(organisation),
        "people": (found := db.session.scalars(people).all()),
        "is_closed": organisation.status in CLOSED,
        "inviters": [] if found else _inviters(organisation, actor),
        "channel_managers": _channel_managers(organisation, actor),
        "above": _above(organisation, actor),
        "below": below[:MOST_BELOW],
        "all_below": _count_below(organisation, actor) if below else 0,
        "kinds": ", ".join(str(TYPE_WORDS[one]) for one in organisation.types),  # type: ignore[index]
        "state": ORGANISATION.state_of(organisation),
        "roles": ROLE_WORDS,
        "reaches": REACH_OF_THEIRS,
        "entries": timeline(organisation.reference, actor, current_app.config["VENDOR_SHORT_NAME"]),
        "standings": STANDING_WORDS,
        **onboarding_of(organisation, actor),
    }


def _channel_managers(organisation: Organisation, actor: MemberActor) -> Sequence[Membership]:
    """Return in whose portfolio the partner stands, as far as the reader may know of them."""
    holds_it = is_in_portfolio(organisation.id, Membership.id)
    managers = (
        visible(Membership, actor)
        .join(Membership.user)
        .options(contains_eager(Membership.user))
        .where(Membership.role == Role.CHANNEL_MANAGER, Membership.is_active, holds_it)
        .order_by(Membership.id)
    )
    return db.session.scalars(managers).all()


def _inviters(organisation: Organisation, actor: MemberActor) -> Sequence[str]:
    """Return the names of who invites a partner's first people, where the reader does not."""
    if can(actor, P.PERSON_ADMINISTER, organisation):
        return ()
    administrators = (
        visible(Membership, actor)
        .join(Membership.user)
        .with_only_columns(User.name)
        .where(Membership.role == Role.SECURITY_ADMINISTRATOR, Membership.is_active)
        .order_by(Membership.id)
    )
    return db.session.scalars(administrators).all()


def _facts(organisation: Organisation, is_administrator: bool) -> list[tuple[str, str]]:
    language, manager = chosen_language(), organisation.account_manager
    rows = [
        (LABELS["account_manager"], manager.user.name if manager else "–"),
        (LABELS["countries"], countries_of(organisation, language) or "–"),
        (LABELS["products"], names_of(products_of(organisation), language) or "–"),
        (LABELS["domains"], ", ".join(organisation.domains) or "–"),
        (LABELS["company_email"], Email(organisation.contact_email or "")),
        (LABELS["company_phone"], Phone(organisation.contact_phone or "")),
        (_("Room for files"), said_room(organisation) if is_administrator else ""),
    ]
    return [(str(label), value) for label, value in rows if value]


def _above(organisation: Organisation, actor: MemberActor) -> list[Organisation]:
    """Return all above it whom the reader may know of, the highest first."""
    line = list(hierarchy.line_above(db.session(), organisation.id))
    query = visible(Organisation, actor).where(Organisation.id.in_(line))
    found = {one.id: one for one in db.session.scalars(query)}
    return [found[number] for number in reversed(line) if number in found]


def _below(organisation: Organisation, actor: MemberActor) -> list[Organisation]:
    query = (
        visible(Organisation, actor)
        .where(Organisation.parent_id == organisation.id)
        .order_by(Organisation.name_key, Organisation.reference)
    )
    return list(db.session.scalars(query.limit(MOST_BELOW)))


def _count_below(organisation: Organisation, actor: MemberActor) -> int:
    is_below = is_in_family(Organisation.id, organisation.id)
    query = visible(Organisation, actor).where(is_below, Organisation.id != organisation.id)
    return db.session.scalar(query.with_only_columns(func.count(Organisation.id))) or 0


def _choices(actor: MemberActor) -> dict[str, Any]:
    """Return whom and what the forms offer."""
    managers = (
        visible(Membership, actor)
        .join(Membership.user)
        .options(contains_eager(Membership.user), joinedload(Membership.organisation))
        .where(Membership.role.in_(MANAGERS), Membership.is_active)
        .order_by(Membership.id)
    )
    offered = visible(Product, actor).where(Product.is_active).order_by(Product.name)
    return {
        "managers": db.session.scalars(managers).all(),
        "offered": db.session.scalars(offered).all(),
    }


def form_of(organisation: Organisation, actor: MemberActor) -> OrganisationForm:
    """Return the form of what staff keep of a partner."""
    choices = _choices(actor)
    present = organisation.account_manager
    if present is not None and present not in choices["managers"]:
        choices["managers"] = [*choices["managers"], present]
    kept = products_of(organisation)
    choices["offered"] = [*choices["offered"], *(one for one in kept if not one.is_active)]
    data = values_of(organisation, codes_of(organisation))
    return bind(OrganisationForm, data=data, **choices)


def new_form(actor: MemberActor) -> NewOrganisationForm:
    """Return the form of a new partner."""
    return bind(NewOrganisationForm, **_choices(actor))


def move_page(organisation: Organisation, actor: MemberActor, chosen: str) -> dict[str, Any]:
    """Return the context of a move: whom one finds, and what the chosen place changes."""
    typed = clean_line(request.args.get("q", ""))[:120]
    parent = named(actor, chosen)
    is_chosen = parent is not None or chosen == TOP
    refusal = None
    if parent is not None and hierarchy.is_above(db.session(), organisation.id, parent.id):
        refusal = why_below_itself(organisation, parent)
    return {
        "organisation": organisation,
        "above": organisation.parent,
        "parent": parent,
        "chosen": (parent.reference if parent else TOP) if is_chosen else "",
        "refusal": refusal,
        "effect": said_effect(organisation, parent) if is_chosen and not refusal else "",
        "typed": typed,
        "found": candidates(actor, organisation, typed),
    }


def said_effect(organisation: Organisation, parent: Organisation | None) -> str:
    """Return in one sentence whose reach changes."""
    effect = effect_of_move(organisation, parent)
    companies = _n("one company", "%(num)s companies", effect.companies)
    losing = _n("one person", "%(num)s people", effect.losing)
    gaining = _n("one person", "%(num)s people", effect.gaining)
    if effect.losing and effect.gaining:
        return _(
            "Of those who see a company and all below it, %(losing)s will see %(companies)s fewer,"
            " and %(gaining)s will see as many more.",
            losing=losing,
            companies=companies,
            gaining=gaining,
        )
    if effect.losing:
        return _(
            "Of those who see a company and all below it, %(losing)s will see %(companies)s fewer.",
            losing=losing,
            companies=companies,
        )
    if effect.gaining:
        return _(
            "Of those who see a company and all below it, %(gaining)s will see %(companies)s more.",
            gaining=gaining,
            companies=companies,
        )
    return _("Nobody will see more or fewer companies.")
