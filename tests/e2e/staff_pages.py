"""Which pages do the vendor's staff have, and who reads each?"""

from __future__ import annotations

from tests.e2e.found import dashed, first, membership_of, registration_of, review_in
from tests.e2e.live import Live
from tests.e2e.pages import Page


def staff_pages(live: Live) -> list[Page]:
    """Return every page of an approver (Omar)."""
    matched = first(
        live,
        "SELECT reference FROM registration WHERE company = 'Northern Robotics Canada'",
    )
    big = first(
        live,
        "SELECT reference FROM registration WHERE company = 'Pacific Gateway Terminals'",
    )
    states = ("submitted", "under_review", "needs_info", "approved", "rejected", "withdrawn")
    deal = first(live, "SELECT reference FROM deal WHERE company = 'Harbourview Clinics'")
    organisation = first(live, "SELECT reference FROM organisation WHERE name = 'Northwind Resale'")
    above = first(live, "SELECT reference FROM organisation WHERE name = 'Harbour Distribution'")
    return [
        ("staff home", "/"),
        ("queue", "/admin/registrations"),
        ("queue, mine", "/admin/registrations?view=mine"),
        ("queue, unassigned", "/admin/registrations?view=unassigned"),
        *(
            (f"decide {name}", f"/admin/registrations/{registration_of(live, 'ana', name)}")
            for name in states
        ),
        ("decide, matches", f"/admin/registrations/{matched}"),
        ("decide, over the limit", f"/admin/registrations/{big}"),
        ("ask", f"/admin/registrations/{matched}/questions"),
        ("reject", f"/admin/registrations/{matched}/rejection"),
        (
            "hand the review over",
            f"/admin/registrations/{registration_of(live, 'ana', 'under_review')}/reviewer",
        ),
        ("409", f"/admin/registrations/{registration_of(live, 'ana', 'approved')}/rejection"),
        ("partners", "/admin/organisations"),
        ("partner", f"/admin/organisations/{organisation}"),
        ("distributor", f"/admin/organisations/{above}"),
        ("people", "/admin/people"),
        ("people, none found", "/admin/people?q=zzzz"),
        ("person", f"/admin/people/{first(live, 'SELECT reference FROM membership')}"),
        ("deals of all", "/deals"),
        ("deal, read", f"/deals/{deal}"),
        ("deal, assessed", f"/admin/deals/{deal}/assessment"),
        ("deal, noted", f"/admin/deals/{deal}/notes"),
        ("registration, noted", f"/admin/registrations/{matched}/notes"),
        ("403", "/admin/outbox"),
    ]


def viewed_pages(live: Live) -> list[Page]:
    """Return what looks different to Carla while she sees the portal as Ana does."""
    deal = first(live, "SELECT reference FROM deal WHERE company = 'Harbourview Clinics'")
    receipt = first(live, "SELECT reference FROM receipt")
    return [
        ("viewed home", "/"),
        ("viewed deals", "/deals"),
        ("viewed deal", f"/deals/{deal}"),
        ("viewed draft", f"/registrations/{registration_of(live, 'ana', 'draft')}"),
        ("viewed registration", f"/registrations/{registration_of(live, 'ana', 'submitted')}"),
        ("viewed, closed", "/account"),
        ("viewed, nowhere", "/nothing"),
        ("viewed receipt", f"/receipts/{receipt}"),
    ]


