"""What comes of each line of a pasted list, also of a wrong one, and of a list sent twice?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.core.contact import NotAnAddress
from portal.core.database import db
from portal.domain.people.administration import Access
from portal.domain.people.models import Membership, Reach, Role
from portal.domain.people.pasting import Named, Unclear, lines_of, read_line
from tests.browser import Browser, Page, fields_of
from tests.domain.world import everything, membership_of

SignIn = Callable[[str], Browser]
USUAL = Access(Role.PARTNER_SELLER, Reach.OWN)
LIST = """Mila Roy <mila@northwind.example>
bare@northwind.example, manager, our company

Otto Kern <otto@northwind.example>, administrator
Ana Duarte <ana@northwind.example>
Mila again <MILA@northwind.example>
nobody
Lia <lia@northwind.example>, king
Far <far@northwind.example>, seller, family"""


def form_of(app: Flask, nadia: Browser, query: str = "") -> Page:
    """Open Nadia's form for a list."""
    with everything(app):
        reference = membership_of("nadia").organisation.reference
    return nadia.get(f"/organisations/{reference}/invitations{query}")


def results(page: Page) -> list[tuple[str, str]]:
    """Return each line with its result."""
    return [
        (row.th.get_text(strip=True), row.td.get_text(strip=True))  # type: ignore[union-attr]
        for row in page.soup.select("tbody tr")
    ]


def test_every_line_has_its_result(app: Flask, sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    form = form_of(app, nadia)
    assert "Dana Reid <dana@northwind.ca>, manager." in form.words
    page = nadia.follow(nadia.submit(form, people=LIST, role="partner_seller", status=303))
    assert page.heading == "3 invitations are on their way."
    assert [result for _line, result in results(page)] == [
        "Invited", "Invited", "Invited", "Already here", "Already here", "No e-mail address",
        "Role or reach unclear", "More than you may give",
    ]  # fmt: skip
    with everything(app):
        found = {
            one.user.email: (one.user.name, one.role, one.reach)
            for one in db.session.scalars(select(Membership)).all()
        }
        assert found["bare@northwind.example"] == (
            "bare@northwind.example", "partner_manager", "organisation",
        )  # fmt: skip
        assert found["otto@northwind.example"] == ("Otto Kern", "partner_administrator", "own")
    # What was not followed is there to be put right, and nothing else.
    link = page.soup.select_one(".actions a.primary")
    assert link is not None
    again = nadia.get(str(link["href"]))
    left = again.soup.select_one("textarea").get_text().strip().splitlines()  # type: ignore[union-attr]
    assert left == LIST.splitlines()[-3:]


def test_a_list_that_is_sent_twice_invites_once(app: Flask, sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    form = form_of(app, nadia)
    pairs = [p for p in fields_of(form.form()) if p[0] not in ("people", "role")]
    pairs += [("people", LIST), ("role", "partner_seller")]
    first = nadia.post(form.path, pairs, status=303)
    with everything(app):
        count = db.session.scalar(select(func.count(Membership.id)))
    second = nadia.post(form.path, pairs, status=303)
    assert second.location == first.location
    with everything(app):
        assert db.session.scalar(select(func.count(Membership.id))) == count


def test_a_list_that_is_too_long_is_kept_as_typed(app: Flask, sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    many = "\n".join(f"p{n}@northwind.example" for n in range(201))
    page = nadia.submit(form_of(app, nadia), people=many, role="partner_seller", status=422)
    assert page.errors() == ["These are 201 lines; send at most 200 at once."]
    assert "p200@northwind.example" in page.soup.select_one("textarea").get_text()  # type: ignore[union-attr]


def test_nobody_reads_another_administrators_list(app: Flask, sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    answer = nadia.submit(form_of(app, nadia), people="x@y.example", role="partner_seller")
    sign_in("sid").get(answer.location, status=404)
    sign_in("theo").get(answer.location, status=404)


@pytest.mark.parametrize(
    "line",
    ["", "nobody", "<>", "a b c", "x@@y.example", "x@y", "Ana <ana@a.example", "a@b.example>",
     "<a@b.example><c@d.example>", ",", "a@b.example;c@d.example"],
)  # fmt: skip
def test_what_is_no_address(app: Flask, line: str) -> None:
    with app.app_context(), pytest.raises(NotAnAddress):
        read_line(line, USUAL)


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        ("Kim Lee <kim@a.example>, manager, organisation", "Kim Lee"),
        ("Kim Lee, kim@a.example, manager, organisation", "Kim Lee"),
        ("Kim Lee; kim@a.example; manager; organisation;", "Kim Lee"),
        ("Kim Lee\tkim@a.example\tmanager\torganisation\t", "Kim Lee"),
        ('"Lee, Kim" <kim@a.example>, manager, organisation', "Lee, Kim"),
        ("Lee, Kim <kim@a.example>; manager; organisation", "Lee, Kim"),
        ("kim@a.example, manager, organisation", ""),
    ],
)
def test_a_line_is_read_as_tables_and_mail_programs_write_it(
    app: Flask, pasted: str, name: str
) -> None:
    with app.app_context():
        [line] = lines_of(pasted)
        access = Access(Role.PARTNER_MANAGER, Reach.ORGANISATION)
        assert read_line(line, USUAL) == Named(name, "kim@a.example", access)


def test_roles_and_reaches_are_read_by_word_and_by_code(app: Flask) -> None:
    with app.app_context():
        line = "Mila Roy <m@a.example>, partner_manager, Organisation"
        assert read_line(line, USUAL).access == Access(Role.PARTNER_MANAGER, Reach.ORGANISATION)
        assert read_line("m@a.example, SELLER", USUAL).access == USUAL
        with pytest.raises(Unclear):
            read_line("m@a.example, manager, own, more", USUAL)
