"""Which figures did this run measure, and which goals were missed?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.figures import record

ISSUE = 2


@dataclass
class Report:
    """Prints each figure on one line, records it, and remembers the misses."""

    missed: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Print what is no figure."""
        print(text, flush=True)

    def figure(
        self, name: str, goal: str, result: str, ok: bool, beside: str = "", issue: int = ISSUE
    ) -> None:
        """Print and record one figure of an issue; ``beside`` is printed only."""
        mark = "ok    " if ok else "MISSED"
        self.say(f"{mark} {name}: {result} (goal: {goal})" + (f"  [{beside}]" if beside else ""))
        record(issue, name, goal, result, ok)
        if not ok:
            self.missed.append(name)

    def at_most(self, name: str, value: float, limit: float, unit: str = "", **more: Any) -> None:
        """Report ``value``, which must not exceed ``limit``."""
        self.figure(
            name, f"<= {limit:g}{unit}", f"{value:.2f}{unit}", round(value, 2) <= limit, **more
        )

    def at_least(self, name: str, value: float, limit: float, **more: Any) -> None:
        """Report ``value``, which must reach ``limit``."""
        self.figure(name, f">= {limit:g}", f"{value:.2f}", round(value, 2) >= limit, **more)
