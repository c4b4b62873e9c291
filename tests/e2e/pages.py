"""Which pages does the portal have, and who reads each?"""

from __future__ import annotations

from tests.e2e.live import Live

Page = tuple[str, str]  # what it is, and where


def _one(live: Live, query: str) -> str:
    rows = live.ask(query)
    assert rows, query
    return str(rows[0][0])


def _of(live: Live, short: str, status: str) -> str:
    return _one(
        live,
        "SELECT r.reference FROM registration r JOIN membership m ON m.id = r.owner_id"
        " JOIN user u ON u.id = m.user_id"
        f" WHERE u.email LIKE '{short}@%' AND r.status = '{status}' AND r.company <> ''",
    )


def _share_of(live: Live, deal: str) -> str:
    return _one(
        live,
        "SELECT s.reference FROM share s JOIN deal d ON d.id = s.deal_id"
        f" WHERE d.reference = '{deal}'",
    )


def partner_pages(live: Live) -> list[Page]:
    """Return every page of a seller (Ana), in every state that looks different."""
    draft, asked = _of(live, "ana", "draft"), _of(live, "ana", "needs_info")
    one = _of(live, "ana", "submitted")
    deal = _one(live, "SELECT reference FROM deal WHERE company = 'Harbourview Clinics'")
    closed = _one(
        live,
        "SELECT d.reference FROM deal d JOIN membership m ON m.id = d.owner_id JOIN user u"
        " ON u.id = m.user_id WHERE u.email LIKE 'ana@%' AND d.stage IN ('won', 'lost')",
    )
    foreign = _of(live, "lena", "submitted")
    given = _one(live, "SELECT reference FROM deal WHERE company = 'Prairie Foods Co-op'")
    states = ("submitted", "under_review", "needs_info", "approved", "rejected", "withdrawn")
    return [
        ("home", "/"),
        ("registrations", "/registrations"),
        ("registrations, none", "/registrations?status=draft&after=x"),
        *((f"step {name}", f"/registrations/{draft}/{name}") for name in
          ("customer", "opportunity", "evidence", "check")),
        *((name, f"/registrations/{_of(live, 'ana', name)}") for name in states),
        ("just sent", f"/registrations/{one}?submitted=1"),
        ("sent already", f"/registrations/{one}?sent=1"),
        ("answer", f"/registrations/{asked}/answer"),
        ("withdraw", f"/registrations/{one}/withdrawal"),
        ("deals", "/deals"),
        ("deals, none found", "/deals?q=zzzz"),
        ("deal", f"/deals/{deal}"),
        ("deal, closed", f"/deals/{closed}"),
        *((f"deal {name}", f"/deals/{deal}/{name}") for name in
          ("edit", "next-step", "stage", "won", "lost", "share")),
        ("share a registration", f"/registrations/{one}/share"),
        ("share, nobody found", f"/deals/{deal}/share?q=zzzz"),
        ("deal, shared", f"/deals/{given}"),
        ("end a share", f"/shares/{_share_of(live, given)}/end"),
        ("account", "/account"),
        ("account, saved", "/account?saved=1"),
        ("for whom", "/account/memberships"),
        ("account, e-mail", "/account/email"),
        ("404", f"/registrations/{foreign}"),
    ]  # fmt: skip


def holder_pages(live: Live) -> list[Page]:
    """Return what looks different to somebody with whom records are shared (Lena)."""
    lent = _one(live, "SELECT reference FROM deal WHERE company = 'Yellowhead Building Supply'")
    return [
        ("deals, some of others", "/deals"),
        ("registrations of a holder", "/registrations"),
        ("deal of others", f"/deals/{lent}"),
    ]


