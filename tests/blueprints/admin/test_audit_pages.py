"""Does an auditor find what happened, and does nobody read more of it than is theirs?"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.core.events import Event
from portal.core.sheets import safe_cell
from portal.domain.deals import operations as deals
from portal.domain.deals.models import Deal, Stage
from portal.domain.registrations import operations
from tests.browser import BASE, Browser
from tests.domain.world import actor_of, everything, membership_of, under_review

HEARD = "=HYPERLINK heard at the fair"


@pytest.fixture
def told(app: Flask) -> dict[str, Any]:
    """A registration that was rejected with a reason in words, and a deal that moved."""
    with everything(app) as session:
        record = under_review("ana")
        operations.reject(record, actor_of("olga"), "other", HEARD)
        deal = session.scalars(select(Deal).where(Deal.stage == Stage.PROSPECT)).first()
        owner = next(one for one in ("ana", "noah", "marc", "lena", "bruno", "diego")
                     if membership_of(one).id == deal.owner_id)  # fmt: skip
        deals.move(deal, actor_of(owner), Stage.QUALIFIED)
        session.commit()
        return {
            "reference": record.reference,
            "deal": deal.reference,
            "ana": membership_of("ana").reference,
            "count": session.scalar(select(func.count()).select_from(Event)),
        }


def lines(page: Any) -> list[str]:
    """Return the lines of the history, spaces folded."""
    return [" ".join(one.get_text(" ").split()) for one in page.soup.select("ol.timeline > li")]


def test_the_auditor_finds_by_person_record_kind_and_day(
    sign_in: Callable[[str], Browser], told: dict[str, Any]
) -> None:
    axel = sign_in("axel")
    found = lines(axel.get(f"/admin/audit?record={told['reference'].lower()}"))
    assert [line.split(" · ")[-1] for line in found] == [
        "registration:reject", "registration:take", "registration:submit", "registration:edit",
        "registration:create",
    ]  # fmt: skip
    assert found[0].startswith(f"Olga Lindqvist rejected it Another reason · {HEARD}"), found[0]
    for person in (told["ana"], "ana@northwind.example", "ana duarte"):
        by_ana = lines(axel.get(f"/admin/audit?person={person}&record={told['reference']}"))
        assert len(by_ana) == 3 and all("Ana Duarte" in line for line in by_ana), person
    assert not lines(axel.get("/admin/audit?person=nobody"))
    assert not lines(axel.get("/admin/audit?record=nonsense"))
    kinds = lines(axel.get("/admin/audit?tag=registration:reject"))
    assert kinds and all(line.endswith("registration:reject") for line in kinds)
    assert not lines(axel.get("/admin/audit?until=2001-01-01"))
    assert lines(axel.get("/admin/audit?since=2001-01-01&until=2100-01-01"))
    assert not lines(axel.get("/admin/audit?since=2100-01-01"))


def test_pages_follow_each_other_without_gap_or_repetition(
    sign_in: Callable[[str], Browser], told: dict[str, Any]
) -> None:
    axel, path, count = sign_in("axel"), "/admin/audit", 0
    while path:
        page = axel.get(path)
        count += len(lines(page))
        following = page.soup.select_one("a[rel=next]")
        path = str(following["href"]) if following else ""
    # Axel's own sign-in happened after the world was counted.
    assert count == told["count"] + 1


def test_the_security_administrator_reads_that_it_happened_not_what_was_said(
    sign_in: Callable[[str], Browser], told: dict[str, Any]
) -> None:
    sid = sign_in("sid")
    found = lines(sid.get(f"/admin/audit?record={told['reference']}"))
    assert found[0].startswith("Olga Lindqvist rejected it ")
    assert HEARD not in " ".join(found) and "Another reason" not in " ".join(found)
    moved = lines(sid.get(f"/admin/audit?record={told['deal']}&tag=deal:move"))
    assert "from … to …" in moved[0]
    text = sid.client.get("/admin/audit/export", base_url=BASE).text
    assert told["reference"] in text and HEARD not in text and "Qualified" not in text


def test_the_file_holds_exactly_what_the_filter_shows_and_no_formula(
    app: Flask, sign_in: Callable[[str], Browser], told: dict[str, Any]
) -> None:
    axel = sign_in("axel")
    answer = axel.client.get(
        f"/admin/audit/export?record={told['reference']}&person=ana", base_url=BASE
    )
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=audit-")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    shown = lines(axel.get(f"/admin/audit?record={told['reference']}&person=ana"))
    assert [row[5] for row in rows[1:]] == [line.split(" · ")[-1] for line in shown]
    assert rows[1][1:5] == ["Ana Duarte", told["ana"], "partner", told["reference"]]
    whole = axel.client.get("/admin/audit/export", base_url=BASE).text
    cells = [cell for row in csv.reader(io.StringIO(whole.removeprefix("\ufeff"))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert any(HEARD in cell for cell in cells)
    with everything(app) as session:
        exports = session.scalars(select(Event).where(Event.tag == "audit:export")).all()
        assert len(exports) == 2
        assert "ana" not in str(exports[0].particulars), "a name is kept as its digest"
    newest = lines(axel.get("/admin/audit"))[0]
    assert newest.startswith("Axel Tremblay exported the history")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\u200b=1", "＝1", "|calc", "%0A=1"],
)
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["Ana", "1,000", "2026-01-01", "", "a=b", "René"])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_a_partners_administrator_reads_the_own_companys_log_alone(
    app: Flask, sign_in: Callable[[str], Browser], told: dict[str, Any]
) -> None:
    with everything(app) as session:
        other = under_review("lena").reference
        session.commit()
    nadia = sign_in("nadia")
    page = nadia.get("/company/log")
    assert any("rejected it" in line and told["reference"] in line for line in lines(page))
    whole, path = "", "/company/log"
    while path:
        page = nadia.get(path)
        whole += page.words
        following = page.soup.select_one("a[rel=next]")
        path = str(following["href"]) if following else ""
    assert other not in whole
    # Internal events, sign-ins and surnames of the vendor's people are not for partners.
    for hidden in ("compared", "signed in", "Possible matches", "Lindqvist", "registration:match"):
        assert hidden not in whole, hidden
    assert not lines(nadia.get(f"/company/log?record={other}"))
    sign_in("marc").get("/company/log", status=403)
