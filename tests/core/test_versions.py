"""Is every form that is older than its record refused, with what happened meanwhile?"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.core.guards import guard_of
from portal.domain.deals.models import Deal
from portal.domain.people.administration import invite_again
from portal.domain.people.models import Role
from portal.domain.people.operations import add_membership
from portal.domain.registrations.models import Registration, Status
from tests.browser import Browser
from tests.domain.world import (
    actor_of,
    everything,
    in_state,
    membership_of,
    submitted,
    under_review,
)
from tests.figures import record


@dataclass(frozen=True)
class FormOf:
    """Who finds which form where: the page with the form and the address it posts to."""

    endpoint: str
    who: str
    state: Status
    page: str
    action: str
    is_deal: bool = False


ONE, REVIEW, DEAL = "/registrations/{}", "/admin/registrations/{}", "/deals/{}"
FORMS = (
    FormOf("registrations.save", "ana", Status.DRAFT, f"{ONE}/customer", f"{ONE}/customer"),
    FormOf("registrations.save", "ana", Status.DRAFT, f"{ONE}/opportunity", f"{ONE}/opportunity"),
    FormOf("registrations.save", "ana", Status.DRAFT, f"{ONE}/evidence", f"{ONE}/evidence"),
    FormOf("registrations.submit", "ana", Status.DRAFT, f"{ONE}/check", f"{ONE}/submission"),
    FormOf("registrations.discard", "ana", Status.DRAFT, f"{ONE}/customer", f"{ONE}/discard"),
    FormOf("registrations.answer", "ana", Status.NEEDS_INFO, f"{ONE}/answer", f"{ONE}/answer"),
    FormOf(
        "registrations.withdraw", "ana", Status.SUBMITTED, f"{ONE}/withdrawal", f"{ONE}/withdrawal"
    ),
    FormOf("admin.review.take", "carla", Status.SUBMITTED, REVIEW, f"{REVIEW}/take"),
    FormOf("admin.review.compare", "olga", Status.UNDER_REVIEW, REVIEW, f"{REVIEW}/match"),
    FormOf(
        "admin.review.ask", "olga", Status.UNDER_REVIEW, f"{REVIEW}/questions",
        f"{REVIEW}/questions",
    ),
    FormOf("admin.review.approve", "olga", Status.UNDER_REVIEW, REVIEW, f"{REVIEW}/approval"),
    FormOf(
        "admin.review.reject", "olga", Status.UNDER_REVIEW, f"{REVIEW}/rejection",
        f"{REVIEW}/rejection",
    ),
    FormOf("deals.edit", "ana", Status.APPROVED, f"{DEAL}/edit", f"{DEAL}/edit", True),
    FormOf("deals.plan", "ana", Status.APPROVED, f"{DEAL}/next-step", f"{DEAL}/next-step", True),
    FormOf("deals.finish_step", "ana", Status.APPROVED, DEAL, f"{DEAL}/next-step/done", True),
    FormOf("deals.move", "ana", Status.APPROVED, f"{DEAL}/stage", f"{DEAL}/stage", True),
    FormOf("deals.win", "ana", Status.APPROVED, f"{DEAL}/won", f"{DEAL}/won", True),
    FormOf("deals.lose", "ana", Status.APPROVED, f"{DEAL}/lost", f"{DEAL}/lost", True),
    FormOf("registrations.reassign", "marc", Status.SUBMITTED, f"{ONE}/owner", f"{ONE}/owner"),
    FormOf("shares.share_registration", "marc", Status.SUBMITTED, f"{ONE}/share", f"{ONE}/share"),
    FormOf(
        "admin.review.hand_over", "olga", Status.UNDER_REVIEW, f"{REVIEW}/reviewer",
        f"{REVIEW}/reviewer",
    ),
    FormOf("deals.reassign", "marc", Status.APPROVED, f"{DEAL}/owner", f"{DEAL}/owner", True),
    FormOf("shares.share_deal", "marc", Status.APPROVED, f"{DEAL}/share", f"{DEAL}/share", True),
    FormOf(
        "deals.assign", "carla", Status.APPROVED, f"{DEAL}/vendor-seller",
        f"{DEAL}/vendor-seller", True,
    ),
)  # fmt: skip


def test_every_endpoint_that_changes_a_versioned_record_is_listed(app: Flask) -> None:
    changing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and (guard := guard_of(app, rule.endpoint)) is not None
        and getattr(guard.model, "version", None) is not None
    }
    tried = {form.endpoint for form in FORMS} | {form[0] for form in KEPT_BY_STAFF}
    assert changing == tried | SWITCH | BESIDE | ELSEWHERE


# Tried where somebody has two memberships: tests/blueprints/account/test_switching.py.
SWITCH = {"account.switch"}
# What is kept beside a record changes nothing of it, so a form of any age is as good.
BESIDE = {
    "admin.inside.assess", "admin.inside.note_deal", "admin.inside.note_registration",
    "attachments.attach_to_checklist_item", "attachments.attach_to_deal",
    "attachments.attach_to_registration",
    # The first file begins an item, beside the form that is open: its state says what can be sent.
    "onboarding.send",
}  # fmt: skip
# Their records are made where these pages are tried: shares, requests for access, access reviews.
ELSEWHERE = {
    "admin.access.sign_off", "admin.access.take_over", "admin.applications.approve",
    "admin.applications.ask", "admin.applications.compare", "admin.applications.hand_over",
    "admin.applications.pass_on",
    "admin.applications.reject", "admin.applications.take", "admin.assets.approve",
    "admin.assets.audience", "admin.assets.call_off", "admin.assets.discard",
    "admin.assets.edit", "admin.assets.give_back",
    "admin.assets.publish", "admin.assets.put_file", "admin.assets.rename",
    "admin.assets.send_for_review", "admin.assets.take_file_out", "admin.assets.withdraw",
    # These in tests/test_access_matrix.py.
    "admin.checklists.add", "admin.checklists.edit", "admin.checklists.edit_item",
    "admin.checklists.move", "admin.checklists.publish", "admin.checklists.remove",
    "admin.checklists.retire", "admin.onboarding.accept", "admin.onboarding.ask_again",
    "admin.onboarding.do", "admin.onboarding.give_back", "admin.onboarding.waive",
    "people.accept", "people.answer_review",
    "people.decide", "people.decline", "people.undo_decision", "shares.revoke",
}  # fmt: skip
COMPANY, PERSON = "/admin/organisations/{northwind}", "/people/{%s}"
# Endpoint, who sends it, on which page the form stands, and where it goes.
KEPT_BY_STAFF = (
    ("admin.organisations.edit", "pia", f"{COMPANY}/edit", "/edit"),
    ("admin.organisations.move", "pia", f"{COMPANY}/move?parent={{cobalt}}", "/move"),
    ("admin.organisations.change_status", "pia", f"{COMPANY}/status", "/status"),
    ("admin.organisations.update_sign_in", "sid", f"{COMPANY}/sign-in", "/sign-in"),
    ("admin.people.end_devices", "sid", "/admin/people/{ana}/devices", "/devices"),
    ("company.edit", "nadia", "/company/contact", "/contact"),
    ("people.invite", "nadia", "/organisations/{northwind}/invitation", "/invitation"),
    ("people.invite_many", "nadia", "/organisations/{northwind}/invitations", "/invitations"),
    ("people.change", "nadia", PERSON % "ana" + "/access", "/access"),
    ("people.deactivate", "nadia", PERSON % "ana" + "/deactivation", "/deactivation"),
    ("people.reactivate", "nadia", PERSON % "dora", "/reactivation"),
    ("people.invite_again", "nadia", PERSON % "invited", "/invitation"),
    ("people.uninvite", "nadia", PERSON % "invited", "/invitation/end"),
    ("people.hand_over", "nadia", PERSON % "ana" + "/records", "/records"),
    ("admin.people.portfolio", "pia", "/admin/people/{carla}/portfolio", "/portfolio"),
    ("admin.people.view_as", "pia", "/admin/people/{ana}/viewing", "/viewing"),
)


@pytest.mark.parametrize("form", KEPT_BY_STAFF, ids=lambda form: form[0])
def test_an_older_form_about_people_or_a_company_is_refused(
    app: Flask, form: tuple[str, str, str, str]
) -> None:
    endpoint, who, page, action = form
    with everything(app) as session:
        ana, bruno = membership_of("ana"), membership_of("bruno")
        invited = add_membership(
            session, ana.organisation, name="Ida New", email="ida@northwind.example",
            role=Role.PARTNER_SELLER,
        )  # fmt: skip
        names = {
            "northwind": ana.organisation.reference, "cobalt": bruno.organisation.reference,
            "ana": ana.reference, "dora": membership_of("dora").reference,
            "invited": invited.reference, "carla": membership_of("carla").reference,
        }  # fmt: skip
        if page.endswith("{invited}"):
            invite_again(invited, actor_of("nadia"))
        session.commit()
    Browser(app).signed_in("ana")  # so that there is a device
    browser = Browser(app).signed_in(who)
    shown = browser.get(page.format(**names))
    answer = browser.submit(shown, action, version="0", status=409)
    assert "changed meanwhile" in answer.words, endpoint


def prepare(app: Flask, form: FormOf, number: int) -> str:
    """Make a record in the state in which the form stands; return its reference."""
    with everything(app) as session:
        domain = f"version-{number}.ca"
        if form.endpoint == "admin.review.compare":
            submitted("bruno", domain=domain)
            reference = under_review(domain=domain).reference
        else:
            made = in_state(form.state, domain=domain)
            reference = made.reference
            if form.is_deal:
                deal = session.scalars(select(Deal).filter_by(registration_id=made.id)).one()
                deal.next_step, deal.next_step_on = "Call them", deal.close_on
                reference = deal.reference
        session.commit()
    return str(reference)


def test_an_older_form_is_refused_whatever_it_changes(data_app: Flask) -> None:
    refused = 0
    for number, form in enumerate(FORMS):
        reference = prepare(data_app, form, number)
        browser = Browser(data_app).signed_in(form.who)
        page = browser.get(form.page.format(reference))
        model = Deal if form.is_deal else Registration
        row = select(model.__table__).where(model.reference == reference)
        with everything(data_app) as session:
            before = dict(session.execute(row).mappings().one())
            # Somebody changed it minutes ago.
            session.execute(
                update(model.__table__)
                .where(model.__table__.c.reference == reference)
                .values(version=before["version"] + 1, changed_at=before["changed_at"])
            )
            session.commit()
        for htmx in (False, True):
            answer = browser.submit(page, form.action.format(reference), htmx=htmx)
            assert answer.status == 409, (form.endpoint, answer.status, answer.words[:300])
            assert "changed meanwhile" in answer.words, form.endpoint
            assert reference in answer.text, form.endpoint
        with everything(data_app) as session:
            after = dict(session.execute(row).mappings().one())
        assert after == {**before, "version": before["version"] + 1}, form.endpoint
        refused += 1
    kind = "SQLite" if "sqlite" in data_app.config["SQLALCHEMY_DATABASE_URI"] else "PostgreSQL"
    record(
        2,
        f"forms older than their record ({kind})",
        "all refused with 409",
        f"{refused} of {len(FORMS)}",
        refused == len(FORMS),
    )


@pytest.mark.parametrize("version", ["", "0", "-1", "999999", "1.0", "x", "١", "1 "])
def test_a_made_up_version_is_no_version(app: Flask, version: str) -> None:
    form = FORMS[0]
    reference = prepare(app, form, 0)
    browser = Browser(app).signed_in("ana")
    page = browser.get(form.page.format(reference))
    answer = browser.submit(page, form.action.format(reference), version=version)
    assert answer.status == 409
