"""What does a reviewer need on one screen to decide?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from flask import current_app
from sqlalchemy import case, func, select

from portal.blueprints.admin.review.queue import name_of, next_in_queue, place_in_queue
from portal.blueprints.filing import files_card
from portal.blueprints.reading import beside, parts_of
from portal.core.access import Explanation, can, explain, visible
from portal.core.database import db
from portal.core.language import _, _c, chosen_language, show_date, show_due, show_money
from portal.core.times import now
from portal.core.workflow import VENDOR
from portal.domain.attachments.records import attachments_of
from portal.domain.customers.places import country_name
from portal.domain.customers.wording import both_spellings
from portal.domain.deals.models import Deal, Stage
from portal.domain.deals.workflow import WORDS as STAGES
from portal.domain.notes.operations import notes_of
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.roles import TYPE_WORDS
from portal.domain.permissions import Permission as P
from portal.domain.programme import programme
from portal.domain.registrations.content import EVIDENCE_WORDS, labels_for, reasons_for
from portal.domain.registrations.models import FILES, Registration, RegistrationMatch, Status
from portal.domain.registrations.workflow import REGISTRATION, is_blocking, matches_of
from portal.domain.shares.telling import sharing_of
from portal.domain.timeline.sentences import answers_in, timeline

LOOK_BACK = dt.timedelta(days=90)
LONGEST_HINT = 40


@dataclass(frozen=True)
class Candidate:
    """A possible match as the reviewer reads it."""

    match: RegistrationMatch
    domain: str
    state: Any
    speaks_for: list[str]
    speaks_against: list[str]
    is_blocking: bool


def decision_page(
    registration: Registration, actor: MemberActor, just: str | None = None
) -> dict[str, Any]:
    """Return the context of the decision page, which tells of the step ``just`` taken."""
    deal = db.session.scalar(visible(Deal, actor).where(Deal.registration_id == registration.id))
    candidates = [_candidate(registration, match) for match in matches_of(registration)]
    decide = explain(actor, P.REGISTRATION_DECIDE, registration)
    steps = {step.name: step for step in REGISTRATION.available(registration, actor)}
    guard = REGISTRATION.transitions["approve"].guard
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    entries = timeline(registration.reference, actor, vendor)
    return {
        "registration": registration,
        "organisation": registration.organisation,
        "owner": name_of(registration.owner_id),
        "reviewer": name_of(registration.reviewer_id),
        "state": REGISTRATION.state_of(registration),
        "due": show_due(registration.next_by) if registration.next_by else None,
        "place": place_in_queue(actor, registration),
        "following": _following(registration, actor),
        "candidates": candidates,
        "domain": both_spellings(registration.domain or "", registration.domain),
        "may_compare": registration.status == Status.UNDER_REVIEW
        and can(actor, P.REGISTRATION_REVIEW, registration),
        "steps": steps,
        "obstacle": guard(registration, actor) if guard and "approve" in steps else None,
        "refusal": None if decide.is_allowed else _refusal(decide),
        "protection_days": programme().protection_days,
        "parts": parts_of(registration, beside(registration), actor.side),
        "partner": _partner_facts(registration, actor),
        "labels": labels_for(actor.side),
        "reason": reasons_for(actor.side).get(
            registration.reason_code  # type: ignore[call-overload]
        ),
        "deal": deal,
        "told": _told(registration, deal, just),
        "answers": answers_in(entries, registration.questions),
        "entries": entries,
        "files": files_card(registration, actor),
        "notes": notes_of(registration.reference),
        "may_note": can(actor, P.NOTE_WRITE, registration),
        "sharing": sharing_of(registration, actor, vendor),
    }


def _following(registration: Registration, actor: MemberActor) -> Registration | None:
    """Return what to review next, once nothing is left for the vendor to do here."""
    if registration.next_side == VENDOR or not can(actor, P.REGISTRATION_REVIEW):
        return None
    return next_in_queue(actor, registration)


def match_named(registration: Registration, form: Mapping[str, str]) -> RegistrationMatch | None:
    """Return the registration's possible match that ``form`` names as the other record."""
    return db.session.scalar(
        select(RegistrationMatch).where(
            RegistrationMatch.registration_id == registration.id,
            RegistrationMatch.other_reference == form.get("other", ""),
        )
    )


