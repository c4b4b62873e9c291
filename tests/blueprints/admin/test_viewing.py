"""Does staff see the portal exactly as a person does, change nothing, and does everybody know?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from portal.cli import end_left_viewings
from portal.core.drafts import Draft
from portal.core.events import Event
from portal.core.guards import guard_of
from portal.core.submissions import key_for
from portal.core.times import at, now
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Organisation, OrganisationStatus
from portal.domain.people.models import (
    LoginSession,
    Membership,
    PortfolioEntry,
    Reach,
    Role,
    Viewing,
)
from portal.domain.permissions import READING, Permission
from portal.domain.registrations import operations
from tests.browser import BASE, Browser, Page, fields_of
from tests.domain.world import actor_of, everything, membership_of

REASON = "She cannot find her deal with the clinics"
BANNER = "You are viewing as Ana Duarte of Northwind Resale. Read only."
REFUSED = "You view the portal as somebody else: you can read, and nothing is changed."


def person_page(app: Flask, short: str) -> str:
    """Return the address of staff's page of a persona."""
    with everything(app):
        return f"/admin/people/{membership_of(short).reference}"


def views_as(browser: Browser, short: str, reason: str = REASON) -> Page:
    """Begin to see the portal as a persona; return the first page."""
    path = person_page(browser.app, short) + "/viewing"
    page = browser.get(path)
    return browser.follow(browser.submit(page, reason=reason, status=303))


def stops(browser: Browser, page: Page) -> Page:
    """Press the banner's button."""
    return browser.follow(browser.submit(page, "/admin/viewing/end", status=303))


@pytest.fixture
def carla(app: Flask) -> Browser:
    """The channel manager, who sees the portal as Ana does."""
    browser = Browser(app).signed_in("carla")
    views_as(browser, "ana")
    return browser


def without_frame(page: Page) -> str:
    """Return what a page is about, without what differs between any two answers."""
    main = page.soup.find("main")
    assert main is not None
    return re.sub(r"\b[0-9A-F]{10}\b", "NUMBER", " ".join(main.get_text(" ").split()))


def events_of(app: Flask, tag: str) -> list[Event]:
    """Return the events of a kind, the oldest first."""
    with everything(app) as session:
        return list(
            session.scalars(select(Event).where(Event.tag.startswith(tag)).order_by(Event.id))
        )


def counts(app: Flask) -> dict[str, int]:
    """Return how many rows each table has, but for those of the history."""
    from portal.core.database import Base

    with everything(app) as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in ("event", "chain_head")
        }


def test_the_pages_are_those_that_the_person_reads(app: Flask, carla: Browser) -> None:
    ana = Browser(app).signed_in("ana")
    for path in ("/deals", "/registrations", "/deals?q=clin", "/registrations?status=approved"):
        hers, seen = ana.get(path), carla.get(path)
        buttons = re.compile(r"Register a deal")
        assert buttons.sub("", without_frame(seen)).split() == (
            buttons.sub("", without_frame(hers)).split()
        ), path
        assert BANNER in seen.words
        assert "Register" not in seen.soup.select_one("nav.tabs").get_text()  # type: ignore[union-attr]
    deal = str(ana.get("/deals").soup.select("tbody th a")[0]["href"])
    assert carla.get(deal).heading == ana.get(deal).heading
    assert "My deals" in carla.get(deal).words
    assert "Good" in carla.get("/").heading
    assert "Ana" in carla.get("/").heading
    # What only Carla may read, she does not read as Ana.
    carla.get("/admin/organisations", status=403)
    with everything(app) as session:
        foreign = session.scalar(
            select(Deal.reference).where(Deal.owner_id == membership_of("lena").id)
        )
    assert BANNER in carla.get(f"/deals/{foreign}", status=404).words


def test_the_person_chooses_language_and_zone(app: Flask) -> None:
    with everything(app) as session:
        user = membership_of("ana").user
        user.language, user.timezone = "fr", "Europe/Paris"
        session.commit()
    page = views_as(Browser(app).signed_in("carla"), "ana")
    assert page.soup.html["lang"] == "fr"  # type: ignore[index]
    assert "Terminer la consultation" in page.words


