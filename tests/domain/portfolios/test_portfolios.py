"""Does a portfolio hold at every moment what its rules say, whatever happens around it?"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.audit import verify_chains
from portal.core.database import db
from portal.core.events import Event
from portal.core.workflow import Refused
from portal.domain.deals.models import Deal
from portal.domain.organisations import operations as organisations
from portal.domain.organisations.models import Organisation, PartnerType, Side
from portal.domain.organisations.operations import add_organisation, codes_of
from portal.domain.people import administration
from portal.domain.people.administration import Access
from portal.domain.people.models import Membership, PortfolioEntry, Reach, Role
from portal.domain.people.operations import add_membership
from portal.domain.portfolios.deriving import Rule
from portal.domain.portfolios.effects import effect_of
from portal.domain.portfolios.models import PortfolioRule, RuleKind
from portal.domain.portfolios.operations import rules_of, set_portfolio
from tests.browser import Browser, Page
from tests.domain.registrations.test_races import at_once, statuses
from tests.domain.world import actor_of, everything, membership_of, seen_by

EVERYONE = Rule(RuleKind.ALL)
CANADA, CANADIAN = Rule(RuleKind.COUNTRY, "CA"), "CA"


def partner(name: str) -> Rule:
    """Return the rule for one partner; call in system mode."""
    found = db.session.scalars(select(Organisation).where(Organisation.name == name)).one()
    return Rule(RuleKind.PARTNER, found.reference)


def held(session: Session, short: str = "carla") -> set[str]:
    """Return the names of the partners in a persona's portfolio."""
    query = select(Organisation.name).join(
        PortfolioEntry, PortfolioEntry.organisation_id == Organisation.id
    )
    return set(
        session.scalars(query.where(PortfolioEntry.membership_id == membership_of(short).id))
    )


def expected(session: Session) -> set[tuple[int, int]]:
    """Return what every portfolio must hold, one rule and one partner after the other."""
    found = set()
    for membership in session.scalars(select(Membership)).all():
        rules = session.scalars(select(PortfolioRule).filter_by(membership_id=membership.id)).all()
        for place in session.scalars(select(Organisation)).all():
            if membership.role != "channel_manager" or place.side != "partner":
                continue
            for rule in rules:
                says = {
                    "all": True,
                    "partner": place.reference == rule.value,
                    "country": rule.value in place.countries,
                    "product": rule.value in codes_of(place),
                }
                if says[rule.kind]:
                    found.add((membership.id, place.id))
    return found


def stored(session: Session) -> set[tuple[int, int]]:
    """Return what every portfolio holds."""
    query = select(PortfolioEntry.membership_id, PortfolioEntry.organisation_id)
    return {(row[0], row[1]) for row in session.execute(query)}


