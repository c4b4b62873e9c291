"""Which requests does the matrix make, read from the portal's own map of addresses?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from flask import Flask
from werkzeug.routing import Rule

from portal.core.times import now
from tests.matrix import taken_on
from tests.matrix.oracle import (
    APPROVED,
    ASKED,
    DEACTIVATED,
    DRAFT,
    INVITED,
    OUTSIDE,
    PAGES,
    PUBLIC,
    RECORDS,
    REVIEWED,
    SUBMITTED,
    Ask,
    Facts,
)
from tests.matrix.planting import EXTRA, LENT, OPEN, SUMMIT, TOPIC, WON
from tests.matrix.taken_on import FIRST
from tests.matrix.world import TAKERS, World, slots

# What shows a record, and in which column of its table stands what it is told by.
SHOWS: Mapping[str, str] = {
    "registrations.show": "company",
    "admin.review.show": "company",
    "deals.show": "company",
    "admin.organisations.show": "name",
    "onboarding.show": "kept",
    "admin.onboarding.show": "name",
    "admin.onboarding.show_item": "kept",
    "admin.checklists.show": "name",
}
# Relations beyond the five of the matrix; tried where a record is read.
FARTHER = ("grandchild", "above", "sibling")
ABSENT = {
    "registration": "DR-00000000",
    "deal": "DL-00000000",
    "organisation": "OR-00000000",
    "person": "PE-00000000",
    "session": "SE-00000000",
    "list": "IL-00000000",
    "share": "SH-00000000",
    "file": "FI-00000000",
    "access review": "RV-00000000",
    "access item": "RI-00000000",
    "request": "AR-00000000",
    "application": "AP-00000000",
    "asset": "AS-00000000",
    "version": "AV-00000000",
    "folder": "AF-00000000",
    "checklist template": "CT-00000000",
    "checklist": "CL-00000000",
    "checklist item": "CI-00000000",
    "delivery": "00000000-0000-4000-8000-000000000000",
}
_today = now().date()
_soon = (_today + dt.timedelta(days=30)).isoformat()
_lately = (_today - dt.timedelta(days=3)).isoformat()

# A form as somebody fills it in who has the right: were a guard missing, it would take effect.
CUSTOMER = {
    "website": "https://www.freshcustomer.ca",
    "company": "Fresh customer",
    "country": "CA",
    "region": "CA-ON",
    "city": "Ottawa",
    "contact_name": "Dana Fresh",
    "contact_email": "dana@freshcustomer.ca",
    "contact_phone": "",
}
OPPORTUNITY = {
    "products": "ARM",
    "value": "51000",
    "currency": "CAD",
    "close_on": _soon,
    "need": "Somebody has to lift the boxes, all day long.",
}
EVIDENCE = {
    "call_did": "y",
    "call_on": _lately,
    "other_did": "y",
    "other_what": "A day in the test hall",
    "other_on": _lately,
    "may_contact": "ask",
    "consent": "y",
}
STEPS = {"customer": CUSTOMER, "opportunity": OPPORTUNITY, "evidence": EVIDENCE}
PARTNER = {
    "types": "services",
    "tier": "Platinum",
    "countries": "Canada, DE",
    "domains": "fresh.example, freshpartner.ca",
    "products": "FLEET",
    "contact_email": "office@freshpartner.ca",
    "contact_phone": "416 555 0134",
}
ASSET = {
    "title": "Fresh deck", "title_fr": "Nouveau dépliant", "kind": "deck", "folder": TOPIC,
    "language": "both", "summary": "Fresh", "summary_fr": "Nouveau", "tags": "fresh, new",
    "note": "Fresh", "note_fr": "Nouveau", "link": "https://fresh.example/", "text": "Fresh",
    "text_fr": "Nouveau", "valid_from": "", "valid_until": _soon,
}  # fmt: skip
FRESH_ITEM = {
    "title": "Fresh item", "title_fr": "Nouvel élément", "help": "Fresh", "help_fr": "Nouveau",
    "questions": "Which ones?", "questions_fr": "Lesquels?", "link": "https://fresh.example/",
    "owner": "administrator", "due_days": "9", "renew_months": "6", "is_mandatory": "y",
}  # fmt: skip
NEED = "They lift boxes all day, and two people are ill."
FORMS: Mapping[str, Mapping[str, str]] = {
    "attachments.attach_to_checklist_item": {},
    "attachments.attach_to_deal": {},
    "attachments.attach_to_registration": {},
    "attachments.remove": {},
    "account.email": {"email": "fresh@people.example"},
    "account.update": {"language": "fr", "timezone": "Europe/Paris"},
    "admin.applications.approve": {"name": "Fresh partner", "types": "services"},
    "admin.applications.ask": {"question": "Which two lines are these?"},
    "admin.applications.compare": {"answer": "different"},
    "admin.applications.pass_on": {},
    "admin.applications.reject": {"reason": "no_need", "text": "There are enough of them."},
    "admin.applications.take": {},
    "admin.assets.approve": {},
    "admin.assets.audience": {
        "types": "reseller",
        "tiers": "Gold",
        "countries": "Canada",
        "products": "ARM",
        "languages": "fr",
    },
    "admin.assets.begin": {},
    "admin.assets.call_off": {},
    "admin.assets.create": ASSET,
    "admin.assets.discard": {},
    "admin.assets.edit": ASSET,
    "admin.assets.folders": {"name": "Fresh topic", "name_fr": "Nouveau sujet"},
    "admin.assets.give_back": {"reason": "Say more of the price."},
    "admin.assets.publish": {},
    "admin.assets.put_file": {},
    "admin.assets.rename": {"name": "Fresh topic", "name_fr": "Nouveau sujet"},
    "admin.assets.send_for_review": {},
    "admin.assets.take_file_out": {},
    "admin.assets.withdraw": {"reason": "A price was wrong."},
    "admin.checklists.add": FRESH_ITEM,
    "admin.checklists.create": {
        "name": "Fresh",
        "name_fr": "Nouveau",
        "partner_type": "referral",
        "tier": "Gold",
    },
    "admin.checklists.edit": {"name": "Fresh", "name_fr": "Nouveau"},
    "admin.checklists.edit_item": FRESH_ITEM,
    "admin.checklists.move": {"down": FIRST},
    "admin.checklists.publish": {},
    "admin.checklists.remove": {},
    "admin.checklists.retire": {},
    "admin.onboarding.accept": {},
    "admin.onboarding.ask_again": {},
    "admin.onboarding.do": {},
    "admin.onboarding.give_back": {"reason": "The second page is missing."},
    "admin.onboarding.waive": {"reason": "Another one says the same."},
    "onboarding.send": {"answer_question": "Between Laval and Drummondville."},
    "assets.keep_at_hand": {},
    "assets.put_away": {},
    "admin.organisations.change_status": {"step": "suspend", "reason": "They did not pay."},
    "admin.organisations.create": {**PARTNER, "name": "Fresh partner"},
    "admin.organisations.edit": {**PARTNER, "name": "Renamed partner"},
    "admin.organisations.move": {"parent": SUMMIT},
    "account.end_one": {},
    "account.end_others": {},
    "account.switch": {},
    # Everybody came in through it: nobody is signed out.
    "admin.organisations.update_sign_in": {"providers": "demo"},
    "admin.people.end_devices": {},
    "admin.people.view_as": {"reason": "They cannot find their deal."},
    "admin.people.portfolio": {"countries": "Canada", "confirmed": "y"},
    "admin.review.approve": {},
    "admin.review.ask": {"ask_need": "y", "comment_need": "Which of the two lines?"},
    "admin.review.compare": {"answer": "same"},
    "admin.review.reject": {"reason": "no_project", "text": "There is no project any more."},
    "admin.review.take": {},
    "admin.fields.update": {"shown": "deal.probability"},
    "admin.inside.assess": {"margin": "12.5", "score": "70", "risk": "high"},
    "admin.inside.note_deal": {"text": "They pay late."},
    "admin.inside.note_registration": {"text": "Ask Vic about them first."},
    "company.edit": {"contact_email": "office@fresh.ca", "contact_phone": "416 555 0134"},
    "deals.edit": {"amount": "61000", "close_on": _soon, "own_reference": "New"},
    "deals.finish_step": {},
    "deals.lose": {"reason": "price"},
    "deals.move": {"stage": "qualified"},
    "deals.plan": {"step": "Call again", "on": _soon},
    "deals.win": {},
    "drafts.discard": {"form_path": "/account"},
    "drafts.keep": {"form_path": "/account", "language": "fr"},
    "admin.access.sign_off": {},
    "admin.access.take_over": {},
    "people.answer_review": {},
    "people.decide": {"decision": "keep"},
    "people.undo_decision": {},
    "people.accept": {"role": "partner_seller", "reach": "own"},
    "people.decline": {"answer": "We do not know you."},
    "people.change": {"role": "partner_manager", "reach": "own"},
    "people.deactivate": {},
    "people.invite": {
        "name": "New Person",
        "email": "new@people.example",
        "is_outside": "y",
        "role": "partner_seller",
        "reach": "own",
    },
    "people.invite_many": {
        "people": "New Person <new@people.example>",
        "role": "partner_seller",
        "reach": "own",
    },
    "people.invite_again": {},
    "people.reactivate": {},
    "people.uninvite": {},
    "registrations.answer": {"need": NEED, "reply_need": "Both of them."},
    "registrations.create": {},
    "registrations.discard": {},
    "registrations.submit": {},
    "registrations.withdraw": {"text": "The project is over."},
    "shares.revoke": {},
    # With the company whose record it is: whoever may share it knows of that one.
    "shares.share_deal": {"level": "view", "until": _soon},
    "shares.share_registration": {"level": "view", "until": _soon},
}

# Forms that ask who takes over, by what is handed over.
HANDED: Mapping[str, str] = {
    "admin.applications.hand_over": "application",
    "admin.review.hand_over": "review",
    "deals.assign": "sale",
    "deals.reassign": "work",
    "people.hand_over": "work",
    "registrations.reassign": "work",
}

# What the vendor's own people are given.
OF_VENDOR: Mapping[str, Mapping[str, str]] = {
    "people.change": {"role": "finance"},
    "people.invite": {"is_outside": "y", "name": "New Person", "email": "new@people.example",
                      "role": "finance"},
    "people.invite_many": {"people": "New Person <new@people.example>", "role": "finance"},
}  # fmt: skip

# On which page the form of a write stands (its own address where nothing is said).
PAGE_OF: Mapping[str, str] = {
    "account.end_one": "/account",
    "account.end_others": "/account",
    "account.switch": "/account",
    "account.update": "/account",
    "admin.applications.compare": "/admin/applications/{}",
    "admin.applications.pass_on": "/admin/applications/{}",
    "admin.applications.take": "/admin/applications/{}",
    "admin.assets.approve": "/admin/assets/versions/{}",
    "admin.assets.call_off": "/admin/assets/versions/{}",
    "admin.assets.discard": "/admin/assets/versions/{}",
    "admin.assets.send_for_review": "/admin/assets/versions/{}",
    "admin.assets.take_file_out": "/admin/assets/versions/{}/file",
    "admin.checklists.move": "/admin/checklists/{}",
    "admin.onboarding.accept": "/admin/onboarding/items/{}",
    "admin.onboarding.ask_again": "/admin/onboarding/items/{}",
    "admin.onboarding.do": "/admin/onboarding/items/{}",
    "onboarding.send": "/checklist/items/{}",
    "assets.keep_at_hand": "/assets/{}",
    "assets.put_away": "/assets/{}",
    "admin.organisations.move": "/admin/organisations/{}/move?parent=" + SUMMIT,
    "admin.review.approve": "/admin/registrations/{}",
    "admin.review.compare": "/admin/registrations/{}",
    "admin.review.take": "/admin/registrations/{}",
    "deals.finish_step": "/deals/{}",
    "admin.access.sign_off": "/admin/access/reviews/{}",
    "admin.access.take_over": "/admin/access/reviews/{}",
    "people.answer_review": "/people/review",
    "people.invite_again": "/people/{}",
    "people.reactivate": "/people/{}",
    "people.uninvite": "/people/{}",
    "registrations.create": "/",
    "registrations.discard": "/registrations/{}/customer",
    "registrations.submit": "/registrations/{}/check",
}

# What a write leaves behind: the events it records, and the tables it may write besides events
# and the form's key. A dash says: no event. A plus says: this one at least once; a star: some
# that begin like that; a question mark: this one, or not.
LEAVES: Mapping[str, tuple[str, str]] = {
    "account.end_one": ("session:revoke", "login_session"),
    "account.end_others": ("session:revoke session:revoke", "login_session"),
    "account.switch": ("session:switch session:switch", "login_session"),
    "account.email": ("email:ask", "email_change delivery"),
    "account.update": ("person:set", "user"),
    "admin.applications.approve": (
        "organisation:create organisation:onboard person:add invitation:send application:approve",
        "application organisation organisation_closure organisation_product portfolio_entry "
        "user membership invitation delivery"),
    "admin.applications.ask": ("application:ask", "application delivery"),
    "admin.applications.compare": ("application:compare", "application application_match"),
    "admin.applications.hand_over": ("application:hand_over", "application change delivery"),
    "admin.applications.pass_on": ("application:pass_on request:send",
                                   "application access_request delivery"),
    "admin.applications.reject": ("application:reject", "application delivery"),
    "admin.applications.take": ("application:take", "application"),
    "admin.assets.approve": ("asset:approve", "asset_version delivery"),
    "admin.assets.audience": ("asset:edit", "asset_version asset_word audience audience_value"),
    "admin.assets.begin": ("asset:create", "asset_version asset_word"),
    "admin.assets.call_off": ("asset:call_off", "asset_version"),
    "admin.assets.create": ("asset:create", "asset asset_version asset_word"),
    "admin.assets.discard": ("asset:discard", "asset_version asset asset_word kept_file"),
    "admin.assets.edit": ("asset:edit", "asset_version asset_word"),
    "admin.assets.folders": ("asset:folder", "asset_folder"),
    "admin.assets.give_back": ("asset:return", "asset_version delivery"),
    "admin.assets.publish": ("asset:publish", "asset_version asset delivery"),
    "admin.assets.put_file": ("asset:file", "asset_version asset_word kept_file delivery"),
    "admin.assets.rename": ("asset:folder", "asset_folder"),
    "admin.assets.send_for_review": ("asset:send", "asset_version delivery"),
    "admin.assets.take_file_out": ("asset:edit", "asset_version kept_file"),
    "admin.assets.withdraw": ("asset:withdraw", "asset_version asset asset_download delivery"),
    "admin.checklists.add": ("checklist_template:item", "checklist_template"),
    "admin.checklists.create": ("checklist_template:create", "checklist_template"),
    "admin.checklists.edit": ("checklist_template:edit", "checklist_template"),
    "admin.checklists.edit_item": ("checklist_template:item", "checklist_template"),
    "admin.checklists.move": ("checklist_template:order", "checklist_template"),
    "admin.checklists.publish": ("checklist_template:publish",
                                 "checklist_template checklist_edition"),
    "admin.checklists.remove": ("checklist_template:remove", "checklist_template"),
    "admin.checklists.retire": ("checklist_template:retire", "checklist_template"),
    "admin.onboarding.accept": ("checklist_item:accept", "checklist_item checklist organisation"),
    "admin.onboarding.ask_again": ("checklist_item:ask_again",
                                   "checklist_item checklist organisation delivery"),
    "admin.onboarding.do": ("checklist_item:do", "checklist_item checklist organisation"),
    "admin.onboarding.give_back": ("checklist_item:return",
                                   "checklist_item checklist organisation delivery"),
    "admin.onboarding.waive": ("checklist_item:waive", "checklist_item checklist organisation"),
    "onboarding.send": ("checklist_item:submit", "checklist_item checklist organisation delivery"),
    "assets.keep_at_hand": ("-", "asset_favourite"),
    "assets.put_away": ("-", "asset_favourite"),
    "admin.organisations.change_status": ("organisation:suspend", "organisation"),
    "admin.organisations.create": ("organisation:create",
                                   "organisation organisation_closure organisation_product"),
    "admin.organisations.edit": (
        "organisation:edit checklist_item:derive?",
        "organisation organisation_product change checklist checklist_item"),
    "admin.organisations.move": ("organisation:move", "organisation organisation_closure change"),
    "admin.organisations.update_sign_in": ("organisation:secure", "organisation"),
    "admin.people.end_devices": ("session:revoke+", "login_session"),
    "admin.people.view_as": ("viewing:start", "viewing login_session"),
    "admin.people.portfolio": ("portfolio:set",
                               "portfolio_rule portfolio_entry membership change"),
    "admin.review.approve": ("registration:approve deal:create",
                             "registration claim deal deal_product deal_word delivery"),
    "admin.review.ask": ("registration:ask", "registration question delivery"),
    "admin.review.compare": ("registration:compare", "registration_match"),
    "admin.review.reject": ("registration:reject", "registration delivery"),
    "admin.review.take": ("registration:take", "registration"),
    "admin.fields.update": ("field:set", "field_setting"),
    "admin.inside.assess": ("deal:assess", "deal_assessment change"),
    "admin.inside.note_deal": ("note:write", "note"),
    "admin.inside.note_registration": ("note:write", "note"),
    # The checklist of a new partner follows who and what is there.
    "company.edit": ("organisation:keep", "organisation change checklist"),
    "admin.review.hand_over": ("registration:hand_over", "registration change delivery"),
    "deals.assign": ("deal:assign", "deal change delivery"),
    "deals.edit": ("deal:edit", "deal deal_word change"),
    "deals.finish_step": ("deal:step_done", "deal"),
    "deals.lose": ("deal:lose", "deal claim delivery"),
    "deals.move": ("deal:move", "deal"),
    "deals.plan": ("deal:plan", "deal change"),
    "deals.reassign": ("deal:reassign", "deal change delivery"),
    "deals.win": ("deal:win", "deal delivery"),
    "admin.access.sign_off": ("access_review:sign_off", "access_review organisation"),
    "admin.access.take_over": ("access_review:hand_over", "access_review organisation delivery"),
    "people.answer_review": ("access_review:answer", "access_review organisation delivery"),
    "people.decide": ("person:keep access_review:decide", "access_review_item"),
    "people.undo_decision": ("access_review:undo", "access_review_item"),
    "people.accept": ("person:add invitation:send request:accept",
                      "access_request membership user invitation delivery"),
    "people.decline": ("request:decline", "access_request delivery"),
    "people.change": ("person:change", "membership change"),
    "people.deactivate": ("person:deactivate", "membership login_session checklist"),
    "people.hand_over": ("registration:reassign* deal:reassign* person:hand_over person:take_over",
                         "deal registration change delivery"),
    "people.invite": ("person:add invitation:send", "membership user invitation delivery"),
    "people.invite_many": ("person:add invitation:send person:invite_many",
                           "invitation_list membership user invitation delivery"),
    "people.invite_again": ("invitation:send", "invitation delivery"),
    "people.reactivate": ("person:reactivate", "membership checklist"),
    "people.uninvite": ("person:uninvite", "membership invitation"),
    "registrations.answer": ("registration:answer", "registration question delivery change"),
    "registrations.create": ("registration:create", "registration"),
    "registrations.discard": ("registration:discard",
                              "registration registration_product registration_activity question"
                              " attachment kept_file"),
    "registrations.reassign": ("registration:reassign*",
                               "registration change delivery"),
    "registrations.save": ("registration:edit",
                           "registration registration_product registration_activity"),
    "registrations.submit": ("registration:submit", "registration receipt delivery"),
    "registrations.withdraw": ("registration:withdraw", "registration delivery"),
    # The first file begins it.
    "attachments.attach_to_checklist_item": (
        "file:attach checklist_item:begin?",
        "attachment kept_file checklist_item checklist organisation delivery"),
    "attachments.attach_to_deal": ("file:attach", "attachment kept_file deal delivery"),
    "attachments.attach_to_registration": ("file:attach",
                                           "attachment kept_file registration delivery"),
    "attachments.remove": ("file:remove", "attachment kept_file"),
    "shares.revoke": ("share:revoke", "share"),
    "shares.share_deal": ("share:make", "share deal organisation delivery"),
    "shares.share_registration": ("share:make", "share registration organisation delivery"),
}  # fmt: skip

# What reading something leaves behind: the event that it was read.
READING_LEAVES: Mapping[str, str] = {
    "admin.assets.export": "asset:export",
    "admin.audit.export": "audit:export",
    "deals.export": "deal:export",
}
# Answers that are files, not pages.
FILES = frozenset(
    {
        "admin.assets.download", "admin.assets.export", "admin.assets.preview",
        "admin.audit.export", "assets.download", "assets.page", "attachments.download",
        "attachments.preview", "deals.export",
    }
)  # fmt: skip
# What takes something along: besides the event there is a row of who has it. Whoever only looks
# on takes nothing.
TAKING: Mapping[str, str] = {"assets.download": "asset:take", "assets.follow": "asset:take"}
# What brings a file, and under which name.
UPLOADS = frozenset(
    {
        "admin.assets.put_file", "attachments.attach_to_checklist_item",
        "attachments.attach_to_deal", "attachments.attach_to_registration",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One request of one person; ``facts`` None where the address names no record."""

    short: str
    endpoint: str
    method: str
    relation: str
    path: str
    facts: Facts | None
    step: str = ""
    htmx: bool = False

    @property
    def _named(self) -> str:
        return self.facts.reference if self.facts else ""

    @property
    def place(self) -> tuple[str, str, str, str]:
        """Return what makes it one cell of the matrix, whatever the record's state."""
        return self.endpoint, self.method, self.short, self.relation

    @property
    def form(self) -> Mapping[str, str]:
        """Return the filled-in form of a write."""
        if self.step:
            return STEPS[self.step]
        if self.endpoint in HANDED:
            return {"colleague": TAKERS.get((HANDED[self.endpoint], self._named), "PE-00000000")}
        if self.endpoint.startswith("shares.share_"):
            home = self.facts.home if self.facts is not None else ""
            return {**FORMS[self.endpoint], "holder": home}
        if self.facts is not None and self.facts.side == "vendor":
            return OF_VENDOR.get(self.endpoint, FORMS[self.endpoint])
        return FORMS[self.endpoint]

    def __str__(self) -> str:
        state = f" ({self.facts.state})" if self.facts and self.facts.state else ""
        mode = " with htmx" if self.htmx else ""
        what = f"{self.method} {self.endpoint} {self.relation}{state}{mode}"
        return f"{self.short} {what} {self.path}"


