"""What do two sellers and an approver do all day, and what were they told?"""

from __future__ import annotations

import datetime as dt
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bs4 import Tag

from portal.core.times import now
from tests.process.remote import Answer, Remote, reference_in

EVERY_SO_MANY = 4
BOTH = 2  # buttons, while nobody has said whether it is the same customer
"""Of so many deals of one seller, one is for the same customer as the one before."""


@dataclass
class Journal:
    """What the people meant to do, what they were told, and what puzzled them."""

    # What a seller calls the deal -> the registration's reference, None until the draft is there.
    intents: dict[str, str | None] = field(default_factory=dict)
    submitted: list[str] = field(default_factory=list)
    approved: list[str] = field(default_factory=list)
    # (registration, other record) that the approver compared
    compared: list[tuple[str, str]] = field(default_factory=list)
    # A repeated form that did not get its first answer again, or anything else unexpected.
    puzzles: list[str] = field(default_factory=list)
    answered: int = 0
    repeated: int = 0
    to_review: queue.Queue[str] = field(default_factory=queue.Queue)

    def told(self) -> int:
        """Return how often somebody was told that a deal is submitted or approved."""
        return len(self.submitted) + len(self.approved)

    def note(self, answer: Answer, what: str) -> bool:
        """Count a repetition, and keep it when the answer is no "done"; return whether it is."""
        self.answered += 1
        self.repeated += answer.tries > 1
        if answer.status == 303:
            return True
        again = f" at try {answer.tries}" if answer.tries > 1 else ""
        self.puzzles.append(f"{what}: {answer.status}{again}")
        return False


class Puzzled(Exception):
    """The person does not know how to go on with this deal."""


def register(browser: Remote, journal: Journal, name: str, domain: str) -> str:
    """Register a deal that the seller calls ``name``, by real forms; return the reference.

    Raises Puzzled when a form gets another answer than "done".
    """
    where = fill(browser, journal, name, domain)
    where = _send(browser, journal, where, "/submission", "submit")
    reference = reference_in(where)
    journal.submitted.append(reference)
    journal.to_review.put(reference)
    return reference


def fill(browser: Remote, journal: Journal, name: str, domain: str) -> str:
    """Fill in a new draft, step by step; return the address of the page that submits it.

    Raises Puzzled when a form gets another answer than "done".
    """
    journal.intents[name] = None
    where = _send(browser, journal, "/registrations", "/registrations", "create")
    journal.intents[name] = reference_in(where)
    today = now().date()
    steps = {
        "customer": {
            "website": domain,
            "company": f"Customer {name}",
            "country": "CA",
            "region": "CA-ON",
            "contact_name": "Dana Roy",
            "contact_email": f"dana@{domain}",
        },
        "opportunity": {
            "products": "AMR",
            "value": "48000",
            "currency": "CAD",
            "close_on": (today + dt.timedelta(days=90)).isoformat(),
            "need": "Pallets are carried by hand from one hall to the other.",
            "own_reference": name,
        },
        "evidence": {
            "call_did": "y",
            "call_on": (today - dt.timedelta(days=3)).isoformat(),
            "may_contact": "yes",
            "consent": "y",
        },
    }
    for step, values in steps.items():
        where = _send(browser, journal, where, f"/{step}", step, **values)
    return where


def decide(browser: Remote, journal: Journal, reference: str) -> None:
    """Take a submitted registration, compare it with every possible match, and approve it.

    Raises Puzzled when a form gets another answer than "done".
    """
    here = f"/admin/registrations/{reference}"
    _send(browser, journal, here, "/take", "take")
    while (form := _unanswered(browser.get(here))) is not None:
        if not journal.note(browser.send(form, answer="different"), "compare"):
            raise Puzzled
        journal.compared.append((reference, str(form.select_one("[name=other]")["value"])))
    _send(browser, journal, here, "/approval", "approve")
    journal.approved.append(reference)


def _unanswered(page: Answer) -> Tag | None:
    """Return the form of a possible match that nobody has judged, both of whose buttons stand."""
    forms = [form for form in page.forms() if str(form["action"]).endswith("/match")]
    return next((form for form in forms if len(form.select("button")) == BOTH), None)


def _send(
    browser: Remote, journal: Journal, page: str, ending: str, what: str, **values: object
) -> str:
    shown = browser.get(page)
    form = shown.find_form(ending)
    if form is None:
        journal.puzzles.append(f"{what}: there is no such form at {page} ({shown.status})")
        raise Puzzled
    answer = browser.send(form, **values)
    if not journal.note(answer, what):
        raise Puzzled
    return answer.location


class Crew:
    """People at work in threads of their own, until they are told to go home."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.browsers: list[Remote] = []
        self.broken: list[BaseException] = []
        self._closing, self._closed = threading.Event(), threading.Event()
        self._sellers: list[threading.Thread] = []
        self._approvers: list[threading.Thread] = []

    def add_seller(self, browser: Remote, short: str) -> None:
        """Let ``short`` register one deal after the other."""
        self.browsers.append(browser)

        def work() -> None:
            number = 0
            while not self._closing.is_set():
                number += 1
                same = number - (number % EVERY_SO_MANY == 0)
                self._try(register, browser, f"{short}-{number}", f"customer-{short}-{same}.ca")

        self._sellers.append(self._hire(work))

    def add_approver(self, browser: Remote) -> None:
        """Let somebody decide whatever was submitted."""
        self.browsers.append(browser)

        def work() -> None:
            while not (self._closed.is_set() and self.journal.to_review.empty()):
                try:
                    reference = self.journal.to_review.get(timeout=0.1)
                except queue.Empty:
                    continue
                self._try(decide, browser, reference)

        self._approvers.append(self._hire(work))

    def is_sending(self) -> bool:
        """Tell whether somebody waits for the answer to a form at this moment."""
        return any(browser.is_posting for browser in self.browsers)

    def finish(self) -> None:
        """Let everybody finish what they have begun; raises what broke."""
        self._closing.set()
        for seller in self._sellers:
            seller.join()
        self._closed.set()
        for approver in self._approvers:
            approver.join()
        if self.broken:
            raise self.broken[0]

    def _try(self, act: Callable[..., object], browser: Remote, *what: str) -> None:
        with suppress(Puzzled):
            act(browser, self.journal, *what)

    def _hire(self, work: Callable[[], None]) -> threading.Thread:
        def guarded() -> None:
            try:
                work()
            except BaseException as error:
                self.broken.append(error)
                self._closing.set()

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        return thread
