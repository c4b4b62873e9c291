"""How many writes a second does the portal take, beside a loop that writes the same rows?"""

from __future__ import annotations

import os
import re
import statistics
import time
from urllib.parse import urlencode

from flask import Flask

from bench import world
from bench.client import Site, Unexpected, drive
from bench.report import Report
from bench.servers import MINIMAL, PORTAL, SECRET, Databases, serve
from portal.core import submissions

CLIENTS = 8
WRITES = 320
REPETITIONS = 7 if os.environ.get("PROVE") else 5
_TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')


def measure(report: Report, databases: Databases, kind: str) -> None:
    """Mark deals as won (record, event, delivery), eight clients, in turn with the plain loop."""
    url = databases.url(kind, 100_000, report.say)
    with (
        serve(PORTAL, url, databases.folder) as portal,
        serve(MINIMAL, url, databases.folder) as minimal,
    ):
        plain = minimal.browser()
        plain.fetch(f"/sign-in/{world.MANAGER.subject}")
        plain_token = _token(plain, "/deals")
        browser = portal.signed_in(world.MANAGER)
        waiting = world.open_deals(url, world.MANAGER, WRITES * (REPETITIONS + 1))
        token = _token(browser, f"/deals/{waiting[0]}/won")
        _token_value, membership, _organisation = world.sign_in(url, world.MANAGER)
        rates: list[tuple[float, float]] = []
        tails: list[tuple[float, float]] = []
        for repetition in range(REPETITIONS + 1):
            mine = waiting[repetition * WRITES : (repetition + 1) * WRITES]
            won = [_won(browser, token, reference, membership) for reference in mine]
            added = [_added(plain, plain_token, n) for n in range(WRITES)]
            turns = [("portal", browser, won), ("minimal", plain, added)]
            found = {}
            for name, site, requests in turns if repetition % 2 else reversed(turns):
                began = time.perf_counter()
                taken = drive(site, requests, clients=CLIENTS, status=303)
                rate = len(taken) / (time.perf_counter() - began)
                found[name] = rate, statistics.quantiles(taken, n=100)[98]
            if repetition:  # the first warms up
                rates.append((found["portal"][0], found["minimal"][0]))
                tails.append((found["portal"][1], found["minimal"][1]))
    rate = statistics.median(ours / theirs for ours, theirs in rates)
    tail = statistics.median(ours / theirs for ours, theirs in tails)
    ours = statistics.median(rate for rate, _ in rates)
    report.at_least(
        f"writes a second / minimal write loop's, {kind}, {CLIENTS} clients (a deal marked as won)",
        rate,
        0.7,
        beside=f"{ours:.0f} a second; {WRITES * (REPETITIONS + 1)} writes, 0 refused",
    )
    report.at_most(f"p99 of a write / minimal write's, {kind}, {CLIENTS} clients", tail, 2)


def _token(site: Site, path: str) -> str:
    site.fetch(path)
    found = _TOKEN.search(site.fetch(path, Accept_Encoding="identity;q=1, *;q=0").body)
    if found is None:
        raise Unexpected(f"no form on {path}")
    return found[1].decode()


def _won(site: Site, token: str, reference: str, membership: int) -> bytes:
    app = Flask("signer")
    app.config["SECRET_KEY"] = SECRET
    with app.app_context():
        key = submissions.key_for(membership)
    body = {"csrf_token": token, "submission_key": key, "version": "1"}
    return site.request(f"/deals/{reference}/won", urlencode(body).encode())


def _added(site: Site, token: str, number: int) -> bytes:
    body = {"csrf_token": token, "company": f"Written {number}", "padding": "x" * 50}
    return site.request("/deals", urlencode(body).encode())
