"""How long do pages take side by side, and what is one to the other?"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from bench.client import Crowd, Site, Unexpected

TURN = 5
"""Requests of one client before it is another page's turn."""


@dataclass
class Page:
    """One page of one server, measured again and again."""

    name: str
    site: Site
    path: str
    length: int = 0

    def warm(self, times: int = 12) -> None:
        """Fetch it some times, as somebody who has been here before; learn the body's length."""
        for _n in range(times):
            answer = self.site.fetch(self.path)
            if answer.status != 200:
                raise Unexpected(f"{self.path}: {answer.head.decode()}")
        self.length = len(answer.body)


@dataclass(frozen=True)
class Comparison:
    """Medians of repetitions, side by side."""

    times: dict[str, list[float]]

    def ratios(self, of: str, to: str) -> list[float]:
        """Return the ratio of each repetition."""
        return [a / b for a, b in zip(self.times[of], self.times[to], strict=True)]

    def ratio(self, of: str, to: str) -> float:
        """Return the median of the repetitions' ratios."""
        return statistics.median(self.ratios(of, to))

    def middle(self, name: str) -> float:
        """Return the median time, in milliseconds; it says nothing without its neighbour's."""
        return statistics.median(self.times[name]) * 1000


def compare(pages: Sequence[Page], *, clients: int, count: int, repetitions: int) -> Comparison:
    """Measure ``pages`` side by side, ``count`` requests to each in every repetition.

    Within a repetition they take short turns, so that whatever else the machine does falls on all
    of them alike; the order of turns is reversed from one to the next.
    """
    times: dict[str, list[float]] = {page.name: [] for page in pages}
    for page in pages:
        page.warm()
    crowds = {page.name: Crowd(page.site, clients) for page in pages}
    turn = TURN * clients
    try:
        for _repetition in range(repetitions):
            taken: dict[str, list[float]] = {page.name: [] for page in pages}
            for number in range(count // turn):
                for page in pages if number % 2 == 0 else reversed(pages):
                    requests = [page.site.request(page.path)] * turn
                    taken[page.name] += crowds[page.name].ask(requests, length=page.length)
            for name, seconds in taken.items():
                times[name].append(statistics.median(seconds))
            for crowd in crowds.values():
                crowd.close()
    finally:
        for crowd in crowds.values():
            crowd.close()
    return Comparison(times)