def administrator_pages(live: Live) -> list[Page]:
    """Return what only the programme administrator (Pia) has."""
    sent = first(live, "SELECT key FROM delivery WHERE state = 'sent'")
    one = registration_of(live, "ana", "submitted")
    waiting = first(live, "SELECT key FROM delivery ORDER BY state = 'sent', id DESC")
    partner = first(live, "SELECT reference FROM organisation WHERE name = 'Northwind Resale'")
    above = first(live, "SELECT reference FROM organisation WHERE name = 'Cobalt Systems'")
    return [
        ("administrator home", "/"),
        ("view as", f"/admin/people/{membership_of(live, 'ana')}/viewing"),
        ("partners, kept", "/admin/organisations"),
        ("partners, none found", "/admin/organisations?q=zzzz&status=ended"),
        ("add a partner", "/admin/organisations/new"),
        ("partner, kept", f"/admin/organisations/{partner}"),
        *((f"partner {name}", f"/admin/organisations/{partner}/{name}") for name in
          ("edit", "move", "status")),
        ("partner, whom to stand below", f"/admin/organisations/{partner}/move?q=o"),
        ("partner, moved", f"/admin/organisations/{partner}/move?parent={above}"),
        ("outbox", "/admin/outbox"),
        ("mail sent", f"/admin/outbox/{dashed(sent)}"),
        ("mail", f"/admin/outbox/{dashed(waiting)}"),
        ("access", "/admin/access"),
        ("access, explained", f"/admin/access?person=ana@northwind.example&reference={one}"),
        ("access, not found", "/admin/access?person=x&reference=y"),
        ("permissions", "/admin/access/permissions"),
        ("fields", "/admin/fields"),
        ("fields, saved", "/admin/fields?saved=1"),
    ]  # fmt: skip


def portfolio_pages(live: Live) -> list[Page]:
    """Return what the programme administrator (Pia) reads of a channel manager."""
    carla = first(
        live,
        "SELECT m.reference FROM membership m JOIN user u ON u.id = m.user_id"
        " WHERE u.email LIKE 'carla@%'",
    )
    path = f"/admin/people/{carla}/portfolio"
    return [
        ("channel manager", f"/admin/people/{carla}"),
        ("portfolio", path),
    ]


def application_pages(live: Live) -> list[Page]:
    """Return where the programme administrator (Pia) decides who becomes a partner."""
    known = live.taken_application("Northwind Resale Inc.")
    new = f"/admin/applications/{live.taken_application('Kestrel Machines')}"
    names = ("Prairie Automation", "Bayou Systems", "Fundy Fitness", "Osprey Controls")
    query = "SELECT reference FROM application WHERE company = '{}'"
    return [
        ("applications", "/admin/applications"),
        ("applications, decided", "/admin/applications?view=decided"),
        ("application, perhaps a partner", f"/admin/applications/{known}"),
        *((f"application {name}", f"{new}{path}") for name, path in (
            ("under review", ""), ("approve", "/approval"), ("ask", "/question"),
            ("reject", "/rejection"))),
        *((f"application of {name}", f"/admin/applications/{first(live, query.format(name))}")
          for name in names),
    ]  # fmt: skip


def channel_pages(live: Live) -> list[Page]:
    """Return what only a channel manager (Carla) has."""
    deal = first(live, "SELECT reference FROM deal WHERE company = 'Harbourview Clinics'")
    return [
        ("deal of the portfolio", f"/deals/{deal}"),
        ("vendor seller", f"/deals/{deal}/vendor-seller"),
    ]


def auditor_pages(live: Live) -> list[Page]:
    """Return what the auditor (Axel) has."""
    return [
        ("audit", "/admin/audit"),
        ("audit, found", f"/admin/audit?record={registration_of(live, 'ana', 'approved')}"),
        ("audit, nothing found", "/admin/audit?person=zzzz"),
    ]


def security_pages(live: Live) -> list[Page]:
    """Return what only the security administrator (Sid) has."""
    person = first(
        live,
        "SELECT m.reference FROM membership m JOIN user u ON u.id = m.user_id"
        " WHERE u.email LIKE 'ana@%'",
    )
    place = first(live, "SELECT reference FROM organisation WHERE name = 'Northwind Resale'")
    own = first(
        live,
        "SELECT m.reference FROM membership m JOIN user u ON u.id = m.user_id"
        " WHERE u.email LIKE 'sid@%'",
    )
    return [
        ("how they sign in", f"/admin/organisations/{place}/sign-in"),
        ("sign in again", "/sign-in-again?for=person:administer&next=/admin/people"),
        ("devices of somebody", f"/admin/people/{person}/devices"),
        ("devices, own", f"/admin/people/{own}/devices"),
        ("access reviews", "/admin/access/reviews"),
        ("access reviews, one state", "/admin/access/reviews?status=signed_off"),
        *((f"access review, {name}", f"/admin/access/reviews/{review_in(live, name)}")
          for name in ("open", "with_security", "signed_off")),
    ]  # fmt: skip