def guarded_rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every rule that is not public with each of its methods."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in PUBLIC:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def unnamed(app: Flask) -> set[tuple[str, str]]:
    """Return what the oracle does not know, and what it knows that is gone."""
    return {(rule.endpoint, method) for rule, method in guarded_rules(app)} ^ {*PAGES, *RECORDS}


def cells_of(world: World, short: str) -> Iterator[Cell]:
    """Yield every cell of one person; absent records come first, to compare the others with."""
    rules = list(guarded_rules(world.app))
    for rule, method in rules:
        if (rule.endpoint, method) in PAGES:
            yield from _pair(Cell(short, rule.endpoint, method, "–", rule.rule, None))
    for rule, method in rules:
        if (rule.endpoint, method) in RECORDS:
            yield from _absent(short, rule, method)
    for rule, method in rules:
        if (rule.endpoint, method) in RECORDS:
            yield from _present(world, short, rule, method)


def _pair(cell: Cell) -> Iterator[Cell]:
    yield cell
    yield Cell(**{**vars(cell), "htmx": True})


def _steps(rule: Rule, method: str) -> tuple[str, ...]:
    if "step" not in rule.arguments:
        return ("",)
    return ("customer", "check") if method == "GET" else ("customer", "opportunity", "evidence")


def address(rule: Rule, name: str, step: str = "") -> str:
    """Return the rule's address of the record ``name``."""
    if not rule.arguments:
        return rule.rule
    head = rule.rule.partition("<")[0]
    tail = re.sub("<any[^>]*>", "form", rule.rule.partition(">")[2])
    tail = re.sub("<[^>]*>", FIRST, tail)
    if step:
        tail = "/" + step
    return head + name + tail


