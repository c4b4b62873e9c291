"""Does the decision page say what a decision has led to, with and without a script?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal.domain.registrations.models import Status
from tests.browser import Browser, Page
from tests.domain.world import everything, in_state

STEPS = {
    "approval": ({}, "You approved it. The customer is protected until "),
    "rejection": (
        {"reason": "no_project", "text": "There is no project any more."},
        "You rejected it. Northwind Resale reads your reason.",
    ),
    "questions": (
        {"ask_need": "y", "comment_need": "Which line?"},
        "Your questions are with Northwind Resale, who answers next.",
    ),
}


def told(page: Page) -> str:
    found = page.soup.select_one("#main [role=status], .note[role=status]")
    return found.get_text(strip=True) if found else ""


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
@pytest.mark.parametrize("step", STEPS)
def test_a_decision_is_told(
    app: Flask, sign_in: Callable[[str], Browser], step: str, htmx: bool
) -> None:
    with everything(app) as session:
        reference = in_state(Status.UNDER_REVIEW, domain="told.ca").reference
        session.commit()
    values, sentence = STEPS[step]
    path = f"/admin/registrations/{reference}"
    omar = sign_in("omar")
    form = omar.get(path if step == "approval" else f"{path}/{step}")
    assert told(form) == ""
    assert told(omar.get(f"{path}?just=approve")) == "", "what did not happen is not told"
    answer = omar.submit(form, f"/{step}", htmx=htmx, **values)
    page = omar.follow(answer) if answer.location else answer
    assert told(page).startswith(sentence)
    assert told(omar.get(path)) == ""
