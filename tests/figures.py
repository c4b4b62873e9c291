"""Which figures did this run measure, and do they reach their goals?"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TypedDict


class Figure(TypedDict):
    """One row of ``docs/figures.json``."""

    issue: int
    name: str
    goal: str
    result: str
    ok: bool


def record(issue: int, name: str, goal: str, result: str, ok: bool) -> None:
    """Note that ``issue`` asks for ``goal`` under ``name``, and that this run measured ``result``.

    Each process writes a file of its own, so tests that run side by side do not mix.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(issue=issue, name=name, goal=goal, result=result, ok=ok)
    with open(folder / f"{os.getpid()}.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps(figure, ensure_ascii=False) + "\n")


def collected() -> list[Figure]:
    """Return one row for each issue and name, sorted; of several, one that missed its goal."""
    rows: dict[tuple[int, str], Figure] = {}
    files = sorted(_folder().glob("*.jsonl"), key=lambda file: file.stat().st_mtime_ns)
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            figure: Figure = json.loads(line)
            key = figure["issue"], figure["name"]
            if key not in rows or rows[key]["ok"]:
                rows[key] = figure
    return [rows[key] for key in sorted(rows)]


def lines() -> list[str]:
    """Return the collected figures as people read them, one a line."""
    return [
        f"{'ok    ' if figure['ok'] else 'MISSED'} #{figure['issue']} {figure['name']}: "
        f"{figure['result']} (goal: {figure['goal']})"
        for figure in collected()
    ]


def _folder() -> Path:
    return Path(os.environ.get("FIGURES", "var/figures"))


def main() -> int:
    """Print the figures, write them where ``--write`` says, and return 1 if one missed its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE")
    target: Path | None = parser.parse_args().write
    figures = collected()
    print("\n".join(lines()) or "No figure was measured.")
    if target and figures:
        text = json.dumps(figures, indent=1, ensure_ascii=False)
        target.write_text(text + "\n", encoding="utf-8")
    return 0 if figures and all(figure["ok"] for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
