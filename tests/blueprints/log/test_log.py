"""Does a company’s administrator read the log in words, with customers and ways to records?"""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask

from portal.domain.registrations import operations
from tests.browser import Browser, Page
from tests.domain.world import actor_of, draft, everything

SignIn = Callable[[str], Browser]


def lines(page: Page) -> list[str]:
    return [" ".join(one.get_text(" ").split()) for one in page.soup.select("ol.timeline > li")]


def test_a_line_names_the_customer_and_leads_to_the_record(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        begun = draft(company="Named Works", domain="named-works.ca")
        for place in ("Laval", "Gatineau", "Ottawa"):
            operations.save_draft(begun, actor_of("ana"), {"city": place})
        operations.submit(begun, actor_of("ana"))
        session.commit()
        reference = begun.reference
    page = sign_in("nadia").get(f"/company/log?record={reference}")
    told = lines(page)
    assert all(f"· {reference} · Named Works" in line for line in told)
    assert page.soup.select_one(f"ol.timeline a[href='/registrations/{reference}']")
    # Saved four times in a row, told once.
    assert [line.partition(" Ana Duarte ")[0] for line in told] and len(told) == 3
    assert sum("saved the draft" in line for line in told) == 1


def test_no_code_of_ours_is_read(sign_in: SignIn) -> None:
    page = sign_in("nadia").get("/company/log")
    assert lines(page)
    assert not re.search(r"\b(registration|deal|share|viewing|access):[a-z]", page.words)
    kinds = {one.get_text() for one in page.soup.select("#field-tag option")}
    assert {"Took it for review", "Rejected it", "Moved it from … to …"} <= kinds
