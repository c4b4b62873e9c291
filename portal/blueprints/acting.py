"""Who is acting, as the workflows know them?"""

from __future__ import annotations

from typing import cast

from portal.core.guards import actor_now
from portal.domain.people.actor import MemberActor


def member() -> MemberActor:
    """Return the membership that is acting; for endpoints where somebody is signed in."""
    return cast(MemberActor, actor_now())
