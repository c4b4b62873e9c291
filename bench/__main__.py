"""Does the portal reach its goals of speed and weight beside the minimal page?"""

from __future__ import annotations

import argparse
import os
import sys
import time

os.environ["QUAYSIDE_DEMO"] = "1"
os.environ.setdefault("SECRET_KEY", "only-for-measuring-" + "x" * 40)

from bench import boards, endurance, hierarchy, large, library, lighthouse, speed, weight, writes
from bench.report import Report
from bench.servers import databases

PARTS = (
    "weight", "sqlite", "postgresql", "hierarchy", "library", "boards", "writes", "memory", "large",
    "start", "lighthouse",
)  # fmt: skip


def main() -> int:
    """Measure everything, or the parts named; return 1 when a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="|".join(PARTS))
    parts = parser.parse_args().parts or PARTS
    is_long = bool(os.environ.get("PROVE"))
    sizes = (1_000, 100_000, 1_000_000) if is_long else (1_000, 100_000)
    report, began = Report(), time.monotonic()
    on_each = {
        "hierarchy": hierarchy.measure, "library": library.measure, "boards": boards.measure,
        "writes": writes.measure,
    }  # fmt: skip
    with databases() as made:
        if "start" in parts:
            endurance.start(report)
        for kind in ("sqlite", "postgresql"):
            if kind in parts:
                speed.measure(report, made, kind, sizes)
            for name in filter(on_each.__contains__, parts):
                on_each[name](report, made, kind)
        alone = {"memory": endurance.memory, "large": large.measure}
        if is_long:
            alone["lighthouse"] = lighthouse.measure
        for name in filter(alone.__contains__, parts):
            alone[name](report, made)
        # Last: from here on this process holds a portal of its own.
        if "weight" in parts:
            weight.measure(report, made)
    report.say(f"measured in {time.monotonic() - began:.0f} s")
    for name in report.missed:
        report.say(f"missed: {name}")
    return 1 if report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
