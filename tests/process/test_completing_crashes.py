"""Is a partner active with a whole checklist or neither, wherever a process dies?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask

from portal.domain.checklists import operations
from tests.domain.checklists.taking import answers_to, items, newcomer, person
from tests.domain.world import actor_of, everything
from tests.figures import record
from tests.process.harness import Running
from tests.process.mailbox import Mailbox
from tests.process.phone import MOST_POINTS, Phone, points_of
from tests.process.remote import sign_in

pytestmark = pytest.mark.process
_OF = (
    "FROM organisation o JOIN checklist c ON c.organisation_id = o.id"
    " JOIN checklist_item i ON i.checklist_id = c.id WHERE o.name LIKE 'Crashing %'"
    " AND i.key = 'profile'"
)
_TOLD = "JOIN organisation o ON o.name LIKE 'Crashing %'"
# What each partner must have exactly once when its last item is accepted.
ONCE = {
    "accepted item": f"SELECT o.name {_OF} AND i.status = 'complete'",
    "complete checklist": f"SELECT o.name {_OF} AND c.status = 'complete' AND c.done = c.total",
    "active partner": f"SELECT o.name {_OF} AND o.status = 'active' AND o.active_at IS NOT NULL",
    "event of the item": "SELECT o.name FROM event e JOIN checklist_item i ON i.reference = e.chain"
    f" {_TOLD} AND o.id = i.organisation_id WHERE e.tag = 'checklist_item:accept'",
    "event of the checklist": "SELECT o.name FROM event e JOIN checklist c ON c.reference = e.chain"
    f" {_TOLD} AND o.id = c.organisation_id WHERE e.tag = 'checklist:complete'",
    "event of the partner": f"SELECT o.name FROM event e {_TOLD} AND o.reference = e.chain"
    " WHERE e.tag = 'organisation:activate'",
}


@pytest.mark.long
def test_every_point_of_completing(
    start: Callable[..., Running], mailbox: Mailbox, app: Flask
) -> None:
    references = []
    with everything(app) as session:
        pia = actor_of("pia")
        for number in range(1, MOST_POINTS):
            there = newcomer(session, f"Crashing {number}", types=("referral",))
            found = items(session, there)
            operations.waive(found["contact"], pia, "We know how to reach them.")
            operations.submit(
                found["profile"], person(session, there), answers_to(found["profile"])
            )
            references.append(found["profile"].reference)
        session.commit()
    running = start(entry="wsgi:app", workers=1)
    phone = Phone(running, sign_in(app, "pia"), "")

    def accept(number: int) -> None:
        phone.page = f"/admin/onboarding/items/{references[number - 1]}"
        assert phone.send(phone.form("/acceptance")) == 303

    points = points_of(running, phone, accept)
    names = [f"Crashing {number}" for number in range(1, len(points) + 2)]
    found = {what: Counter(name for (name,) in running.ask(ask)) for what, ask in ONCE.items()}
    wrong = {what: dict(counted) for what, counted in found.items() if counted != Counter(names)}
    record(
        4,
        "crash points of completing a checklist",
        "every one: item, checklist and partner whole or none of them, told once",
        f"{len(points)} points, {phone.broken} crashes: {len(names)} partners, {len(wrong)} of"
        f" {len(found)} kinds missing or twice",
        not wrong,
    )
    assert "item moved, checklist not kept" in points
    assert "items counted, checklist not moved" in points
    assert not wrong, (wrong, points)
