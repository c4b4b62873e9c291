"""Who may know of which record and do what to it, said a second time, apart from the code?

Written from the rules of the house, not from the policies: where the two differ, one is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# How a record stands to a person. To a partner: theirs, a colleague's, of an organisation below,
# anybody else's. To the vendor's people: handled by them, of a partner in the channel manager's
# portfolio, of an organisation below such a partner, anybody else's.
OWN, SAME, CHILD, FOREIGN = RELATIONS = ("own", "same", "child", "foreign")
ALL = "own same child foreign"

# What each person may know of (registrations that were sent, drafts, deals), which of them they
# may work on, review and decide, of which organisations and people they know. "deals" means: as
# far as a deal that they handle names it; "self" is the person alone.
TABLE = f"""
diego | own same child | own same | own same child | own same |          |       | own child | own child
ana   | own            | own      | own            | own      |          |       | own       | self
noah  | own            | own      | own            | own      |          |       | own       | self
marc  | own same       | own same | own same       | own same |          |       | own       | own
nadia | own same       | own same | own same       | own same |          |       | own       | own
cole  | own same       | own same | own same       | own      |          |       | own       | own
lena  | own            | own      | own            | own      |          |       | own       | self
hana  | own            | own      | own            | own      |          |       | own       | self
lars  | own            | own      | own            | own      |          |       | own       | self
bruno | own same       | own same | own same       | own same |          |       | own       | own
sofia |                |          |                |          |          |       | own       | own
ivo   |                |          |                |          |          |       | own       | own
rosa  |                |          |                |          |          |       | own       | self
theo  |                |          |                |          |          |       | own       | own
carla | own same       |          | own same       |          | own same |       | own same  | own same
omar  | {ALL}          |          | {ALL}          |          | {ALL}    | {ALL} | {ALL}     | {ALL}
olga  | {ALL}          |          | {ALL}          |          | {ALL}    | {ALL} | {ALL}     | {ALL}
vic   |                |          | own            |          |          |       | own deals | self deals
axel  | {ALL}          |          | {ALL}          |          |          |       | {ALL}     | {ALL}
pia   |                |          |                |          |          |       | {ALL}     | {ALL}
sid   |                |          |                |          |          |       | {ALL}     | {ALL}
sam   |                |          |                |          |          |       | own       | self
fay   |                |          |                |          |          |       | own       | self
dora  |                |          |                |          |          |       |           |
visitor |              |          |                |          |          |       |           |
hugo  | own same child | own same | own same child | own same |          |       | own child | own child
olive | own            | own      | own            | own      |          |       | own       | own
sven  |                |          |                |          |          |       | own child | own child
fern  |                |          |                |          |          |       | own       | self
mira  |                |          |                |          |          |       |           |
"""  # noqa: E501
COLUMNS = (
    "registration", "draft", "deal", "work", "review", "decide", "organisation", "person",
)  # fmt: skip
LIMITS = {"omar": 100_000_00}
OUTSIDE = frozenset({"dora", "visitor"})
# Their role is none of their side's: they may do nothing, and know of nothing.
POWERLESS = frozenset({"mira"})

REGISTERING = frozenset("diego ana noah marc nadia cole lena hana lars bruno hugo olive".split())
REVIEW_READERS = frozenset("carla omar olga axel".split())
OUTBOX_READERS = frozenset("pia axel".split())
AUDITORS = frozenset("sid axel".split())
EXPLAINERS = frozenset("pia sid axel".split())
SECURERS = frozenset({"sid"})
# Of the vendor's people: who says with whom a record of a partner in their portfolio is shared.
SHARERS = frozenset({"carla"})
ACCESS_READERS = frozenset("sid axel".split())
PARTNER_READERS = frozenset("carla omar olga axel pia sid".split())
# Who hands the own company's records to colleagues, and who chooses the vendor's seller of a deal.
REASSIGNERS = frozenset("diego marc nadia bruno hugo olive".split())
ASSIGNERS = frozenset({"carla"})
COMPANY_READERS = frozenset("diego marc nadia bruno sofia ivo theo hugo olive sven".split())
COMPANY_EDITORS = frozenset("nadia theo hugo olive".split())
PARTNER_KEEPERS = frozenset({"pia"})
# Who reads of companies that apply; Carla of those from where her partners sell, or from the
# country that her portfolio names, and there alone she decides.
APPLICATION_READERS = frozenset("carla pia axel".split())
APPLICATION_REVIEWERS = frozenset("carla pia".split())
# Who has the library: whose company takes part and is of a kind that has it. Who keeps it, who
# reads of all of it, and who publishes.
LIBRARY = frozenset(
    "diego ana noah marc nadia cole lena hana lars bruno ivo rosa hugo olive".split()
)
LIBRARIANS = frozenset("carla pia".split())
LIBRARY_READERS = LIBRARIANS | {"axel"}
PUBLISHERS = frozenset({"pia"})
# How partners are taken on: who follows it for which partners, reviews what was sent, and writes
# what is asked. Of a partner's people everybody reads the own company's, and does what is for them.
TAKEN_ON = REGISTERING | frozenset("sofia ivo rosa theo sven".split())
TAKERS_ON = frozenset("carla pia".split())
CHECKLIST_FOLLOWERS = TAKERS_ON | {"axel"}
CHECKLIST_WRITERS = frozenset({"pia"})
_AT_THE_HEAD = frozenset("nadia theo hugo olive".split())
DOERS: Mapping[str, frozenset[str]] = {
    "administrator": _AT_THE_HEAD,
    "lead": _AT_THE_HEAD | frozenset("diego marc bruno sofia ivo sven".split()),
    "staff": frozenset(),
}
# Who sees the portal as others do, and as which of the vendor's own people.
VIEWERS: Mapping[str, frozenset[str]] = {
    "carla": frozenset(),
    # A partner's role is nothing at the vendor's.
    "pia": frozenset({"support_agent", "finance", "programme_administrator", "partner_seller"}),
}
NEVER_VIEWED = frozenset({"security_administrator", "auditor"})
FIELD_DECIDERS = frozenset({"pia"})
# Who keeps notes and assessments for the vendor's own side.
INSIDERS = frozenset("carla omar olga vic".split())
# Who decides on the people of their own company, and who on everybody's.
ADMINISTRATORS = frozenset("nadia theo sid hugo olive".split())
# An administrator lets nobody see more than they do themselves.
WIDTHS = ("own", "organisation", "family")
# Of a company that takes part: who hands over all that somebody has, and who reads the log.
HANDERS = LOG_READERS = frozenset("nadia hugo olive".split())
EVERYBODY = frozenset(
    line.split("|")[0].strip() for line in TABLE.strip().splitlines()
) - OUTSIDE - POWERLESS  # fmt: skip

MAY: Mapping[str, Mapping[str, frozenset[str]]] = {
    cells[0].strip(): {
        column: frozenset(cell.split()) for column, cell in zip(COLUMNS, cells[1:], strict=True)
    }
    for cells in (line.split("|") for line in TABLE.strip().splitlines())
}

# Endpoints without a record: whom they answer (all others: 403), and how.
PAGES: Mapping[tuple[str, str], tuple[frozenset[str], int]] = {
    ("home.index", "GET"): (EVERYBODY, 200),
    ("account.show", "GET"): (EVERYBODY, 200),
    ("account.update", "POST"): (EVERYBODY, 303),
    ("account.end_others", "POST"): (EVERYBODY, 303),
    ("account.choose", "GET"): (EVERYBODY, 200),
    ("sign_in.again", "GET"): (EVERYBODY, 200),
    ("account.email", "GET"): (EVERYBODY, 200),
    ("account.email", "POST"): (EVERYBODY, 303),
    ("drafts.keep", "POST"): (EVERYBODY, 200),
    ("drafts.discard", "POST"): (EVERYBODY, 303),
    ("registrations.index", "GET"): (REGISTERING | {"axel"}, 200),
    ("registrations.create", "POST"): (REGISTERING, 303),
    ("deals.index", "GET"): (REGISTERING | {"carla", "omar", "olga", "vic", "axel"}, 200),
    ("deals.export", "GET"): (REGISTERING | {"carla", "omar", "olga", "vic", "axel"}, 200),
    ("company.show", "GET"): (COMPANY_READERS, 200),
    ("company.edit", "GET"): (COMPANY_EDITORS, 200),
    ("company.edit", "POST"): (COMPANY_EDITORS, 303),
    ("admin.review.index", "GET"): (REVIEW_READERS, 200),
    ("assets.index", "GET"): (LIBRARY, 200),
    ("assets.copies", "GET"): (LIBRARY, 200),
    ("admin.assets.index", "GET"): (LIBRARY_READERS, 200),
    ("admin.assets.reach", "GET"): (LIBRARIANS, 200),
    ("admin.assets.create", "GET"): (LIBRARIANS, 200),
    ("admin.assets.create", "POST"): (LIBRARIANS, 303),
    ("admin.assets.folders", "GET"): (PUBLISHERS, 200),
    ("admin.assets.folders", "POST"): (PUBLISHERS, 303),
    ("admin.applications.index", "GET"): (APPLICATION_READERS, 200),
    ("admin.organisations.index", "GET"): (PARTNER_READERS, 200),
    ("admin.organisations.create", "GET"): (PARTNER_KEEPERS, 200),
    ("admin.organisations.create", "POST"): (PARTNER_KEEPERS, 303),
    ("admin.people.index", "GET"): (PARTNER_READERS, 200),
    ("admin.outbox.index", "GET"): (OUTBOX_READERS, 200),
    ("admin.audit.index", "GET"): (AUDITORS, 200),
    ("admin.audit.export", "GET"): (AUDITORS, 200),
    ("log.index", "GET"): (LOG_READERS, 200),
    ("admin.access.index", "GET"): (EXPLAINERS, 200),
    ("admin.access.permissions", "GET"): (EXPLAINERS, 200),
    ("people.index", "GET"): (ADMINISTRATORS, 200),
    ("admin.fields.index", "GET"): (FIELD_DECIDERS, 200),
    ("admin.fields.update", "POST"): (FIELD_DECIDERS, 303),
    ("people.review", "GET"): (ADMINISTRATORS, 200),
    ("admin.access.reviews", "GET"): (ACCESS_READERS, 200),
    ("people.requests", "GET"): (ADMINISTRATORS, 200),
    ("onboarding.index", "GET"): (TAKEN_ON, 200),
    ("admin.onboarding.index", "GET"): (CHECKLIST_FOLLOWERS, 200),
    ("admin.checklists.index", "GET"): (CHECKLIST_FOLLOWERS, 200),
    ("admin.checklists.create", "GET"): (CHECKLIST_WRITERS, 200),
    ("admin.checklists.create", "POST"): (CHECKLIST_WRITERS, 303),
}

# Writes before which whoever signed in a while ago is asked again: these always, and a decision
# over that many minor units, or over the approver's own limit if that is lower.
FRESH_ALWAYS = frozenset(
    {
        "account.email",
        "admin.access.sign_off",
        "admin.access.take_over",
        "admin.applications.approve",
        "admin.organisations.update_sign_in",
        "admin.people.end_devices",
        "people.accept",
        "people.answer_review",
        "people.change",
        "people.deactivate",
        "people.decide",
        "people.decline",
        "people.invite",
        "people.invite_again",
        "people.invite_many",
        "people.reactivate",
        "people.undo_decision",
        "people.uninvite",
    }
)
FRESH_IF_LARGE = frozenset({"admin.review.approve", "admin.review.reject"})
LARGE_FROM = 100_000_00

# Endpoints for everybody, also before sign-in. A change here is a decision.
PUBLIC = frozenset(
    {
        "account.confirm",
        "admin.people.stop",
        "applications.apply",
        "applications.follow",
        "applications.sent",
        "receipts.show",
        "sign_in.ask_access",
        "sign_in.asked",
        "sign_in.find",
        "sign_in.finish",
        "sign_in.hear_logout",
        "sign_in.index",
        "sign_in.join",
        "sign_in.sign_out",
        "sign_in.signed_out",
        "sign_in.start",
        "static",
    }
)


@dataclass(frozen=True)
class Ask:
    """What an endpoint needs, and the answer by the record's state (or in every other state)."""

    kind: str
    need: str
    otherwise: int
    by_state: Mapping[str, int] = field(default_factory=dict)


