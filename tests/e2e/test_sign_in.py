"""Does a person sign in, prove again who they are and sign out, at each kind of provider?"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.live import Live, two_free_ports
from tests.e2e.people import Seller
from tests.integrations.certified import Missing, certified, installed


@dataclass(frozen=True)
class Door:
    """A portal with a provider, and how somebody says there who they are."""

    live: Live
    label: str
    asked_again: str
    says_who: Callable[[Seller, str], None]
    leaves: Callable[[Seller], None]


def _taps_persona(person: Seller, short: str) -> None:
    person.page.locator(f"button[name=persona][value={short}]").click()


def _types_account(person: Seller, short: str) -> None:
    page = person.page
    page.get_by_label("Account").fill(short)
    page.get_by_role("button", name="Sign in").click()
    # Where somebody else was known, this provider goes on by a form that a script sends.
    onward = page.get_by_role("button", name="Continue")
    expect(page.locator("main h1").or_(onward).first).to_be_visible()
    if onward.is_visible():
        onward.click()


def _confirms(person: Seller) -> None:
    person.page.get_by_role("button", name="Sign out").click()


@pytest.fixture(scope="module", params=["demo", "certified"])
def door(
    request: pytest.FixtureRequest, sqlite_world: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    """The portal with the demo's provider, and with the certified one where it can run."""
    if request.param == "demo":
        live = request.getfixturevalue("live")
        yield Door(live, "Quayside Demo", "Say again who you are", _taps_persona, lambda _: None)
        return
    try:
        installed()
    except Missing as missing:
        pytest.skip(str(missing))
    folder = tmp_path_factory.mktemp("certified")
    live = Live(sqlite_world, folder)
    with certified(two_free_ports(), live.url, folder / "provider.log") as provider:
        with live.writing() as database:
            database.execute(
                "INSERT INTO user_identity (issuer, subject, user_id, claimed_email)"
                " SELECT ?, subject, user_id, '' FROM user_identity",
                (provider.issuer,),
            )
        try:
            live.start(
                OIDC_PROVIDERS="certified",
                OIDC_CERTIFIED_ISSUER=provider.issuer,
                OIDC_CERTIFIED_CLIENT_ID=provider.client_id,
                OIDC_CERTIFIED_CLIENT_SECRET=provider.client_secret,
                OIDC_CERTIFIED_TWO_FACTOR_ACR="gold",
            )
            yield Door(live, "Certified", "Sign in once more", _types_account, _confirms)
        finally:
            live.stop()


@pytest.fixture
def nadia(door: Door, chromium: Browser, js: bool) -> Iterator[Seller]:
    """Nadia, who administers the people of Northwind, with a phone in her hand."""
    door.live.tidy()
    met = Seller(chromium, door.live, "nadia", js=js)
    yield met
    met.leaves()


def test_signing_in_proving_it_again_and_signing_out(door: Door, nadia: Seller) -> None:
    live = door.live
    nadia.opens("/people")
    nadia.tap(f"Sign in with {door.label}")
    door.says_who(nadia, "nadia")
    nadia.reads_heading("People")
    assert nadia.path == "/people"

    live.an_hour_passes()
    company = live.ask("SELECT reference FROM organisation WHERE name = 'Northwind Resale'")[0][0]
    nadia.opens(f"/organisations/{company}/invitation")
    nadia.reads("We will ask you to sign in again before this is done")
    email = f"mila.{time.time_ns()}@northwind.example"
    nadia.type("Name", "Mila Roy")
    nadia.type("Work e-mail", email)
    nadia.choose("Role", "Seller")
    nadia.tap("Send the invitation")
    nadia.reads_heading("Sign in again")
    nadia.reads("What you typed is kept")

    # Somebody else at the provider changes nothing, and nobody.
    nadia.tap(f"Sign in again with {door.label}")
    expect(nadia.page.locator("h1")).to_have_text(door.asked_again)
    door.says_who(nadia, "marc")
    nadia.reads_heading("That was another account")
    assert not live.ask("SELECT 1 FROM user WHERE email = ?", email)

    nadia.tap("Sign in again")
    nadia.tap(f"Sign in again with {door.label}")
    expect(nadia.page.locator("h1")).to_have_text(door.asked_again)
    door.says_who(nadia, "nadia")
    nadia.reads("It is not sent yet")
    nadia.sees_typed("Name", "Mila Roy")
    nadia.sees_typed("Work e-mail", email)
    nadia.does_not_read("We will ask you to sign in again")
    nadia.tap("Send the invitation")
    nadia.reads(f"The invitation is on its way to {email}")

    nadia.opens("/account")
    nadia.tap("Sign out", nadia.page.locator("form[action='/sign-out']"))
    door.leaves(nadia)
    nadia.reads_heading("You are signed out")
    nadia.reads(f"You are out here and at {door.label}")
    nadia.opens("/people")
    expect(nadia.page).to_have_url(re.compile(r"/sign-in\?next="))