def staff_pages(live: Live) -> list[Page]:
    """Return every page of an approver (Omar)."""
    matched = _one(
        live,
        "SELECT reference FROM registration WHERE company = 'Northern Robotics Canada'",
    )
    big = _one(
        live,
        "SELECT reference FROM registration WHERE company = 'Pacific Gateway Terminals'",
    )
    states = ("submitted", "under_review", "needs_info", "approved", "rejected", "withdrawn")
    deal = _one(live, "SELECT reference FROM deal WHERE company = 'Harbourview Clinics'")
    organisation = _one(live, "SELECT reference FROM organisation WHERE name = 'Northwind Resale'")
    above = _one(live, "SELECT reference FROM organisation WHERE name = 'Harbour Distribution'")
    return [
        ("staff home", "/"),
        ("queue", "/admin/registrations"),
        ("queue, mine", "/admin/registrations?view=mine"),
        ("queue, unassigned", "/admin/registrations?view=unassigned"),
        *((f"decide {name}", f"/admin/registrations/{_of(live, 'ana', name)}") for name in states),
        ("decide, matches", f"/admin/registrations/{matched}"),
        ("decide, over the limit", f"/admin/registrations/{big}"),
        ("ask", f"/admin/registrations/{matched}/questions"),
        ("reject", f"/admin/registrations/{matched}/rejection"),
        (
            "hand the review over",
            f"/admin/registrations/{_of(live, 'ana', 'under_review')}/reviewer",
        ),
        ("409", f"/admin/registrations/{_of(live, 'ana', 'approved')}/rejection"),
        ("partners", "/admin/organisations"),
        ("partner", f"/admin/organisations/{organisation}"),
        ("distributor", f"/admin/organisations/{above}"),
        ("people", "/admin/people"),
        ("people, none found", "/admin/people?q=zzzz"),
        ("person", f"/admin/people/{_one(live, 'SELECT reference FROM membership')}"),
        ("deals of all", "/deals"),
        ("deal, read", f"/deals/{deal}"),
        ("deal, assessed", f"/admin/deals/{deal}/assessment"),
        ("deal, noted", f"/admin/deals/{deal}/notes"),
        ("registration, noted", f"/admin/registrations/{matched}/notes"),
        ("403", "/admin/outbox"),
    ]


def _person(live: Live, short: str) -> str:
    return _one(
        live,
        "SELECT m.reference FROM membership m JOIN user u ON u.id = m.user_id"
        f" WHERE u.email LIKE '{short}@%'",
    )


def viewed_pages(live: Live) -> list[Page]:
    """Return what looks different to Carla while she sees the portal as Ana does."""
    deal = _one(live, "SELECT reference FROM deal WHERE company = 'Harbourview Clinics'")
    receipt = _one(live, "SELECT reference FROM receipt")
    return [
        ("viewed home", "/"),
        ("viewed deals", "/deals"),
        ("viewed deal", f"/deals/{deal}"),
        ("viewed draft", f"/registrations/{_of(live, 'ana', 'draft')}"),
        ("viewed registration", f"/registrations/{_of(live, 'ana', 'submitted')}"),
        ("viewed, closed", "/account"),
        ("viewed, nowhere", "/nothing"),
        ("viewed receipt", f"/receipts/{receipt}"),
    ]


def administrator_pages(live: Live) -> list[Page]:
    """Return what only the programme administrator (Pia) has."""
    sent = _one(live, "SELECT key FROM delivery WHERE state = 'sent'")
    one = _of(live, "ana", "submitted")
    waiting = _one(live, "SELECT key FROM delivery ORDER BY state = 'sent', id DESC")
    partner = _one(live, "SELECT reference FROM organisation WHERE name = 'Northwind Resale'")
    above = _one(live, "SELECT reference FROM organisation WHERE name = 'Cobalt Systems'")
    return [
        ("administrator home", "/"),
        ("view as", f"/admin/people/{_person(live, 'ana')}/viewing"),
        ("partners, kept", "/admin/organisations"),
        ("partners, none found", "/admin/organisations?q=zzzz&status=ended"),
        ("add a partner", "/admin/organisations/new"),
        ("partner, kept", f"/admin/organisations/{partner}"),
        *((f"partner {name}", f"/admin/organisations/{partner}/{name}") for name in
          ("edit", "move", "status")),
        ("partner, whom to stand below", f"/admin/organisations/{partner}/move?q=o"),
        ("partner, moved", f"/admin/organisations/{partner}/move?parent={above}"),
        ("outbox", "/admin/outbox"),
        ("mail sent", f"/admin/outbox/{_uuid(sent)}"),
        ("mail", f"/admin/outbox/{_uuid(waiting)}"),
        ("access", "/admin/access"),
        ("access, explained", f"/admin/access?person=ana@northwind.example&reference={one}"),
        ("access, not found", "/admin/access?person=x&reference=y"),
        ("permissions", "/admin/access/permissions"),
        ("fields", "/admin/fields"),
        ("fields, saved", "/admin/fields?saved=1"),
    ]  # fmt: skip


def portfolio_pages(live: Live) -> list[Page]:
    """Return what the programme administrator (Pia) reads of a channel manager."""
    carla = _one(
        live,
        "SELECT m.reference FROM membership m JOIN user u ON u.id = m.user_id"
        " WHERE u.email LIKE 'carla@%'",
    )
    path = f"/admin/people/{carla}/portfolio"
    return [
        ("applications", "/admin/applications"),
        ("channel manager", f"/admin/people/{carla}"),
        ("portfolio", path),
    ]