def _absent(short: str, rule: Rule, method: str) -> Iterator[Cell]:
    name = ABSENT[RECORDS[rule.endpoint, method].kind]
    for step in _steps(rule, method):
        cell = Cell(short, rule.endpoint, method, "absent", address(rule, name, step), None, step)
        yield from _pair(cell) if rule.endpoint in SHOWS else (cell,)


def _present(world: World, short: str, rule: Rule, method: str) -> Iterator[Cell]:
    for relation, holder in slots(short, world).items():
        if relation in FARTHER and rule.endpoint not in SHOWS:
            continue
        kind = RECORDS[rule.endpoint, method].kind
        if relation in LENT and kind not in ("registration", "deal", "share", "file"):
            continue
        for place, facts in enumerate(_records(world, short, holder, relation, rule, method)):
            steps = _steps(rule, method)
            for step in steps if relation == "own" else steps[:1]:
                path = address(rule, facts.reference, step)
                cell = Cell(short, rule.endpoint, method, relation, path, facts, step)
                both = relation == "own" or (relation == "foreign" and rule.endpoint in SHOWS)
                yield from _pair(cell) if both and place == 0 else (cell,)


def _records(
    world: World, short: str, holder: str, relation: str, rule: Rule, method: str
) -> Iterator[Facts]:
    """Yield the holder's records in the states that matter; out of sight one state does."""
    ask = RECORDS[rule.endpoint, method]
    planted, person = world.planted, world.people[short]
    of_another_kind = _others_of(world, short, holder, relation, rule, method)
    if of_another_kind is not None:
        yield from of_another_kind
    elif ask.kind == "deal":
        ready = world.facts[planted.deals[holder, OPEN]]
        yield ready
        if (holder, WON) in planted.deals and person.knows(ready) and short not in OUTSIDE:
            yield world.facts[planted.deals[holder, WON]]
    else:
        states = list(ask.by_state) or [REVIEWED]
        seen = world.facts[planted.references[holder, SUBMITTED]]
        if short not in OUTSIDE and person.knows(seen):
            others = (DRAFT, SUBMITTED, REVIEWED, ASKED, APPROVED)
            more = others if rule.endpoint.endswith(".show") else (DRAFT, APPROVED)
            states += [state for state in more if state not in states]
        else:
            states = [*states[:1], *([DRAFT] if states[0] != DRAFT else [])]
        found = [planted.references.get((holder, state)) for state in states]
        for reference in [one for one in found if one] or [seen.reference]:
            yield world.facts[reference]


