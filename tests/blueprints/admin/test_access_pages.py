"""Does staff read who may see and do what, why, and what would have to change?"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from portal.core.access import policies
from portal.domain.explaining.subjects import MODELS
from portal.domain.explaining.wording import PERMISSION_WORDS
from portal.domain.permissions import Permission
from tests.browser import Browser
from tests.domain.world import everything, membership_of, submitted


def test_the_security_administrator_reads_reasons_and_no_content(
    app: Flask, sign_in: Callable[[str], Browser]
) -> None:
    with everything(app) as session:
        record = submitted(company="Secret Customer", value_minor=7_654_321_00)
        reference, noah = record.reference, membership_of("noah").reference
        session.commit()
    sid = sign_in("sid")
    page = sid.get(f"/admin/access?person=ana@northwind.example&reference={reference.lower()}")
    assert f"They may see {reference}." in page.words
    assert "They registered it." in page.words
    assert "Withdraw a registration registration:withdraw Yes Its owner" in page.words
    assert "registration:decide No Their role does not include this." in page.words
    assert "No role of their side includes it." in page.words
    people = [row.get_text(" ", strip=True) for row in page.soup.select("table")[-1].select("tr")]
    assert any("Carla Mendes" in row and "portfolio" in row for row in people)
    assert not any("Noah" in row for row in people)
    for hidden in ("Secret Customer", "7,654", "fresh-customer", "Robin"):
        assert hidden not in page.text
    page = sid.get(f"/admin/access?person={noah}&reference={reference}")
    assert f"They may not see {reference}." in page.words
    assert (
        "What would have to hold: They registered it. Their organisation registered" in page.words
    )
    assert "They may see" not in page.words


def test_what_is_not_found_is_said_beside_the_field(sign_in: Callable[[str], Browser]) -> None:
    page = sign_in("pia").get("/admin/access?person=nobody%40x.example&reference=DR-00000000")
    assert "Nobody is known by “nobody@x.example”" in page.words
    assert "There is no record “DR-00000000”" in page.words
    assert page.soup.find("input", {"name": "person"})["value"] == "nobody@x.example"
    assert page.soup.find("input", {"name": "reference"})["value"] == "DR-00000000"


def test_the_table_is_made_from_roles_and_policies(sign_in: Callable[[str], Browser]) -> None:
    page = sign_in("axel").get("/admin/access/permissions")
    rows = {row.th.small.get_text(): row for row in page.soup.select("table")[0].select("tbody tr")}
    assert set(rows) == set(Permission)
    decide = [cell.get_text(" ", strip=True) for cell in rows["registration:decide"].select("td")]
    assert decide[0] == "Approver"
    assert "Nobody decides on what they sent themselves." in decide[1]
    deals = page.soup.select("table")[2].get_text(" ", strip=True)
    assert "Vendor seller They work on it for the vendor." in deals
    assert "Their role reads every deal." in deals


def test_every_permission_is_said_in_words(app: Flask) -> None:
    assert app.url_map  # which made all policies known
    assert set(PERMISSION_WORDS) == set(Permission)
    assert set(MODELS.values()) <= set(policies())
