"""Who of the staff hears of a company that applies, has it on home, and makes it a partner?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from bs4 import Tag
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.access import visible
from portal.core.database import db
from portal.core.events import Event
from portal.core.outbox import Delivery
from portal.core.times import at, now
from portal.domain.applications import applying
from portal.domain.applications.models import Application, Status
from portal.domain.applications.workflow import APPLICATION
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import Membership
from portal.domain.portfolios.deriving import Rule
from portal.domain.portfolios.models import RuleKind
from portal.domain.portfolios.operations import set_portfolio
from tests.browser import Browser, Page, fields_of
from tests.domain.applications.test_workflow import standing
from tests.domain.world import actor_of, everything, membership_of

SignIn = Callable[[str], Browser]


def applies(session: Session, country: str, company: str = "Aurora") -> str:
    """Let a company of that country apply and confirm; return its page's address."""
    one = standing(Status.UNVERIFIED)
    one.country, one.company, one.types = country, company, ["reseller"]
    session.add(one)
    session.flush()
    applying.confirm(one)
    session.commit()
    return f"/admin/applications/{one.reference}"


def told_of(session: Session, path: str) -> set[str]:
    """Return the first names of the staff who got a mail about it."""
    query = (
        select(Delivery.recipient_id)
        .join(Event)
        .where(Event.chain == path.rpartition("/")[2], Delivery.recipient_id.is_not(None))
    )
    numbers = session.scalars(query).all()
    people = session.scalars(select(Membership).where(Membership.id.in_(numbers)))
    return {one.user.email.partition("@")[0] for one in people}


def cards(browser: Browser) -> dict[str, Tag]:
    """Return the cards of home by company."""
    pages = (browser.get(f"/?after={after}") for after in range(0, 60, 10))
    found = [one for page in pages for one in page.soup.select("article.turn")]
    return {str(one.select_one("bdi").get_text()): one for one in found if one.select_one("bdi")}  # type: ignore[union-attr]