def test_the_banner_stands_on_every_page(app: Flask, carla: Browser) -> None:
    receipt = next(
        str(link["href"])
        for row in carla.get("/registrations?status=submitted").soup.select("tbody a")
        for link in carla.get(str(row["href"])).soup.select("a[href^='/receipts/']")
    )
    for path, status in (
        ("/", 200), ("/account", 403), ("/nothing", 404), ("/deals/DL-00000000", 404),
        (receipt, 200),
    ):  # fmt: skip
        page = carla.get(path, status=status)
        assert BANNER in page.words, path
        assert page.soup.select_one(".viewing form[action='/admin/viewing/end']"), path
        # Nothing that could be sent for Ana.
        assert not [one for one in page.soup.select("[name=submission_key]") if one["value"]], path
        assert not page.soup.select("a.account"), path


def addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield endpoint, method and an address of everything that needs a sign-in."""
    names = {
        "reference": "DL-00000000", "step": "customer", "number": 1, "kind": "form",
        "key": "00000000-0000-4000-8000-000000000000",
    }  # fmt: skip
    adapter = app.url_map.bind("127.0.0.1")
    for rule in app.url_map.iter_rules():
        guard = guard_of(app, rule.endpoint)
        assert guard is not None
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            values = {name: names[name] for name in rule.arguments if name in names}
            if guard.permission is not None:
                yield rule.endpoint, method, adapter.build(rule.endpoint, values, method=method)


def test_whatever_is_sent_is_refused_and_leaves_nothing(app: Flask, carla: Browser) -> None:
    """With good keys of either, with none, with and without htmx; only the refusal stays."""
    with everything(app):
        keys = [key_for(membership_of(short).id) for short in ("carla", "ana")]
    token = str(carla.get("/").form("/admin/viewing/end").select("[name=csrf_token]")[0]["value"])
    before, posted = counts(app), 0
    public = ["/sign-in/find", "/sign-in/access", "/email/x"]
    guarded = [path for _endpoint, method, path in addresses(app) if method == "POST"]
    for path in [*guarded, *public]:
        for key, csrf, htmx in ((keys[0], token, False), (keys[1], token, True), ("", "", False)):
            fields = [
                ("csrf_token", csrf),
                ("submission_key", key),
                ("text", "typed"),
                ("step", "x"),
            ]
            answer = carla.post(path, fields, htmx=htmx)
            assert answer.status == 403, (path, answer.status)
            assert REFUSED in answer.words, path
            posted += 1
    assert posted > 60
    assert counts(app) == before
    denied = events_of(app, "access:deny")
    with everything(app):
        assert {event.membership_id for event in denied} == {membership_of("carla").id}


def test_what_writes_while_viewing_is_pinned(app: Flask) -> None:
    found = {
        name for name, view in app.view_functions.items()
        if getattr(view, "__while_viewing__", False)
    }  # fmt: skip
    assert found == {"admin.people.stop", "sign_in.sign_out"}


CLOSED_PAGES = {
    "account.choose", "account.email", "account.show", "deals.edit", "deals.lose", "deals.move",
    "deals.plan", "deals.win", "registrations.answer", "registrations.step",
    "registrations.withdraw", "company.edit", "people.change", "people.deactivate", "people.index",
    "people.invite", "people.invite_many", "people.invited", "people.show", "people.accept",
    "people.decline", "people.requests",
    "admin.organisations.change_status", "admin.organisations.create", "admin.organisations.edit",
    "admin.organisations.edit_sign_in", "admin.organisations.move", "admin.people.devices",
    "admin.people.view_as", "admin.review.ask", "admin.review.reject",
    "admin.assets.audience", "admin.assets.create", "admin.assets.edit", "admin.assets.folders",
    "admin.assets.give_back", "admin.assets.publish", "admin.assets.put_file",
    "admin.assets.rename", "admin.assets.withdraw",
    "admin.assets.reach", "admin.applications.hand_over",
    "admin.applications.approve", "admin.applications.ask", "admin.applications.reject",
    "admin.checklists.add", "admin.checklists.choose", "admin.checklists.create",
    "admin.checklists.edit", "admin.checklists.edit_item", "admin.checklists.publish",
    "admin.checklists.remove", "admin.checklists.retire", "admin.onboarding.give_back",
    "admin.onboarding.waive", "onboarding.send",
    "admin.access.review", "admin.access.reviews", "admin.fields.index", "admin.inside.assess",
    "admin.inside.note_deal", "admin.inside.note_registration", "admin.people.portfolio",
    "admin.review.hand_over", "deals.assign", "deals.reassign", "people.hand_over",
    "people.review", "people.review_record", "registrations.reassign", "shares.revoke",
    "shares.share_deal", "shares.share_registration", "sign_in.again",
}  # fmt: skip


def test_which_pages_are_closed_is_pinned(app: Flask) -> None:
    """Forms, and what is the person's alone: their account, their people."""
    found = {
        endpoint
        for endpoint, method, _path in addresses(app)
        if method == "GET" and guard_of(app, endpoint).permission not in READING  # type: ignore[union-attr]
    }
    assert found == CLOSED_PAGES
    assert set(Permission) > READING


