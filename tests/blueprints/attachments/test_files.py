"""Can files be added to a record, be had by whoever sees it, and by nobody else?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.core import files, outbox
from portal.core.files import ScannerDown
from portal.core.net import system_mode
from portal.core.times import now
from portal.domain.deals.models import Deal
from portal.domain.registrations import operations
from portal.domain.registrations.models import Receipt, Registration, Status
from tests.blueprints.attachments.attaching import add, names, on_disk
from tests.browser import Browser
from tests.core.pictures import opened, pdf
from tests.core.test_filetypes import HTML, PDF, package, png
from tests.domain.world import actor_of, draft, everything, in_state, kept_beside_records

SignIn = Callable[[str], Browser]


def test_files_stand_beside_a_draft_and_with_the_reviewer(
    app: Flask, sign_in: SignIn, begun: str
) -> None:
    ana = sign_in("ana")
    page = ana.follow(add(ana, begun, {"offer.pdf": PDF, "plan.png": png()}))
    assert names(page) == ["offer.pdf", "plan.png"]
    assert "The file is attached." in page.words
    for step in ("evidence", "check"):
        assert names(ana.get(f"{begun}/{step}")) == ["offer.pdf", "plan.png"], step
    ana.submit(ana.get(f"{begun}/check"), "/submission", status=303)
    shown = ana.get(begun)
    assert names(shown) == ["offer.pdf", "plan.png"]
    assert "Take away" not in shown.words and "Add files" not in shown.words
    review = sign_in("omar").get(f"/admin{begun}")
    assert names(review) == ["offer.pdf", "plan.png"]
    assert "Ana Duarte attached a file" in review.words


def test_a_file_goes_out_to_be_kept_and_never_to_run(
    sign_in: SignIn, begun: str, root: Path
) -> None:
    ana = sign_in("ana")
    name = "Offre d’été (2) \u202egpj.exe.pdf"
    page = ana.follow(add(ana, begun, {name: PDF}))
    link = page.soup.select_one(".files a")
    assert link is not None
    answer = ana.client.get(str(link["href"]), base_url="http://127.0.0.1:8000")
    assert answer.data == PDF and answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "%E2%80%99%C3%A9t%C3%A9" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store, private"
    (kept,) = root.glob("??/*")
    assert kept.read_bytes() == PDF and [kept.name] == on_disk() and len(kept.name) == 32


@pytest.mark.parametrize("who", ["noah", "lena", "sofia", "vic", "sid", "fay"])
def test_nobody_else_gets_it(sign_in: SignIn, begun: str, who: str) -> None:
    ana = sign_in("ana")
    page = ana.follow(add(ana, begun, {"offer.pdf": PDF}))
    link = str(page.soup.select_one(".files a")["href"])  # type: ignore[index]
    other = sign_in(who)
    other.get(link, status=404)
    absent = other.get("/files/FI-00000000", status=404)
    assert absent.heading == other.get(link, status=404).heading
    other.post(f"{link}/removal", [], status=None)
    assert names(ana.get(f"{begun}/files")) == ["offer.pdf"]


def test_what_is_not_taken_is_said_and_the_others_stay(
    app: Flask, sign_in: SignIn, begun: str
) -> None:
    ana = sign_in("ana")
    page = add(ana, begun, {"offer.pdf": PDF, "page.pdf": HTML})
    assert page.status == 200 and names(page) == ["offer.pdf"]
    assert "One file was not taken" in page.words
    assert "page.pdf is not what its ending says." in page.words
    refused = add(ana, begun, {"run.exe": b"MZ" + b"\0" * 99}, htmx=True)
    assert refused.status == 422 and "files of this kind are not taken" in refused.words
    nothing = ana.submit(ana.get(f"{begun}/files"), "/files", status=422)
    assert "Choose a file first." in nothing.words
    assert len(on_disk()) == 1


def test_the_same_content_is_kept_once(app: Flask, sign_in: SignIn, begun: str) -> None:
    ana = sign_in("ana")
    add(ana, begun, {"offer.pdf": PDF})
    page = add(ana, begun, {"again.pdf": PDF}, htmx=True)
    assert names(page) == ["offer.pdf"] and len(on_disk()) == 1


def test_a_try_that_arrived_is_not_kept_twice(app: Flask, sign_in: SignIn, begun: str) -> None:
    ana = sign_in("ana")
    form = ana.get(f"{begun}/files")
    first = ana.upload(form, "/files", {"offer.pdf": PDF}, htmx=True)
    again = ana.upload(form, "/files", {"offer.pdf": PDF}, htmx=True)
    assert names(first) == ["offer.pdf"]
    assert again.location and names(ana.follow(again)) == ["offer.pdf"]
    other = ana.upload(form, "/files", {"plan.png": png()}, htmx=True)
    assert other.status == 409 and len(on_disk()) == 1


def test_ten_at_most(app: Flask, sign_in: SignIn, begun: str) -> None:
    ana = sign_in("ana")
    many = {f"plan-{size}.png": png(size) for size in range(1, 12)}
    page = add(ana, begun, many)
    assert len(names(page)) == 10 and "Send at most 10 at once." in page.words
    assert "no more are taken" in page.words
    assert len(on_disk()) == 10


def test_one_is_taken_away_before_it_is_sent(app: Flask, sign_in: SignIn, begun: str) -> None:
    ana = sign_in("ana")
    page = ana.follow(add(ana, begun, {"offer.pdf": PDF, "plan.png": png()}))
    action = page.soup.select_one(".files form")["action"]  # type: ignore[index]
    page = ana.follow(ana.submit(page, str(action)))
    assert names(page) == ["plan.png"] and "The file is gone." in page.words
    with everything(app) as session:
        assert len(kept_beside_records(session)) == 1
        # The content goes with a sweep, once no transaction can still name it.
        assert files.sweep(session) == 0
        assert files.sweep(session, now() + dt.timedelta(hours=2)) == 1
    assert len(on_disk()) == 1


def test_a_draft_thrown_away_takes_its_files_along(app: Flask, sign_in: SignIn, begun: str) -> None:
    ana = sign_in("ana")
    add(ana, begun, {"offer.pdf": PDF})
    ana.submit(ana.get(f"{begun}/customer"), "/discard", status=303)
    with everything(app) as session:
        assert not kept_beside_records(session)
        assert files.sweep(session, now() + dt.timedelta(hours=2)) == 1
    assert not on_disk()


def test_the_receipt_proves_the_files_too(app: Flask, sign_in: SignIn, begun: str) -> None:
    ana = sign_in("ana")
    add(ana, begun, {"offer.pdf": PDF})
    reference = begun.rpartition("/")[2]
    with everything(app) as session:
        query = select(Registration).where(Registration.reference == reference)
        registration = session.scalars(query).one()
        assert registration.has_files
        with_file = operations.submit(registration, actor_of("ana")).content_hash
        registration.has_files = False
        assert operations.digest(operations.content_of(registration)) != with_file
        session.rollback()
        assert not session.scalars(select(Receipt).filter_by(registration_id=registration.id)).all()


def test_a_deal_takes_files_while_it_is_open(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        record = in_state(Status.APPROVED, domain="filed-deal.ca")
        deal = session.scalars(select(Deal).filter_by(registration_id=record.id)).one()
        path = f"/deals/{deal.reference}"
        session.commit()
    ana, marc = sign_in("ana"), sign_in("marc")
    page = ana.follow(add(ana, path, {"order.xlsx": package("xl/workbook.xml")}))
    assert names(page) == ["order.xlsx"]
    assert names(marc.get(path)) == names(sign_in("carla").get(path)) == ["order.xlsx"]
    marc.submit(marc.get(f"{path}/won"), status=303)
    closed = marc.get(path)
    assert names(closed) == ["order.xlsx"] and "Take away" not in closed.words
    form = marc.get(f"{path}/files")
    assert not form.soup.select("form[data-upload]")


class Down:
    """A scanner that gives no answer."""

    def finds(self, _content: object) -> str:
        raise ScannerDown("connection refused")


class Strict:
    """A scanner that finds something in everything."""

    def finds(self, _content: object) -> str:
        return "Test-Signature"


@pytest.mark.parametrize(("scanner", "words"), [
    (Down(), "Files cannot be checked for viruses at present"),
    (Strict(), "offer.pdf holds a virus and was not taken."),
])  # fmt: skip
def test_nothing_passes_a_scanner_that_is_down_or_finds_something(
    app: Flask, sign_in: SignIn, begun: str, scanner: files.Scanner, words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(files, "_scanner", [scanner])
    ana = sign_in("ana")
    page = add(ana, begun, {"offer.pdf": PDF}, htmx=True)
    assert page.status == 422 and words in page.words and not on_disk()


def test_what_is_not_taken_is_said_in_the_persons_language(
    app: Flask, sign_in: SignIn, begun: str
) -> None:
    """Files are judged before anybody asks who sends them."""
    ana = Browser(app).signed_in("ana", "fr")
    page = add(ana, begun, {"page.pdf": HTML}, htmx=True)
    assert "page.pdf n’est pas ce que dit son extension." in page.words


def test_a_commit_of_which_nobody_hears_keeps_the_content(
    app: Flask, sign_in: SignIn, begun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row may stand: what it names must not be let go of."""
    ana = sign_in("ana")
    form, commit = ana.get(f"{begun}/files"), Session.commit

    def commits_unheard(session: Session) -> None:
        commit(session)
        raise OperationalError("COMMIT", {}, Exception("the connection broke"))

    with monkeypatch.context() as broken:
        broken.setattr(Session, "commit", commits_unheard)
        ana.upload(form, "/files", {"offer.pdf": PDF})
    assert names(ana.get(f"{begun}/files")) == ["offer.pdf"] and len(on_disk()) == 1


