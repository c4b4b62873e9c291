"""Which pages do partners and visitors have, and who reads each?"""

from __future__ import annotations

from tests.e2e.found import first, registration_of, review_in, share_of
from tests.e2e.live import Live

Page = tuple[str, str]  # what it is, and where


def partner_pages(live: Live) -> list[Page]:
    """Return every page of a seller (Ana), in every state that looks different."""
    draft, asked = registration_of(live, "ana", "draft"), registration_of(live, "ana", "needs_info")
    one = registration_of(live, "ana", "submitted")
    deal = first(live, "SELECT reference FROM deal WHERE company = 'Harbourview Clinics'")
    closed = first(
        live,
        "SELECT d.reference FROM deal d JOIN membership m ON m.id = d.owner_id JOIN user u"
        " ON u.id = m.user_id WHERE u.email LIKE 'ana@%' AND d.stage IN ('won', 'lost')",
    )
    foreign = registration_of(live, "lena", "submitted")
    given = first(live, "SELECT reference FROM deal WHERE company = 'Prairie Foods Co-op'")
    states = ("submitted", "under_review", "needs_info", "approved", "rejected", "withdrawn")
    return [
        ("home", "/"),
        ("registrations", "/registrations"),
        ("registrations, none", "/registrations?status=draft&after=x"),
        *((f"step {name}", f"/registrations/{draft}/{name}") for name in
          ("customer", "opportunity", "evidence", "check")),
        *((name, f"/registrations/{registration_of(live, 'ana', name)}") for name in states),
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
        ("end a share", f"/shares/{share_of(live, given)}/end"),
        ("account", "/account"),
        ("account, saved", "/account?saved=1"),
        ("for whom", "/account/memberships"),
        ("account, e-mail", "/account/email"),
        ("404", f"/registrations/{foreign}"),
    ]  # fmt: skip


def holder_pages(live: Live) -> list[Page]:
    """Return what looks different to somebody with whom records are shared (Lena)."""
    lent = first(live, "SELECT reference FROM deal WHERE company = 'Yellowhead Building Supply'")
    return [
        ("deals, some of others", "/deals"),
        ("registrations of a holder", "/registrations"),
        ("deal of others", f"/deals/{lent}"),
    ]


def company_pages(live: Live) -> list[Page]:
    """Return what only a partner's administrator (Nadia) has."""
    person = first(
        live,
        "SELECT m.reference FROM membership m JOIN user u ON u.id = m.user_id"
        " WHERE u.email LIKE 'ana@%'",
    )
    company = first(live, "SELECT reference FROM organisation WHERE name = 'Northwind Resale'")
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
            + first(live, "SELECT reference FROM deal WHERE company = 'Harbourview Clinics'")
            + "/owner",
        ),
        (
            "registration, hand over",
            f"/registrations/{registration_of(live, 'ana', 'submitted')}/owner",
        ),
        (
            "draft of a colleague",
            f"/registrations/{registration_of(live, 'ana', 'draft')}/customer",
        ),
        ("who still needs access", "/people/review"),
        ("access, answered", "/people/review?sent=1"),
        ("access review", f"/people/review/{review_in(live, 'open')}"),
        ("invite", f"/organisations/{company}/invitation"),
        ("invite many", f"/organisations/{company}/invitations"),
        ("nobody asked for access", "/people/requests"),
    ]


def request_pages(live: Live) -> list[Page]:
    """Return where the security administrator decides on who asked for access."""
    asked = first(live, "SELECT reference FROM access_request")
    return [
        ("who asked for access", "/people/requests"),
        ("let somebody in", f"/people/requests/{asked}"),
        ("decline somebody", f"/people/requests/{asked}/refusal"),
    ]


def applicant_pages(live: Live) -> list[Page]:
    """Return what a company reads behind its application's link, in states that look different."""
    states = {
        "submitted": "Prairie Automation", "asked": "Bayou Systems", "rejected": "Fundy Fitness",
        "expired": "Osprey Controls",
    }  # fmt: skip
    return [(f"application {name}", live.application_link(of)) for name, of in states.items()]


def visitor_pages(live: Live, link: str) -> list[Page]:
    """Return what somebody reads who has not signed in; ``link`` is a one-time link's token."""
    receipt = first(live, "SELECT reference FROM receipt")
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
