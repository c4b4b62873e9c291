"""What did a delivery learn of the address to which it went?"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

Hearer = Callable[[Session, int, str, bool], None]
"""Is told in the outcome's transaction whose address it was (a recipient's row number), the
address, and whether it took what was sent; not of one that is only out of reach for now."""
_hearers: list[Hearer] = []


def plug_in_hearer(hearer: Hearer) -> None:
    """Call ``hearer`` when an address took a delivery, or is known to nobody outside."""
    _hearers[:] = [hearer]


def tell(session: Session, recipient: int | None, address: str | None, took: bool) -> None:
    """Pass on what was learned of a recipient's address, where there are both."""
    if recipient is None or address is None:
        return
    for hearer in _hearers:
        hearer(session, recipient, address, took)
