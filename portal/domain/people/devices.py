"""On which devices is a person signed in, in words by which they know them, and how is it ended?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.core.access import visible
from portal.core.database import db
from portal.core.events import record_event
from portal.core.language import _
from portal.core.times import now
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import LoginSession
from portal.domain.people.sessions import hash_token

# The first that is found counts: many browsers also name those that they resemble.
_BROWSERS = (
    (r"\bEdg(?:e|A|iOS)?/", "Edge"),
    (r"\b(?:OPR|OPiOS|OPT)/", "Opera"),
    (r"\bSamsungBrowser/", "Samsung Internet"),
    (r"\b(?:Firefox|FxiOS)/", "Firefox"),
    (r"\b(?:HeadlessChrome|Chromium|Chrome|CriOS)/", "Chrome"),
    (r"\bVersion/[\d.]+.*\bSafari/", "Safari"),
)
_SYSTEMS = (
    (r"\biPhone\b", "iPhone"),
    (r"\biPad\b", "iPad"),
    (r"\bAndroid\b", "Android"),
    (r"\bWindows\b", "Windows"),
    (r"\bCrOS\b", "ChromeOS"),
    (r"\bMac OS X\b|\bMacintosh\b", "Mac"),
    (r"\bLinux\b", "Linux"),
)


@dataclass(frozen=True)
class Device:
    """One sign-in as a person reads of it."""

    reference: str
    name: str
    address: str
    seen_at: dt.datetime
    made_at: dt.datetime
    is_this: bool


def describe_devices(found: Sequence[LoginSession], actor: MemberActor) -> list[Device]:
    """Return sign-ins in words, the one on which ``actor`` asks first."""
    told = [
        Device(
            one.reference,
            describe_device(one.agent),
            one.address,
            one.seen_at,
            one.made_at,
            is_this(one, actor),
        )
        for one in found
    ]
    return sorted(told, key=lambda device: not device.is_this)


def describe_device(agent: str) -> str:
    """Return browser and system in words, and no more than the header ``agent`` really says.

    Anybody may send any header: the words help to recognise, they prove nothing.
    """
    browser, system = _first(_BROWSERS, agent), _first(_SYSTEMS, agent)
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    if browser or system:
        return browser or _("Another browser on %(system)s", system=system)
    return _("A browser that does not say what it is")


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for pattern, name in known if re.search(pattern, agent)), "")


def devices_of(
    actor: MemberActor, user_id: int, absolute: dt.timedelta, idle: dt.timedelta
) -> list[LoginSession]:
    """Return a person's sign-ins that still hold, as far as ``actor`` may see, the latest first.

    A sign-in holds for ``absolute`` in any case and for ``idle`` without a request.
    """
    moment = now()
    query = (
        visible(LoginSession, actor)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.ended_at.is_(None),
            LoginSession.made_at > moment - absolute,
            LoginSession.seen_at > moment - idle,
        )
        .order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())
    )
    return list(db.session.scalars(query))


def is_this(device: LoginSession, actor: MemberActor) -> bool:
    """Tell whether ``device`` is the one on which ``actor`` asks."""
    return device.token_hash == hash_token(actor.token)


def end_device(device: LoginSession, actor: MemberActor) -> None:
    """End one sign-in; one that is over already stays as it is."""
    if device.ended_at is not None:
        return
    device.ended_at = now()
    record_event(
        "session:revoke",
        f"membership:{device.membership_id}",
        actor,
        device=device.reference,
        why="person" if device.user_id == actor.user_id else "administrator",
    )
