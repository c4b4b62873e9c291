"""What if a move, or a change of right, is committed while somebody's request runs?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from portal.core.audit import verify_chains
from portal.core.database import db
from portal.core.drafts import Draft
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Organisation, OrganisationStatus
from portal.domain.organisations.operations import move
from portal.domain.people.models import LoginSession, Membership, Reach, Role
from portal.domain.portfolios.operations import set_portfolio
from portal.domain.registrations.models import Registration, Status
from tests.browser import Browser, Page
from tests.domain.world import actor_of, everything, in_state, membership_of, submitted
from tests.figures import record
from tests.matrix.world import normalised

MOMENTS = 40
"""More statements than any page of these asks."""


class Pause:
    """Stops one thread before its statement number ``place``, until something has happened."""

    def __init__(self, place: int) -> None:
        self.place, self.asked = place, 0
        self.thread: int | None = None
        self.reached, self.go = threading.Event(), threading.Event()

    def __call__(self, *_args: Any) -> None:
        if threading.get_ident() != self.thread:
            return
        self.asked += 1
        if self.asked == self.place:
            self.reached.set()
            assert self.go.wait(20)


@contextmanager
def watching(app: Flask, pause: Pause) -> Iterator[None]:
    """Let ``pause`` hear of every statement of the portal."""
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", pause)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", pause)


def read_while(app: Flask, browser: Browser, path: str, place: int, act: Callable[[], None]) -> Any:
    """Fetch ``path``, and ``act`` when it is about to ask its statement number ``place``.

    Returns (status, page), or None where it asked fewer.
    """
    pause, found = Pause(place), []

    def read() -> None:
        pause.thread = threading.get_ident()
        answer = browser.client.get(path, base_url="http://127.0.0.1:8000")
        found.append((answer.status_code, seen_on(answer)))
        pause.reached.set()

    with watching(app, pause):
        thread = threading.Thread(target=read)
        thread.start()
        assert pause.reached.wait(20)
        is_paused = not found
        act()
        pause.go.set()
        thread.join(20)
    return found[0] if is_paused else None


def seen_on(answer: Any) -> str:
    """Return what a page shows, without what differs between any two answers."""
    return normalised(Page(answer, "").text).partition("<main")[2]


def put_northwind(app: Flask, above: str | None) -> None:
    """Move Northwind below a distributor, or to the top."""
    with everything(app) as session:
        northwind = membership_of("ana").organisation
        query = select(Organisation).where(Organisation.name == above)
        move(northwind, actor_of("pia"), session.scalars(query).first() if above else None)
        session.commit()


def give_carla(app: Flask, *partners: str) -> None:
    """Set Carla's portfolio to these partners."""
    from portal.domain.portfolios.deriving import Rule

    with everything(app) as session:
        query = select(Organisation.reference).where(Organisation.name.in_(partners))
        rules = [Rule("partner", name) for name in session.scalars(query)]
        set_portfolio(membership_of("carla"), actor_of("pia"), rules)
        session.commit()


def reach_of_marc(app: Flask, reach: Reach) -> None:
    """Let Marc see that far."""
    with everything(app) as session:
        membership_of("marc").reach = reach
        session.commit()


def _address(app: Flask, which: str) -> str:
    with everything(app) as session:
        if which == "partner":
            return f"/admin/organisations/{membership_of('ana').organisation.reference}"
        if which == "deal":
            query = select(Deal).where(
                Deal.organisation_id == membership_of("ana").organisation_id,
                Deal.owner_id != membership_of("marc").id,
            )
            return f"/deals/{session.scalars(query.order_by(Deal.id)).first().reference}"  # type: ignore[union-attr]
    return which


