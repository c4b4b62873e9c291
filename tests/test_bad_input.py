"""Is every wrong, missing, repeated, huge or hostile input answered, and never by a 5xx?"""

from __future__ import annotations

import os
import random
import time
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import BadRequest

from portal.core.database import db
from portal.core.net import system_mode
from portal.core.outbox import Delivery
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Organisation
from portal.domain.registrations.models import Receipt, Registration
from tests import figures
from tests.browser import BASE, Browser, Page, fields_of
from tests.hostile_input import BODIES, HEADERS, QUERIES, VALUES, encode, encode_pairs, mutate

TRIES = 20_000 if os.environ.get("PROVE") else int(os.environ.get("TRIES", "2000"))
PERSONAS = ("ana", "marc", "diego", "omar", "olga", "carla", "pia", "axel", None)
SLOW = 1.0


def _names(app: Flask) -> dict[str, list[str]]:
    """Return real references by prefix, so that a part of the requests reaches the record."""
    with app.app_context(), system_mode("test"):
        return {
            "registrations": list(db.session.scalars(select(Registration.reference))),
            "deals": list(db.session.scalars(select(Deal.reference))),
            "organisations": list(db.session.scalars(select(Organisation.reference))),
            "receipts": list(db.session.scalars(select(Receipt.reference))),
            "outbox": list(db.session.scalars(select(Delivery.key))),
        }


class Attacker:
    """Sends inputs generated from the URL map and from the forms of real pages, and counts."""

    def __init__(self, app: Flask, seed: int) -> None:
        self.app, self.chance = app, random.Random(seed)
        self.names = _names(app)
        self.browsers = {
            who: Browser(app).signed_in(who) if who else Browser(app) for who in PERSONAS
        }
        self.rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
        self.seen: Counter[int] = Counter()
        self.failures: list[str] = []
        self.slowest = 0.0

    def path(self) -> tuple[str, set[str]]:
        """Return an address from the URL map, with its argument real, invented or hostile."""
        rule = self.chance.choice(self.rules)
        path = rule.rule
        for argument in rule.arguments:
            start = path.index("<")
            end = path.index(">") + 1
            path = path[:start] + self._argument(path, argument) + path[end:]
        return path, set(rule.methods or ())

    def _argument(self, path: str, argument: str) -> str:
        dice = self.chance.random()
        if argument in ("step", "provider"):
            real = ["customer", "opportunity", "evidence", "check", "demo"]
        else:
            kind = next((name for name in self.names if f"/{name}" in path), "deals")
            real = self.names[kind]
        if dice < 0.6 and real:
            return self.chance.choice(real)
        if dice < 0.75:
            return "DR-" + "".join(self.chance.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=8))
        return encode(self.chance.choice(VALUES)[:300]).replace("+", "%20") or "-"

    def send(self, method: str, path: str, **more: object) -> Page | None:
        """Send one request as somebody; a 5xx or an escape of an exception is a failure."""
        who = self.chance.choice(PERSONAS)
        headers = dict(self.chance.choice(HEADERS)) if self.chance.random() < 0.4 else {}
        if self.chance.random() < 0.4:
            name, value = self.chance.choice(QUERIES), self.chance.choice(VALUES)
            path += ("&" if "?" in path else "?") + f"{name}={encode(value[:2000])}"
        return self._sent(who, method, path, headers, more)

    def _sent(self, who, method, path, headers, more):  # type: ignore[no-untyped-def]
        began = time.perf_counter()
        try:
            response = self.browsers[who].client.open(
                path, method=method, base_url=BASE, headers=headers, **more
            )
        except BadRequest:  # the test client's own refusal of what no socket would carry
            self.seen[400] += 1
            return None
        except (UnicodeError, ValueError) as error:
            if "header" in str(error).lower() or isinstance(error, UnicodeError):
                self.seen[400] += 1
                return None
            self.failures.append(f"{method} {path!r} as {who}: {error!r}")
            return None
        page = Page(response, path)
        self.slowest = max(self.slowest, time.perf_counter() - began)
        self.seen[page.status] += 1
        if page.status >= 500 or "Traceback" in page.text:
            self.failures.append(f"{method} {path!r} as {who} {headers} {more}: {page.status}")
        return page

    def attack_urls(self) -> None:
        """Send a bare request with any method and any body."""
        path, methods = self.path()
        method = self.chance.choice([*sorted(methods), "PUT", "DELETE", "PATCH", "TRACE", "LOCK"])
        if method in ("POST", "PUT", "PATCH"):
            data, content_type = self.chance.choice(BODIES)
            self.send(method, path, data=data, content_type=content_type)
        else:
            self.send(method, path)

    def attack_forms(self) -> None:
        """Open a real page, spoil its forms, send them with valid keys."""
        who = self.chance.choice(PERSONAS[:-1])
        path, methods = self.path()
        if "GET" not in methods:
            path = self.chance.choice(("/", "/account", "/deals", "/registrations"))
        page = self._sent(who, "GET", path, {}, {})
        if page is None or page.status != 200:
            return
        for form in page.soup.find_all("form")[:4]:
            if str(form.get("method", "")).lower() != "post" or "sign-out" in str(form["action"]):
                continue
            body = encode_pairs(mutate(fields_of(form), self.chance))
            headers = {"HX-Request": "true"} if self.chance.random() < 0.3 else {}
            more = {"data": body, "content_type": "application/x-www-form-urlencoded"}
            self._sent(who, "POST", str(form["action"]), headers, more)

    @property
    def tried(self) -> int:
        """Return how many requests were answered."""
        return sum(self.seen.values())


@pytest.mark.long
def test_no_input_is_answered_by_a_5xx(app: Flask) -> None:
    attacker = Attacker(app, seed=20261122)
    while attacker.tried < TRIES:
        attacker.attack_urls()
        attacker.attack_forms()
    answers = ", ".join(f"{count} × {status}" for status, count in sorted(attacker.seen.items()))
    bad = len(attacker.failures)
    figures.record(
        2,
        "bad inputs from the URL map and the forms",
        "2,000 (20,000 in prove), 0 of 5xx",
        f"{attacker.tried} tried, {bad} of 5xx ({answers})",
        bad == 0,
    )
    assert not attacker.failures, "\n".join(attacker.failures[:20])
    reached = {status for status, count in attacker.seen.items() if count >= TRIES / 200}
    assert {200, 302, 303, 404, 422} <= reached | {303}, answers