def _others_of(
    world: World, short: str, holder: str, relation: str, rule: Rule, method: str
) -> Iterator[Facts] | None:
    """Return the records of a kind that is neither a registration nor a deal, None for those."""
    ask = RECORDS[rule.endpoint, method]
    place = world.facts[world.planted.references[holder, DRAFT]].organisation
    taken_on_there = (
        taken_on.chosen(world, short, place, relation, rule.endpoint, method, ask)
        if ask.kind.startswith("checklist") or (ask.kind == "file" and relation not in LENT)
        else iter(())
    )
    if ask.kind == "file":
        return chain(_files(world, short, holder), taken_on_there)
    if ask.kind == "share":
        return _shares(world, short, holder)
    if ask.kind.startswith("checklist"):
        return taken_on_there
    if ask.kind == "application":
        return _applications(world, relation)
    if ask.kind in ("asset", "version", "folder"):
        return _library(world, relation, rule.endpoint, ask)
    if ask.kind in ("access review", "access item"):
        return _reviews(world, short, holder, relation, ask.kind)
    is_other = ask.kind in ("organisation", "session", "person", "delivery", "list", "request")
    return _others(world, short, holder, relation, rule, ask.kind) if is_other else None


def _shares(world: World, short: str, holder: str) -> Iterator[Facts]:
    """Yield a share in force, and one that is over."""
    planted = world.planted
    yield world.facts[planted.shares[holder]]
    if holder in planted.ended and short not in OUTSIDE:
        yield world.facts[planted.ended[holder]]