HARBOUR, NORTHWIND = "Harbour Distribution", "Northwind Resale"
CHANGES: dict[str, tuple[str, str, Callable[[Flask], None], Callable[[Flask], None]]] = {
    "a move": (
        "diego",
        "/",
        lambda app: put_northwind(app, HARBOUR),
        lambda app: put_northwind(app, None),
    ),
    "a portfolio": (
        "carla",
        "partner",
        lambda app: give_carla(app, NORTHWIND, HARBOUR),
        lambda app: give_carla(app, HARBOUR),
    ),
    "a reach": (
        "marc",
        "deal",
        lambda app: reach_of_marc(app, Reach.ORGANISATION),
        lambda app: reach_of_marc(app, Reach.OWN),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_reader_sees_the_world_before_or_after(data_app: Flask, what: str) -> None:
    short, which, before, after = CHANGES[what]
    before(data_app)
    path, browser = _address(data_app, which), Browser(data_app).signed_in(short)
    worlds = []
    for change in (after, before):
        change(data_app)
        answer = browser.client.get(path, base_url="http://127.0.0.1:8000")
        worlds.append((answer.status_code, seen_on(answer)))
    assert worlds[0] != worlds[1], "the change shows on the page"
    moments = 0
    for place in range(1, MOMENTS):
        found = read_while(data_app, browser, path, place, lambda: after(data_app))
        before(data_app)
        if found is None:
            break
        moments += 1
        assert found in worlds, f"a mixture of both, before statement {place}"
    assert moments >= 2
    kind = "SQLite" if "sqlite" in data_app.config["SQLALCHEMY_DATABASE_URI"] else "PostgreSQL"
    goal = "the world before or after"
    record(3, f"a page while {what} is committed ({kind})", goal, f"{moments} moments", moments > 1)


# --- writers --------------------------------------------------------------------------------------


def write_while(
    app: Flask, browser: Browser, page: Page, action: str, lock: Any, act: Callable[[Session], None]
) -> Page:
    """Send a form that has to wait for a record's lock, under which ``act`` is committed."""
    found: list[Page] = []

    def write() -> None:
        found.append(browser.submit(page, action))

    thread = threading.Thread(target=write)
    with everything(app) as session:
        session.execute(lock.with_for_update())
        thread.start()
        _wait_until_blocked(session, thread)
        act(session)
        session.commit()
    thread.join(30)
    return found[0]


def _wait_until_blocked(session: Session, thread: threading.Thread) -> None:
    """Return when the other one waits: for the row on PostgreSQL, on SQLite for the file."""
    if session.get_bind().dialect.name == "sqlite":
        time.sleep(0.3)
    else:
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        until = time.monotonic() + 20
        while not session.execute(waiting).scalar():
            assert time.monotonic() < until, "nobody waits"
            time.sleep(0.01)
    assert thread.is_alive()


def _deactivated(session: Session) -> None:
    ana = membership_of("ana")
    ana.is_active = False
    for device in session.scalars(select(LoginSession).filter_by(membership_id=ana.id)):
        device.ended_at = device.made_at


def _switched_off(_session: Session) -> None:
    membership_of("ana").user.is_active = False


def _suspended(_session: Session) -> None:
    organisation = membership_of("ana").organisation
    setattr(organisation, "status", OrganisationStatus.SUSPENDED)  # noqa: B010


def _in_another_trade(_session: Session) -> None:
    membership_of("ana").organisation.types = ["services"]


def _handed_on(session: Session) -> None:
    ana, noah = membership_of("ana").id, membership_of("noah").id
    for deal in session.scalars(select(Deal).filter_by(owner_id=ana)):
        deal.owner_id = noah


@pytest.mark.parametrize(
    ("act", "status"),
    [
        (_deactivated, 303), (_switched_off, 303), (_suspended, 303), (_in_another_trade, 404),
        (_handed_on, 404),
    ],
)  # fmt: skip
def test_a_writer_who_waited_is_judged_by_the_world_after(
    data_app: Flask, act: Callable[[Session], None], status: int
) -> None:
    with everything(data_app) as session:
        found = in_state(Status.APPROVED, "ana", domain="waits.ca")
        deal = session.scalars(select(Deal).filter_by(registration_id=found.id)).one()
        number, reference, version = deal.id, deal.reference, deal.version
        session.commit()
    ana = Browser(data_app).signed_in("ana")
    path = f"/deals/{reference}/next-step"
    page = ana.get(path)
    for tag, value in (("step", "Waited for this"), ("on", "2031-05-01")):
        page.soup.select_one(f"[name={tag}]")["value"] = value  # type: ignore[index]
    lock = select(Deal.id).where(Deal.id == number)
    answer = write_while(data_app, ana, page, path, lock, act)
    assert answer.status == status, answer.words[:300]
    if status == 303:
        assert answer.location.partition("?")[0].endswith("/sign-in")
    with everything(data_app) as session:
        deal = session.get_one(Deal, number)
        assert (deal.next_step, deal.version >= version) == ("", True)
        if status == 303:  # what was typed is not lost with the access
            kept = session.scalars(select(Draft).where(Draft.path == path)).one()
            assert ["step", "Waited for this"] in kept.fields
        assert not verify_chains(session).faults


def _out_of_the_portfolio(_session: Session) -> None:
    set_portfolio(membership_of("carla"), actor_of("pia"), [])


def _no_reviewer_any_more(_session: Session) -> None:
    carla: Membership = membership_of("carla")
    carla.role = Role.FINANCE


@pytest.mark.parametrize("act", [_out_of_the_portfolio, _no_reviewer_any_more])
def test_a_reviewer_who_waited_reviews_only_what_is_still_theirs(
    data_app: Flask, act: Callable[[Session], None]
) -> None:
    with everything(data_app) as session:
        found = submitted("ana", domain="waits.ca")
        number, reference = found.id, found.reference
        session.commit()
    carla = Browser(data_app).signed_in("carla")
    path = f"/admin/registrations/{reference}"
    page = carla.get(path)
    lock = select(Registration.id).where(Registration.id == number)
    answer = write_while(data_app, carla, page, f"{path}/take", lock, act)
    assert answer.status == 404, answer.words[:300]
    with everything(data_app) as session:
        found = session.get_one(Registration, number)
        assert (found.status, found.reviewer_id) == (Status.SUBMITTED, None)


def test_whoever_gets_more_rights_while_waiting_has_them(data_app: Flask) -> None:
    """Marc sees the whole company again by the time that his form is judged."""
    with everything(data_app) as session:
        found = in_state(Status.APPROVED, "marc", domain="waits.ca")
        deal = session.scalars(select(Deal).filter_by(registration_id=found.id)).one()
        number, reference = deal.id, deal.reference
        session.commit()
    marc = Browser(data_app).signed_in("marc")
    path = f"/deals/{reference}/owner"
    page = marc.get(path)
    with everything(data_app):
        noah = membership_of("noah")
        field = page.soup.select_one(f"[value={noah.reference}]")
        assert field is not None
        field["checked"] = ""

    def widened(_session: Session) -> None:
        membership_of("marc").reach = Reach.FAMILY

    lock = select(Deal.id).where(Deal.id == number)
    answer = write_while(data_app, marc, page, path, lock, widened)
    assert answer.status == 303, answer.words[:300]
    assert answer.location.endswith(f"/deals/{reference}?said=handed")
    with everything(data_app) as session:
        assert session.get_one(Deal, number).owner_id == membership_of("noah").id
