"""Have partners one whole version or the one before, wherever between two steps a process dies?"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask

from portal.domain.assets import operations
from portal.domain.assets.copies import note_taking
from portal.domain.assets.models import Status
from tests.domain.assets.writing import brought_to
from tests.domain.world import actor_of, everything
from tests.figures import record
from tests.process.harness import Running
from tests.process.mailbox import Mailbox
from tests.process.phone import MOST_POINTS, Phone, points_of
from tests.process.remote import sign_in

pytestmark = pytest.mark.process
# What each asset must have exactly once when its second version is out.
_OF = "FROM asset_version v JOIN asset a ON a.id = v.asset_id WHERE v.title LIKE 'Crashing %'"
_TOLD = "FROM event e JOIN asset_version v ON v.reference = e.chain WHERE v.title LIKE 'Crashing %'"
ONCE = {
    "published version": f"SELECT v.title {_OF} AND v.status = 'published' AND v.number = 2",
    "current version": f"SELECT v.title {_OF} AND a.current_id = v.id AND v.status = 'published'"
    " AND a.number = v.number AND a.audience_id = v.audience_id",
    "superseded version": f"SELECT v.title {_OF} AND v.status = 'superseded' AND v.number = 1",
    "event of publishing": f"SELECT v.title {_TOLD} AND e.tag = 'asset:publish' AND v.number = 2",
    "event of superseding": f"SELECT v.title {_TOLD} AND e.tag = 'asset:supersede'",
}

MAILS = (
    "SELECT v.title, d.key FROM delivery d JOIN event e ON e.id = d.event_id JOIN asset_version v"
    " ON v.reference = e.chain WHERE v.title LIKE 'Crashing %' AND e.tag = 'asset:publish'"
    " AND v.number = 2 AND d.destination = 'mail'"
)


@pytest.mark.long
def test_every_point_of_publishing(
    start: Callable[..., Running], mailbox: Mailbox, app: Flask
) -> None:
    references = []
    with everything(app) as session:
        pia, carla, ana = (actor_of(short) for short in ("pia", "carla", "ana"))
        for number in range(1, MOST_POINTS):
            first = brought_to(session, Status.PUBLISHED, title=f"Crashing {number}")
            note_taking(session, ana, first)
            following = operations.begin_version(first.asset, pia)
            operations.send(following, pia)
            operations.approve(following, carla)
            references.append(following.reference)
        session.commit()
    running = start(entry="wsgi:app", workers=1)
    phone = Phone(running, sign_in(app, "pia"), "")

    def publish(number: int) -> None:
        phone.page = f"/admin/assets/versions/{references[number - 1]}/publication"
        assert phone.send(phone.form("/publication")) == 303

    points = points_of(running, phone, publish)
    running.start_worker()
    running.wait_for_outbox()
    names = [f"Crashing {number}" for number in range(1, len(points) + 2)]
    found = {what: Counter(name for (name,) in running.ask(ask)) for what, ask in ONCE.items()}
    # The first versions of those that nobody came to are out as they were.
    found["current version"] -= Counter(f"Crashing {n}" for n in range(len(names) + 1, MOST_POINTS))
    mails = Counter(one.message_id.strip("<>").partition("@")[0] for one in mailbox.accepted)
    found["mail to who has the older one"] = Counter(
        name for name, key in running.ask(MAILS) for _each in range(mails[str(uuid.UUID(str(key)))])
    )
    wrong = {what: dict(counted) for what, counted in found.items() if counted != Counter(names)}
    record(
        4,
        "crash points of publishing a version",
        "every one: one current version, the one before superseded, told once",
        f"{len(points)} points, {phone.broken} crashes: {len(names)} assets, {len(wrong)} of"
        f" {len(found)} kinds missing or twice",
        not wrong,
    )
    assert "superseded, not published" in points and "written, not committed" in points
    assert not wrong, (wrong, points)