DRAFT, SUBMITTED, REVIEWED, ASKED = "draft", "submitted", "under_review", "needs_info"
APPROVED, REJECTED, WITHDRAWN, OPEN, CLOSED = (
    "approved", "rejected", "withdrawn", "open", "closed",
)  # fmt: skip
IN_REVIEW, SCHEDULED, PUBLISHED, SUPERSEDED = (
    "in_review", "scheduled", "published", "superseded",
)  # fmt: skip
INVITED, UNINVITED, ACTIVE, DEACTIVATED = "invited", "uninvited", "active", "deactivated"
_UNDER_WAY = (SUBMITTED, REVIEWED, ASKED)
# An access review by whose turn it is, and whether everybody has been looked at; of a person in
# it the same, where there was a reason to look.
HANDED, SIGNED = "with_security", "signed_off"
OPEN_DONE, HANDED_DONE = "open done", "with_security done"
TURNS = {OPEN: "partner", OPEN_DONE: "partner", HANDED: "vendor", HANDED_DONE: "vendor"}

# Of an application under review, where a partner is the same company.
SAME_COMPANY, ALONE = "under_review same", "under_review alone"
JUDGED = (REVIEWED, SAME_COMPANY, ALONE)
# An item of a checklist that is to be done; one may also wait for another, be told by the data or
# be done by staff. A template that is empty, was written anew, or of whose kind another is in use.
TO_DO = ("not_started", "in_progress", "returned", "expired")
TO_WAIVE = tuple(
    f"{state}{how}"
    for state in (*TO_DO, SUBMITTED)
    for how in ("", " ours", " derived", " waiting", " ours waiting", " derived waiting")
)
TO_TICK = ("not_started ours", "in_progress ours", "expired ours")
IN_USE, WRITTEN_ANEW, EMPTY = "in_use", "in_use changed", "draft empty"
TO_PUBLISH = (DRAFT, WRITTEN_ANEW, "retired")
RECORDS: Mapping[tuple[str, str], Ask] = {
    ("registrations.show", "GET"): Ask("registration", "know", 200, {DRAFT: 302}),
    ("registrations.step", "GET"): Ask("registration", "work", 302, {DRAFT: 200}),
    ("registrations.save", "POST"): Ask("registration", "work", 409, {DRAFT: 303}),
    ("registrations.submit", "POST"): Ask("registration", "work", 409, {DRAFT: 303}),
    ("registrations.discard", "POST"): Ask("registration", "work", 409, {DRAFT: 303}),
    ("registrations.answer", "GET"): Ask("registration", "take part", 302, {ASKED: 200}),
    ("registrations.answer", "POST"): Ask("registration", "take part", 409, {ASKED: 303}),
    ("registrations.withdraw", "GET"): Ask(
        "registration", "work", 409, dict.fromkeys(_UNDER_WAY, 200)
    ),
    ("registrations.withdraw", "POST"): Ask(
        "registration", "work", 409, dict.fromkeys(_UNDER_WAY, 303)
    ),
    ("admin.review.show", "GET"): Ask("registration", "read reviews", 200),
    ("admin.review.take", "POST"): Ask("registration", "review", 409, {SUBMITTED: 303}),
    ("admin.review.compare", "POST"): Ask("registration", "review", 409, {REVIEWED: 303}),
    ("admin.review.ask", "GET"): Ask("registration", "review", 409, {REVIEWED: 200}),
    ("admin.review.ask", "POST"): Ask("registration", "review", 409, {REVIEWED: 303}),
    ("admin.review.approve", "POST"): Ask("registration", "decide", 409, {REVIEWED: 303}),
    ("admin.review.reject", "GET"): Ask("registration", "decide", 409, {REVIEWED: 200}),
    ("admin.review.reject", "POST"): Ask("registration", "decide", 409, {REVIEWED: 303}),
    ("admin.inside.note_registration", "GET"): Ask("registration", "keep inside", 200),
    ("admin.inside.note_registration", "POST"): Ask("registration", "keep inside", 303),
    ("admin.inside.note_deal", "GET"): Ask("deal", "keep inside", 200),
    ("admin.inside.note_deal", "POST"): Ask("deal", "keep inside", 303),
    ("admin.inside.assess", "GET"): Ask("deal", "assess", 200),
    ("admin.inside.assess", "POST"): Ask("deal", "assess", 303),
    ("deals.show", "GET"): Ask("deal", "know", 200),
    ("deals.edit", "GET"): Ask("deal", "take part", 409, {OPEN: 200}),
    ("deals.edit", "POST"): Ask("deal", "take part", 409, {OPEN: 303}),
    ("deals.plan", "GET"): Ask("deal", "take part", 409, {OPEN: 200}),
    ("deals.plan", "POST"): Ask("deal", "take part", 409, {OPEN: 303}),
    ("deals.finish_step", "POST"): Ask("deal", "take part", 409, {OPEN: 303}),
    ("deals.move", "GET"): Ask("deal", "take part", 409, {OPEN: 200}),
    ("deals.move", "POST"): Ask("deal", "take part", 409, {OPEN: 303}),
    ("deals.win", "GET"): Ask("deal", "work", 409, {OPEN: 200}),
    ("deals.win", "POST"): Ask("deal", "work", 409, {OPEN: 303}),
    ("deals.lose", "GET"): Ask("deal", "work", 409, {OPEN: 200}),
    ("deals.lose", "POST"): Ask("deal", "work", 409, {OPEN: 303}),
    ("deals.reassign", "GET"): Ask("deal", "reassign", 409, {OPEN: 200}),
    ("deals.reassign", "POST"): Ask("deal", "reassign", 409, {OPEN: 303}),
    ("deals.assign", "GET"): Ask("deal", "assign", 409, {OPEN: 200}),
    ("deals.assign", "POST"): Ask("deal", "assign", 409, {OPEN: 303}),
    ("registrations.reassign", "GET"): Ask(
        "registration", "reassign", 409, dict.fromkeys((DRAFT, *_UNDER_WAY), 200)
    ),
    ("registrations.reassign", "POST"): Ask(
        "registration", "reassign", 409, dict.fromkeys((DRAFT, *_UNDER_WAY), 303)
    ),
    ("admin.review.hand_over", "GET"): Ask(
        "registration", "review", 409, {REVIEWED: 200, ASKED: 200}
    ),
    ("admin.review.hand_over", "POST"): Ask(
        "registration", "review", 409, {REVIEWED: 303, ASKED: 303}
    ),
    ("people.hand_over", "GET"): Ask("person", "hand over", 200),
    ("people.hand_over", "POST"): Ask("person", "hand over", 409, {ACTIVE: 303}),
    ("admin.organisations.show", "GET"): Ask("organisation", "read partners", 200),
    ("admin.organisations.edit", "GET"): Ask("organisation", "keep partners", 200),
    ("admin.organisations.edit", "POST"): Ask("organisation", "keep partners", 303),
    ("admin.organisations.move", "GET"): Ask("organisation", "keep partners", 200),
    ("admin.organisations.move", "POST"): Ask("organisation", "keep partners", 303),
    ("admin.organisations.change_status", "GET"): Ask("organisation", "keep partners", 200),
    ("admin.organisations.change_status", "POST"): Ask("organisation", "keep partners", 303),
    ("admin.outbox.show", "GET"): Ask("delivery", "know", 200),
    ("account.end_one", "POST"): Ask("session", "be theirs", 303),
    ("account.switch", "POST"): Ask("person", "switch", 303),
    ("admin.organisations.edit_sign_in", "GET"): Ask("organisation", "secure", 200),
    ("admin.organisations.update_sign_in", "POST"): Ask("organisation", "secure", 303),
    ("admin.people.devices", "GET"): Ask("person", "secure", 200),
    ("admin.people.end_devices", "POST"): Ask("person", "secure", 303),
    ("admin.people.show", "GET"): Ask("person", "read partners", 200),
    ("admin.people.view_as", "GET"): Ask("person", "view as", 200),
    ("admin.people.view_as", "POST"): Ask("person", "view as", 303),
    ("admin.people.portfolio", "GET"): Ask("person", "set portfolios", 200),
    ("admin.people.portfolio", "POST"): Ask("person", "set portfolios", 303),
    ("people.show", "GET"): Ask("person", "administer", 200),
    ("people.change", "GET"): Ask("person", "administer", 200),
    ("people.change", "POST"): Ask("person", "administer", 303),
    ("people.deactivate", "GET"): Ask("person", "administer", 409, {ACTIVE: 200}),
    ("people.deactivate", "POST"): Ask("person", "administer", 409, {ACTIVE: 303}),
    ("people.reactivate", "POST"): Ask("person", "administer", 409, {DEACTIVATED: 303}),
    ("people.invite_again", "POST"): Ask("person", "administer", 303, {DEACTIVATED: 409}),
    ("people.uninvite", "POST"): Ask("person", "administer", 409, {INVITED: 303}),
    ("people.invite", "GET"): Ask("organisation", "administer", 200),
    ("people.invite", "POST"): Ask("organisation", "administer", 303),
    ("people.invite_many", "GET"): Ask("organisation", "administer", 200),
    ("people.invite_many", "POST"): Ask("organisation", "administer", 303),
    ("people.invited", "GET"): Ask("list", "know", 200),
    ("attachments.files_of_registration", "GET"): Ask("registration", "know", 200),
    ("attachments.files_of_deal", "GET"): Ask("deal", "know", 200),
    ("attachments.attach_to_registration", "POST"): Ask("registration", "work", 409, {DRAFT: 303}),
    ("attachments.attach_to_deal", "POST"): Ask("deal", "take part", 409, {OPEN: 303}),
    ("attachments.download", "GET"): Ask("file", "know", 200),
    ("attachments.preview", "GET"): Ask("file", "know", 200),
    ("attachments.remove", "POST"): Ask(
        "file", "take away", 409, {DRAFT: 303, OPEN: 303, **dict.fromkeys(TO_DO, 303)}
    ),
    ("shares.share_deal", "GET"): Ask("deal", "share", 200),
    ("shares.share_deal", "POST"): Ask("deal", "share", 303),
    ("shares.share_registration", "GET"): Ask("registration", "share", 200, {DRAFT: 409}),
    ("shares.share_registration", "POST"): Ask("registration", "share", 303, {DRAFT: 409}),
    ("shares.revoke", "GET"): Ask("share", "share", 200, {CLOSED: 409}),
    ("shares.revoke", "POST"): Ask("share", "share", 303, {CLOSED: 409}),
    ("people.review_record", "GET"): Ask("access review", "answer access", 200),
    ("people.answer_review", "POST"): Ask("access review", "answer access", 409, {OPEN_DONE: 303}),
    ("people.decide", "POST"): Ask(
        "access item", "decide access", 409, dict.fromkeys((OPEN, HANDED), 303)
    ),
    ("people.undo_decision", "POST"): Ask(
        "access item", "decide access", 409, dict.fromkeys((OPEN_DONE, HANDED_DONE), 303)
    ),
    ("admin.access.review", "GET"): Ask("access review", "read access", 200),
    ("admin.access.take_over", "POST"): Ask(
        "access review", "sign access", 409, dict.fromkeys((OPEN, OPEN_DONE), 303)
    ),
    ("admin.access.sign_off", "POST"): Ask("access review", "sign access", 409, {HANDED_DONE: 303}),
    ("admin.applications.show", "GET"): Ask("application", "know", 200),
    ("admin.applications.take", "POST"): Ask(
        "application", "review applications", 409, {SUBMITTED: 303}
    ),
    ("admin.applications.compare", "POST"): Ask(
        "application", "review applications", 409, dict.fromkeys(JUDGED, 303) | {ALONE: 400}
    ),
    ("admin.applications.ask", "GET"): Ask(
        "application", "review applications", 409, dict.fromkeys(JUDGED, 200)
    ),
    ("admin.applications.ask", "POST"): Ask(
        "application", "review applications", 409, dict.fromkeys(JUDGED, 303)
    ),
    ("admin.applications.reject", "GET"): Ask(
        "application", "review applications", 409, dict.fromkeys(JUDGED, 200)
    ),
    ("admin.applications.reject", "POST"): Ask(
        "application", "review applications", 409, dict.fromkeys(JUDGED, 303)
    ),
    ("admin.applications.hand_over", "GET"): Ask(
        "application", "review applications", 409, dict.fromkeys((*JUDGED, ASKED), 200)
    ),
    ("admin.applications.hand_over", "POST"): Ask(
        "application", "review applications", 409, dict.fromkeys((*JUDGED, ASKED), 303)
    ),
    ("admin.applications.pass_on", "POST"): Ask(
        "application", "review applications", 409, {SAME_COMPANY: 303}
    ),
    ("admin.applications.approve", "GET"): Ask(
        "application", "review applications", 409, {REVIEWED: 200, ALONE: 200}
    ),
    ("admin.applications.approve", "POST"): Ask(
        "application", "review applications", 409, {REVIEWED: 303, ALONE: 303}
    ),
    ("assets.show", "GET"): Ask("asset", "use", 200),
    ("assets.version", "GET"): Ask("asset", "use", 302),
    ("assets.download", "GET"): Ask("asset", "use", 200),
    ("assets.page", "GET"): Ask("asset", "use", 200),
    ("assets.follow", "GET"): Ask("asset", "use", 302),
    ("assets.keep_at_hand", "POST"): Ask("asset", "use", 303),
    ("assets.put_away", "POST"): Ask("asset", "use", 303, {"kept": 303}),
    ("admin.assets.usage", "GET"): Ask("asset", "follow library", 200),
    ("admin.assets.export", "GET"): Ask("asset", "follow library", 200),
    ("admin.assets.begin", "POST"): Ask("asset", "write library", 303),
    ("admin.assets.show", "GET"): Ask("version", "follow library", 200),
    ("admin.assets.download", "GET"): Ask("version", "follow library", 200),
    ("admin.assets.preview", "GET"): Ask("version", "follow library", 200),
    ("admin.assets.edit", "GET"): Ask("version", "write library", 409, {DRAFT: 200}),
    ("admin.assets.edit", "POST"): Ask("version", "write library", 409, {DRAFT: 303}),
    ("admin.assets.audience", "GET"): Ask("version", "write library", 409, {DRAFT: 200}),
    ("admin.assets.audience", "POST"): Ask("version", "write library", 409, {DRAFT: 303}),
    ("admin.assets.put_file", "GET"): Ask("version", "write library", 409, {DRAFT: 200}),
    ("admin.assets.put_file", "POST"): Ask("version", "write library", 409, {DRAFT: 303}),
    ("admin.assets.take_file_out", "POST"): Ask("version", "write library", 409, {DRAFT: 303}),
    ("admin.assets.discard", "POST"): Ask("version", "write library", 409, {DRAFT: 303}),
    ("admin.assets.send_for_review", "POST"): Ask("version", "write library", 409, {DRAFT: 303}),
    ("admin.assets.approve", "POST"): Ask("version", "review library", 409, {IN_REVIEW: 303}),
    ("admin.assets.give_back", "GET"): Ask("version", "review library", 409, {IN_REVIEW: 200}),
    ("admin.assets.give_back", "POST"): Ask("version", "review library", 409, {IN_REVIEW: 303}),
    ("admin.assets.publish", "GET"): Ask("version", "publish library", 409, {APPROVED: 200}),
    ("admin.assets.publish", "POST"): Ask("version", "publish library", 409, {APPROVED: 303}),
    ("admin.assets.call_off", "POST"): Ask(
        "version", "publish library", 409, {APPROVED: 303, SCHEDULED: 303}
    ),
    ("admin.assets.withdraw", "GET"): Ask(
        "version", "publish library", 409, {PUBLISHED: 200, SUPERSEDED: 200}
    ),
    ("admin.assets.withdraw", "POST"): Ask(
        "version", "publish library", 409, {PUBLISHED: 303, SUPERSEDED: 303}
    ),
    ("admin.assets.rename", "GET"): Ask("folder", "publish library", 200),
    ("admin.assets.rename", "POST"): Ask("folder", "publish library", 303),
    ("people.accept", "GET"): Ask("request", "know", 200),
    ("people.accept", "POST"): Ask("request", "know", 303),
    ("people.decline", "GET"): Ask("request", "know", 200),
    ("people.decline", "POST"): Ask("request", "know", 303),
    ("onboarding.show", "GET"): Ask("checklist item", "read checklist", 200),
    ("onboarding.send", "GET"): Ask("checklist item", "do item", 302),
    ("onboarding.send", "POST"): Ask("checklist item", "do item", 409, dict.fromkeys(TO_DO, 303)),
    ("attachments.files_of_checklist_item", "GET"): Ask("checklist item", "know", 200),
    ("attachments.attach_to_checklist_item", "POST"): Ask(
        "checklist item", "do item", 409, dict.fromkeys(TO_DO, 303)
    ),
    ("admin.onboarding.show", "GET"): Ask("checklist", "follow checklist", 200),
    ("admin.onboarding.show_item", "GET"): Ask("checklist item", "follow checklist", 200),
    ("admin.onboarding.accept", "POST"): Ask(
        "checklist item", "review item", 409, {SUBMITTED: 303}
    ),
    ("admin.onboarding.give_back", "GET"): Ask(
        "checklist item", "review item", 409, {SUBMITTED: 200}
    ),
    ("admin.onboarding.give_back", "POST"): Ask(
        "checklist item", "review item", 409, {SUBMITTED: 303}
    ),
    ("admin.onboarding.do", "POST"): Ask(
        "checklist item", "review item", 409, dict.fromkeys(TO_TICK, 303)
    ),
    ("admin.onboarding.waive", "GET"): Ask(
        "checklist item", "waive item", 409, dict.fromkeys(TO_WAIVE, 200)
    ),
    ("admin.onboarding.waive", "POST"): Ask(
        "checklist item", "waive item", 409, dict.fromkeys(TO_WAIVE, 303)
    ),
    ("admin.onboarding.ask_again", "POST"): Ask(
        "checklist item", "waive item", 409, {"waived": 303, "waived ours": 303}
    ),
    ("admin.checklists.show", "GET"): Ask("checklist template", "follow checklist", 200),
    ("admin.checklists.edit", "GET"): Ask("checklist template", "write checklist", 200),
    ("admin.checklists.edit", "POST"): Ask("checklist template", "write checklist", 303),
    ("admin.checklists.choose", "GET"): Ask("checklist template", "write checklist", 200),
    ("admin.checklists.add", "GET"): Ask("checklist template", "write checklist", 200),
    ("admin.checklists.add", "POST"): Ask("checklist template", "write checklist", 303),
    # Of an item that is not there.
    ("admin.checklists.edit_item", "GET"): Ask(
        "checklist template", "write checklist", 200, {EMPTY: 404}
    ),
    ("admin.checklists.edit_item", "POST"): Ask(
        "checklist template", "write checklist", 303, {EMPTY: 404}
    ),
    ("admin.checklists.move", "POST"): Ask(
        "checklist template", "write checklist", 303, {EMPTY: 404}
    ),
    ("admin.checklists.remove", "GET"): Ask(
        "checklist template", "write checklist", 200, {EMPTY: 404}
    ),
    ("admin.checklists.remove", "POST"): Ask(
        "checklist template", "write checklist", 303, {EMPTY: 404}
    ),
    ("admin.checklists.publish", "GET"): Ask(
        "checklist template", "write checklist", 409, dict.fromkeys(TO_PUBLISH, 200)
    ),
    ("admin.checklists.publish", "POST"): Ask(
        "checklist template", "write checklist", 409, dict.fromkeys(TO_PUBLISH, 303)
    ),
    ("admin.checklists.retire", "GET"): Ask(
        "checklist template", "write checklist", 409, {IN_USE: 200, WRITTEN_ANEW: 200}
    ),
    ("admin.checklists.retire", "POST"): Ask(
        "checklist template", "write checklist", 409, {IN_USE: 303, WRITTEN_ANEW: 303}
    ),
}


