"""Where in the demo world is a record that a page shows?"""

from __future__ import annotations

from tests.e2e.live import Live


def first(live: Live, query: str) -> str:
    """Return the first value of the first row."""
    rows = live.ask(query)
    assert rows, query
    return str(rows[0][0])


def registration_of(live: Live, short: str, status: str) -> str:
    """Return a registration in that state of the person's."""
    return first(
        live,
        "SELECT r.reference FROM registration r JOIN membership m ON m.id = r.owner_id"
        " JOIN user u ON u.id = m.user_id"
        f" WHERE u.email LIKE '{short}@%' AND r.status = '{status}' AND r.company <> ''",
    )


def membership_of(live: Live, short: str) -> str:
    """Return the membership of a persona."""
    return first(
        live,
        "SELECT m.reference FROM membership m JOIN user u ON u.id = m.user_id"
        f" WHERE u.email LIKE '{short}@%'",
    )


def share_of(live: Live, deal: str) -> str:
    """Return the share of a deal."""
    return first(
        live,
        "SELECT s.reference FROM share s JOIN deal d ON d.id = s.deal_id"
        f" WHERE d.reference = '{deal}'",
    )


def review_in(live: Live, status: str) -> str:
    """Return an access review in that state, with somebody to look at."""
    reviews = "SELECT reference FROM access_review WHERE to_look_at > 0 AND status = "
    return first(live, f"{reviews}'{status}'")


def dashed(text: str) -> str:
    """Return a key as an address spells it."""
    raw = text.replace("-", "")
    return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"
