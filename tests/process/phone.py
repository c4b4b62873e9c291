"""What does a phone do at a portal that dies between two steps, wherever that is?"""

from __future__ import annotations

from collections.abc import Callable

import requests
from bs4 import BeautifulSoup, Tag

from tests.browser import fields_of
from tests.process.harness import Running

MOST_POINTS, MOST_TRIES = 9, 20


class Phone:
    """Somebody's phone, which sends the very same form again until an answer comes."""

    def __init__(self, running: Running, cookie: str, page: str) -> None:
        self.running, self.page = running, page
        self.line = requests.Session()
        self.line.cookies.set("sid", cookie, domain="127.0.0.1")
        self.broken = 0

    def form(self, ending: str) -> Tag:
        """Return the form of the files' page that posts to an address ending so."""
        answer = self.line.get(self._url(self.page), timeout=15)
        forms = BeautifulSoup(answer.text, "html.parser").select("form[method=post]")
        return next(form for form in forms if str(form["action"]).endswith(ending))

    def send(self, form: Tag, **sent: tuple[str, bytes]) -> int:
        """Post the form until there is an answer below 500; return its status."""
        url, data = self._url(str(form["action"])), dict(fields_of(form))
        for _try in range(MOST_TRIES):
            try:
                answer = self.line.post(
                    url, data=data, files=sent or None, allow_redirects=False, timeout=15
                )
                if answer.status_code < 500:
                    return answer.status_code
            except requests.RequestException:
                self.broken += 1
                self.running.kill_web()
                self.running.start_web()
                self.running.wait_for_web()
        raise AssertionError(f"no answer from {url}")

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.running.port}{path}"


def points_of(running: Running, phone: Phone, errand: Callable[[int], None]) -> list[str]:
    """Run the errand with a crash at its first point, its second, and so on; return their names."""
    points: list[str] = []
    for number in range(1, MOST_POINTS):
        log = running.folder / f"points-{len(points)}-{phone.broken}"
        log.unlink(missing_ok=True)
        running.start_web(QUAYSIDE_CRASH_AT=str(number), QUAYSIDE_CRASH_LOG=str(log))
        running.wait_for_web()
        before = phone.broken
        errand(number)
        running.kill_web()
        if phone.broken == before:
            return points
        points.append(log.read_text().splitlines()[number - 1].partition(" ")[2])
    raise AssertionError("there is no end of points")
