"""Is every text that a person reads said in the language that they chose?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import available_timezones

import pytest
from bs4 import BeautifulSoup
from flask import Flask, g
from sqlalchemy import select

from portal.core import events, language
from portal.core.database import Base, db, transaction_mode
from portal.core.events import Event, kinds
from portal.core.language import LANGUAGES
from portal.core.net import system_mode
from portal.core.outbox import Delivery
from portal.core.times import at
from portal.domain.customers.places import REGIONS, countries, regions
from portal.domain.deals.workflow import DEAL
from portal.domain.notifications.wording import WORDS
from portal.domain.people.models import Membership, User
from portal.domain.programme import programme
from portal.domain.registrations.workflow import REGISTRATION
from portal.domain.timeline.searches import in_general
from portal.integrations.mail.letters import write_letter
from tests.browser import BASE, Browser, Page
from tests.catalogue import french
from tests.crawl import folded, mistakes_on, pages_of, texts_of, untranslated
from tests.figures import record

PEOPLE = ("ana", "diego", "bruno", "sofia", "omar", "vic", "pia", "sid")

# Everything that is said goes through the catalogue


class Marked:
    """A catalogue that says every text between two brackets, so that any other stands out."""

    def ugettext(self, text: str) -> str:
        return f"⟦{text}⟧"

    def ungettext(self, one: str, many: str, number: int) -> str:
        return f"⟦{one if number == 1 else many}⟧"

    def upgettext(self, context: str, text: str) -> str:
        return f"⟦{text}⟧"

    def get_translations(self) -> Marked:
        return self


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "get_domain", Marked)


@pytest.fixture
def data(app: Flask) -> set[str]:
    """All that people typed, chose or configured: what needs no translation."""
    found = {*available_timezones(), *LANGUAGES.values(), *REGIONS}
    with app.app_context(), system_mode("test"):
        for table in Base.metadata.sorted_tables:
            for row in db.session.execute(select(table)):
                found.update(_strings(row))
        found |= {name.split(" ")[0] for (name,) in db.session.execute(select(User.name))}
        found |= {
            "".join(part[0] for part in (name.split()[0], name.split()[-1])).upper()
            for (name,) in db.session.execute(select(User.name))
        }
    found.update(_strings(app.config["VENDOR_" + key] for key in ("NAME", "SHORT_NAME")))
    found |= {app.config["PORTAL_NAME"], app.config["VENDOR_SHORT_NAME"][0]}
    found.update(_strings(app.config["CURRENCIES"]))
    found.update(programme().tiers)
    # Kinds of events that tests alone declare.
    found |= {in_general(kind) for kind in kinds() if kind.tag.startswith("test:")}
    found.update(provider["label"] for provider in app.config["OIDC_PROVIDERS"])
    found |= {name for _code, name in countries("en")}
    found |= {name for country in REGIONS for _code, name in regions(country, "en")}
    found |= {zone.replace("_", " ") for zone in found}
    return {folded(text) for text in found}


def _strings(values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from _strings(value.values())
        elif isinstance(value, (list, tuple)):
            yield from _strings(value)


def test_a_text_that_no_catalogue_knows_would_be_found(data: set[str]) -> None:
    page = """<title>⟦Deals⟧ - Meridian Partners</title><p>⟦By <b>Ana Duarte</b>⟧ (Gold)</p>
      <input placeholder="Type here" value="typed"><p>⟦Call⟧ Wed 18 Nov · CA$86,000</p><p>Oh</p>"""
    assert untranslated(BeautifulSoup(page, "html.parser"), data) == ["Oh", "Type here"]


def test_no_page_says_what_no_catalogue_knows(
    app: Flask, marked: None, data: set[str], sign_in: Callable[[str], Browser]
) -> None:
    found: set[str] = set()
    count = 0
    for who in (None, *PEOPLE):
        browser = sign_in(who) if who else Browser(app)
        for page in _all_pages(browser, who):
            count += 1
            found.update(f"{page.path} as {who}: {one}" for one in untranslated(page.soup, data))
    record(2, "untranslated text", "0", f"{len(found)} on {count} pages", not found)
    assert not found, "\n".join(sorted(found))
    assert count > 150, "the crawl must come to the pages"


def _all_pages(browser: Browser, who: str | None) -> Iterator[Page]:
    """Yield what links lead to, what a new draft asks, and what mistakes are answered with."""
    if who is None:
        yield from pages_of(browser, "/sign-in", "/signed-out", "/sign-in?next=/deals")
        yield browser.get("/sign-in/demo/return?state=made-up&code=made-up", status=400)
        yield browser.get("/join/made-up", status=404)
        return
    pages = list(pages_of(browser, "/", "/account", *_draft(browser)))
    yield from pages
    asked: set[str] = set()
    for page in pages:
        kind = re.sub(r"[A-Z]{2}-\w{8}", "", page.path)
        if kind not in asked:
            asked.add(kind)
            yield from mistakes_on(browser, page)
    yield browser.get("/deals/DL-00000000", status=404)
    yield browser.get("/sign-out", status=405)
    yield browser.get("/deals/DL-00000000", status=404, check=False, **{"HX-Request": "true"})


def _draft(browser: Browser) -> list[str]:
    home = browser.get("/")
    if not home.soup.select_one('form[action="/registrations"]'):
        return []
    first = browser.submit(home, "/registrations", status=303).location.removeprefix(BASE)
    return [first.replace("customer", step) for step in ("customer", "opportunity", "evidence")] + [
        first.replace("customer", "check")
    ]


def test_what_is_declared_before_there_is_a_page_is_said_in_the_page_s_language(
    app: Flask, marked: None
) -> None:
    """A text translated at import would be English for ever."""
    with app.test_request_context():
        states = [state for flow in (REGISTRATION, DEAL) for state in flow.states.values()]
        steps = [step for flow in (REGISTRATION, DEAL) for step in flow.transitions.values()]
        words = [state.label for state in states]
        words += [state.several for state in states if state.several]
        words += [state.next_action.words for state in states if state.next_action]
        words += [step.label for step in steps if step.label]
        kinds = [kind for tag, kind in events._kinds.items() if not tag.startswith("test:")]
        words += [kind.sentence for kind in kinds]
        words += [text for letter in WORDS.values() for text in letter]
        plain = [str(text) for text in words if not str(text).startswith("⟦")]
    assert words and not plain


# French


ENGLISH = re.compile(
    r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w* \d|\d (?:Jan|Feb|Apr|May|Jun|Jul|Aug|Dec)"
    r"|\b(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
    r"|(?:CA|US)\$|(?<![\d:])\d\d?:\d\d\b(?!:)"
)
"""How English writes days, money and times."""


def test_every_page_speaks_french(
    app: Flask, data: set[str], sign_in: Callable[[str], Browser]
) -> None:
    english = {one for one, text in french() if one != text and "%" not in one} - data
    found: set[str] = set()
    count = 0
    for who in (None, "ana", "omar", "pia"):
        browser = Browser(app)
        browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr-CA"
        if who:
            browser.signed_in(who, "fr")
        for page in _all_pages(browser, who):
            count += 1
            if "<html" in page.text:
                assert page.soup.html and page.soup.html["lang"] == "fr", page.path
            found.update(
                f"{page.path} as {who}, {where}: {text}"
                for where, text in texts_of(page.soup)
                if text in english or (ENGLISH.search(text) and text not in data)
            )
    record(2, "pages in French with English on them", "0", f"{len(found)} of {count}", not found)
    assert not found, "\n".join(sorted(found))


def test_money_and_days_are_written_as_in_french_canada(app: Flask) -> None:
    noon = dt.datetime(2026, 12, 1, 17, 0, tzinfo=dt.UTC)
    with app.test_request_context(), at(noon):
        g.language, g.timezone = "fr", "America/Toronto"
        assert language.show_money(4_800_000, "CAD") == "48\u00a0000\u00a0$"
        assert language.show_money(4_800_050, "USD") == "48\u00a0000,50\u00a0$\u00a0US"
        assert language.show_date(noon) == "mar. 1er déc."
        assert language.show_day(noon) == "mardi 1er décembre"
        assert language.show_ago(noon - dt.timedelta(hours=3)) == "aujourd’hui à 9\u00a0h\u00a000"
        assert language.show_exact(noon) == "1er décembre 2026, 12\u00a0h\u00a000 HNE"
        assert language.show_due(noon + dt.timedelta(days=9)).words == "d’ici le jeu. 10 déc."


# Who chooses


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("fr-CA,en;q=0.5", "fr"),
        ("en-US,fr-CA;q=0.9", "en"),
        ("FR_ca", "fr"),
        ("fr", "fr"),
        ("en-CA,en;q=0.9,fr;q=0.8", "en"),
        ("de, fr;q=0.5, en;q=0.3", "fr"),
        ("de", "en"),
        ("", "en"),
        ("fr;q=0", "en"),
        (";;;q=,\u00ff" + "x" * 500, "en"),
    ],
)
def test_before_sign_in_the_browser_chooses(visitor: Browser, asked: str, spoken: str) -> None:
    page = visitor.get("/sign-in", **{"Accept-Language": asked})
    assert page.soup.html and page.soup.html["lang"] == spoken
    assert page.heading == {"fr": "Se connecter", "en": "Sign in"}[spoken]


def test_after_sign_in_the_person_chooses(app: Flask) -> None:
    browser = Browser(app).signed_in("ana")
    account = browser.get("/account", **{"Accept-Language": "fr-CA"})
    assert account.soup.html and account.soup.html["lang"] == "en"
    saved = browser.follow(browser.submit(account, "/account", language="fr"))
    assert "C’est sauvegardé." in saved.words
    home = browser.get("/", **{"Accept-Language": "en-CA"})
    assert home.soup.html and home.soup.html["lang"] == "fr"
    assert home.heading.startswith("Bon")
    refused = browser.submit(browser.get("/account"), "/account", language="xx", status=422)
    assert refused.errors() == ["Langue\u00a0: choisissez dans la liste."]
    english = browser.follow(browser.submit(browser.get("/account"), "/account", language="en"))
    assert "Saved." in english.words


# Mails


@pytest.fixture
def letter_to(app: Flask) -> Iterator[Callable[[str], tuple[str, str, str]]]:
    """Returns (subject, plain text, HTML) of the newest mail for a reader of that language."""
    with app.app_context(), system_mode("test"):
        delivery = db.session.scalars(
            select(Delivery)
            .join(Event, Event.id == Delivery.event_id)
            .where(Delivery.recipient_id.is_not(None), Event.chain.startswith("DR-"))
            .order_by(Delivery.id.desc())
        ).first()
        assert delivery is not None
        membership = db.session.get_one(Membership, delivery.recipient_id)

        def write(tongue: str) -> tuple[str, str, str]:
            membership.user.language = tongue
            membership.organisation.name = "Smith & O'Neill"
            db.session.flush()
            letter = write_letter(delivery)
            plain, markup = (part.get_content() for part in letter.iter_parts())
            return str(letter["Subject"]), plain, markup

        token = transaction_mode.set("write")
        yield write
        transaction_mode.reset(token)
        db.session.rollback()


def test_each_mail_is_written_in_its_reader_s_language(
    letter_to: Callable[[str], tuple[str, str, str]],
) -> None:
    """One worker writes them in turn: no language stays behind for the next."""
    words = {
        "en": ("Hello ", "You get this because", "Or copy this address:"),
        "fr": ("Bonjour ", "Vous recevez ce courriel", "Ou copiez cette adresse\u00a0:"),
    }
    subjects = []
    for tongue in ("en", "fr", "en"):
        subject, plain, markup = letter_to(tongue)
        greeting, reason, address = words[tongue]
        assert plain.startswith(greeting) and reason in plain
        assert f'lang="{tongue}"' in markup and address in markup
        subjects.append(subject)
    assert subjects[0] == subjects[2] != subjects[1]


def test_a_plain_mail_escapes_nothing(letter_to: Callable[[str], tuple[str, str, str]]) -> None:
    _subject, plain, markup = letter_to("en")
    assert "Smith & O'Neill" in plain
    assert "Smith &amp; O&#39;Neill" in markup
