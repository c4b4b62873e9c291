"""Was anything lost, doubled or left over, after the processes were killed?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flask import Flask

from portal.core.audit import verify_chains
from portal.core.database import db
from portal.core.net import system_mode
from tests.process.harness import UNFINISHED, Running
from tests.process.mailbox import Accepted, Mailbox
from tests.process.people import Journal

# A mail that lay in the server's hands when its sender was killed is accepted a moment later.
IN_FLIGHT = 1.0


@dataclass
class Findings:
    """What is wrong, sorted; each list is empty when all is well."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    # A repeated form got another answer than its first one.
    puzzles: list[str] = field(default_factory=list)
    missing_mails: list[str] = field(default_factory=list)
    needless_mails: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)
    unsound: list[str] = field(default_factory=list)
    # Not wrong: a mail repeated because its sender was killed before it could note the first.
    repeated_mails: int = 0
    mails: int = 0

    def all_wrong(self) -> list[str]:
        """Return every finding as one line."""
        kinds = ("lost", "doubled", "puzzles", "missing_mails", "needless_mails", "left_over")
        return [f"{kind}: {one}" for kind in (*kinds, "unsound") for one in getattr(self, kind)]


def judge(running: Running, journal: Journal, mailbox: Mailbox, app: Flask) -> Findings:
    """Compare what people were told with what the database and the mail server hold."""
    findings = Findings(puzzles=list(journal.puzzles))
    _judge_registrations(running, journal, findings)
    _judge_decisions(running, journal, findings)
    _judge_mails(running, journal, mailbox, findings)
    _judge_database(running, app, findings)
    return findings


def _count(findings: Findings, what: str, number: int) -> None:
    if number < 1:
        findings.lost.append(what)
    elif number > 1:
        findings.doubled.append(f"{what}: {number} times")


def _judge_registrations(running: Running, journal: Journal, findings: Findings) -> None:
    """Every intent is one registration, every acknowledged submission one with its receipt."""
    made = Counter(name for (name,) in running.ask("SELECT own_reference FROM registration"))
    companies = Counter(name for (name,) in running.ask("SELECT company FROM registration"))
    for name, reference in journal.intents.items():
        if reference in journal.submitted:
            _count(findings, f"the registration {name}", made[name])
        if companies[f"Customer {name}"] > 1:
            findings.doubled.append(f"the draft {name}")
    _count_each(findings, "submitted", Counter(journal.submitted))
    receipts = Counter(
        reference
        for (reference,) in running.ask(
            "SELECT r.reference FROM receipt JOIN registration r ON r.id = registration_id"
            " WHERE r.status <> 'draft'"
        )
    )
    submits = _events(running, "registration:submit")
    creates = _events(running, "registration:create")
    edits = _events(running, "registration:edit")
    for reference in journal.submitted:
        _count(findings, f"the receipt of {reference}", receipts[reference])
        _count(findings, f"the submission of {reference}", submits[reference])
        _count(findings, f"the beginning of {reference}", creates[reference])
        if edits[reference] != 3:
            short = findings.lost if edits[reference] < 3 else findings.doubled
            short.append(f"{reference} was saved {edits[reference]} times, not 3")


def _count_each(findings: Findings, what: str, counts: Counter[str]) -> None:
    findings.doubled += [f"{one} was {what} {n} times" for one, n in counts.items() if n > 1]


def _judge_decisions(running: Running, journal: Journal, findings: Findings) -> None:
    """Every acknowledged approval is one event, one deal and a claim for each product."""
    deals = Counter(
        reference
        for (reference,) in running.ask(
            "SELECT r.reference FROM deal JOIN registration r ON r.id = registration_id"
        )
    )
    claims = Counter(
        reference
        for (reference,) in running.ask(
            "SELECT r.reference FROM claim JOIN registration r ON r.id = claim.registration_id"
            " WHERE released_at IS NULL"
        )
    )
    status = dict(running.ask("SELECT reference, status FROM registration"))
    takes = _events(running, "registration:take")
    approvals = _events(running, "registration:approve")
    for reference in journal.approved:
        if status.get(reference) != "approved":
            findings.lost.append(f"the approval of {reference}: {status.get(reference)}")
        _count(findings, f"taking {reference}", takes[reference])
        _count(findings, f"the approval of {reference}", approvals[reference])
        _count(findings, f"the deal of {reference}", deals[reference])
        _count(findings, f"the claim of {reference}", claims[reference])
    compares = Counter(
        running.ask(
            "SELECT chain, json_extract(particulars, '$.other') FROM event"
            " WHERE tag = 'registration:compare'"
        )
    )
    for pair in journal.compared:
        _count(findings, f"comparing {pair[0]} with {pair[1]}", compares[pair])