def channel_pages(live: Live) -> list[Page]:
    """Return what only a channel manager (Carla) has."""
    deal = _one(live, "SELECT reference FROM deal WHERE company = 'Harbourview Clinics'")
    return [
        ("deal of the portfolio", f"/deals/{deal}"),
        ("vendor seller", f"/deals/{deal}/vendor-seller"),
    ]


def auditor_pages(live: Live) -> list[Page]:
    """Return what the auditor (Axel) has."""
    return [
        ("audit", "/admin/audit"),
        ("audit, found", f"/admin/audit?record={_of(live, 'ana', 'approved')}"),
        ("audit, nothing found", "/admin/audit?person=zzzz"),
    ]


def _review(live: Live, status: str) -> str:
    reviews = "SELECT reference FROM access_review WHERE to_look_at > 0 AND status = "
    return _one(live, f"{reviews}'{status}'")


def security_pages(live: Live) -> list[Page]:
    """Return what only the security administrator (Sid) has."""
    person = _one(
        live,
        "SELECT m.reference FROM membership m JOIN user u ON u.id = m.user_id"
        " WHERE u.email LIKE 'ana@%'",
    )
    place = _one(live, "SELECT reference FROM organisation WHERE name = 'Northwind Resale'")
    own = _one(
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
        *((f"access review, {name}", f"/admin/access/reviews/{_review(live, name)}")
          for name in ("open", "with_security", "signed_off")),
    ]  # fmt: skip


def company_pages(live: Live) -> list[Page]:
    """Return what only a partner's administrator (Nadia) has."""
    person = _one(
        live,
        "SELECT m.reference FROM membership m JOIN user u ON u.id = m.user_id"
        " WHERE u.email LIKE 'ana@%'",
    )
    company = _one(live, "SELECT reference FROM organisation WHERE name = 'Northwind Resale'")
    return [
        ("my company", "/company"),
        ("my company, changed", "/company/contact"),
        ("log", "/company/log"),
        ("log, nothing found", "/company/log?person=zzzz"),
        ("people of a company", "/people"),
        ("people of a company, none", "/people?state=uninvited"),
        ("colleague", f"/people/{person}"),
        ("colleague, changed", f"/people/{person}?done=changed"),
        ("colleague, access", f"/people/{person}/access"),
        ("colleague, close", f"/people/{person}/deactivation"),
        ("colleague, records", f"/people/{person}/records"),
        ("colleague, handed over", f"/people/{person}?done=handed&deals=3&registrations=1"),
        (
            "deal, hand over",
            "/deals/"
            + _one(live, "SELECT reference FROM deal WHERE company = 'Harbourview Clinics'")
            + "/owner",
        ),
        ("registration, hand over", f"/registrations/{_of(live, 'ana', 'submitted')}/owner"),
        ("draft of a colleague", f"/registrations/{_of(live, 'ana', 'draft')}/customer"),
        ("who still needs access", "/people/review"),
        ("access, answered", "/people/review?sent=1"),
        ("access review", f"/people/review/{_review(live, 'open')}"),
        ("invite", f"/organisations/{company}/invitation"),
        ("invite many", f"/organisations/{company}/invitations"),
        ("nobody asked for access", "/people/requests"),
    ]


def request_pages(live: Live) -> list[Page]:
    """Return where the security administrator decides on who asked for access."""
    asked = _one(live, "SELECT reference FROM access_request")
    return [
        ("who asked for access", "/people/requests"),
        ("let somebody in", f"/people/requests/{asked}"),
        ("decline somebody", f"/people/requests/{asked}/refusal"),
    ]


def visitor_pages(live: Live, link: str) -> list[Page]:
    """Return what somebody reads who has not signed in; ``link`` is a one-time link's token."""
    receipt = _one(live, "SELECT reference FROM receipt")
    return [
        ("sign in", "/sign-in"),
        ("sign in, going on", "/sign-in?next=/deals"),
        ("asked for access", "/sign-in/access"),
        ("signed out", "/signed-out"),
        ("join", f"/join/{link}"),
        ("refused", "/join/no-such-link"),
        ("e-mail refused", "/email/no-such-link"),
        ("refused by the provider", "/sign-in/demo/return?error=access_denied&state=x"),
        ("receipt", f"/receipts/{receipt}"),
        ("become a partner", "/partner-application"),
        ("applied", "/partner-application/sent"),
        ("application's link refused", "/partner-application/no-such-link"),
        ("404 of a visitor", "/receipts/RC-00000000"),
        ("provider", f"{live.provider_url}/"),
        ("provider 404", f"{live.provider_url}/nothing"),
    ]


def _uuid(text: str) -> str:
    raw = text.replace("-", "")
    return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"
