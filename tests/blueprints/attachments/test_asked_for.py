"""Can a reviewer ask for files, and does only what is new come and go while they do?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.domain.registrations.models import Registration
from tests.blueprints.attachments.attaching import add, names
from tests.browser import Browser
from tests.core.test_filetypes import PDF, png
from tests.domain.world import draft, everything

SignIn = Callable[[str], Browser]
ASK = {"ask_files": "y", "comment_files": "Please add the customer's e-mail."}


@pytest.fixture
def asked(app: Flask, sign_in: SignIn) -> str:
    """Return the address of a registration with one file, whose reviewer asks for more."""
    with everything(app) as session:
        made = draft(company="Asked Works", domain="asked-works.ca")
        session.commit()
        path = f"/registrations/{made.reference}"
    ana, olga = sign_in("ana"), sign_in("olga")
    add(ana, path, {"offer.pdf": PDF})
    ana.submit(ana.get(f"{path}/check"), "/submission", status=303)
    olga.submit(olga.get(f"/admin{path}"), "/take", status=303)
    page = olga.get(f"/admin{path}/questions")
    assert "offer.pdf" in page.words, "what is there already is said beside the tick"
    olga.submit(page, **ASK, status=303)
    return path


def test_files_are_asked_for_and_added(app: Flask, sign_in: SignIn, asked: str) -> None:
    ana = sign_in("ana")
    page = ana.get(f"{asked}/answer")
    assert ASK["comment_files"] in page.words and names(page) == ["offer.pdf"]
    refused = ana.submit(page, f"{asked}/answer", status=422)
    assert "Add the files that are asked for, or reply why there are none." in refused.words
    assert names(ana.follow(add(ana, asked, {"mail.png": png()}))) == ["offer.pdf", "mail.png"]
    ana.submit(ana.get(f"{asked}/answer"), f"{asked}/answer", status=303)
    review = sign_in("olga").get(f"/admin{asked}")
    assert names(review) == ["offer.pdf", "mail.png"] and "Ana Duarte answered" in review.words
    assert "Add files" not in ana.get(asked).words


def test_a_reply_answers_too(sign_in: SignIn, asked: str) -> None:
    ana = sign_in("ana")
    said = {"reply_files": "They called; there is no mail."}
    ana.submit(ana.get(f"{asked}/answer"), f"{asked}/answer", **said, status=303)
    assert said["reply_files"] in sign_in("olga").get(f"/admin{asked}").words


def test_what_was_sent_stays_and_what_is_new_may_go(
    app: Flask, sign_in: SignIn, asked: str
) -> None:
    ana = sign_in("ana")
    page = ana.follow(add(ana, asked, {"mail.png": png()}))
    (action,) = [str(form["action"]) for form in page.soup.select(".files form")]
    sent = str(page.soup.select(".files a[download]")[0]["href"])
    assert not action.startswith(sent), "only the new one has a button"
    page = ana.get(f"{asked}/files")
    token = [("csrf_token", str(page.soup.select_one("[name=csrf_token]")["value"]))]  # type: ignore[index]
    key = [("submission_key", str(page.soup.select_one("[name=submission_key]")["value"]))]  # type: ignore[index]
    refused = ana.post(f"{sent}/removal", token + key, status=409)
    assert "What was sent stays as it is." in refused.words
    page = ana.follow(ana.submit(ana.get(f"{asked}/files"), action))
    assert names(page) == ["offer.pdf"]


def test_who_is_not_asked_for_files_adds_none(app: Flask, sign_in: SignIn, asked: str) -> None:
    with everything(app) as session:
        reference = asked.rpartition("/")[2]
        made = session.scalars(select(Registration).filter_by(reference=reference)).one()
        made.questions[0].field = "need"
        session.commit()
    page = sign_in("ana").get(f"{asked}/answer")
    assert not page.soup.select("#files")
