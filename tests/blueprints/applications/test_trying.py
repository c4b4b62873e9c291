"""Does it not pay to try the form: neither by how often, nor by what is done for whom?"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from flask import Flask
from sqlalchemy import event

from portal.blueprints.applications import views
from portal.core.database import db
from portal.core.limits import limiter
from portal.core.times import at, now
from portal.domain.applications.applying import MOST_UNCONFIRMED
from tests.blueprints.applications.test_applying import FIELDS, PATH, applies, confirmed
from tests.browser import BASE, Browser
from tests.conftest import MakeApp

SELDOM, OFTEN = int(views.SELDOM.split("/")[0]), int(views.OFTEN.split("/")[0])


def done_for(app: Flask, **values: Any) -> list[str]:
    """Return the statements of sending the form, in their order."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    browser = Browser(app)
    page = browser.get(PATH)
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        with at(now() + dt.timedelta(minutes=1)):
            browser.submit(page, PATH, **{"status": 303, **FIELDS, **values})
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return asked


def test_the_same_is_done_whoever_is_known(data_app: Flask) -> None:
    """What takes as long cannot tell; so what is compared is what is done, not a time."""
    confirmed(data_app, contact_email="kim@aurora-automation.ca")
    for _number in range(MOST_UNCONFIRMED):
        applies(data_app, contact_email="lou@aurora-automation.ca")
    unknown = done_for(data_app)
    assert len(unknown) > 3
    for known in (
        {"contact_email": "kim@aurora-automation.ca"},
        {"contact_email": "lou@aurora-automation.ca"},
        {"contact_email": "ana@northwind.example"},
        {"company": "Northwind Resale", "website": "northwindresale.ca"},
    ):
        assert done_for(data_app, **known) == unknown, known


def sends(app: Flask, address: str) -> int:
    """Send the form with nothing in it from a network address, and return the status."""
    browser, headers = Browser(app), {"X-Forwarded-For": address}
    page = browser.client.get(PATH, base_url=BASE, headers=headers)
    assert page.status_code == 200, "to look at the form is no attempt"
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    data = {"csrf_token": found[1]}
    return browser.client.post(PATH, base_url=BASE, headers=headers, data=data).status_code


def test_a_network_applies_seldom_and_what_is_typed_elsewhere_is_taken(make_app: MakeApp) -> None:
    limiter.enabled = True
    app = make_app(BEHIND_PROXY=True)

    statuses = [sends(app, "198.51.100.7") for _number in range(SELDOM + 2)]
    assert statuses == [422] * SELDOM + [429, 429]
    assert sends(app, "198.51.100.8") == 422


def test_all_networks_together_send_so_many_mails_and_no_more(make_app: MakeApp) -> None:
    limiter.enabled = True
    app = make_app(BEHIND_PROXY=True)
    in_all = int(views.IN_ALL.split("/")[0])
    statuses = [
        sends(app, f"198.51.{number // 250}.{number % 250 + 1}") for number in range(in_all + 1)
    ]
    assert statuses == [422] * in_all + [429]


def test_links_are_not_guessed_by_trying(make_app: MakeApp) -> None:
    limiter.enabled = True
    client = Browser(make_app()).client
    statuses = [
        client.get(f"{PATH}/AP-{number:08d}.{'x' * 24}", base_url=BASE).status_code
        for number in range(OFTEN + 1)
    ]
    assert statuses == [404] * OFTEN + [429]