def test_typed_and_unsent_text_is_not_shown(app: Flask) -> None:
    with everything(app) as session:
        ana = actor_of("ana")
        reference = operations.begin_draft(ana).reference
        path = f"/registrations/{reference}/customer"
        session.add(
            Draft(
                membership_id=ana.membership_id, path=path, fields=[["company", "Canary"]],
                version="", at=now(),
            )
        )  # fmt: skip
        session.commit()
    hers = Browser(app).signed_in("ana").get(f"/?kept={reference}")
    assert "Canary" in hers.words
    assert path in hers.text
    carla = Browser(app).signed_in("carla")
    views_as(carla, "ana")
    seen = carla.get(f"/?kept={reference}")
    assert "Canary" not in seen.text
    # Home has a card for a draft that names nobody only because something is typed into it.
    assert reference not in seen.text


def test_it_is_stopped_and_staff_are_themselves_again(app: Flask, carla: Browser) -> None:
    page = stops(carla, carla.get("/deals"))
    assert page.path.startswith(person_page(app, "ana"))
    assert "You see the portal as yourself again." in page.words
    assert "You are viewing" not in page.words
    assert "Carla" in carla.get("/").heading
    # Once more changes nothing.
    token = [pair for pair in fields_of(carla.get("/account").form()) if pair[0] == "csrf_token"]
    assert carla.post("/admin/viewing/end", token, status=303).location == "/"
    assert len(events_of(app, "viewing:end")) == 1


def test_signing_out_ends_it(app: Flask, carla: Browser) -> None:
    token = [
        ("csrf_token", str(tag["value"])) for tag in carla.get("/").soup.select("[name=csrf_token]")
    ][:1]
    carla.post("/sign-out", token, status=303)
    carla.get("/", status=302)
    (ended,) = events_of(app, "viewing:end")
    assert ended.particulars["why"] == "sign-out"
    again = Browser(app).signed_in("carla")
    assert "You are viewing" not in again.get("/").words


def test_after_half_an_hour_it_is_over(app: Flask, carla: Browser) -> None:
    with at(now() + dt.timedelta(minutes=29)):
        assert BANNER in carla.get("/deals").words
    with at(now() + dt.timedelta(minutes=31)):
        page = carla.get("/deals", status=403)
        assert page.heading == "You no longer view as Ana Duarte"
        assert "The 30 minutes are over." in page.words
        assert "You are viewing" not in page.words
        assert "Carla" in carla.get("/").heading
    (ended,) = events_of(app, "viewing:end")
    assert ended.particulars["why"] == "time"


def _leaves_portfolio(session: Any) -> None:
    carla = membership_of("carla")
    session.execute(delete(PortfolioEntry).where(PortfolioEntry.membership_id == carla.id))


def _becomes_an_approver(session: Any) -> None:
    membership_of("carla").role = Role.APPROVER


