"""Does an administrator say by one tap each who still needs access, and is it signed for good?"""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from portal.core.database import db
from portal.core.net import system_mode
from portal.domain.access_reviews.models import AccessReview, AccessReviewItem
from portal.domain.people.models import Membership, Reach, Role, User
from tests.browser import Browser, Page
from tests.domain.world import everything, membership_of
from tests.test_fragments import lines_of, swapped

SignIn = Callable[[str], Browser]


def card(page: Page, name: str) -> str:
    """Return the words of one person's card."""
    for one in page.soup.select("li.card"):
        heading = one.find("h2")
        if heading and name in heading.get_text():
            return " ".join(one.get_text(" ").split())
    raise AssertionError(f"no card of {name}: {page.words[:500]}")


def item(app: Flask, name: str) -> str:
    """Return the reference under which somebody stands in the demo world's review."""
    with app.app_context(), system_mode("test"):
        query = (
            select(AccessReviewItem.reference)
            .join(Membership, Membership.id == AccessReviewItem.membership_id)
            .join(User, User.id == Membership.user_id)
            .where(User.name.startswith(name))
        )
        return db.session.scalars(query).one()


def review(app: Flask, name: str) -> str:
    """Return the reference of a company's review."""
    with app.app_context(), system_mode("test"):
        query = select(AccessReview.reference).join(AccessReview.organisation)
        return db.session.scalars(query.where(AccessReview.organisation.has(name=name))).one()


def press(browser: Browser, page: Page, where: str, decision: str, **more: object) -> Page:
    return browser.submit(page, f"{where}/decision", decision=decision, **more)


def test_the_way_from_home_to_the_signature(app: Flask, sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    home = nadia.get("/")
    assert "Say who still needs access" in home.words
    page = nadia.get("/people/review")
    assert "Has not signed in for 7" in card(page, "Noah")
    assert "Mail to this person comes back." in card(page, "Ana")
    assert "Sees everything of the company." in card(page, "Marc")
    assert "Somebody else looks at your own access." in card(page, "Nadia")
    assert "Was here since then" not in page.words  # which says nothing of how far somebody sees
    sign_in("noah")
    assert "Was here since then: today" in card(nadia.get("/people/review"), "Noah")
    assert "3 people are left." in page.words
    for name, decision in (("Ana", "keep"), ("Noah", "deactivate"), ("Marc", "reduce")):
        answer = press(nadia, page, item(app, name), decision, status=303)
        assert answer.location.endswith(f"/people/review#{item(app, name)}")
        page = nadia.get("/people/review")
    assert "Access closed You, " in card(page, "Noah") or "Access closed Nadia" in card(
        page, "Noah"
    )
    with everything(app):
        assert not membership_of("noah").is_active
        assert membership_of("marc").reach == Reach.OWN
    sent = nadia.submit(page, "/answer", status=303)
    assert "looks once more and signs" in nadia.follow(sent).words
    assert "Say who still needs access" not in nadia.get("/").words

    sid, where = sign_in("sid"), f"/admin/access/reviews/{review(app, 'Northwind Resale')}"
    home = sid.get("/")
    assert "Northwind Resale" in home.words and "look around" not in home.words
    assert "Northwind Resale" in sid.get("/admin/access/reviews?status=with_security").words
    page = sid.get(where)
    assert "One person is left." in page.words
    press(sid, page, item(app, "Nadia"), "keep", status=303)
    ready = sid.get(where)
    undone = sid.submit(ready, f"{item(app, 'Noah')}/undo", status=303)
    assert undone.location.endswith(f"{where}#{item(app, 'Noah')}")
    refused = sid.submit(ready, f"{where}/signature", status=409)
    assert "Look at everybody first" in refused.words
    press(sid, sid.get(where), item(app, "Noah"), "keep", status=303)
    sid.submit(sid.get(where), f"{where}/signature", status=303)
    page = sid.get(where)
    assert "Signed off" in page.words and not page.soup.select("main form")
    assert re.search(r"\b[0-9a-f]{64}\b", page.words)
    assert "This is not what was signed." not in page.words
    assert sid.get("/admin/access/reviews?status=signed_off").words.count("Northwind Resale") == 1

    own = nadia.follow(sent)
    record = nadia.get(str(own.soup.select_one("main table a")["href"]))
    assert "Reduced" in record.words and "Noah Bergeron" in record.words
    with everything(app) as session:
        found = session.scalars(
            select(AccessReview).filter_by(reference=where.rpartition("/")[2])
        ).one()
        people = [dict(one, outcome="keep") for one in found.content["people"]]
        found.content = {**found.content, "people": people}
        session.commit()
    assert "This is not what was signed." in nadia.get(record.path).words


def test_one_tap_swaps_the_card_as_the_page_would_show_it(app: Flask, sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    for decision, step in (("keep", "decision"), (None, "undo"), ("reduce", "decision")):
        page, action = nadia.get("/people/review"), f"{item(app, 'Marc')}/{step}"
        more = {"decision": decision} if decision else {}
        answer = nadia.submit(page, action, status=200, htmx=True, **more)
        fresh = nadia.get("/people/review")
        assert lines_of(swapped(page, action, answer)) == lines_of(fresh.soup), step


def test_whoever_is_second_reads_that_it_has_changed(app: Flask, sign_in: SignIn) -> None:
    first, second, where = sign_in("nadia"), sign_in("nadia"), item(app, "Noah")
    stale = second.get("/people/review")
    press(first, first.get("/people/review"), where, "keep", status=303)
    late = press(second, stale, where, "deactivate", status=409)
    assert "This has changed meanwhile" in late.words
    with everything(app):
        assert membership_of("noah").is_active


def test_an_access_that_has_changed_is_looked_at_before_it_is_kept(
    app: Flask, sign_in: SignIn
) -> None:
    nadia, where = sign_in("nadia"), item(app, "Noah")
    stale = nadia.get("/people/review")
    with everything(app) as session:
        membership_of("noah").role = Role.PARTNER_MANAGER
        session.commit()
    late = press(nadia, stale, where, "keep", status=409)
    assert "This has changed meanwhile" in late.words
    press(nadia, nadia.get("/people/review"), where, "keep", status=303)


def test_nothing_but_the_three_decisions_is_taken(app: Flask, sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    for nonsense in ("reduced_by_clock", "signed_off", "", "Keep"):
        page = nadia.get("/people/review")
        press(nadia, page, item(app, "Noah"), nonsense, status=400)


def test_home_asks_for_reviews_only_where_one_waits(app: Flask, sign_in: SignIn) -> None:
    from sqlalchemy import event

    counts: dict[str, int] = {}
    nadia = sign_in("nadia")
    for name in ("with", "without"):
        if name == "without":
            page = nadia.get("/people/review")
            for one in ("Ana", "Noah", "Marc"):
                press(nadia, page, item(app, one), "keep", status=303)
                page = nadia.get("/people/review")
            nadia.submit(page, "/answer", status=303)
        seen: list[str] = []
        with app.app_context():
            engine = db.engine

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            seen.append(statement)  # noqa: B023

        event.listen(engine, "before_cursor_execute", note)
        nadia.get("/")
        event.remove(engine, "before_cursor_execute", note)
        counts[name] = len(seen)
        assert any("FROM access_review" in one for one in seen) is (name == "with")
    assert counts["with"] == counts["without"] + 1