def _applications(world: World, relation: str) -> Iterator[Facts]:
    """Yield the applications from where Carla's partners sell, or from where nobody does."""
    found = (one for one in world.facts.values() if one.kind == "application")
    yield from (one for one in found if (one.home == "DE") == (relation == "foreign"))


def _library(world: World, relation: str, endpoint: str, ask: Ask) -> Iterator[Facts]:
    """Yield what is for everybody with the library, or for nobody; of versions every state."""
    planted = world.planted
    name = "kept" if endpoint == "assets.put_away" else "open"
    name = "narrow" if relation == "foreign" else name
    if ask.kind == "folder":
        yield world.facts[TOPIC]
    elif ask.kind == "asset":
        yield world.facts[planted.assets[name]]
    else:
        yield world.facts[planted.versions[name][0]]
        if relation != "foreign":
            states = [*ask.by_state, DRAFT, "withdrawn"]
            found = [one for state in states for one in planted.versions[state]]
            yield from (world.facts[one] for one in dict.fromkeys(found))


def _files(world: World, short: str, holder: str) -> Iterator[Facts]:
    """Yield a file of a deal, and of a registration before and after it is sent."""
    planted = world.planted
    records = [planted.deals[holder, OPEN], planted.references[holder, SUBMITTED]]
    if short not in OUTSIDE:
        records += [planted.references.get((holder, DRAFT)), planted.deals.get((holder, WON))]
    yield from (world.facts[planted.files[one]] for one in records if one)


