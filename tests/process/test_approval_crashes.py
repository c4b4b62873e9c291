"""Is a company a partner as a whole or not at all, wherever between two steps a process dies?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask

from portal.domain.applications import applying, operations
from portal.domain.applications.models import Application, Status
from tests.domain.applications.test_workflow import standing
from tests.domain.world import actor_of, everything
from tests.figures import record
from tests.process.harness import Running
from tests.process.mailbox import Mailbox
from tests.process.phone import MOST_POINTS, Phone, points_of
from tests.process.remote import sign_in

pytestmark = pytest.mark.process
# What each company must have exactly once when it is a partner.
ONCE = {
    "organisation": "SELECT name FROM organisation WHERE name LIKE 'Crashing %'",
    "place in the hierarchy": "SELECT o.name FROM organisation_closure c"
    " JOIN organisation o ON o.id = c.descendant_id WHERE o.name LIKE 'Crashing %'",
    "administrator": "SELECT o.name FROM membership m JOIN organisation o"
    " ON o.id = m.organisation_id WHERE o.name LIKE 'Crashing %'",
    "invitation": "SELECT o.name FROM invitation i JOIN membership m ON m.id = i.membership_id"
    " JOIN organisation o ON o.id = m.organisation_id WHERE o.name LIKE 'Crashing %'",
    "approved application": "SELECT a.company FROM application a JOIN organisation o"
    " ON o.reference = a.partner WHERE a.status = 'approved' AND o.name = a.company"
    " AND o.name LIKE 'Crashing %'",
    "event": "SELECT a.company FROM event e JOIN application a ON a.reference = e.chain"
    " WHERE e.tag = 'application:approve' AND a.company LIKE 'Crashing %'",
    "onboarding": "SELECT o.name FROM event e JOIN organisation o ON o.reference = e.chain"
    " WHERE e.to_state = 'onboarding' AND o.name LIKE 'Crashing %'",
}


def applied(number: int) -> Application:
    """Return a company's application, not yet kept."""
    one = standing(Status.UNVERIFIED)
    one.company, one.domain = f"Crashing {number}", f"crashing-{number}.ca"
    one.contact_email, one.types = f"kim@crashing-{number}.ca", ["reseller"]
    return one


@pytest.mark.long
def test_every_point_of_approving(
    start: Callable[..., Running], mailbox: Mailbox, app: Flask
) -> None:
    with everything(app) as session:
        made = [applied(number) for number in range(1, MOST_POINTS)]
        session.add_all(made)
        session.flush()
        for one in made:
            applying.confirm(one)
            operations.take(one, actor_of("pia"))
        session.commit()
        references = [one.reference for one in made]
    running = start(entry="wsgi:app", workers=1)
    phone = Phone(running, sign_in(app, "pia"), "")

    def approve(number: int) -> None:
        phone.page = f"/admin/applications/{references[number - 1]}/approval"
        assert phone.send(phone.form("/approval")) == 303

    points = points_of(running, phone, approve)
    running.start_worker()
    running.wait_for_outbox()
    names = [f"Crashing {number}" for number in range(1, len(points) + 2)]
    found = {what: Counter(name for (name,) in running.ask(ask)) for what, ask in ONCE.items()}
    found["mail"] = Counter(
        f"Crashing {to.partition('-')[2].removesuffix('.ca')}"
        for letter in mailbox.accepted
        for to in letter.recipients
        if to.startswith("kim@crashing-")
    )
    wrong = {what: dict(counted) for what, counted in found.items() if counted != Counter(names)}
    record(
        4,
        "crash points of approving an application",
        "every one: partner, administrator and invitation whole and once",
        f"{len(points)} points, {phone.broken} crashes: {len(names)} companies, {len(wrong)} of"
        f" {len(found)} kinds half or twice",
        not wrong,
    )
    assert points == [
        "items counted, checklist not moved", "partner made, nobody invited",
        "written, not committed", "committed, not nudged", "committed, not answered",
    ]  # fmt: skip
    assert not wrong