def _events(running: Running, tag: str) -> Counter[str]:
    rows = running.ask("SELECT chain FROM event WHERE tag = ?", tag)
    return Counter(chain for (chain,) in rows)


def _judge_mails(running: Running, journal: Journal, mailbox: Mailbox, findings: Findings) -> None:
    """Every event that tells somebody has reached the mail server, under its delivery's name."""
    told = running.ask(
        "SELECT d.key, d.state, d.attempts, e.tag, e.chain, d.recipient_id, u.email"
        " FROM delivery d JOIN event e ON e.id = d.event_id"
        " JOIN membership m ON m.id = d.recipient_id JOIN user u ON u.id = m.user_id"
    )
    accepted: dict[str, list[Accepted]] = {}
    for mail in mailbox.accepted:
        accepted.setdefault(mail.message_id, []).append(mail)
    findings.mails = len(accepted)
    ours = set(journal.submitted)
    hears = Counter((tag, chain, who) for _k, _s, _a, tag, chain, who, _e in told)
    for (tag, chain, who), number in hears.items():
        if number > 1:
            findings.doubled.append(f"the delivery of {tag} of {chain} to {who}")
    heard = {(tag, chain) for tag, chain, _who in hears}
    for tag, chains in (
        ("registration:submit", journal.submitted),
        ("registration:approve", journal.approved),
    ):
        findings.missing_mails += [
            f"nobody is told of {tag} of {one}" for one in chains if (tag, one) not in heard
        ]
    for key, state, attempts, tag, chain, _who, address in told:
        mails = accepted.pop(f"<{key}@127.0.0.1>", [])
        what = f"{tag} of {chain} to {address}"
        if chain in ours and (state != "sent" or not mails):
            findings.missing_mails.append(f"{what}: {state}, {len(mails)} accepted")
        if any(mail.recipients != (address,) for mail in mails):
            findings.needless_mails.append(f"{what} went to {mails}")
        justified = list(_repeats(mails, running.worker_kills))
        findings.repeated_mails += sum(justified)
        if not all(justified) or len(mails) > attempts:
            findings.needless_mails.append(f"{what}: {len(mails)} mails, {attempts} attempts")
    findings.needless_mails += [f"a mail of no delivery: {one}" for one in accepted]


def _repeats(mails: Sequence[Accepted], kills: Sequence[float]) -> Iterator[bool]:
    """Yield for each repetition whether the worker was killed after the mail before it."""
    for before, after in pairwise(sorted(mails, key=lambda mail: mail.at)):
        yield any(before.at - IN_FLIGHT < kill < after.at for kill in kills)


def _judge_database(running: Running, app: Flask, findings: Findings) -> None:
    unfinished = running.ask(UNFINISHED)[0][0]
    if unfinished:
        findings.left_over.append(f"{unfinished} deliveries")
    parked = running.ask("SELECT reason FROM delivery WHERE state = 'parked'")
    findings.left_over += [f"parked: {reason}" for (reason,) in parked]
    integrity = running.ask("PRAGMA integrity_check")
    if integrity != [("ok",)]:
        findings.unsound.append(f"integrity_check: {integrity}")
    broken = running.ask("PRAGMA foreign_key_check")
    if broken:
        findings.unsound.append(f"foreign_key_check: {broken}")
    with app.app_context(), system_mode("test"):
        faults = verify_chains(db.session()).faults
        db.session.rollback()
    findings.unsound += [f"{one.chain} at {one.place}: {one.what}" for one in faults]
