"""Which commands does an operator have?"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from portal.core import drafts, files, outbox, submissions
from portal.core.anchors import Anchor, make_anchor, verify_anchors
from portal.core.audit import verify_chains
from portal.core.database import db
from portal.core.events import Event
from portal.core.net import system_mode
from portal.core.queue import run_worker
from portal.core.sending import send_later
from portal.core.times import every
from portal.domain.access_reviews import clock as access_clock
from portal.domain.applications import clock as application_clock
from portal.domain.applications.applying import forget_unconfirmed
from portal.domain.assets import clock as asset_clock
from portal.domain.checklists import clock as checklist_clock
from portal.domain.explaining.answers import Answer, explain_all
from portal.domain.explaining.readers import everybody_who_can_see
from portal.domain.explaining.subjects import Sought, find_people, find_record
from portal.domain.organisations.models import OrganisationStatus, PartnerType, Side
from portal.domain.organisations.operations import add_organisation, find_organisation
from portal.domain.people.access_requests import forget_left_requests
from portal.domain.people.invitations import make_link
from portal.domain.people.models import Reach, Role
from portal.domain.people.operations import CannotAdd, add_membership
from portal.domain.people.roles import ROLE_WORDS
from portal.domain.people.sessions import forget_logout_tokens
from portal.domain.people.viewing import end_left_viewings
from portal.domain.permissions import Permission
from portal.integrations.links.checker import WebChecker

log = logging.getLogger(__name__)
person = AppGroup("person", help="People and their ways in.")
organisation = AppGroup("organisation", help="Companies that take part.")
access = AppGroup("access", help="Who may see and do what, and why.")
audit = AppGroup("audit", help="The history and whether it can be trusted.")


@organisation.command("add")
@click.argument("name")
@click.argument("side", type=click.Choice([side.value for side in Side]))
@click.option("--type", "types", multiple=True, type=click.Choice([t.value for t in PartnerType]))
@click.option("--country", "countries", multiple=True, help="ISO 3166-1 code; may be repeated.")
@click.option("--parent", help="Name or reference of the organisation above it.")
def add_one_organisation(
    name: str, side: str, types: tuple[str, ...], countries: tuple[str, ...], parent: str | None
) -> None:
    """Add an organisation: NAME, and SIDE vendor or partner."""
    with system_mode("command line"):
        above = find_organisation(db.session(), parent) if parent else None
        if parent and above is None:
            raise click.ClickException(f"There is no organisation called {parent}.")
        if find_organisation(db.session(), name) is not None:
            raise click.ClickException(f"{name} is there already.")
        added = add_organisation(
            db.session(),
            name,
            Side(side),
            types=types,
            countries=[country.upper() for country in countries],
            parent=above,
            status=OrganisationStatus.ACTIVE,
        )
        db.session.commit()
        click.echo(f"{added.reference} {added.name}")


@person.command("add")
@click.argument("email")
@click.argument("organisation_name", metavar="ORGANISATION")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option("--name", help="How the person is called; else the identity provider says it.")
@click.option("--reach", type=click.Choice([reach.value for reach in Reach]), default="own")
@click.option("--limit", type=int, help="The approver's limit, in whole currency units.")
def add_person(
    email: str,
    organisation_name: str,
    role: str,
    name: str | None,
    reach: str,
    limit: int | None,
) -> None:
    """Add EMAIL to ORGANISATION as ROLE and print a one-time link, good for 72 hours."""
    with system_mode("command line"):
        found = find_organisation(db.session(), organisation_name)
        if found is None:
            raise click.ClickException(f"There is no organisation called {organisation_name}.")
        try:
            membership = add_membership(
                db.session(),
                found,
                name=name or email,
                email=email,
                role=Role(role),
                reach=Reach(reach),
                approval_limit=limit,
            )
        except CannotAdd as problem:
            raise click.ClickException(str(problem)) from problem
        token = make_link(db.session(), membership)
        db.session.commit()
        click.echo(f"{current_app.config['PORTAL_URL']}/join/{token}")


@access.command("explain")
@click.argument("person_name", metavar="PERSON")
@click.argument("reference")
@click.argument("permission", default="", type=click.Choice(["", *map(str, Permission)]))
def explain_access(person_name: str, reference: str, permission: str) -> None:
    """Say whether PERSON (e-mail or PE-…) may see the record REFERENCE and do each thing with it.

    REFERENCE is DR-…, DL-…, OR-… or PE-…. With PERMISSION (noun:verb) only that is said.
    """
    sought = _sought(reference)
    with system_mode("command line"):
        people = find_people(person_name)
        if not people:
            raise click.ClickException(f"There is nobody called {person_name}: e-mail or PE-…?")
        for subject in people:
            told = explain_all(subject, sought, permission)
            actor = subject.actor
            role = f"{ROLE_WORDS[actor.role]}, {actor.organisation_name}"
            click.echo(f"{actor.name} {subject.reference} ({role}) and {sought.reference}")
            _say("sees it", told.seeing, told.seeing.is_visible)
            for name, answer in told.doing.items():
                _say(name, answer, answer.is_allowed)


def _say(what: str, answer: Answer, is_yes: bool) -> None:
    names = ", ".join(answer.terms) if what == "sees it" and is_yes else answer.rule
    click.echo(f"  {what:<24} {'yes' if is_yes else 'NO '} {answer.sentence} [{names}]")
    if answer.fresh:
        click.echo(f"  {'':<28} {answer.fresh}")
    for change in answer.changes:
        click.echo(f"  {'':<28} would have to hold: {change}")


@access.command("who")
@click.argument("reference")
def who_sees(reference: str) -> None:
    """Name everybody who can see the record REFERENCE, each with the reason."""
    count = 0
    for one in everybody_who_can_see(_sought(reference)):
        count += 1
        role = f"{ROLE_WORDS[one.role]}, {one.organisation}"
        click.echo(f"{one.reference} {one.name} ({role}): {' '.join(one.words)}")
    click.echo(f"{count} can see it.")


@access.command("review")
def review_access() -> None:
    """Open the month's access reviews and advance those under way; say what was done.

    The worker does the same every minute; nothing is done twice.
    """
    with system_mode("command line"):
        count = 0
        for step in access_clock.run(db.session()):
            count += 1
            click.echo(f"{step.reference} {step.organisation}: {step.what}")
        click.echo(f"{count} done" if count else "Nothing is due.")


def _sought(reference: str) -> Sought:
    sought = find_record(reference)
    if sought is None:
        raise click.ClickException(f"There is no record {reference}: DR-, DL-, OR- or PE-?")
    return sought


@audit.command("verify")
def verify() -> None:
    """Read every chain and name the first broken link of each; exit 1 if there is one.

    Each chain must also hold what the anchors have seen of it, so that a rewritten one is named.
    """
    with system_mode("command line"):
        verdict = verify_chains(db.session())
        count, unfitting = verify_anchors(db.session(), Path(current_app.config["ANCHOR_DIR"]))
    faults = verdict.faults + unfitting
    for fault in faults:
        click.echo(f"{fault.chain} at {fault.place}: {fault.what}")
    broken = len({fault.chain for fault in faults})
    click.echo(f"{verdict.events} events in {verdict.chains} chains, {broken} broken")
    click.echo(f"{count} anchors")
    sys.exit(1 if faults else 0)


@audit.command("anchor")
def anchor() -> None:
    """Let the hash over all chains leave the database now: as a file, and by mail if set so."""
    with system_mode("command line"):
        made = _anchor()
    assert made is not None
    click.echo(str(made))


def _anchor(is_daily: bool = False) -> Anchor | None:
    config = current_app.config

    def tell(session: Session, event: Event) -> None:
        if config["ANCHOR_MAIL"]:
            send_later(session, event, "mail", [None])

    return make_anchor(db.session(), Path(config["ANCHOR_DIR"]), tell, is_daily)


@click.command("worker")
def worker() -> None:
    """Send what waits in the outbox, at once and in a sweep every minute."""
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
    links = WebChecker()
    seconds, is_hour_over = app.config["SWEEP_SECONDS"], every(files.ORPHANED)

    def sweep(is_stopping: Callable[[], bool]) -> None:
        with app.app_context(), system_mode("worker"):
            try:
                _anchor(is_daily=True)
            except OSError:  # a full disk keeps no mail from leaving
                db.session.rollback()
                log.exception("the daily anchor was not written")
            list(access_clock.run(db.session(), is_stopping))
            list(application_clock.run(db.session(), is_stopping))
            list(asset_clock.run(db.session(), is_stopping))
            list(checklist_clock.run(db.session(), is_stopping))
            outbox.sweep(app.config["LEASE_SECONDS"], is_stopping)
            submissions.purge()
            drafts.purge(db.session())
            forget_logout_tokens(db.session())
            end_left_viewings(db.session())
            forget_left_requests(db.session())
            forget_unconfirmed()
            db.session.commit()
            asset_clock.check_links(db.session(), links, is_stopping)
            if is_hour_over():
                files.sweep(db.session())
                db.session.rollback()

    run_worker(app.extensions["quayside.queue"], sweep, seconds, app.config["WORKER_THREADS"])


def init_cli(app: Flask) -> None:
    """Give ``app`` its commands."""
    for command in (person, organisation, access, audit, worker):
        app.cli.add_command(command)
