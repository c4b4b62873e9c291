"""When two people act at the same moment, does exactly one of them win?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from flask import Flask
from sqlalchemy import func, select

from portal.core.audit import verify_chains
from portal.domain.claims.models import Claim
from portal.domain.deals.models import Deal
from portal.domain.registrations.models import Registration, RegistrationMatch, Status
from tests.browser import Browser, Page
from tests.domain.world import everything, submitted, under_review
from tests.figures import record

ROUNDS = 3


def at_once(*acts: Callable[[], Page]) -> list[Page]:
    """Let everybody act at the same moment; return the answers in order."""
    barrier = threading.Barrier(len(acts))
    answers: dict[int, Page] = {}

    def run(number: int, act: Callable[[], Page]) -> None:
        barrier.wait(20)
        answers[number] = act()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [answers[number] for number in range(len(acts))]


def approving(app: Flask, short: str, reference: str) -> Callable[[], Page]:
    """Let ``short`` open the decision page now, and approve when called."""
    browser = Browser(app).signed_in(short)
    path = f"/admin/registrations/{reference}"
    page = browser.get(path)
    return lambda: browser.submit(page, f"{path}/approval")


def statuses(pages: Sequence[Page]) -> list[int]:
    """Return the sorted statuses of the answers."""
    return sorted(page.status for page in pages)


def test_two_approvers_at_once_one_wins_the_other_reads_why(data_app: Flask) -> None:
    outcomes = []
    for number in range(ROUNDS):
        with everything(data_app) as session:
            reference = under_review(domain=f"race-{number}.ca").reference
            session.commit()
        answers = at_once(*(approving(data_app, short, reference) for short in ("omar", "olga")))
        outcomes.append(statuses(answers))
        (loser,) = [page for page in answers if page.status == 409]
        assert "This has changed meanwhile" in loser.words
        assert reference in loser.text
        with everything(data_app) as session:
            registration = session.scalars(
                select(Registration).filter_by(reference=reference)
            ).one()
            assert registration.status == Status.APPROVED
            deals = select(func.count(Deal.id)).where(Deal.registration_id == registration.id)
            assert session.scalar(deals) == 1
    kind = "SQLite" if "sqlite" in data_app.config["SQLALCHEMY_DATABASE_URI"] else "PostgreSQL"
    won = sum(outcome == [303, 409] for outcome in outcomes)
    record(
        2,
        f"two approvers at once ({kind})",
        "one wins, the other gets 409",
        f"{won} of {ROUNDS} rounds",
        won == ROUNDS,
    )
    assert outcomes == [[303, 409]] * ROUNDS


def test_approval_and_withdrawal_at_once(data_app: Flask) -> None:
    with everything(data_app) as session:
        reference = under_review(domain="withdrawn-race.ca").reference
        session.commit()
    ana = Browser(data_app).signed_in("ana")
    path = f"/registrations/{reference}"
    page = ana.get(f"{path}/withdrawal")
    answers = at_once(
        approving(data_app, "olga", reference),
        lambda: ana.submit(page, f"{path}/withdrawal"),
    )
    assert statuses(answers) == [303, 409]
    with everything(data_app) as session:
        status = session.scalar(select(Registration.status).filter_by(reference=reference))
        expected = Status.APPROVED if answers[0].status == 303 else Status.WITHDRAWN
        assert status == expected
        assert not verify_chains(session).faults


def test_two_partners_registrations_of_one_customer_make_one_claim(data_app: Flask) -> None:
    for number in range(ROUNDS):
        domain = f"shared-{number}.com"
        with everything(data_app) as session:
            pair = [under_review(by, domain=domain) for by in ("ana", "bruno")]
            # As if both had been sent at the same moment: neither knows of the other.
            session.execute(RegistrationMatch.__table__.delete())
            session.commit()
            references = [registration.reference for registration in pair]
        answers = at_once(
            approving(data_app, "olga", references[0]),
            approving(data_app, "omar", references[1]),
        )
        assert statuses(answers) == [303, 409]
        with everything(data_app) as session:
            holders = session.scalars(
                select(Claim.organisation_id).where(
                    Claim.customer_key == f"domain:{domain}", Claim.released_at.is_(None)
                )
            ).all()
            assert len(holders) == 2  # one a product, all of one partner
            assert len(set(holders)) == 1
            approved = select(func.count(Registration.id)).where(
                Registration.reference.in_(references), Registration.status == Status.APPROVED
            )
            assert session.scalar(approved) == 1


def test_one_partners_two_registrations_of_one_customer_make_one_claim(data_app: Flask) -> None:
    with everything(data_app) as session:
        pair = [under_review(by, domain="twins.ca") for by in ("ana", "marc")]
        session.execute(RegistrationMatch.__table__.delete())
        session.commit()
        references = [registration.reference for registration in pair]
    answers = at_once(
        approving(data_app, "olga", references[0]), approving(data_app, "omar", references[1])
    )
    assert set(statuses(answers)) <= {303, 409}
    assert 303 in statuses(answers)
    with everything(data_app) as session:
        claims = select(func.count(Claim.id)).where(
            Claim.customer_key == "domain:twins.ca", Claim.released_at.is_(None)
        )
        assert session.scalar(claims) == 2


def test_two_who_take_it_at_once(data_app: Flask) -> None:
    with everything(data_app) as session:
        reference = submitted(domain="taken-race.ca").reference
        session.commit()
    path = f"/admin/registrations/{reference}"

    def taking(short: str) -> Callable[[], Page]:
        browser = Browser(data_app).signed_in(short)
        page = browser.get(path)
        return lambda: browser.submit(page, f"{path}/take")

    assert statuses(at_once(taking("carla"), taking("olga"))) == [303, 409]


def test_a_form_minutes_old_is_refused_with_what_happened(data_app: Flask) -> None:
    with everything(data_app) as session:
        reference = under_review(domain="old-form.ca").reference
        session.commit()
    late = approving(data_app, "omar", reference)
    assert approving(data_app, "olga", reference)().status == 303
    answer = late()
    assert answer.status == 409
    assert "This has changed meanwhile" in answer.words
    assert "Olga" in answer.words
    assert reference in answer.text
