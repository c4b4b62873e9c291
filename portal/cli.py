"""Which commands does an operator have?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from portal.core import drafts, outbox, submissions
from portal.core.audit import verify_chains
from portal.core.database import db
from portal.core.net import system_mode
from portal.core.queue import run_worker
from portal.domain.organisations.models import OrganisationStatus, PartnerType, Side
from portal.domain.organisations.operations import add_organisation, find_organisation
from portal.domain.people.models import Reach, Role
from portal.domain.people.operations import CannotAdd, add_membership, make_link
from portal.domain.people.sessions import forget_logout_tokens

person = AppGroup("person", help="People and their ways in.")
organisation = AppGroup("organisation", help="Companies that take part.")
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


@audit.command("verify")
def verify() -> None:
    """Read every chain and name the first broken link of each; exit 1 if there is one."""
    with system_mode("command line"):
        verdict = verify_chains(db.session())
    for fault in verdict.faults:
        click.echo(f"{fault.chain} at {fault.place}: {fault.what}")
    click.echo(f"{verdict.events} events in {verdict.chains} chains, {len(verdict.faults)} broken")
    sys.exit(1 if verdict.faults else 0)


@click.command("worker")
def worker() -> None:
    """Send what waits in the outbox, at once and in a sweep every minute."""
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
    seconds = app.config["SWEEP_SECONDS"]

    def sweep(is_stopping: Callable[[], bool]) -> None:
        with app.app_context(), system_mode("worker"):
            outbox.sweep(app.config["LEASE_SECONDS"], is_stopping)
            submissions.purge()
            drafts.purge(db.session())
            forget_logout_tokens(db.session())
            db.session.commit()

    run_worker(app.extensions["quayside.queue"], sweep, seconds, app.config["WORKER_THREADS"])


def init_cli(app: Flask) -> None:
    """Give ``app`` its commands."""
    for command in (person, organisation, audit, worker):
        app.cli.add_command(command)
