"""Does the list of deals say of each what is still to come, and only that?"""

from __future__ import annotations

from collections.abc import Callable

from tests.browser import Browser

SignIn = Callable[[str], Browser]


def test_what_is_won_closes_no_more(sign_in: SignIn) -> None:
    marc = sign_in("marc")
    closes = 'td[data-label="Closes"]'
    won = marc.get("/deals?stage=won").soup.select(closes)
    assert won and not [cell.get_text() for cell in won if cell.get_text(strip=True)]
    under_way = marc.get("/deals?stage=qualified").soup.select(closes)
    assert under_way and all(cell.get_text(strip=True) for cell in under_way)