def test_mail_and_card_go_to_who_may_decide(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        home, abroad = applies(session, "CA", "From here"), applies(session, "FR", "From there")
        assert told_of(session, home) == {"pia"}
        assert told_of(session, abroad) == {"pia", "carla"}
    pia, carla = sign_in("pia"), sign_in("carla")
    assert "Take it for review" in cards(pia)["From here"].get_text()
    assert "From there" in cards(carla) and "From here" not in cards(carla)
    assert "France" in cards(carla)["From there"].get_text()
    for short in ("axel", "omar", "ana"):
        assert not {"From here", "From there"} & set(cards(sign_in(short)))
    carla.submit(carla.get(abroad), f"{abroad}/take", status=303)
    assert "From there" not in cards(pia), "it is in somebody's hands"
    with at(now() + dt.timedelta(days=9)):
        late = cards(sign_in("carla"))["From there"]
        assert "Decide" in late.get_text() and "bad" in late["class"]


def test_a_channel_manager_decides_where_the_portfolio_names_the_country(
    app: Flask, sign_in: SignIn
) -> None:
    with everything(app) as session:
        path = applies(session, "FR")
    carla = sign_in("carla")
    carla.submit(carla.get(path), f"{path}/take", status=303)
    carla.submit(carla.get(f"{path}/approval"), f"{path}/approval", status=303)
    page = carla.get(path)
    link = page.soup.select_one("a[href^='/admin/organisations/OR-']")
    assert link, "the partner stands in her portfolio by the same rule"
    assert "Onboarding" in carla.get(str(link["href"])).words
    with everything(app):
        actor = actor_of("carla")
        query = visible(Organisation, actor).where(Organisation.name == "Aurora")
        assert db.session.scalars(query).one().countries == ["FR"]
    carla_again = carla.client.get(f"{path}/approval", base_url="http://127.0.0.1:8000")
    assert carla_again.status_code == 409


def test_elsewhere_she_reads_and_is_told_who_decides(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        near, far = applies(session, "CA"), applies(session, "BR")
    carla = sign_in("carla")
    page = carla.get(near)
    assert "a programme administrator decides" in page.words
    assert not page.soup.select("main form[action$='/take']")
    carla.get(f"{near}/approval", status=403)
    carla.get(far, status=404)
    assert "a programme administrator decides" not in sign_in("axel").get(near).words


def test_who_has_all_partners_decides_everywhere(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        set_portfolio(membership_of("carla"), actor_of("pia"), [Rule(RuleKind.ALL)])
        session.commit()
        path = applies(session, "BR")
        assert told_of(session, path) == {"pia", "carla"}
    carla = sign_in("carla")
    carla.submit(carla.get(path), f"{path}/take", status=303)


def test_an_answer_goes_to_the_reviewer_or_without_one_at_work_to_all(app: Flask) -> None:
    with everything(app) as session:
        for reviewer, expected in (("pia", {"pia"}), ("dora", {"pia", "carla"})):
            one = standing(Status.NEEDS_INFO)
            one.country, one.reviewer_id = "FR", membership_of(reviewer).id
            session.add(one)
            session.flush()
            applying.answer(one, "Those in Ottawa.")
            assert told_of(session, f"/{one.reference}") == expected
        assert APPLICATION.state_of(one).next_action
        assert session.scalars(select(Application)).first()


def test_a_review_is_handed_to_whoever_may_decide(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        path = applies(session, "FR", "Handed on")
        carla = str(membership_of("carla").reference)
    pia, form = sign_in("pia"), f"{path}/reviewer"
    assert "Hand the review over" not in pia.get(path).words
    pia.get(form, status=409)
    pia.submit(pia.get(path), f"{path}/take", status=303)
    taken = pia.get(path)
    assert "Hand the review over" in taken.words and "Reviewer You" in taken.words
    assert offered(pia.get(form)) == ["Carla Mendes · nothing open"]
    assert pia.submit(pia.get(form), form, status=422).errors() == ["Choose who takes it."]
    told = pia.follow(pia.submit(pia.get(form), form, colleague=carla))
    assert "It is handed over." in told.words and "You handed the review over" in told.words
    assert "Reviewer Carla Mendes" in told.words
    assert "Handed on" not in cards(pia)
    assert "Decide" in cards(sign_in("carla"))["Handed on"].get_text()
    assert offered(sign_in("carla").get(form)) == ["Pia Castellanos · 2 open applications"]


def test_a_review_is_handed_to_nobody_who_may_not_decide(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        abroad, home = applies(session, "FR"), applies(session, "CA", "Kept here")
        carla = str(membership_of("carla").reference)
    pia = sign_in("pia")
    for path in (abroad, home):
        pia.submit(pia.get(path), f"{path}/take", status=303)
    assert "Nobody else may review this one at present." in pia.get(f"{home}/reviewer").words
    pairs = dict(fields_of(pia.get(f"{abroad}/reviewer").form("/reviewer")))
    pairs["version"] = dict(fields_of(pia.get(f"{home}/question").form("/question")))["version"]
    forged = pia.post(f"{home}/reviewer", [*pairs.items(), ("colleague", carla)], status=422)
    assert "Nobody else may review this one at present." in forged.words
    assert "Reviewer You" in pia.get(home).words
    for short, status in (("carla", 403), ("axel", 403), ("ana", 404)):
        sign_in(short).get(f"{home}/reviewer", status=status)


def test_what_a_reviewer_leaves_behind_waits_for_the_others(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        path = applies(session, "FR", "Left behind")
    pia, carla = sign_in("pia"), sign_in("carla")
    carla.submit(carla.get(path), f"{path}/take", status=303)
    assert "Left behind" not in cards(pia)
    with everything(app) as session:
        membership_of("carla").is_active = False
        session.commit()
    assert "Left behind" in cards(pia)
    assert offered(pia.get(f"{path}/reviewer")) == ["Pia Castellanos · 2 open applications"]


def offered(page: Page) -> list[str]:
    """Return who could take it, each with what they have open."""
    return [label.get_text(strip=True) for label in page.soup.select("fieldset .choice label")]
