"""Does one item say what is to be done, take what is sent, and lose nothing that was typed?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.domain.checklists import operations
from portal.domain.checklists.models import ChecklistItem
from tests.blueprints.onboarding.reading import next_of
from tests.browser import Browser, fields_of
from tests.core.test_filetypes import HTML, PDF
from tests.domain.world import actor_of, everything

SignIn = Callable[[str], Browser]
Where = Callable[[str], str]
NEWER = PDF + b"% the second"
ANSWERS = {"answer_customers": "Bakeries.", "answer_team": "Two sell, one installs."}


def item_at(app: Flask, path: str) -> ChecklistItem:
    """Return the item; call in everything()."""
    with everything(app) as session:
        found = session.scalars(
            select(ChecklistItem).where(ChecklistItem.reference == path.rpartition("/")[2])
        ).one()
        session.refresh(found)
        return found


def test_a_returned_document_is_put_right(app: Flask, sign_in: SignIn, maple: Where) -> None:
    theo, here = sign_in("theo"), maple("insurance")
    page = theo.get(here)
    assert "Meridian gave it back" in page.words and "It ends next month." in page.words
    assert "A photo of it will do." in page.words
    added = theo.upload(page, "/files", {"attestation-2027.pdf": NEWER})
    assert added.status == 303 and added.location.startswith(here)
    page = theo.follow(added)
    assert "The file is attached." in page.words and "attestation-2027.pdf" in page.words
    sent = theo.submit(page, "/sending")
    assert sent.status == 303
    page = theo.follow(sent)
    assert page.path.startswith("/checklist?") and "It is sent for review." in page.words
    assert next_of(page).startswith("How the company is reached")
    assert "With Meridian" in theo.get(here).words
    assert item_at(app, here).sent_by == "Théo Gagnon"


def test_answers_are_sent_and_read_back(app: Flask, sign_in: SignIn, asked_again: str) -> None:
    theo = sign_in("theo")
    page = theo.get(asked_again)
    assert "Who are your typical customers?" in page.words
    assert theo.submit(page, "/sending", **ANSWERS).status == 303
    page = theo.get(asked_again)
    assert "Bakeries." in page.words and "Sent by Théo Gagnon" in page.words
    assert page.soup.select_one("#answer") is None


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_missing_is_said_and_what_was_typed_stays(
    sign_in: SignIn, asked_again: str, htmx: bool
) -> None:
    theo = sign_in("theo")
    page = theo.get(asked_again)
    wrong = theo.submit(page, "/sending", status=422, htmx=htmx, answer_customers="Bakeries.")
    assert wrong.errors() == ["Answer “Who sells and who installs?”"]
    assert "Bakeries." in wrong.text
    if not htmx:
        assert wrong.heading == "Tell us how you sell"
    again = theo.submit(wrong, "/sending", answer_team="x" * 2001, status=422)
    assert "Bakeries." in again.text and len(again.errors()) == 1


def test_a_missing_file_is_said_on_the_page(app: Flask, sign_in: SignIn, maple: Where) -> None:
    with everything(app) as session:
        reference = maple("safety").rpartition("/")[2]
        item = session.scalars(select(ChecklistItem).filter_by(reference=reference)).one()
        item.status, item.next_side, item.has_files = "in_progress", "partner", False
        session.commit()
    noah = sign_in("noah")  # anybody at the company may do this one
    page = noah.get(maple("safety"))
    link = page.soup.select_one("main a[target=_blank]")
    assert link is not None and "noopener" in link["rel"]
    refused = noah.submit(page, "/sending", status=422)
    assert refused.errors() == ["Add the file first."]
    bad = noah.upload(page, "/files", {"page.pdf": HTML})
    assert bad.status == 422 and "is not what its ending says" in bad.words
    noah.upload(page, "/files", {"certificate.pdf": NEWER})
    assert noah.submit(noah.get(maple("safety")), "/sending").status == 303


def test_the_form_is_as_good_after_a_file_began_the_item(
    app: Flask, sign_in: SignIn, maple: Where
) -> None:
    theo = sign_in("theo")
    page = theo.get(maple("insurance"))
    theo.upload(page, "/files", {"attestation-2027.pdf": NEWER}, htmx=True)
    assert theo.submit(page, "/sending").status == 303


def test_a_colleague_was_first(app: Flask, sign_in: SignIn, asked_again: str) -> None:
    theo, marc = sign_in("theo"), sign_in("marc")
    page = theo.get(asked_again)
    assert marc.submit(marc.get(asked_again), "/sending", **ANSWERS).status == 303
    late = theo.submit(page, "/sending", status=409, **{**ANSWERS, "answer_team": "Three."})
    assert "Marc Lefebvre sent it" in late.words
    assert item_at(app, asked_again).answers[1]["text"] == ANSWERS["answer_team"]


def test_the_same_form_twice_is_one(app: Flask, sign_in: SignIn, asked_again: str) -> None:
    theo = sign_in("theo")
    page = theo.get(asked_again)
    for _twice in range(2):
        assert theo.submit(page, "/sending", **ANSWERS).location.startswith("/checklist")
    other = theo.submit(page, "/sending", status=409, answer_customers="No.", answer_team="No.")
    assert "You already sent this" in other.words


def test_what_is_typed_is_kept_for_its_writer_alone(sign_in: SignIn, asked_again: str) -> None:
    """Also where somebody else has the same phone next."""
    theo = sign_in("theo")
    typed = [one for one in fields_of(theo.get(asked_again).form("/sending"))
             if not one[0].startswith("answer_")]  # fmt: skip
    typed.append(("answer_customers", "Bakeries, half"))
    assert theo.post("/drafts", typed, htmx=True).status == 200
    here = asked_again.rpartition("/")[2]
    told = "What you typed for “Tell us how you sell” is kept. It is not sent yet."
    assert told in theo.get(f"/?kept={here}").words
    assert told not in sign_in("marc").get(f"/?kept={here}").words
    back = theo.get(asked_again)
    assert "Bakeries, half" in back.text and "It is not sent yet." in back.words
    assert "Bakeries, half" not in sign_in("marc").get(asked_again).text
    theo.client.delete_cookie("sid", domain="127.0.0.1")
    next_on_it = theo.signed_in("marc")
    assert "Bakeries, half" not in next_on_it.get(asked_again).text
    again = sign_in("theo")
    assert again.submit(again.get(asked_again), "/sending", **ANSWERS).status == 303
    with_old = sign_in("theo").get(asked_again)
    assert "Bakeries, half" not in with_old.text


def test_a_lost_session_leads_back_to_what_was_typed(sign_in: SignIn, asked_again: str) -> None:
    theo = sign_in("theo")
    page = theo.get(asked_again)
    theo.client.delete_cookie("sid", domain="127.0.0.1")
    lost = theo.submit(page, "/sending", **ANSWERS)
    assert "/sign-in?next=" in lost.location and "kept=1" in lost.location
    theo.signed_in("theo")
    back = theo.get(f"{asked_again}/sending", status=302)
    assert "Bakeries." in theo.follow(back).text


def test_account_data_is_done_where_it_is_kept(app: Flask, sign_in: SignIn, maple: Where) -> None:
    theo = sign_in("theo")
    page = theo.get(maple("contact"))
    assert "It is done by itself" in page.words
    assert page.soup.select_one("main a[href='/company/contact']")
    assert page.soup.select_one("#answer, #attach") is None
    assert theo.get(maple("colleague")).soup.select_one("main a[href='/people']")
    form = theo.get("/company/contact")
    theo.submit(form, contact_email="office@maple.example", contact_phone="418 555 0134")
    assert "Done" in theo.get(maple("contact")).words
    assert "3 of 6 done" in theo.get("/checklist").words
    assert sign_in("noah").get(maple("contact")).soup.select_one("main .actions") is None


def test_nobody_sends_what_is_not_theirs(app: Flask, sign_in: SignIn, maple: Where) -> None:
    theo, noah = sign_in("theo"), sign_in("noah")
    call = theo.get(maple("call"))
    assert call.soup.select_one("#answer, #attach") is None and "Meridian does this" in call.words
    keys = [one for one in fields_of(theo.get(maple("insurance")).form("/sending"))
            if one[0] in ("csrf_token", "submission_key")]  # fmt: skip
    theo.post(f"{maple('call')}/sending", keys, status=403)
    theo.post(f"{maple('profile')}/sending", keys, status=409)
    token = noah.get("/account").soup.select_one("[name=csrf_token]")
    key = noah.get("/account").soup.select_one("[name=submission_key]")
    assert token is not None and key is not None
    pairs = [("csrf_token", str(token["value"])), ("submission_key", str(key["value"]))]
    noah.post(f"{maple('insurance')}/sending", pairs, status=403)


def test_files_are_read_by_either_side_and_added_by_the_partner(
    app: Flask, sign_in: SignIn, maple: Where
) -> None:
    files = f"{maple('insurance')}/files"
    for short in ("theo", "noah", "pia"):
        page = sign_in(short).get(files)
        assert page.heading == "Files of Certificate of liability insurance"
        assert "Attestation 2025.pdf" in page.words
        assert (page.soup.select_one("#attach") is not None) == (short == "theo")
    for short in ("ana", "omar", "vic"):
        sign_in(short).get(files, status=404)


def test_a_whole_item_is_read_in_french(app: Flask, maple: Where) -> None:
    theo = Browser(app).signed_in("theo", "fr")
    page = theo.get(maple("insurance"))
    assert page.heading == "Attestation d’assurance responsabilité"
    assert "Une photo suffit." in page.words


def test_what_was_accepted_says_how_long_it_holds(
    app: Flask, sign_in: SignIn, maple: Where
) -> None:
    with everything(app) as session:
        reference = maple("safety").rpartition("/")[2]
        item = session.scalars(select(ChecklistItem).filter_by(reference=reference)).one()
        operations.accept(item, actor_of("pia"))
        session.commit()
    page = sign_in("theo").get(maple("safety"))
    assert "Done" in page.words and "Holds until" in page.words
    assert "Pia at Meridian accepted it" in page.words