def _others(
    world: World, short: str, holder: str, relation: str, rule: Rule, kind: str
) -> Iterator[Facts]:
    """Yield the holder's records of a kind that is neither a registration nor a deal."""
    planted, name = world.planted, holder.removeprefix("by ")
    if kind == "organisation":
        place = _organisation(world, short, holder, relation)
        yield next(one for one in world.facts.values()
                   if one.kind == "organisation" and one.organisation == place)  # fmt: skip
    elif kind == "session":
        yield world.facts[planted.devices[name]]
    elif kind == "list":
        is_own = relation == "own" and short in planted.lists
        others = [other for other in planted.lists if other != short]
        yield world.facts[planted.lists[short if is_own else others[0]]]
    elif kind == "request":
        is_own = relation == "own" and short in planted.requests
        others = [other for other in planted.requests if other != short]
        yield world.facts[planted.requests[short if is_own else others[0]]]
    elif kind == "delivery":
        yield world.facts[world.delivery_of(planted.references[holder, SUBMITTED])]
    elif rule.endpoint == "account.switch":
        if holder == EXTRA:
            yield world.facts[planted.second]
        yield world.facts[planted.holders[name].reference]
    else:
        if rule.endpoint == "admin.people.portfolio":  # only one of all these has one
            yield world.facts[planted.holders["carla"].reference]
        yield from _people(world, short, holder, relation)


