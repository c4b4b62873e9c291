"""How does a person recognise one of their devices by what its browser said of itself?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.core.language import _
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import LoginSession
from portal.domain.people.sessions import is_this

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
