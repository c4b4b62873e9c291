"""Has everybody a whole edition of a checklist or the one before, wherever a process dies?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from portal.domain.checklist_templates import operations
from tests.domain.checklist_templates.writing import GREET, PAPER, written
from tests.domain.checklists.taking import newcomer
from tests.domain.world import actor_of, everything
from tests.figures import record
from tests.process.harness import Running, wait_until
from tests.process.mailbox import Mailbox
from tests.process.phone import MOST_POINTS, Phone, points_of
from tests.process.remote import sign_in

pytestmark = pytest.mark.process
_OF = (
    "FROM organisation o JOIN checklist c ON c.organisation_id = o.id"
    " JOIN checklist_template t ON t.id = c.template_id"
)
_NAMED = "WHERE o.name LIKE 'Crashing %'"
# What each partner must have exactly once when the second edition of its template is in use.
ONCE = {
    "second edition": f"SELECT o.name {_OF} JOIN checklist_edition e ON e.template_id = t.id"
    f" {_NAMED} AND e.number = 2",
    "template in use": f"SELECT o.name {_OF} {_NAMED} AND t.status = 'in_use' AND t.edition = 2"
    " AND NOT t.is_changed",
    "event of publishing": f"SELECT o.name {_OF} JOIN event e ON e.chain = t.reference {_NAMED}"
    " AND e.tag = 'checklist_template:publish' AND json_extract(e.particulars, '$.number') = 2",
    "checklist that follows it": f"SELECT o.name {_OF} {_NAMED} AND c.edition = 2 AND c.total = 3",
    "new item": f"SELECT o.name {_OF} JOIN checklist_item i ON i.checklist_id = c.id {_NAMED}"
    " AND i.key = 'new'",
    "event of carrying": f"SELECT o.name {_OF} JOIN event e ON e.chain = c.reference {_NAMED}"
    " AND e.tag = 'checklist:carry'",
}


@pytest.mark.long
def test_every_point_of_putting_in_use(
    start: Callable[..., Running], mailbox: Mailbox, app: Flask
) -> None:
    references = []
    with everything(app) as session:
        pia = actor_of("pia")
        for number in range(1, MOST_POINTS):
            template = written((GREET, PAPER), tier=f"T{number}")
            operations.publish(template, pia)
            session.flush()
            newcomer(session, f"Crashing {number}", ("technology",), f"T{number}")
            operations.keep_item(template, pia, replace(GREET, key="new"))
            references.append(template.reference)
        session.commit()
    running = start(entry="wsgi:app", workers=1)
    phone = Phone(running, sign_in(app, "pia"), "")

    def publish(number: int) -> None:
        phone.page = f"/admin/checklists/{references[number - 1]}/publication"
        assert phone.send(phone.form("/publication")) == 303

    points = points_of(running, phone, publish)
    names = [f"Crashing {number}" for number in range(1, len(points) + 2)]
    # The worker that carries it dies between two steps, and another one goes on.
    log = running.folder / "points-carrying"
    deaths = 0
    for number in range(1, MOST_POINTS):
        running.start_worker(QUAYSIDE_CRASH_AT=str(number), QUAYSIDE_CRASH_LOG=str(log))
        wait_until(
            lambda: running.worker_is_gone() or _is_carried(running, names), 60, "still carrying"
        )
        deaths += running.worker_is_gone()
        running.kill_worker()
        if _is_carried(running, names):
            break
    running.start_worker()
    wait_until(lambda: _is_carried(running, names), 60, "not carried")
    running.wait_for_outbox()
    found = {what: Counter(name for (name,) in running.ask(ask)) for what, ask in ONCE.items()}
    wrong = {what: dict(counted) for what, counted in found.items() if counted != Counter(names)}
    record(
        4,
        "crash points of putting a checklist in use",
        "every one: whole edition or the one before, carried once",
        f"{len(points)} points, {phone.broken} crashes, {deaths} of the worker: {len(names)}"
        f" partners, {len(wrong)} of {len(found)} kinds missing or twice",
        not wrong,
    )
    assert "edition written, not in use" in points and "written, not committed" in points
    assert deaths, log.read_text()
    assert not wrong, (wrong, points)


def _is_carried(running: Running, names: list[str]) -> bool:
    return len(running.ask(ONCE["checklist that follows it"])) == len(names)
