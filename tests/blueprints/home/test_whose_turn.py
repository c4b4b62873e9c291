"""Does home say whose task it is, what stands in its way, and that our mail comes back?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from bs4 import Tag
from flask import Flask

from portal.domain.registrations.models import Status
from tests.browser import Browser
from tests.domain.world import everything, in_state, membership_of, submitted, under_review

SignIn = Callable[[str], Browser]


def card(browser: Browser, company: str) -> Tag:
    """Return the card of home that is about ``company``, wherever it stands in their order."""
    pages = (browser.get(f"/?after={after}") for after in range(0, 60, 10))
    cards = [one for page in pages for one in page.soup.select("article.turn")]
    (found,) = (one for one in cards if company in one.get_text())
    return found


def test_a_managers_home_says_whose_task_it_is(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        for by in ("ana", "marc"):
            in_state(Status.NEEDS_INFO, by, company=f"Asked of {by}", domain=f"asked-{by}.ca")
        session.commit()
    marc = sign_in("marc")
    assert "Owner:Ana Duarte" in card(marc, "Asked of ana").get_text(strip=True)
    assert "Owner" not in card(marc, "Asked of marc").get_text()
    assert "Owner" not in card(sign_in("ana"), "Asked of ana").get_text()


def test_what_is_over_ones_limit_says_who_decides(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        for value in (10_000_000, 10_000_001):
            submitted(company=f"Worth {value}", domain=f"worth-{value}.ca", value_minor=value)
            under_review(
                reviewer="omar", company=f"Mine {value}", domain=f"mine-{value}.ca",
                value_minor=value,
            )  # fmt: skip
        for one in (membership_of("omar"), membership_of("carla")):
            one.user.timezone = "America/Toronto"
        session.commit()
    omar, above = sign_in("omar"), "It is over your limit: an approver above it decides."
    assert "Take it for review" in card(omar, "Worth 10000000").get_text()
    assert above not in card(omar, "Worth 10000000").get_text()
    assert above in card(omar, "Worth 10000001").get_text()
    assert "Decide" in card(omar, "Mine 10000000").get_text()
    assert "Ask, or hand it over for the decision" in card(omar, "Mine 10000001").get_text()


def test_a_company_in_onboarding_reads_what_it_waits_for(sign_in: SignIn) -> None:
    theo = sign_in("theo")
    home = theo.get("/")
    assert "With the last item of the checklist Maple Onboard becomes active" in home.words
    refused = theo.get("/registrations", status=403)
    assert "Your company is being set up. This opens as soon as it is active." in refused.words
    assert "Your role does not include this" not in refused.words


@pytest.mark.parametrize(("who", "words"), [
    ("sofia", "Your company takes part without registering deals."),
    ("fay", "Your role does not include this."),
])  # fmt: skip
def test_a_refusal_names_the_company_only_where_the_role_would_do(
    sign_in: SignIn, who: str, words: str
) -> None:
    assert words in sign_in(who).get("/registrations", status=403).words


def test_a_role_without_pages_is_not_spoken_to_as_a_partner(sign_in: SignIn) -> None:
    words = sign_in("sam").get("/").words
    assert "Your role has no pages of its own yet" in words
    assert "What you and Meridian do together" not in words


def test_whose_mail_comes_back_reads_it_themselves(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        membership_of("ana").user.mail_bounced_at = dt.datetime(2026, 11, 2, 15, tzinfo=dt.UTC)
        session.commit()
    ana, told = sign_in("ana"), "Our mail to you comes back"
    for path in ("/", "/account"):
        assert told in ana.get(path).words, path
        assert told not in sign_in("noah").get(path).words, path
