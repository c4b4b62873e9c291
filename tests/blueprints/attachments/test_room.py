"""Is what has no room refused before it is sent in vain, and taken where it fits?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core import files, spooling
from portal.domain.deals.models import Deal
from portal.domain.organisations import room
from tests.browser import Browser
from tests.core.test_filetypes import PDF
from tests.domain.world import actor_of, everything

SignIn = Callable[[str], Browser]
LARGE = PDF + b"%" * files.MEGABYTE


@pytest.fixture
def leave(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Returns a function that lets Northwind keep so many bytes more than it has now."""

    def left(size: int) -> None:
        with everything(app):
            most = room.used_by(actor_of("ana").organisation_id) + size
        monkeypatch.setattr(room, "limit_of", lambda _side: most)

    return left


@pytest.mark.parametrize("htmx", [True, False])
def test_nothing_is_read_of_what_has_no_room(
    sign_in: SignIn, begun: str, leave: Callable[[int], None], monkeypatch: pytest.MonkeyPatch,
    htmx: bool,
) -> None:  # fmt: skip
    """The sentence comes in place of minutes on a phone."""
    ana = sign_in("ana")
    page = ana.get(f"{begun}/files")
    leave(0)
    monkeypatch.setattr(spooling, "Spool", None)  # who reads a file makes a place for it
    answer = ana.upload(page, "/files", {"offer.pdf": LARGE, "plan.pdf": PDF}, htmx=htmx)
    assert answer.status == 422
    assert "Nothing was taken" in answer.words
    assert "There is no room for what you sent: the company’s files are as large" in answer.words


def test_what_is_sent_again_is_read_because_it_may_have_arrived(
    sign_in: SignIn, begun: str, leave: Callable[[int], None]
) -> None:
    ana = sign_in("ana")
    page = ana.get(f"{begun}/files")
    arrived = ana.upload(page, "/files", {"offer.pdf": LARGE})
    leave(0)
    ana.client.environ_base["HTTP_X_SENT_AGAIN"] = "1"
    again = ana.upload(page, "/files", {"offer.pdf": LARGE})
    assert (again.status, again.location) == (303, arrived.location)


def test_a_form_is_larger_than_its_files_and_these_are_what_is_judged(
    sign_in: SignIn, begun: str, leave: Callable[[int], None]
) -> None:
    ana = sign_in("ana")
    page = ana.get(f"{begun}/files")
    leave(len(LARGE))
    assert ana.upload(page, "/files", {"offer.pdf": LARGE}).status == 303
    answer = ana.upload(ana.get(f"{begun}/files"), "/files", {"plan.pdf": PDF + b"%"})
    assert answer.status == 422 and "There is no room for plan.pdf: the company" in answer.words


def test_with_whom_a_deal_is_shared_to_work_on_adds_files_too(app: Flask, sign_in: SignIn) -> None:
    """They know nothing of the company whose room it is."""
    with everything(app) as session:
        query = select(Deal.reference).where(Deal.company == "Yellowhead Building Supply")
        path = f"/deals/{session.scalar(query)}"
    lena = sign_in("lena")
    assert lena.upload(lena.get(f"{path}/files"), "/files", {"plan.pdf": PDF}).status == 303


def test_who_may_not_attach_hears_nothing_of_the_room(
    sign_in: SignIn, begun: str, leave: Callable[[int], None]
) -> None:
    page = sign_in("ana").get(f"{begun}/files")
    leave(0)
    for who, status in (("noah", 404), ("carla", 404)):
        answer = sign_in(who).upload(page, "/files", {"offer.pdf": LARGE})
        assert answer.status == status and "room" not in answer.words
