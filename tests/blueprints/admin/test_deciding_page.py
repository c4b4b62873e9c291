"""Does the decision page say who decides, and lead to the next case?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal.domain.registrations.models import Status
from tests.browser import Browser
from tests.domain.world import everything, in_state, submitted

SignIn = Callable[[str], Browser]
OVER = "This is over your limit; an approver above it decides."
HAND_OVER = "You can take it to compare and ask, and hand it over for the decision."


@pytest.mark.parametrize(("who", "why"), [
    ("omar", OVER), ("carla", "An approver decides this one."), ("olga", ""),
])  # fmt: skip
def test_who_cannot_decide_it_reads_so_before_taking_it(
    app: Flask, sign_in: SignIn, who: str, why: str
) -> None:
    with everything(app) as session:
        reference = submitted(domain="over-limit.ca", value_minor=10_000_001).reference
        session.commit()
    reviewer, path = sign_in(who), f"/admin/registrations/{reference}"
    before = reviewer.get(path)
    assert (HAND_OVER in before.words) is bool(why)
    assert why in before.words
    after = reviewer.follow(reviewer.submit(before, "/take"))
    assert ("Approve" in after.soup.select_one("#decide").get_text()) is not bool(why)  # type: ignore[union-attr]
    assert why in after.words
    way = after.soup.select_one(f"a.button[href='{path}/reviewer']")
    assert way is not None and ("second" in way["class"]) is bool(why)


def test_once_decided_it_leads_to_the_next(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        reference = in_state(Status.UNDER_REVIEW, domain="decided-first.ca").reference
        session.commit()
    omar, path = sign_in("omar"), f"/admin/registrations/{reference}"
    assert "Next:" not in omar.get(path).words
    page = omar.follow(omar.submit(omar.get(path), "/approval"))
    following = next(a for a in page.soup.select("#decide a") if a.get_text().startswith("Next:"))
    queue = omar.get("/admin/registrations").soup.select("tbody tr")
    free = [row for row in queue if "nobody yet" in row.get_text() or "Omar" in row.get_text()]
    first = free[0].select_one("th a")
    assert first is not None and following["href"] == first["href"]
    # Who only reads has nothing to do next.
    assert "Next:" not in sign_in("axel").get(path).words
