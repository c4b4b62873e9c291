"""Which pages have those who write what new partners get to do?"""

from __future__ import annotations

from tests.e2e.found import first
from tests.e2e.live import Live
from tests.e2e.pages import Page

KINDS = "form upload training call account staff".split()


def template_called(live: Live, name: str) -> str:
    """Return the address of the checklist template with that name."""
    found = first(live, f"SELECT reference FROM checklist_template WHERE name = '{name}'")
    return f"/admin/checklists/{found}"


def writer_pages(live: Live) -> list[Page]:
    """Return what the programme administrator (Pia) writes checklists on."""
    used = template_called(live, "New resellers")
    draft = template_called(live, "New service partners")
    return [
        ("checklists", "/admin/checklists"),
        ("checklist, new", "/admin/checklists/new"),
        ("checklist, in use", used),
        ("checklist, draft", draft),
        ("checklist, named", f"{used}/edit"),
        ("item, kind", f"{used}/items/new"),
        *((f"item, new {kind}", f"{used}/items/new/{kind}") for kind in KINDS),
        ("item, written", f"{used}/items/safety/edit"),
        ("item, taken out", f"{used}/items/profile/removal"),
        ("checklist, put in use", f"{draft}/publication"),
        ("checklist, taken out", f"{used}/retirement"),
        ("checklist, 409", f"{draft}/retirement"),
    ]