class Chance:
    """Somebody who does one thing after another that can change a portfolio."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.pick = session, random.Random(seed)
        self.made = 0
        home = membership_of("carla").organisation
        for number in range(2):
            add_membership(
                session, home, name=f"Channel {number}", email=f"channel{number}@meridian.example",
                role=Role.CHANNEL_MANAGER, reach=Reach.ORGANISATION,
            )  # fmt: skip

    def some(self, choices: Collection[str]) -> list[str]:
        """Return some of them, or none."""
        return sorted(self.pick.sample(sorted(choices), self.pick.randrange(len(choices) + 1)))

    def managers(self) -> list[Membership]:
        """Return everybody of the vendor who could have a portfolio."""
        home = membership_of("carla").organisation_id
        roles = ("channel_manager", "finance")
        query = select(Membership).where(
            Membership.organisation_id == home, Membership.role.in_(roles)
        )
        return list(self.session.scalars(query))

    def partners(self) -> list[Organisation]:
        """Return every partner."""
        return list(self.session.scalars(select(Organisation).filter_by(side="partner")))

    def set_rules(self) -> None:
        """A programme administrator sets a portfolio."""
        who = self.pick.choice(self.managers())
        rules = [Rule(RuleKind.COUNTRY, code) for code in self.some({"CA", "US", "FR"})]
        rules += [Rule(RuleKind.PRODUCT, code) for code in self.some({"ARM", "VIS"})]
        names = self.some({place.reference for place in self.partners()})
        rules += [Rule(RuleKind.PARTNER, name) for name in names[:2]]
        if self.pick.random() < 0.2:
            rules.append(EVERYONE)
        if who.role == Role.CHANNEL_MANAGER:
            pia = actor_of("pia")
            then = effect_of(who, pia, rules).total
            set_portfolio(who, pia, rules)
            mine = [one for one in stored(self.session) if one[0] == who.id]
            assert len(mine) == then, "the page said another number before"

    def change_partner(self) -> None:
        """Staff change countries, products, or something else."""
        place = self.pick.choice(self.partners())
        values = [
            {"countries": self.some({"CA", "US", "FR"})},
            {"products": self.some({"ARM", "VIS", "AMR"})},
            {"tier": self.pick.choice(["Gold", "Silver"])},
            {"countries": self.some({"CA", "US"}), "products": self.some({"ARM"})},
        ]
        organisations.edit(place, actor_of("pia"), self.pick.choice(values))

    def new_partner(self) -> None:
        """A partner comes, by the page or by the command line."""
        self.made += 1
        name, codes = f"Chance {self.made}", self.some({"CA", "US"})
        if self.pick.random() < 0.5:
            values = {"name": name, "types": [PartnerType.RESELLER], "countries": codes,
                      "products": self.some({"ARM", "VIS"})}  # fmt: skip
            organisations.create(actor_of("pia"), values, None)
        else:
            add_organisation(self.session, name, Side.PARTNER, countries=codes)

    def move_partner(self) -> None:
        """The hierarchy is no reason to stand in a portfolio."""
        place, above = self.pick.sample(self.partners(), 2)
        try:
            organisations.move(place, actor_of("pia"), above)
        except Refused:
            return

    def change_role(self) -> None:
        """Somebody becomes a channel manager, or is one no more."""
        who = self.pick.choice([one for one in self.managers() if one.user.email[:5] != "carla"])
        role = Role.FINANCE if who.role == Role.CHANNEL_MANAGER else Role.CHANNEL_MANAGER
        administration.change_access(who, actor_of("sid"), Access(role, Reach.ORGANISATION))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_the_table_follows_the_rules(app: Flask, seed: int) -> None:
    with everything(app) as session:
        chance = Chance(session, seed)
        acts = [chance.set_rules, chance.change_partner, chance.new_partner, chance.move_partner,
                chance.change_role]  # fmt: skip
        for step in range(30):
            act = chance.pick.choices(acts, weights=[4, 4, 2, 1, 2])[0]
            act()
            session.flush()
            assert stored(session) == expected(session), (seed, step, act.__name__)
        session.commit()
        assert not verify_chains(session).faults


def test_the_table_follows_the_rules_on_both(data_app: Flask) -> None:
    with everything(data_app) as session:
        chance = Chance(session, 99)
        for act in (chance.set_rules, chance.change_partner, chance.new_partner) * 4:
            act()
            session.flush()
            assert stored(session) == expected(session), act.__name__


def test_a_rule_for_a_country_brings_its_partners(data_app: Flask) -> None:
    with everything(data_app) as session:
        carla = membership_of("carla")
        set_portfolio(carla, actor_of("pia"), [CANADA, partner("Cobalt Systems")])
        session.commit()
        canadian = {
            one.name for one in session.scalars(select(Organisation).filter_by(side="partner"))
            if CANADIAN in one.countries
        }  # fmt: skip
        assert held(session) == canadian | {"Cobalt Systems"}
        cobalt = membership_of("bruno").organisation_id
        of_cobalt = set(session.scalars(select(Deal.id).where(Deal.organisation_id == cobalt)))
    assert of_cobalt
    with seen_by(data_app, "carla"):
        assert of_cobalt <= set(db.session.scalars(select(Deal.id)))
    with everything(data_app) as session:
        set_portfolio(membership_of("carla"), actor_of("pia"), [CANADA])
        session.commit()
    with seen_by(data_app, "carla"):
        assert not of_cobalt & set(db.session.scalars(select(Deal.id)))


def test_what_was_set_is_kept_in_the_history(app: Flask) -> None:
    with everything(app) as session:
        carla = membership_of("carla")
        before, version = len(held(session)), carla.version
        set_portfolio(carla, actor_of("pia"), [EVERYONE, CANADA])
        session.flush()
        assert rules_of(session, carla.id) == [EVERYONE]
        assert carla.version > version
        events = select(Event).where(Event.chain == f"membership:{carla.id}")
        event = session.scalars(events.order_by(Event.place.desc()).limit(1)).one()
        partners = len(held(session))
        assert (event.tag, event.particulars["came"]) == ("portfolio:set", partners - before)
        set_portfolio(carla, actor_of("pia"), [EVERYONE])
        assert session.scalars(events.order_by(Event.place.desc()).limit(1)).one() is event


def test_who_is_no_channel_manager_any_more_begins_anew(data_app: Flask) -> None:
    with everything(data_app) as session:
        carla = membership_of("carla")
        for role, partners in (
            (Role.FINANCE, set()),
            (Role.CHANNEL_MANAGER, set()),
        ):
            administration.change_access(carla, actor_of("sid"), Access(role, Reach.ORGANISATION))
            session.flush()
            assert held(session) == partners
        with pytest.raises(Refused):
            set_portfolio(membership_of("fay"), actor_of("pia"), [EVERYONE])


def test_reading_a_portfolio_is_for_those_who_know_the_partners(app: Flask) -> None:
    with everything(app) as session:
        add_membership(
            session, membership_of("carla").organisation, name="Carl Other",
            email="carl@meridian.example", role=Role.CHANNEL_MANAGER, reach=Reach.ORGANISATION,
        )  # fmt: skip
        set_portfolio(membership_of("carl"), actor_of("pia"), [partner("Cobalt Systems")])
        session.commit()
        of_both = {membership_of("carla").id, membership_of("carl").id}
        own = {membership_of("carla").id}
    for short, whose in (("carla", own), ("omar", of_both), ("pia", of_both), ("nadia", set()),
                         ("vic", set())):  # fmt: skip
        with seen_by(app, short):
            found = set(db.session.scalars(select(PortfolioRule.membership_id)))
            assert found == whose, short


def looked_at(browser: Browser, reference: str, status: int = 422, **fields: str) -> Page:
    """Choose rules on the page, the others left out, and see what they change."""
    path = f"/admin/people/{reference}/portfolio"
    chosen = {"countries": "", "partners": "", "products": None, **fields}
    return browser.submit(browser.get(path), path, status=status, **chosen)


def setting(browser: Browser, reference: str, **fields: str) -> Callable[[], Page]:
    """Look at the rules now, and confirm them when called."""
    page = looked_at(browser, reference, **fields)
    return lambda: browser.submit(page, f"/admin/people/{reference}/portfolio")


def test_the_page_says_first_who_comes_in_and_goes_out(app: Flask) -> None:
    with everything(app):
        carlas = membership_of("carla").reference
    pia, carla = (Browser(app).signed_in(short) for short in ("pia", "carla"))
    path = f"/admin/people/{carlas}/portfolio"
    typed = pia.get(path).soup.select_one("[name=partners]")
    assert typed is not None and "Northwind Resale OR-" in typed.get_text()
    page = looked_at(pia, carlas, countries="États-Unis", partners="Lakeside IT")
    assert "come in: Cobalt Systems" in page.words.replace("comes", "come")
    # Harbour stays, for it sells there as well.
    assert "2 go out: Northwind Resale, Vosges Automatisme" in page.words
    assert "Northwind Resale" in carla.get("/admin/organisations").words
    again = pia.submit(page, path, again="y", status=422)
    kept = again.soup.select_one("[name=countries]")
    assert kept is not None and kept["value"] == "États-Unis"
    assert not again.errors()
    answer = pia.submit(page, path)
    assert answer.status == 303
    assert "The portfolio holds from now on." in pia.follow(answer).words
    listed = carla.get("/admin/organisations").words
    assert "Cobalt Systems" in listed and "Northwind Resale" not in listed


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"countries": "Atlantis"}, "There is no country called Atlantis."),
        ({"partners": "Nobody Inc"}, "There is no partner called Nobody Inc."),
        ({"partners": "Meridian Robotics"}, "There is no partner called Meridian Robotics."),
        ({"products": "NONE"}, "choose from the list"),
    ],
)
def test_what_is_no_rule_is_said(app: Flask, fields: dict[str, str], sentence: str) -> None:
    with everything(app):
        reference = membership_of("carla").reference
    page = looked_at(Browser(app).signed_in("pia"), reference, **fields)
    assert sentence in page.errors()[0]
    assert not page.soup.select("#change")


def test_two_set_one_portfolio_at_once(data_app: Flask) -> None:
    with everything(data_app):
        reference = membership_of("carla").reference
    acts = [
        setting(Browser(data_app).signed_in("pia"), reference, countries=code)
        for code in ("Canada", "US")
    ]
    assert statuses(at_once(*acts)) == [303, 409]


def test_a_partner_comes_while_a_portfolio_is_set(data_app: Flask) -> None:
    """Neither sees what the other has not finished, and yet nobody is forgotten."""
    with everything(data_app):
        reference = membership_of("carla").reference
    for number in range(5):
        pia, other = (Browser(data_app).signed_in("pia") for _ in range(2))
        set_it = setting(pia, reference, countries="Canada" if number % 2 else "US, Canada")
        page = other.get("/admin/organisations/new")
        form = {"name": f"New Here {number}", "types": "reseller", "countries": "Canada"}
        answers = at_once(set_it, lambda p=page, f=form, o=other: o.submit(p, **f))  # type: ignore[arg-type, misc]
        assert statuses(answers) == [303, 303]
        with everything(data_app) as session:
            assert stored(session) == expected(session), number
            assert f"New Here {number}" in held(session)