def test_what_came_with_a_refused_request_does_not_stay(
    app: Flask, sign_in: SignIn, begun: str
) -> None:
    noah = sign_in("noah")
    with everything(app) as session:
        own = draft("noah", domain="noahs-own.ca").reference
        session.commit()
    page = noah.get(f"/registrations/{own}/files")
    page.form("/files")["action"] = f"{begun}/files"
    answer = noah.upload(page, "/files", {"offer.pdf": PDF})
    assert answer.status == 404 and not on_disk()


def drawn(app: Flask) -> None:
    """Let the worker draw what came in."""
    with app.app_context(), system_mode("worker"):
        outbox.sweep(60.0)


def test_the_card_shows_what_a_file_looks_like(app: Flask, sign_in: SignIn, begun: str) -> None:
    ana = sign_in("ana")
    add(ana, begun, {"offer.pdf": pdf(), "broken.pdf": PDF})
    assert not ana.get(f"{begun}/files").soup.select("img.thumb, .thumb")
    drawn(app)
    (image,) = ana.get(f"{begun}/files").soup.select(".thumb img")
    assert (image["width"], image["height"], image["loading"]) == ("640", "427", "lazy")
    assert image["alt"] == "Look at offer.pdf"
    answer = ana.client.get(str(image["src"]), base_url="http://127.0.0.1:8000")
    assert answer.status_code == 200 and answer.mimetype == "image/webp"
    assert opened(answer.data).size == (640, 427)
    assert "Content-Disposition" not in answer.headers
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store, private"
    for link in ana.get(f"{begun}/files").soup.select(".files a[download]"):
        if link.get_text() == "broken.pdf":
            ana.get(f"{link['href']}/preview", status=404)
    sign_in("noah").get(str(image["src"]), status=404)
