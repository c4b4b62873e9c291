"""Which pages does the library have, for partners and for staff, and who reads each?"""

from __future__ import annotations

from tests.e2e.found import first
from tests.e2e.live import Live
from tests.e2e.pages import Page

PRICES = "Partner price list, Canada"


def asset_called(live: Live, title: str) -> str:
    """Return the asset of which some version has that title."""
    return first(
        live,
        "SELECT a.reference FROM asset a JOIN asset_version v ON v.asset_id = a.id"
        f" WHERE v.title = '{title}'",
    )


def version_in(live: Live, status: str) -> str:
    """Return a version in that state, of one that has been published the newest."""
    return first(
        live,
        f"SELECT reference FROM asset_version WHERE status = '{status}'"
        " ORDER BY number DESC, id DESC",
    )


def reader_pages(live: Live) -> list[Page]:
    """Return what a seller (Ana) reads of the library."""
    prices = asset_called(live, PRICES)
    return [
        ("library", "/assets"),
        ("library, nothing found", "/assets?q=zzzz"),
        ("library, no favourites", "/assets?show=favourites"),
        ("asset, replaced", f"/assets/{prices}"),
        ("asset, by an old link", f"/assets/{prices}/versions/1"),
        ("asset, a text", f"/assets/{asset_called(live, 'How we speak of safety')}"),
        ("asset, a link", f"/assets/{asset_called(live, 'Spare parts catalogue')}"),
        ("copies", "/assets/copies"),
    ]


def librarian_pages(live: Live) -> list[Page]:
    """Return what the programme administrator (Pia) has to keep the library."""
    draft, published = version_in(live, "draft"), version_in(live, "published")
    states = "draft in_review scheduled published superseded withdrawn".split()
    topic = first(live, "SELECT reference FROM asset_folder")
    return [
        ("assets", "/admin/assets"),
        ("assets, none", "/admin/assets?q=zzzz"),
        ("asset, new", "/admin/assets/new"),
        *((f"version, {one}", f"/admin/assets/versions/{version_in(live, one)}") for one in states),
        ("version, written", f"/admin/assets/versions/{draft}/edit"),
        ("version, file", f"/admin/assets/versions/{draft}/file"),
        ("version, given back", f"/admin/assets/versions/{version_in(live, 'in_review')}/return"),
        ("version, withdrawn", f"/admin/assets/versions/{published}/withdrawal"),
        ("version, whom it is for", f"/admin/assets/versions/{draft}/audience"),
        ("reach", "/admin/assets/reach?tiers=Bronze&countries=Japan"),
        ("usage", f"/admin/assets/{asset_called(live, PRICES)}/usage"),
        ("topics", "/admin/assets/folders"),
        ("topic", f"/admin/assets/folders/{topic}"),
    ]
