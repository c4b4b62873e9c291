"""What time is it on a wall in Toronto?"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

TORONTO = ZoneInfo("America/Toronto")


def local(text: str) -> dt.datetime:
    """Return a moment in Toronto."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=TORONTO)