def _told(registration: Registration, deal: Deal | None, just: str | None) -> str:
    """Return what the step ``just`` taken has led to, while the record stands where it led."""
    partner, step = registration.organisation.name, (just, registration.status)
    if step == ("approve", Status.APPROVED) and deal:
        until = show_date(deal.protected_until)
        return _(
            "You approved it. The customer is protected until %(day)s, and %(partner)s hears of it"
            " by mail.",
            day=until,
            partner=partner,
        )
    if step == ("reject", Status.REJECTED):
        return _("You rejected it. %(partner)s reads your reason.", partner=partner)
    if step == ("ask", Status.NEEDS_INFO):
        return _("Your questions are with %(partner)s, who answers next.", partner=partner)
    return ""


def _refusal(decide: Explanation) -> Any:
    """Return why the reader does not decide; a role that never decides is told who does."""
    return _("An approver decides this one.") if decide.rule == "role" else decide.words


def _candidate(registration: Registration, match: RegistrationMatch) -> Candidate:
    state = (
        STAGES.get(match.state)  # type: ignore[call-overload]
        if match.other_reference.startswith("DL")
        else REGISTRATION.states[Status(match.state)].label
    )
    good: list[str] = []
    bad: list[str] = []
    for code in match.evidence:
        words = EVIDENCE_WORDS.get(code[1:])
        if words is not None:
            (good if code[0] == "+" else bad).append(str(words[code[0] != "+"]))
    domain = both_spellings(match.domain or "", match.domain)
    return Candidate(match, domain, state, good, bad, is_blocking(registration, match))


def _partner_facts(registration: Registration, actor: MemberActor) -> list[tuple[str, str]]:
    """Return how the partner has done, for judging this registration."""
    since = now() - LOOK_BACK
    decided, approved = db.session.execute(
        visible(Registration, actor)
        .with_only_columns(
            func.count(Registration.id),
            func.sum(case((Registration.status == Status.APPROVED, 1), else_=0)),
        )
        .where(
            Registration.organisation_id == registration.organisation_id,
            Registration.decided_at > since,
            Registration.status.in_((Status.APPROVED, Status.REJECTED)),
        )
    ).one()
    won = db.session.execute(
        visible(Deal, actor)
        .with_only_columns(Deal.currency, func.count(Deal.id), func.sum(Deal.amount_minor))
        .where(Deal.organisation_id == registration.organisation_id, Deal.stage == Stage.WON)
        .group_by(Deal.currency)
        .order_by(Deal.currency)
    ).all()
    organisation: Organisation = registration.organisation
    language = chosen_language()
    sums = ", ".join(f"{row[1]} · {show_money(int(row[2]), row[0])}" for row in won)
    territory = ", ".join(country_name(code, language) for code in organisation.countries)
    is_inside = registration.country in organisation.countries
    types = ", ".join(str(TYPE_WORDS[kind]) for kind in organisation.types)  # type: ignore[index]
    share = f"{round(100 * (approved or 0) / decided)} %" if decided else "–"
    return [
        (_("Type"), f"{types} · {organisation.tier}" if organisation.tier else types),
        (_("Decided in 90 days"), str(decided)),
        (_c("several", "Approved"), share),
        (_c("several", "Won"), sums or "–"),
        (_("Territory"), territory + (" ✓" if is_inside else " " + _("(outside)"))),
    ]


def said_so_far(registration: Registration) -> dict[str, str]:
    """Return by field what the registration says, cut to a line, for asking about it."""
    parts = parts_of(registration, beside(registration), Side.VENDOR)
    rows = {label: value for part in parts for label, value in part.rows}
    shown = {"country": _("Place"), "contact_name": _("Contact")}
    said = {
        name: rows.get(shown.get(name, str(label)), "")
        for name, label in labels_for(Side.VENDOR).items()
    }
    said["city"] = registration.city
    said[FILES] = ", ".join(file.name for file in attachments_of(registration))
    return {name: shorten(text, LONGEST_HINT, placeholder="…") for name, text in said.items()}
