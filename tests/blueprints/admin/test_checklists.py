"""Do staff write a checklist, put it in use, and read beforehand what that means?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.domain.checklist_templates.models import ChecklistEdition, ChecklistTemplate
from tests.browser import Browser, Page
from tests.domain.world import everything
from tests.test_fragments import assert_same, swapped

SignIn = Callable[[str], Browser]
LIST = "/admin/checklists"


def way_to(app: Flask, name: str) -> str:
    """Return the address of the template that is called so."""
    with everything(app) as session:
        query = select(ChecklistTemplate.reference).filter_by(name=name)
        return f"{LIST}/{session.scalars(query).one()}"


def titles(page: Page) -> list[str]:
    """Return what the items are called, in their order, without their numbers."""
    found = page.soup.select("#record li.card h3")
    return [one.get_text(" ", strip=True).partition(". ")[2] for one in found]


def key_of(page: Page, title: str) -> str:
    """Return the key of the item that is called so."""
    card = next(one for one in page.soup.select("#record li.card") if title in one.get_text())
    return str(card["id"]).removeprefix("item-")


def written(pia: Browser, **values: str) -> str:
    """Write a new template and return its address."""
    typed = {"name": "New integrators", "partner_type": "technology", **values}
    answer = pia.submit(pia.get(f"{LIST}/new"), status=303, **typed)
    return answer.location.partition("?")[0]


def added(pia: Browser, here: str, kind: str, title: str, **values: object) -> Page:
    """Add an item to the template at ``here``; return its page as it is then."""
    page = pia.get(f"{here}/items/new/{kind}")
    pia.submit(page, status=303, title=title, **values)
    return pia.get(here)


def test_from_an_empty_page_into_use(app: Flask, sign_in: SignIn) -> None:
    pia = sign_in("pia")
    here = written(pia, name_fr="Nouveaux intégrateurs", tier="Gold")
    page = pia.get(here)
    assert "Nothing is asked yet." in page.words and "Technology · Gold" in page.words
    assert "/publication" not in page.text  # nobody could begin it
    pia.get(f"{here}/publication", status=409)
    page = added(
        pia, here, "form", "Tell us what you build", owner="lead", due_days="9",
        questions="Which arms?\nWhich cameras?", questions_fr="Quels bras?\nQuelles caméras?",
    )  # fmt: skip
    page = added(pia, here, "upload", "Test report", after=[key_of(page, "Tell us")])
    page = added(pia, here, "call", "Look at it together", renew_months="12")
    assert titles(page) == ["Tell us what you build", "Test report", "Look at it together"]
    for said in (
        "within 9 days",
        "Which cameras?",
        "After: Tell us what you build",
        "every 12 months",
    ):
        assert said in page.words
    page = pia.get(f"{here}/publication")
    assert "Nobody is halfway." in page.words and "Test report" in page.words
    page = pia.follow(pia.submit(page, status=303))
    assert "It is in use." in page.words and "edition 1" in page.words
    assert "/publication" not in page.text  # partners have it as it stands
    listed = pia.get(LIST)
    assert "New integrators" in listed.words and "Technology · Gold" in listed.words
    assert sign_in("axel").get(here).soup.select("#record .buttons") == []  # reads, writes nothing
    pia.signed_in("pia", "fr")
    assert "Nouveaux intégrateurs" in pia.get(here).words


def test_what_partners_do_not_have_yet_is_said(app: Flask, sign_in: SignIn) -> None:
    pia, here = sign_in("pia"), way_to(app, "New resellers")
    pia.submit(pia.get(f"{here}/items/profile/edit"), status=303, due_days="8")
    page = pia.get(f"{here}/items/colleague/removal")
    assert "Whoever has done it keeps it." in page.words
    assert "Bring in a colleague" in pia.get(here).words  # asked first
    pia.submit(page, status=303)
    page = added(pia, here, "staff", "Greet them")
    assert "Changed since" in page.words and "Changed since" in pia.get(LIST).words
    assert "No longer asked for: Bring in a colleague" in page.words
    marks = {
        one.h3.get_text(" ", strip=True): one.select_one(".chips").get_text(" ", strip=True)  # type: ignore[union-attr]
        for one in page.soup.select("#record li.card")
        if one.select_one(".chips")
    }
    assert marks == {"2. Tell us how you sell": "Changed: the days", "7. Greet them": "Added"}
    page = pia.get(f"{here}/publication")
    assert "2 partners are halfway and get the changes." in page.words
    assert "What is done stays done" in page.words
    for heading, title in (
        ("Added", "Greet them"), ("Changed", "Tell us how you sell the days"),
        ("No longer asked for", "Bring in a colleague"),
    ):  # fmt: skip
        assert f"{heading} {title}" in page.words
    pia.submit(page, status=303)
    with everything(app) as session:
        query = select(ChecklistEdition.number).join(
            ChecklistTemplate, ChecklistTemplate.id == ChecklistEdition.template_id
        )
        numbers = session.scalars(query.where(ChecklistTemplate.name == "New resellers")).all()
        assert sorted(numbers) == [1, 2]


def test_items_are_moved_with_and_without_scripts(app: Flask, sign_in: SignIn) -> None:
    pia, here = sign_in("pia"), way_to(app, "New service partners")
    page = pia.get(here)
    first, second = titles(page)
    form = {"up": None, "down": "contact"}
    answer = pia.submit(page, "/order", status=303, **form)
    assert answer.location.endswith("#item-contact")
    page = pia.get(here)
    assert titles(page) == [second, first] and "moved an item" in page.words
    other = sign_in("pia")
    before = other.get(here)
    swapped = pia.submit(page, "/order", htmx=True, status=200, up="contact", down=None)
    assert titles(swapped) == [first, second]
    stale = other.submit(before, "/order", up="contact", down=None)
    assert stale.status == 409 and titles(pia.get(here)) == [first, second]
    pia.submit(pia.get(here), "/order", status=404, up="unknown", down=None)


def test_a_move_changes_all_of_its_page(app: Flask, sign_in: SignIn) -> None:
    pia, here = sign_in("pia"), way_to(app, "New resellers")
    with time_machine.travel(dt.datetime.now(dt.UTC), tick=False):
        before = pia.get(here)
        answer = pia.submit(before, "/order", htmx=True, status=200, up=None, down="profile")
        assert_same(swapped(before, "/order", answer), pia.get(here).soup)


WRONG: list[tuple[str, dict[str, object], str]] = [
    ("form", {"title": "", "title_fr": ""}, "Give a title in English or in French."),
    ("form", {"due_days": "0"}, "Say within how many days, from 1 to 365."),
    ("form", {"due_days": "366"}, "Say within how many days, from 1 to 365."),
    ("form", {"due_days": "soon"}, "Say within how many days, from 1 to 365."),
    ("form", {"due_days": ""}, "Say within how many days, from 1 to 365."),
    ("form", {"renew_months": "61"}, "Say after how many months, from 1 to 60, or 0 for never."),
    ("form", {"renew_months": "-1"}, "Say after how many months, from 1 to 60, or 0 for never."),
    ("form", {"questions": ""}, "Questions: ask from 1 to 12, each on a line of its own."),
    ("form", {"questions": "\n".join("?" * 13)}, "Questions: ask from 1 to 12"),
    ("form", {"questions": "x" * 201}, "Questions: each has at most 200 characters."),
    ("form", {"questions_fr": "Un?\nDeux?"}, "there are 2, but 1 in English"),
    ("form", {"owner": ""}, "Say who does it."),
    ("form", {"owner": "staff"}, "Who does it: choose from the list."),
    ("training", {"link": "ftp://example.com/x"}, "Link: give the whole address"),
    ("training", {"link": "javascript:alert(1)"}, "Link: give the whole address"),
    ("training", {"link": "https://name:word@example.com/"}, "Link: give the whole address"),
    ("upload", {"title": "x" * 121}, "use at most 120 characters"),
    ("upload", {"help": "x" * 1001}, "use at most 1000 characters"),
    ("account", {"fact": ""}, "Say when it is done."),
    ("account", {"fact": "products", "owner": "administrator"}, "so it is ours."),
    ("account", {"fact": "contact", "owner": "staff"}, "The partner keeps this, we cannot."),
    ("account", {"fact": "colleague", "owner": "lead"}, "Who does it: choose from the list."),
    ("account", {"fact": "contact", "owner": "anybody"}, "Who does it: choose from the list."),
    ("staff", {"after": ["unknown"]}, "What comes before: choose from the list."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "values", "sentence"), WRONG)
def test_what_is_wrong_is_said(
    app: Flask, sign_in: SignIn, kind: str, values: dict[str, object], sentence: str
) -> None:
    pia, here = sign_in("pia"), way_to(app, "New service partners")
    good: dict[str, object] = {"title": "Something"}
    if kind == "form":
        good["questions"] = "Which?"
    if kind == "account":
        good["fact"] = "contact"
    page = pia.get(f"{here}/items/new/{kind}")
    answer = pia.submit(page, status=422, **{**good, **values})
    assert any(sentence in line for line in answer.errors()), answer.errors()
    assert len(answer.errors()) == 1
    fragment = pia.submit(page, status=422, htmx=True, **{**good, **values})
    assert fragment.errors() == answer.errors()
    pia.submit(page, status=303, **good)


def test_only_what_belongs_to_the_kind_is_asked_and_kept(app: Flask, sign_in: SignIn) -> None:
    pia, here = sign_in("pia"), way_to(app, "New service partners")
    foreign = {"questions": "Why?", "fact": "contact", "needs_file": "y", "owner": "lead"}
    for kind in ("staff", "call"):
        page = pia.get(f"{here}/items/new/{kind}")
        names = {str(one["name"]) for one in page.soup.select("main [name]")}
        assert not names & set(foreign)
        pia.submit(page, status=303, title=f"A {kind}", **foreign)
    with everything(app) as session:
        query = select(ChecklistTemplate).filter_by(name="New service partners")
        kept = session.scalars(query).one().items[-2:]
    for item in kept:
        assert (
            item.owner == "staff" and not item.questions and not item.fact and not item.needs_file
        )
    upload = pia.get(f"{here}/items/new/upload")
    pia.submit(upload, status=303, title="A paper")
    with everything(app) as session:
        assert session.scalars(query).one().items[-1].needs_file
    pia.get(f"{here}/items/new/agreement", status=404)
    pia.get(f"{here}/items/unknown/edit", status=404)
    pia.get(f"{here}/items/unknown/removal", status=404)


def test_a_circle_is_refused_beside_what_comes_before(app: Flask, sign_in: SignIn) -> None:
    pia, here = sign_in("pia"), way_to(app, "New resellers")
    page = pia.get(f"{here}/items/profile/edit")
    answer = pia.submit(page, status=422, after=["safety"])
    (line,) = answer.errors()
    assert line.startswith("These would wait for each other for ever:") and "Safety" in line
    beside = answer.soup.select_one("#error-after")
    assert beside is not None and beside.get_text(strip=True) == line
    assert "After: Safety" not in pia.get(here).words


def test_questions_that_stay_keep_their_key(app: Flask, sign_in: SignIn) -> None:
    pia, here = sign_in("pia"), way_to(app, "New resellers")
    page = pia.get(f"{here}/items/profile/edit")
    pia.submit(
        page, status=303,
        questions="Since when?\nWho are your typical customers?\nWho sells and who fits?",
        questions_fr="Depuis quand?\nQui sont vos clients?\nQui vend et qui installe?",
    )  # fmt: skip
    with everything(app) as session:
        template = session.scalars(select(ChecklistTemplate).filter_by(name="New resellers")).one()
        asked = next(one for one in template.items if one.key == "profile").questions
    assert [one.key for one in asked][1:] == ["customers", "team"]
    assert asked[0].key not in ("customers", "team", "")
    # The same page sent again says the same.
    page = pia.get(f"{here}/items/profile/edit")
    pia.submit(page, status=303)
    with everything(app) as session:
        template = session.scalars(select(ChecklistTemplate).filter_by(name="New resellers")).one()
        assert next(one for one in template.items if one.key == "profile").questions == asked


def test_the_second_of_two_writers_reads_what_the_first_did(app: Flask, sign_in: SignIn) -> None:
    pia, other, here = sign_in("pia"), sign_in("pia"), way_to(app, "New resellers")
    path = f"{here}/items/profile/edit"
    mine, theirs = pia.get(path), other.get(path)
    other.submit(theirs, status=303, title="Say how you sell")
    answer = pia.submit(mine, title="Tell how you sell")
    assert answer.status == 409 and "wrote an item" in answer.words
    assert "Say how you sell" in answer.words
    # What was typed is offered again on the page as it stands now.
    page = pia.get(path)
    assert "Tell how you sell" in str(page.soup.select_one("#field-title"))
    pia.submit(page, status=303)
    assert "Tell how you sell" in pia.get(here).words


def test_for_whom_it_is_stays_while_partners_get_it(app: Flask, sign_in: SignIn) -> None:
    pia, here = sign_in("pia"), way_to(app, "New resellers")
    page = pia.get(f"{here}/edit")
    assert not page.soup.select("[name=partner_type], [name=tier]")
    pia.submit(page, status=303, name="Resellers", partner_type="referral", tier="Gold")
    page = pia.get(here)
    assert page.heading == "Resellers" and "Reseller · any tier" in page.words
    answer = pia.submit(pia.get(f"{here}/edit"), status=422, name="", name_fr="")
    assert answer.errors() == ["Give a name in English or in French."]
    # Whoever is halfway reads the new name with the next edition.
    page = pia.get(f"{here}/publication")
    assert "It asks the same as before." in page.words
    pia.submit(page, status=303)


def test_one_of_a_kind_is_in_use_and_can_be_taken_out(app: Flask, sign_in: SignIn) -> None:
    pia, old = sign_in("pia"), way_to(app, "New resellers")
    here = written(pia, name="Better", partner_type="reseller")
    page = added(pia, here, "staff", "Greet them")
    assert "take it out of use first" in page.words and "/publication" not in page.text
    pia.get(f"{here}/publication", status=409)
    page = pia.get(f"{old}/retirement")
    assert "2 partners are halfway and go on with it as it stands:" in page.words
    assert "Maple Onboard" in page.words and "They get no checklist then" in page.words
    page = pia.follow(pia.submit(page, status=303))
    assert "It is out of use." in page.words and "/retirement" not in page.text
    pia.get(f"{old}/retirement", status=409)
    page = pia.get(f"{here}/publication")
    assert "Nobody is halfway." in page.words
    pia.submit(page, status=303)
    assert "take it out of use first" in pia.get(old).words


def test_a_template_of_one_tier_is_followed_by_that_of_any(app: Flask, sign_in: SignIn) -> None:
    pia = sign_in("pia")
    here = written(pia, name="Gold resellers", partner_type="reseller", tier="Gold")
    added(pia, here, "staff", "Greet them")
    pia.submit(pia.get(f"{here}/publication"), status=303)
    assert "They get “New resellers” in its place." in pia.get(f"{here}/retirement").words


def test_forty_items_are_the_most(app: Flask, sign_in: SignIn) -> None:
    pia, here = sign_in("pia"), way_to(app, "New service partners")
    with everything(app) as session:
        template = session.scalars(
            select(ChecklistTemplate).filter_by(name="New service partners")
        ).one()
        template.kept = [{**template.kept[0], "key": f"k{one}"} for one in range(40)]
        session.commit()
    assert f"{here}/items/new" not in pia.get(here).text
    page = pia.get(f"{here}/items/new", status=409)
    assert "A checklist has at most 40 items." in page.words


def test_who_may_follow_and_who_writes(app: Flask, sign_in: SignIn) -> None:
    here = way_to(app, "New resellers")
    ways = ("/edit", "/items/new", "/items/new/form", "/items/contact/edit", "/publication",
            "/items/contact/removal", "/retirement")  # fmt: skip
    for short in ("carla", "axel"):
        reader = sign_in(short)
        page = reader.get(here)
        assert reader.get(LIST).heading == "Checklists"
        assert not page.soup.select("#record .buttons")
        reader.get(f"{LIST}/new", status=403)
        for way in ways:
            reader.get(here + way, status=403)
        assert "Checklists" not in page.soup.select_one("nav.tabs").get_text()  # type: ignore[union-attr]
    for short in ("theo", "ana"):
        stranger = sign_in(short)
        stranger.get(LIST, status=403)
        for way in ("", *ways):
            stranger.get(here + way, status=404)
    assert "Checklists" in sign_in("pia").get(LIST).soup.select_one("nav.tabs").get_text()  # type: ignore[union-attr]


def test_once_partners_had_it_the_type_is_not_asked_any_more(app: Flask, sign_in: SignIn) -> None:
    pia, here = sign_in("pia"), way_to(app, "New referral partners")
    pia.submit(pia.get(f"{here}/retirement"), status=303)
    page = pia.get(f"{here}/edit")
    names = {str(one["name"]) for one in page.soup.select("main [name]")}
    assert "tier" in names and "partner_type" not in names
    pia.submit(page, status=303, name="Referrers", partner_type="services")
    assert "Referrers" in pia.get(here).words and "Services" not in pia.get(here).words
