"""How is the application put together?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the demo provider and the launcher start without Flask
    from portal.core.transactions import Portal


def create_app(config: Mapping[str, Any] | None = None) -> Portal:
    """Return the application, configured from the environment and then ``config``.

    Refuses to start with a missing setting or with an endpoint that nobody guards.
    """
    from portal import assembly

    return assembly.assemble(config)
