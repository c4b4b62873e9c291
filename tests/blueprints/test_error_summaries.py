"""Does each line of an error summary make sense alone, and lead to its field?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal.domain.registrations.models import Status
from tests.browser import Browser, Page
from tests.domain.world import draft, everything, in_state

SignIn = Callable[[str], Browser]
LONG = "x" * 2001
STEPS = {
    "customer": (
        {"has_no_website": "y", "website": "", "legal_name": "", "street": "x" * 201, "city": LONG},
        [
            "Legal name: without a website we need it to know the customer.",
            "Street: use at most 200 characters; this has 201.",
            "Postal code: without a website we need it to know the customer.",
            "City: use at most 120 characters; this has 2001.",
        ],
    ),
    "opportunity": (
        {"value": "much", "currency": "XXX", "close_on": "soon", "need": "Help", "rivals": LONG},
        [
            "Estimated value: give an amount such as 48,000 or 48000.50.",
            "Currency: choose from the list.",
            "Expected close date: give the day, the month and the year.",
            "What does the customer need: use at least 20 characters, so that a reader can judge.",
            "Who else is the customer considering: use at most 255 characters; this has 2001.",
        ],
    ),
    "evidence": (
        {"call_did": "y", "call_on": "", "demo_did": "y", "demo_on": "2999-01-01",
         "trial_did": "y", "other_did": "y", "other_what": "x" * 121, "other_on": ""},
        [
            "Call: say when it was.",
            "Demo, the day: give today or an earlier date.",
            "Trial: say when it was.",
            "Something else, what it was: use at most 120 characters; this has 121.",
            "Something else: say when it was.",
        ],
    ),
}  # fmt: skip


def check(page: Page, lines: list[str]) -> None:
    """Assert that the summary says ``lines``, each a link to where the same is said."""
    assert sorted(page.errors()) == sorted(lines)
    for link in page.soup.select(".errors a"):
        field = page.soup.select_one(str(link["href"]))
        assert field is not None, link
        beside = page.soup.select_one(f"#error-{field['name']!s}")
        assert beside and beside.get_text() == link.get_text()


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_the_guided_form(app: Flask, sign_in: SignIn, step: str) -> None:
    with everything(app) as session:
        reference = draft(domain="wrong-form.ca").reference
        session.commit()
    values, lines = STEPS[step]
    path = f"/registrations/{reference}/{step}"
    ana = sign_in("ana")
    check(ana.submit(ana.get(path), status=422, **values), lines)


def test_questions_to_the_partner_and_the_answer(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        reference = in_state(Status.UNDER_REVIEW, domain="asking.ca").reference
        asked = in_state(Status.NEEDS_INFO, domain="answering.ca").reference
        session.commit()
    omar = sign_in("omar")
    form = omar.get(f"/admin/registrations/{reference}/questions")
    check(
        omar.submit(form, status=422, ask_city="y", ask_activities="y"),
        [
            "City: say what you need to know.",
            "What has the partner done with this customer so far: say what you need to know.",
        ],
    )
    ana = sign_in("ana")
    form = ana.get(f"/registrations/{asked}/answer")
    check(
        ana.submit(form, status=422, reply_need="x" * 1001),
        ["Your reply about “What does the customer need?”: use at most 1000 characters;"
         " this has 1001."],
    )  # fmt: skip
    check(
        ana.submit(form, status=422),
        ["What does the customer need: change it, or reply why it stands."],
    )
