"""Is what a registration says written as people read it?"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from portal.domain.customers.wording import both_spellings, phone_of
from portal.domain.deals.models import Deal
from portal.domain.registrations.models import Status
from tests.browser import Browser, Page, fields_of
from tests.domain.world import everything, in_state

SignIn = Callable[[str], Browser]
NUMBER, WRITTEN = "+14165550134", "+1 416-555-0134"


def test_telephone_numbers_are_written_as_people_read_them() -> None:
    assert phone_of(NUMBER) == WRITTEN
    assert phone_of("+33142278186") == "+33 1 42 27 81 86"
    for odd in ("", "ext. 12", "+1416", "0"):
        assert phone_of(odd).replace(" ", "") == odd.replace(" ", "")


def test_a_name_beyond_ascii_is_spelled_both_ways() -> None:
    assert both_spellings("https://acme.ca", "acme.ca") == "https://acme.ca"
    assert both_spellings("", None) == ""
    assert both_spellings("Bücher.de", "xn--bcher-kva.de") == "Bücher.de (xn--bcher-kva.de)"
    both = "xn--bcher-kva.de (bücher.de)"
    assert both_spellings("xn--bcher-kva.de", "xn--bcher-kva.de") == both
    assert both_spellings("xn--a.com", "xn--a.com") == "xn--a.com"  # a name of nothing
    # The first letter is Cyrillic.
    assert both_spellings("\u0430cme.ca", "xn--cme-5cd.ca") == "\u0430cme.ca (xn--cme-5cd.ca)"


def called(page: Page) -> str:
    link = page.soup.select_one(f"main a[href='tel:{NUMBER}']")
    assert link is not None
    return link.get_text()


def test_who_reads_can_call_and_sees_through_a_look_alike(app: Flask, sign_in: SignIn) -> None:
    words = {"domain": "xn--cme-5cd.ca", "contact_phone": NUMBER}
    with everything(app) as session:
        record = in_state(Status.UNDER_REVIEW, **words)
        record.website, record.contact_email = "https://\u0430cme.ca", "robin@\u0430cme.ca"
        reference = record.reference
        asked = in_state(Status.NEEDS_INFO, **{**words, "domain": "phone.ca"})
        asked.questions[0].field = "contact_phone"
        asking = asked.reference
        in_state(Status.APPROVED, **{**words, "domain": "deal-phone.ca"})
        deal = session.query(Deal).filter_by(domain="deal-phone.ca").one().reference
        session.commit()
    omar, ana = sign_in("omar"), sign_in("ana")
    decision = omar.get(f"/admin/registrations/{reference}")
    assert called(decision) == WRITTEN
    assert "https://\u0430cme.ca (xn--cme-5cd.ca)" in decision.words
    assert "robin@\u0430cme.ca (xn--cme-5cd.ca)" in decision.words
    assert "Checked by website, xn--cme-5cd.ca (\u0430cme.ca)," in decision.words
    questions = omar.get(f"/admin/registrations/{reference}/questions")
    assert WRITTEN in questions.words and "tel:" not in questions.words
    assert called(ana.get(f"/registrations/{reference}")) == WRITTEN
    assert called(ana.get(f"/deals/{deal}")) == WRITTEN
    # Shown in the form as it is read, it is no change when it is sent back.
    form = ana.get(f"/registrations/{asking}/answer")
    assert ("contact_phone", WRITTEN) in fields_of(form.form())
    refused = ana.submit(form, status=422)
    assert refused.errors() == ["Contact phone: change it, or reply why it stands."]