KINDS = {"DR": "registration", "DL": "deal"}


@dataclass(frozen=True)
class Facts:
    """A record as the oracle needs it, read by plain SQL."""

    kind: str
    reference: str
    state: str = ""
    organisation: int = 0
    owner: int = 0
    handler: int | None = None
    submitter: int | None = None
    minor: int = 0
    user: int = 0
    side: str = ""
    role: str = ""
    reach: str = ""
    is_closed: bool = False
    # The organisation's own reference, and with which membership or organisation it is shared.
    home: str = ""
    held_by: int | None = None
    held_at: int | None = None
    # Of a share: which record is shared; of a file: to which it belongs. Of a person: every
    # company to which their reach leads.
    of: str = ""
    leads_to: frozenset[int] = frozenset()
    # Of what the library holds for partners: the memberships that it is for.
    reaches: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Person:
    """Somebody at the door; ``below`` and ``portfolio`` are row numbers of organisations.

    To the vendor's people ``below`` are the organisations below those of the portfolio.
    """

    short: str
    side: str = ""
    membership: int = 0
    user: int = 0
    organisation: int = 0
    below: frozenset[int] = frozenset()
    portfolio: frozenset[int] = frozenset()
    named_by_deals: frozenset[tuple[int, int]] = frozenset()
    account_manager: int | None = None
    reach: str = ""
    # Every membership that the person has, and of which organisations.
    memberships: frozenset[int] = frozenset()
    places: frozenset[int] = frozenset()
    # What is shared with them or their organisation at present, as far as their role reads such
    # records, and how far; and whether anything ever was.
    shared: Mapping[str, str] = field(default_factory=dict)
    has_held: bool = False

    def relation(self, facts: Facts) -> str:
        """Return how a registration or deal stands to the person."""
        if self.side == "vendor":
            is_own = facts.handler == self.membership
            # What the vendor's own organisation registered is in nobody's portfolio.
            is_vendors = facts.organisation == self.organisation
            away = FOREIGN if is_vendors else self.nearness(facts.organisation)
            return OWN if is_own else away
        # What somebody left behind in another organisation is theirs no more.
        is_own = facts.owner == self.membership and facts.organisation == self.organisation
        return OWN if is_own else self.nearness(facts.organisation, SAME)

    def nearness(self, organisation: int, mine: str = OWN) -> str:
        """Return how an organisation stands to the person; ``mine`` names the own one."""
        if organisation == self.organisation:
            return mine
        if organisation in self.portfolio:
            return SAME
        return CHILD if organisation in self.below else FOREIGN

    def knows(self, facts: Facts) -> bool:
        """Tell whether the person may know that the record exists."""
        if facts.kind == "organisation":
            return self.knows_organisation(facts.organisation)
        if facts.kind == "delivery":
            return self.short in OUTBOX_READERS
        if facts.kind in ("list", "request"):
            is_list = facts.kind == "list"
            return (
                facts.owner == self.membership if is_list else self.administers(facts.organisation)
            )
        if facts.kind == "person":
            return self.knows_person(facts.owner, facts.organisation)
        of_kind = {
            "application": self.knows_applied,
            "asset": self.knows_asset,
            "version": self.knows_asset,
            "folder": self.knows_asset,
            "checklist": self.knows_checklist,
            "checklist item": self.knows_checklist,
            "checklist template": self.knows_checklist,
        }.get("checklist" if facts.of.startswith("CI") else facts.kind)
        if of_kind is not None:
            return of_kind(facts)
        if facts.kind == "session":
            return self.knows_session(facts.user)
        if facts.kind == "share":
            return self.holds(facts) or self.may("share", facts)
        if (facts.of if facts.kind == "file" else facts.reference) in self.shared:
            return True
        if facts.kind in ("access review", "access item"):
            return self.short in ACCESS_READERS or self.administers(facts.organisation)
        kind = KINDS[facts.of[:2]] if facts.kind == "file" else facts.kind
        column = DRAFT if facts.state == DRAFT else kind
        return self.relation(facts) in MAY[self.short][column]

    def reasons(self, facts: Facts) -> set[str]:
        """Return each reason for which the person knows of a registration or deal."""
        is_deal = facts.kind == "deal"
        relation, seen = self.relation(facts), MAY[self.short][DRAFT if facts.state == DRAFT
                                                              else facts.kind]  # fmt: skip
        found = {"share"} if facts.reference in self.shared else set()
        if relation not in seen:
            return found
        if self.side == "vendor" and CHILD in seen:
            return found | {"all" if is_deal else "sent"}
        if self.side == "vendor":
            return found | {"vendor owner" if self.short == "vic" else "portfolio"}
        is_family = self.reach == "family"
        # Whoever sees the whole company's does so whether or not they are their own.
        if relation == OWN and self.reach == "own":
            found.add("own")
        if relation != CHILD and self.reach != "own" and not (is_deal and is_family):
            found.add("organisation")
        if is_family and facts.state != DRAFT:
            found.add("family")
        return found

    def holds(self, share: Facts) -> bool:
        """Tell whether it is shared with the person, and in force."""
        is_theirs = self.membership == share.held_by or self.organisation == share.held_at
        return is_theirs and share.state == OPEN and share.of in self.shared

    def knows_organisation(self, organisation: int) -> bool:
        """Tell whether the person may know of the organisation."""
        seen = MAY[self.short]["organisation"]
        is_named = organisation in {place for place, _ in self.named_by_deals}
        return self.nearness(organisation) in seen or ("deals" in seen and is_named)

    def knows_person(self, membership: int, organisation: int) -> bool:
        """Tell whether the person may read the name behind a membership."""
        seen = MAY[self.short]["person"]
        if membership in self.memberships:
            return bool(seen)
        if membership == self.account_manager and self.short in COMPANY_READERS:
            return True
        is_named = membership in {owner for _, owner in self.named_by_deals}
        return self.nearness(organisation) in seen or ("deals" in seen and is_named)

    def knows_applied(self, facts: Facts) -> bool:
        """Tell whether the person may know of an application: once its address is confirmed."""
        is_there = self.short != "carla" or facts.home in ("CA", "US", "FR")
        return facts.state != "unverified" and is_there and self.short in APPLICATION_READERS

    def knows_asset(self, facts: Facts) -> bool:
        """Tell whether the library holds it for the person, or is theirs to keep."""
        is_for_them = self.short in LIBRARY and self.membership in facts.reaches
        return is_for_them or self.short in LIBRARY_READERS

    def knows_checklist(self, facts: Facts) -> bool:
        """Tell whether the person may know of a checklist, an item, its files, or a template."""
        is_template = facts.kind == "checklist template"
        if self.side == "partner":  # nothing of a company below, nor above
            is_own = facts.organisation == self.organisation
            return is_own and not is_template and self.short in EVERYBODY
        if self.short == "carla" and not is_template:
            return facts.organisation in self.portfolio
        return self.short in CHECKLIST_FOLLOWERS

    def does(self, item: Facts) -> bool:
        """Tell whether an item of a checklist, or of its files, is for the person."""
        return self.side == "partner" and self.short in DOERS.get(item.role, EVERYBODY)

    def knows_session(self, user: int) -> bool:
        """Tell whether the person may know where a user is signed in."""
        return user == self.user or self.short in SECURERS

    def administers(self, organisation: int) -> bool:
        """Tell whether the person decides who works in the organisation."""
        is_own = organisation == self.organisation
        return self.short == "sid" or (self.short in ADMINISTRATORS and is_own)

    def views_as(self, facts: Facts) -> bool:
        """Tell whether the person may see the portal as somebody whom they know of."""
        if self.short not in VIEWERS or facts.user == self.user:
            return False
        if facts.state != ACTIVE or facts.is_closed:
            return False
        if facts.side == "vendor":
            return facts.role in VIEWERS[self.short]
        # Of a portfolio nobody whose family, or what they hold, leads out of it.
        return self.short != "carla" or facts.leads_to <= self.portfolio

    def may(self, need: str, facts: Facts) -> bool:
        """Tell whether the person, who knows of the record, may do what the endpoint needs."""
        answer = self._may_by_role(need, facts)
        if answer is not None:
            return answer
        if need == "take part" and self.shared.get(facts.reference) == "edit":
            return True
        if need == "take away" and facts.of.startswith("CI"):
            return self.does(facts)
        if need == "take away":
            is_lent = facts.of.startswith("DL") and self.shared.get(facts.of) == "edit"
            return is_lent or self.relation(facts) in MAY[self.short]["work"]
        if need == "share" and self.side == "vendor":
            return self.short in SHARERS and facts.organisation in self.portfolio
        # Whoever works on it for its own organisation also lets others take part.
        column = "work" if need in ("take part", "share") else need
        if self.relation(facts) not in MAY[self.short][column]:
            return False
        if column == "work":
            return True
        is_within = facts.minor <= LIMITS.get(self.short, facts.minor)
        # Nobody decides for their own side, nor on what they sent themselves.
        is_free = facts.submitter != self.user and facts.organisation != self.organisation
        return is_free and (need == "review" or is_within)

    def _may_by_role(self, need: str, facts: Facts) -> bool | None:
        """Tell it of a need that is no column of the table, else None."""
        is_mine = facts.user == self.user
        # Whatever concerns other people than oneself.
        is_oneself = facts.kind == "person" and facts.submitter == self.user
        # Their own organisation is the vendor, and nobody's to change.
        is_partner = facts.organisation != self.organisation
        is_within = facts.reach == "" or self.side == "vendor" or (
            WIDTHS.index(facts.reach) <= WIDTHS.index(self.reach)
        )  # fmt: skip
        return {
            "know": True,
            "keep inside": self.short in INSIDERS,
            "administer": self.administers(facts.organisation) and not is_oneself and is_within,
            "answer access": self.administers(facts.organisation) and not is_partner,
            # On the vendor's side there may be nobody else who looks at oneself.
            "decide access": self.administers(facts.organisation)
            and (self.side == "vendor" or (not is_mine and is_within)),
            "read access": self.short in ACCESS_READERS,
            "sign access": self.short in SECURERS,
            "read reviews": self.short in REVIEW_READERS,
            "read partners": self.short in PARTNER_READERS,
            "keep partners": self.short in PARTNER_KEEPERS and is_partner,
            "secure": self.short in SECURERS,
            "review applications": self.short in APPLICATION_REVIEWERS
            and (self.short != "carla" or facts.home == "FR"),
            "use": self.short in LIBRARY,
            "follow library": self.short in LIBRARY_READERS,
            "write library": self.short in LIBRARIANS,
            # Whoever wrote it last does not stand for it as the second person.
            "review library": self.short in LIBRARIANS and not is_mine,
            "publish library": self.short in PUBLISHERS,
            "read checklist": self.side == "partner",
            "do item": self.does(facts),
            "follow checklist": self.short in CHECKLIST_FOLLOWERS,
            "review item": self.short in TAKERS_ON,
            "waive item": self.short in TAKERS_ON,
            "write checklist": self.short in CHECKLIST_WRITERS,
            "view as": facts.kind == "person" and self.views_as(facts),
            "set portfolios": self.short in PARTNER_KEEPERS and facts.role == "channel_manager",
            "reassign": self.short in REASSIGNERS and not is_partner,
            "assign": self.short in ASSIGNERS and facts.organisation in self.portfolio,
            # By a share alone only who was given it for working.
            "assess": facts.kind == "deal"
            and self.short in INSIDERS
            and (self.reasons(facts) > {"share"} or self.shared.get(facts.reference) != "view"),
            # What somebody has open, of a company that takes part already.
            "hand over": self.short in HANDERS and not (is_partner or is_oneself),
            "read company": self.short in COMPANY_READERS and not is_partner,
            "edit company": self.short in COMPANY_EDITORS and not is_partner,
            "switch": is_mine and facts.owner != self.membership,
            "be theirs": is_mine,
        }.get(need)


