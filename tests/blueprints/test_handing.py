"""Do the pages say who could take what, and what came of it?"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from portal.domain.deals.models import Deal
from portal.domain.registrations.models import Registration, Status
from tests.browser import Browser, Page
from tests.domain.world import draft, everything, in_state, membership_of

SignIn = Callable[[str], Browser]


def reference_of(app: Flask, short: str) -> str:
    """Return the reference of a persona's membership."""
    with everything(app):
        return str(membership_of(short).reference)


def offered(page: Page) -> list[str]:
    """Return who could take it, each with what they have open."""
    return [label.get_text(strip=True) for label in page.soup.select("fieldset .choice label")]


def owner_of(app: Flask, model: type[Deal] | type[Registration], reference: str) -> str:
    """Return the name of a record's owner."""
    with everything(app) as session:
        found = session.scalars(select(model).where(model.reference == reference)).one()
        return str(found.owner.user.name)


def test_all_that_somebody_has_open_is_handed_over_from_their_page(
    app: Flask, sign_in: SignIn
) -> None:
    ana, noah = (reference_of(app, short) for short in ("ana", "noah"))
    nadia = sign_in("nadia")
    person = nadia.get(f"/people/{ana}")
    assert "Ana Duarte has 3 open deals, 5 open registrations." in person.words
    closing = nadia.get(f"/people/{ana}/deactivation")
    assert "Nobody goes on with them while the access is closed." in closing.words
    link = closing.soup.find("a", string="Hand them over")
    assert link is not None
    page = nadia.get(str(link["href"]))  # type: ignore[index]
    names = [line.partition(" · ")[0] for line in offered(page)]
    assert names == ["Marc Lefebvre", "Nadia Rahman", "Noah Bergeron"]
    path = f"/people/{ana}/records"
    assert nadia.submit(page, path, status=422).errors() == ["Choose who takes it."]
    told = nadia.follow(nadia.submit(page, path, colleague=noah))
    assert "Handed over: 3 open deals, 5 open registrations." in told.words
    assert "Open work" not in told.words
    assert "Ana Duarte has nothing open." in nadia.get(path).words
    assert "Nobody goes on" not in nadia.get(f"/people/{ana}/deactivation").words


def test_the_security_administrator_reads_nothing_of_open_work(app: Flask, sign_in: SignIn) -> None:
    ana, sid = reference_of(app, "ana"), sign_in("sid")
    for path in (f"/admin/people/{ana}", f"/people/{ana}/deactivation"):
        assert "open deal" not in sid.get(path).words
    sid.get(f"/people/{ana}/records", status=403)


def test_a_registration_and_a_draft_go_to_a_colleague(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        sent = in_state(Status.SUBMITTED, domain="handed-sent.ca").reference
        begun = draft(domain="handed-draft.ca").reference
        session.commit()
    noah, marc = reference_of(app, "noah"), sign_in("marc")
    for reference, words in ((sent, "Hand it to a colleague"), (begun, "Hand the draft")):
        shown = marc.client.get(f"/registrations/{reference}", follow_redirects=True,
                                base_url="http://127.0.0.1:8000")  # fmt: skip
        assert words in shown.text
        path = f"/registrations/{reference}/owner"
        answer = marc.submit(marc.get(path), path, colleague=noah)
        assert answer.status == 303
        # A draft's own page is its first step.
        page = marc.follow(answer, status=302 if reference == begun else 200)
        page = marc.follow(page) if page.location else page
        assert "It is handed over. Whoever has it now hears of it by mail." in page.words
        assert owner_of(app, Registration, reference) == "Noah Bergeron"
    assert "You handed it over" in marc.get(f"/registrations/{sent}").words
    ana = sign_in("ana")
    ana.get(f"/registrations/{sent}", status=404)
    ana.get(f"/registrations/{sent}/owner", status=404)


def test_a_seller_hands_nothing_over(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        record = in_state(Status.APPROVED, domain="own-deal.ca")
        deal = session.scalars(select(Deal).filter_by(registration_id=record.id)).one()
        reference = deal.reference
        session.commit()
    ana = sign_in("ana")
    assert "Hand it to a colleague" not in ana.get(f"/deals/{reference}").words
    ana.get(f"/deals/{reference}/owner", status=403)


def test_a_channel_manager_chooses_the_vendors_seller(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        record = in_state(Status.APPROVED, domain="sold-together.ca")
        deal = session.scalars(select(Deal).filter_by(registration_id=record.id)).one()
        reference, of_bruno = deal.reference, membership_of("bruno").organisation_id
        far = session.scalars(select(Deal.reference).filter_by(organisation_id=of_bruno)).first()
        session.commit()
    carla, vic = sign_in("carla"), sign_in("vic")
    vic.get(f"/deals/{reference}", status=404)
    path = f"/deals/{reference}/vendor-seller"
    page = carla.get(path)
    assert offered(page)[0] == "Nobody"
    told = carla.follow(carla.submit(page, path, colleague=reference_of(app, "vic")))
    assert "At Meridian Victor Brandt" in told.words
    assert "You chose who works on it for the vendor" in told.words
    assert "Victor Brandt" in vic.get(f"/deals/{reference}").words
    carla.submit(carla.get(path), path, colleague="nobody", status=303)
    vic.get(f"/deals/{reference}", status=404)
    carla.get(f"/deals/{far}/vendor-seller", status=404)
    marc = sign_in("marc")
    assert "chose who works on it" not in marc.get(f"/deals/{reference}").words
    marc.get(path, status=403)


def test_a_review_is_handed_over(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        reference = in_state(Status.UNDER_REVIEW, domain="review-handed.ca").reference
        session.commit()
    olga, marc = sign_in("olga"), sign_in("marc")
    path = f"/admin/registrations/{reference}/reviewer"
    page = olga.get(path)
    # Who can decide it stands first.
    omar, carla = offered(page)
    assert omar.startswith("Omar Haddad · can decide it · ")
    assert carla.startswith("Carla Mendes · ") and "decide" not in carla
    answer = olga.submit(page, path, colleague=reference_of(app, "omar"))
    told = olga.follow(answer)
    assert "Taken by Omar Haddad." in told.words
    assert "was Olga Lindqvist" in told.words and "now Omar Haddad" in told.words
    # Who reviews is the vendor's own matter.
    assert "Omar" not in marc.get(f"/registrations/{reference}").words.partition("What happened")[2]
