"""Can people share a record, see what is shared with them, and end it, at the very next request?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.database import db
from portal.core.net import system_mode
from portal.core.outbox import Delivery
from portal.core.times import today
from portal.domain.deals.models import Deal, Stage
from portal.domain.people.models import Membership, User
from portal.domain.programme import programme
from portal.domain.registrations.models import Registration
from portal.domain.shares.models import Share
from portal.integrations.mail.letters import write_letter
from tests.browser import Browser, Page

SignIn = Callable[[str], Browser]


def in_days(days: int) -> str:
    """Return the day so many days from today in the vendor's zone, as a date picker sends it."""
    return (today(programme().zone) + dt.timedelta(days=days)).isoformat()


def named(app: Flask, model: type, short: str, **values: object) -> str:
    """Return the reference of one of a persona's records in that state."""
    with app.app_context(), system_mode("test"):
        query = select(model).join(Membership, Membership.id == model.owner_id).join(User)
        query = query.where(User.email.like(f"{short}@%")).filter_by(**values)
        return str(db.session.scalars(query.order_by(model.id.desc())).first().reference)


def person(app: Flask, short: str) -> str:
    """Return the reference of a persona."""
    with app.app_context(), system_mode("test"):
        query = select(Membership.reference).join(User).where(User.email.like(f"{short}@%"))
        return str(db.session.scalars(query).one())


def offered_on(page: Page) -> list[str]:
    """Return whom the list on the page offers."""
    return [one.get_text() for one in page.soup.select("option") if one["value"]]


def share(browser: Browser, path: str, holder: str, **values: object) -> Page:
    """Share the record at ``path`` by the form."""
    page = browser.get(f"{path}/share")
    return browser.submit(page, **{"holder": holder, "level": "view", "until": "", **values})


def test_a_deal_is_shared_seen_and_taken_back(app: Flask, sign_in: SignIn) -> None:
    deal = named(app, Deal, "diego", stage=Stage.AGREEING)
    diego, lena = sign_in("diego"), sign_in("lena")
    lena.get(f"/deals/{deal}", status=404)
    until = in_days(9)
    answer = share(diego, f"/deals/{deal}", person(app, "lena"), until=until)
    page = diego.follow(answer)
    assert "Lena Fournier (Lakeside IT) · May read it" in page.words
    assert "You shared it" in page.words

    seen = lena.get(f"/deals/{deal}")
    assert "Shared with you" in seen.words
    assert "Shared by Diego Salazar (Harbour Distribution) until" in seen.words
    for url in ("edit", "next-step", "stage", "won", "lost", "share"):
        assert f"/deals/{deal}/{url}" not in seen.text
        lena.get(f"/deals/{deal}/{url}", status=403)
    row = next(one for one in lena.get("/deals").soup.select("tbody tr") if deal in str(one))
    assert "Shared by Diego Salazar (Harbour Distribution) until" in row.get_text(" ")
    assert deal in lena.get("/deals?stage=agreeing").text
    # Whoever has no share is not told of them.
    assert "Shared by" not in sign_in("ana").get("/deals").words

    link = page.soup.select_one("a[href^='/shares/']")
    assert link is not None
    asked = diego.get(str(link["href"]))
    assert "Lena Fournier" in asked.words
    gone = diego.follow(diego.submit(asked, status=303))
    assert "It is shared with nobody." in gone.words
    lena.get(f"/deals/{deal}", status=404)
    assert deal not in lena.get("/deals").text
    diego.get(str(link["href"]), status=409)


def test_who_may_work_on_it_does_and_closes_nothing(app: Flask, sign_in: SignIn) -> None:
    deal = named(app, Deal, "diego", stage=Stage.PROVING)
    diego, ana = sign_in("diego"), sign_in("ana")
    with app.app_context(), system_mode("test"):
        place = db.session.scalars(select(Membership).join(User).where(User.email.like("ana@%")))
        northwind = place.one().organisation.reference
    share(diego, f"/deals/{deal}", northwind, level="edit")
    page = ana.get(f"/deals/{deal}")
    assert "May work on it" in page.words
    assert "/won" not in page.text and "/lost" not in page.text
    ana.submit(page, f"/deals/{deal}/stage", stage="agreeing", status=303)
    planned = ana.get(f"/deals/{deal}/next-step")
    ana.submit(planned, step="Call them", on=in_days(2), status=303)
    assert "Call them" in diego.get(f"/deals/{deal}").words
    for url in ("won", "lost"):
        ana.get(f"/deals/{deal}/{url}", status=403)


def test_a_registration_is_shared_for_answering(app: Flask, sign_in: SignIn) -> None:
    record = named(app, Registration, "diego", status="needs_info")
    diego, lena = sign_in("diego"), sign_in("lena")
    path = f"/registrations/{record}"
    share(diego, path, person(app, "lena"), level="edit", until=in_days(3))
    page = lena.get(path)
    assert "Answer 2 questions" in page.words
    assert "/withdrawal" not in page.text
    row = next(
        one for one in lena.get("/registrations").soup.select("tbody tr") if record in str(one)
    )
    assert "Shared by Diego Salazar" in row.get_text(" ")
    # Home is for one's own work.
    assert record not in lena.get("/").text
    form = lena.get(f"{path}/answer")
    replies = {"reply_products": "Both.", "reply_contact_phone": "It does."}
    lena.submit(form, status=303, **replies)
    assert "Lena Fournier answered" in diego.get(path).words