def expect(person: Person, endpoint: str, method: str, facts: Facts | None) -> int:
    """Return the status of the answer to a request without htmx; ``facts`` None: no such record."""
    if person.short in OUTSIDE:
        return 302 if method == "GET" else 303
    if (endpoint, method) in PAGES:
        whom, status = PAGES[endpoint, method]
        return status if person.short in whom else 403
    ask = RECORDS[endpoint, method]
    if facts is None or facts.kind != ask.kind or not person.knows(facts):
        return 404
    if not person.may(ask.need, facts):
        return 403
    if endpoint == "registrations.show" and person.short in REVIEW_READERS:
        return 302  # to the vendor's page of it
    if ask.need == "decide access" and TURNS.get(facts.state) != person.side:
        return 409
    return ask.by_state.get(facts.state, ask.otherwise)


def asks_again(person: Person, endpoint: str, method: str, facts: Facts | None) -> bool:
    """Tell whether a stale sign-in is led to the provider instead of being answered."""
    if method == "GET" or person.short in OUTSIDE:
        return False
    if facts is None and (endpoint, method) not in PAGES:
        return False
    if expect(person, endpoint, method, facts) in (403, 404):
        return False
    limit = min(LIMITS.get(person.short, LARGE_FROM), LARGE_FROM)
    is_large = facts is not None and endpoint in FRESH_IF_LARGE and facts.minor > limit
    return endpoint in FRESH_ALWAYS or is_large


def with_htmx(person: Person, method: str, status: int) -> int:
    """Return the status of the same answer to htmx, which follows no redirect of a write."""
    if person.short in OUTSIDE:
        return 401
    return 200 if method == "POST" and status == 303 else status
