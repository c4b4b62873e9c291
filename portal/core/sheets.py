"""How does a list leave as a file that a spreadsheet opens without being told what to do?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

BOM = "\ufeff"
"""By which spreadsheets know that the file is UTF-8."""
# A cell that begins with one of these is a formula to some spreadsheet.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def safe_cell(value: object) -> str:
    """Return ``value`` as text that no spreadsheet computes, whatever stands before its sign."""
    text = str(value)
    begins = text.lstrip(" \u00a0\u200b\ufeff\x00")
    return f"'{text}" if begins.startswith(FORMULAS) or text.startswith(FORMULAS) else text


def stream_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the file line by line: UTF-8 with its mark, commas, every cell safe."""
    yield BOM + _line(header)
    for row in rows:
        yield _line(row)


def _line(cells: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([safe_cell(cell) for cell in cells])
    return line.getvalue()