def test_staff_share_what_is_in_their_portfolio(app: Flask, sign_in: SignIn) -> None:
    record = named(app, Registration, "ana", status="under_review")
    carla, omar, bruno = sign_in("carla"), sign_in("omar"), named(app, Registration, "bruno")
    path = f"/registrations/{record}"
    page = carla.follow(share(carla, path, person(app, "lena")))
    assert page.path.startswith("/admin/registrations/")
    assert "Lena Fournier (Lakeside IT)" in page.words
    assert "at Meridian" in sign_in("lena").get(path).words
    # Approvers decide; with whom it is shared is not theirs to know.
    assert "Lena Fournier" not in omar.get(f"/admin/registrations/{record}").words
    omar.get(f"{path}/share", status=403)
    carla.get(f"/registrations/{bruno}/share", status=404)


def test_nobody_is_offered_of_whom_one_does_not_know(app: Flask, sign_in: SignIn) -> None:
    deal = named(app, Deal, "ana")
    path = f"/deals/{deal}"
    offered = {
        short: offered_on(sign_in(short).get(f"{path}/share")) for short in ("ana", "marc", "carla")
    }
    assert offered["ana"] == ["Northwind Resale"]
    assert {"Noah Bergeron (Northwind Resale)", "Nadia Rahman (Northwind Resale)"} < set(
        offered["marc"]
    )
    assert not [one for one in offered["marc"] if "Lakeside" in one or "Dora" in one]
    assert {"Lakeside IT", "Lena Fournier (Lakeside IT)"} < set(offered["carla"])
    assert not [one for one in offered["carla"] if "Cobalt" in one or "Carla" in one]
    colleagues = [one for one in offered["carla"] if "Meridian" in one]
    assert colleagues == ["Victor Brandt (Meridian Robotics)"]
    # Named by hand it is as unknown as on the list.
    marc = sign_in("marc")
    # Carla looks after the company: of her he knows, of hers he does not.
    for short in ("lena", "dora", "carla", "PE-00000000", "x"):
        stranger = person(app, short) if short.islower() and len(short) > 1 else short
        answer = share(marc, path, stranger)
        assert answer.status == 422
        assert answer.errors()
        assert "Lena" not in answer.text
    found = offered_on(marc.get(f"{path}/share?q=noah"))
    assert found == ["Noah Bergeron (Northwind Resale)"]


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_wrong_is_said_and_kept(app: Flask, sign_in: SignIn, htmx: bool) -> None:
    deal = named(app, Deal, "diego", stage=Stage.AGREEING)
    diego = sign_in("diego")
    page = diego.get(f"/deals/{deal}/share")
    lena = person(app, "lena")
    wrong = diego.submit(page, holder=lena, level="own", until=in_days(-1), htmx=htmx, status=422)
    assert len(wrong.errors()) == 2
    chosen = wrong.soup.select_one("option[selected]")
    assert chosen is not None and chosen["value"] == lena
    assert in_days(-1) in wrong.text
    with app.app_context(), system_mode("test"):
        of_deal = select(Share).join(Deal, Deal.id == Share.deal_id)
        assert not db.session.scalars(of_deal.where(Deal.reference == deal)).all()


def test_the_mail_is_in_their_language_and_names_no_customer(app: Flask, sign_in: SignIn) -> None:
    with app.app_context(), system_mode("test"):
        user = db.session.scalars(select(User).where(User.email.like("lena@%"))).one()
        user.language = "fr"
        db.session.commit()
    deal = named(app, Deal, "diego", stage=Stage.AGREEING)
    diego = sign_in("diego")
    page = diego.follow(share(diego, f"/deals/{deal}", person(app, "lena")))

    def letters() -> list[str]:
        with app.test_request_context(), system_mode("test"):
            waiting = db.session.scalars(select(Delivery).order_by(Delivery.id.desc())).all()
            mine = [one for one in waiting if one.event.tag == "share:make"][:1]
            return [write_letter(one).as_string() for one in mine]

    (letter,) = letters()
    assert f"/deals/{deal}" in letter and "Diego Salazar" in letter
    assert "Partag" in letter and page.heading not in letter
    # Taken back before it left: nothing is told.
    link = page.soup.select_one("a[href^='/shares/']")
    diego.submit(diego.get(str(link["href"])), status=303)  # type: ignore[index]
    with pytest.raises(Exception, match="no longer see"):
        letters()


def test_the_company_reads_in_its_log_with_whom(app: Flask, sign_in: SignIn) -> None:
    """The administrator of the company that owns it, and nobody of the one it is shared with."""
    deal = named(app, Deal, "marc")
    nadia, carla, axel = sign_in("nadia"), sign_in("carla"), sign_in("axel")
    share(carla, f"/deals/{deal}", person(app, "lena"))
    log = nadia.get(f"/company/log?record={deal}&tag=share:make").words
    assert "Carla at Meridian shared it" in log
    assert "Lena Fournier (Lakeside IT)" in log
    audit = axel.get(f"/admin/audit?record={deal}&tag=share:make").words
    assert "shared it" in audit and "Lena" not in audit