def _reviews(world: World, short: str, holder: str, relation: str, kind: str) -> Iterator[Facts]:
    """Yield one access review, or one person in one and oneself, for each state that there is."""
    place, user = _organisation(world, short, holder, relation), world.people[short].user
    found = {
        (one.state, one.user == user): one
        for one in world.facts.values()
        if (one.kind, one.organisation) == (kind, place)
    }
    yield from found.values()


def form_place(world: World, cell: Cell) -> str:
    """Return on which page the cell's form stands."""
    name = cell.facts.reference if cell.facts else ""
    if cell.facts is not None and cell.facts.kind == "access item":
        is_vendor = world.people[cell.short].side == "vendor"
        return f"/admin/access/reviews/{world.reviews[name]}" if is_vendor else "/people/review"
    if cell.endpoint == "admin.assets.begin":
        name = next(
            world.planted.versions[one][0]
            for one, reference in world.planted.assets.items()
            if reference == name
        )
        return f"/admin/assets/versions/{name}"
    if cell.facts is not None and cell.facts.kind == "file":
        kinds = {"DL": "deals", "DR": "registrations", "CI": "checklist/items"}
        return f"/{kinds[cell.facts.of[:2]]}/{cell.facts.of}/files"
    return PAGE_OF.get(cell.endpoint, cell.path).format(name)


def _people(world: World, short: str, holder: str, relation: str) -> Iterator[Facts]:
    """Yield the person in that relation, and to an administrator one in each other standing."""
    person = world.people[short]
    is_own = relation == "own" and person.membership
    name = holder.removeprefix("by ")
    found = world.member(person.membership if is_own else world.planted.holders[name].id)
    yield found
    if person.administers(found.organisation):
        for standing in (INVITED, DEACTIVATED):
            other = world.planted.at.get((standing, found.organisation))
            if other is not None:
                yield world.member(other)


def _organisation(world: World, short: str, holder: str, relation: str) -> int:
    """Return the row number of the organisation in that relation."""
    person = world.people[short]
    if relation == "own" and person.organisation:
        return person.organisation
    return world.facts[world.planted.references[holder, DRAFT]].organisation