def _is_deactivated(session: Any) -> None:
    membership_of("ana").is_active = False


def _company_is_suspended(session: Any) -> None:
    place = membership_of("ana").organisation
    session.get(Organisation, place.id).note_status(now())
    setattr(place, "status", OrganisationStatus.SUSPENDED)  # noqa: B010


CHANGES: dict[str, tuple[Callable[[Any], None], str]] = {
    "the portfolio is lost": (_leaves_portfolio, "You may no longer view as this person."),
    "the right is lost": (_becomes_an_approver, "You may no longer view as this person."),
    "the person is deactivated": (_is_deactivated, "Their access or their rights have changed."),
    "the company is suspended": (
        _company_is_suspended, "Their access or their rights have changed.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_ends_at_the_next_request_and_says_so(
    app: Flask, carla: Browser, name: str, method: str
) -> None:
    change, sentence = CHANGES[name]
    token = str(carla.get("/").soup.select("[name=csrf_token]")[0]["value"])
    with everything(app) as session:
        change(session)
        session.commit()
    if method == "GET":
        page = carla.get("/deals", status=403)
    else:
        page = carla.post("/account", [("csrf_token", token)], status=403)
    assert page.heading == "You no longer view as Ana Duarte"
    assert sentence in page.words
    assert "Carla" in carla.get("/").heading
    assert len(events_of(app, "viewing:end")) == 1


def test_of_the_vendors_people_nobody_who_gains_rights(app: Flask) -> None:
    pia = Browser(app).signed_in("pia")
    assert "You are viewing as Sam Whitlock of Meridian Robotics." in views_as(pia, "sam").words
    with everything(app) as session:
        membership_of("sam").role = Role.APPROVER
        session.commit()
    page = pia.get("/", status=403)
    assert "Their access or their rights have changed." in page.words
    for short in ("sid", "axel", "carla", "omar"):
        pia.get(f"{person_page(app, short)}/viewing", status=403)


def test_nobody_whose_family_leads_out_of_the_portfolio(app: Flask) -> None:
    carla = Browser(app).signed_in("carla")
    views_as(carla, "diego")
    with everything(app) as session:
        lena = membership_of("lena").organisation_id
        session.execute(delete(PortfolioEntry).where(PortfolioEntry.organisation_id == lena))
        session.commit()
    carla.get("/deals", status=403)
    page = carla.get(f"{person_page(app, 'diego')}/viewing", status=403)
    assert "The person sees companies outside your portfolio." in page.words
    with everything(app) as session:
        membership_of("diego").reach = Reach.ORGANISATION
        session.commit()
    assert "Diego" in views_as(carla, "diego").heading


def test_whoever_loses_their_own_access_is_out(app: Flask, carla: Browser) -> None:
    with everything(app) as session:
        membership_of("carla").is_active = False
        session.commit()
    assert carla.get("/deals", status=302).location.startswith("/sign-in")
    with at(now() + dt.timedelta(hours=1)), everything(app) as session:
        end_left_viewings(session)
        session.commit()
        assert session.scalar(select(Viewing.ended_at)) is not None
    assert len(events_of(app, "viewing:end")) == 1


def test_every_page_is_an_event_with_the_viewer_as_actor(app: Flask, carla: Browser) -> None:
    first = len(events_of(app, "viewing:page"))
    with everything(app) as session:
        ana, viewer = membership_of("ana"), membership_of("carla")
        deal = session.scalar(select(Deal.reference).where(Deal.owner_id == ana.id))
        seen_before = session.scalar(
            select(func.max(LoginSession.seen_at)).where(LoginSession.membership_id == ana.id)
        )
    carla.get("/deals?q=secret")
    carla.get(f"/deals/{deal}")
    carla.client.get("/deals?q=secret", base_url=BASE, headers={"HX-Request": "true"})
    carla.get("/deals/DL-00000000", status=404)
    carla.get("/account", status=403)
    found = events_of(app, "viewing:page")[first:]
    assert [(one.particulars["page"], one.particulars["target"]) for one in found] == [
        ("deals.index", "-"), ("deals.show", deal), ("deals.index", "-"),
        ("deals.show", "DL-00000000"), ("account.show", "-"),
    ]  # fmt: skip
    assert {one.membership_id for one in found} == {viewer.id}
    assert {one.chain for one in found} == {f"membership:{ana.id}"}
    started = events_of(app, "viewing:start")[0]
    assert not any("secret" in repr(one.particulars) for one in found)
    assert REASON not in repr([vars(started), [vars(one) for one in found]])
    with everything(app) as session:
        assert session.scalar(select(Viewing.reason)) == REASON
        seen = select(func.max(LoginSession.seen_at)).where(LoginSession.membership_id == ana.id)
        assert session.scalar(seen) == seen_before


def test_a_page_whose_event_cannot_be_kept_is_not_shown(
    app: Flask, carla: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    from portal.domain.people import viewing

    def fails(*_args: Any) -> None:
        raise OperationalError("x", {}, Exception("locked"))

    monkeypatch.setattr(viewing, "note_page", fails)
    page = carla.get("/deals", status=503)
    assert "Clinics" not in page.words


def lines(page: Page) -> list[str]:
    """Return the lines of the history, spaces folded."""
    return [" ".join(one.get_text(" ").split()) for one in page.soup.select("ol.timeline > li")]


def test_the_company_and_the_auditors_read_who_looked(app: Flask, carla: Browser) -> None:
    stops(carla, carla.get("/deals"))
    found = lines(Browser(app).signed_in("nadia").get("/company/log"))
    over, begun = (line for line in found if "the portal as Ana Duarte does" in line)
    assert over.startswith("Carla at Meridian no longer sees the portal")
    assert begun.startswith("Carla at Meridian began to see the portal")
    assert REASON not in " ".join(found)
    with everything(app):
        people = [membership_of(short).reference for short in ("carla", "ana")]
    for person in people:
        told = lines(Browser(app).signed_in("axel").get(f"/admin/audit?person={person}"))
        seen = [line for line in told if "viewing:" in line]
        assert len(seen) >= 4, person
        assert REASON in seen[-1]
        assert "Carla Mendes read a page as Ana Duarte deals.index" in " ".join(seen)
    # Another company reads nothing of it.
    theo = Browser(app).signed_in("bruno")
    theo.get("/company/log", status=403)


@contextmanager
def administrator_elsewhere(app: Flask) -> Iterator[Browser]:
    """Let Bruno administer Cobalt."""
    with everything(app) as session:
        membership_of("bruno").role = Role.PARTNER_ADMINISTRATOR
        session.commit()
    yield Browser(app).signed_in("bruno")


def test_another_company_reads_nothing_of_it(app: Flask, carla: Browser) -> None:
    stops(carla, carla.get("/deals"))
    with administrator_elsewhere(app) as bruno:
        assert "viewing:end" not in " ".join(lines(bruno.get("/company/log")))


def test_a_reason_is_asked_for(app: Flask) -> None:
    carla = Browser(app).signed_in("carla")
    page = carla.get(person_page(app, "ana") + "/viewing")
    again = carla.submit(page, reason=" ", status=422)
    assert again.errors() == ["Say in one line what it is for."]
    assert "Carla" in carla.get("/").heading
    assert not events_of(app, "viewing:")


def test_the_form_sent_twice_gives_the_first_answer(app: Flask) -> None:
    carla = Browser(app).signed_in("carla")
    page = carla.get(person_page(app, "ana") + "/viewing")
    first = carla.submit(page, reason=REASON, status=303)
    second = carla.submit(page, reason=REASON, status=303)
    assert first.location == second.location == "/"
    assert len(events_of(app, "viewing:start")) == 1


def test_only_the_one_sign_in_looks_on(app: Flask, carla: Browser) -> None:
    assert "Carla" in Browser(app).signed_in("carla").get("/").heading
    with everything(app) as session:
        numbers = session.scalars(select(LoginSession.viewing_id)).all()
        assert sum(number is not None for number in numbers) == 1
        assert session.scalar(select(Membership.id).where(Membership.id == membership_of("ana").id))
