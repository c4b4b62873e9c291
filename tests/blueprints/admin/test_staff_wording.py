"""Do the vendor's staff read of the partner, where the partner reads of themselves?"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from portal.domain.registrations.models import Status
from tests.browser import Browser
from tests.crawl import folded, pages_of, texts_of
from tests.domain.world import everything, in_state

SignIn = Callable[[str], Browser]
# What only a partner can say of themselves, or be told.
TO_A_PARTNER = re.compile(
    r"\bYour (?:reference|company|territory|customer|registration|deal)\b|\boutside your\b"
    r"|\bMy (?:company|deals)\b|\bonly mine\b|\bAsk me first\b|\bhave you done\b|\bWell done\b",
    re.IGNORECASE,
)
STAFF = ("omar", "vic", "pia")


@pytest.mark.parametrize("who", STAFF)
def test_no_page_of_staff_speaks_to_the_partner(app: Flask, sign_in: SignIn, who: str) -> None:
    with everything(app) as session:
        asked = in_state(Status.UNDER_REVIEW, domain="staff-words.ca", own_reference="PO 7781")
        asked.may_contact = "ask"
        paths = [f"/admin/registrations/{asked.reference}"]
        session.commit()
    browser = sign_in(who)
    starts = ["/", "/account", *(paths if who == "omar" else [])]
    if who == "omar":
        starts += [f"{paths[0]}/questions", f"{paths[0]}/rejection"]
    found = set()
    for page in pages_of(browser, *starts, most=2):
        if page.path.startswith("/admin/outbox/"):
            continue  # a mail is shown as the partner reads it
        found.update(
            f"{page.path}, {where}: {text}"
            for where, text in texts_of(page.soup)
            if TO_A_PARTNER.search(text)
        )
    assert not found, "\n".join(sorted(found))


def test_each_side_reads_its_own_words_of_one_record(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        record = in_state(Status.SUBMITTED, domain="both-sides.ca", own_reference="PO 7781")
        record.may_contact = "ask"
        reference = record.reference
        session.commit()
    mine = sign_in("ana").get(f"/registrations/{reference}").words
    theirs = sign_in("omar").get(f"/admin/registrations/{reference}").words
    assert "Your reference PO 7781" in mine and "Ask me first" in mine
    assert "Partner’s reference PO 7781" in theirs and "Ask the partner first" in theirs
    assert "What has the partner done with this customer so far?" in theirs


def test_staff_read_of_a_person_s_reach_as_of_somebody_else_s(sign_in: SignIn) -> None:
    for path in ("/admin/people", "/admin/people?q=marc"):
        assert "The partner’s company" in folded(sign_in("sid").get(path).words)
    assert "My company" in sign_in("marc").get("/account").words
