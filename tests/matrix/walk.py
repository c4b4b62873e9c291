"""Does every request of a person get the answer that the oracle expects, and not a word more?"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from tests.browser import BASE, HEADERS, Page, check_page
from tests.core.test_filetypes import PDF
from tests.matrix.canaries import CANARY, REFERENCE
from tests.matrix.cells import (
    FILES,
    LEAVES,
    READING_LEAVES,
    SHOWS,
    TAKING,
    UPLOADS,
    Cell,
    cells_of,
    form_place,
)
from tests.matrix.oracle import OUTSIDE, PUBLIC, expect, with_htmx
from tests.matrix.world import BESIDE, Change, World, normalised

ALWAYS = frozenset({"event", "chain_head", "submission_key", "draft"})
_FORM = re.compile(r"<form\b([^>]*)>")
_LINK = re.compile(r'\b(href|hx-get|hx-post|formaction)="(/[^"#]*)')
_TARGET = re.compile(r'\baction="(/[^"#]*)')
REFUSALS = (403, 404, 409)


class Walk:
    """One person's way through all cells; what is wrong is collected in ``faults``."""

    def __init__(self, world: World, short: str) -> None:
        self.world, self.short = world, short
        self.person = world.people[short]
        self.browser = world.browsers[short]
        self.readable, self.known = world.readable[short], world.known[short]
        self.adapter = world.app.url_map.bind("")
        self.faults: list[str] = []
        self.cells: dict[tuple[str, str, str, str], set[int]] = {}
        self.requests = 0
        self._absent: dict[tuple[str, str, str, bool], tuple[Any, ...]] = {}
        self._offers: set[tuple[str, str]] = set()
        self._looked_at: set[str] = set()

    def run(self) -> None:
        """Try every cell, then compare the whole database with what it was."""
        self.world.written()
        for cell in cells_of(self.world, self.short):
            self._try(cell)
        if changed := self.world.differing() - BESIDE:
            self._fault("at the end", f"changed for good: {sorted(changed)}")
        self.world.restore()

    def ask(
        self,
        method: str,
        path: str,
        data: Mapping[str, Any] | None = None,
        htmx: bool = False,
        echoed: Sequence[str] = (),
    ) -> TestResponse:
        """Make a request and look for words and references that are not for this person."""
        headers = {"HX-Request": "true"} if htmx else {}
        answer: TestResponse = self.browser.client.open(
            path, method=method, base_url=BASE, data=data, headers=headers
        )
        self.requests += 1
        self._look_for_leaks(f"{self.short} {method} {path}", answer, path, echoed)
        return answer

    def _look_for_leaks(
        self, where: str, answer: TestResponse, path: str, echoed: Sequence[str]
    ) -> None:
        seen = answer.text + "\n" + str(answer.headers)
        if leaked := set(CANARY.findall(seen)) - self.readable - set(echoed):
            origin = {one.word: f"{one.table}.{one.column}" for one in self.world.canaries}
            places = sorted({origin[word] for word in leaked})
            self._fault(where, f"LEAK of {len(leaked)}: {places}")
        typed = set(REFERENCE.findall(path)) | set(echoed)
        named = set(REFERENCE.findall(seen)) & self.world.facts.keys()
        if strange := named - self.known - typed:
            self._fault(where, f"LEAK of references: {sorted(strange)[:4]}")
        for name, value in HEADERS.items():
            if answer.headers.get(name) != value:
                self._fault(where, f"header {name}")
        if answer.headers.get("Cache-Control") != "no-store, private":
            self._fault(where, "may be stored")
        if not {"cookie", "hx-request"} <= {name.lower() for name in answer.vary}:
            self._fault(where, f"varies by {answer.vary}")

    def _fault(self, where: object, what: str) -> None:
        self.faults.append(f"{where}: {what}")

    def _try(self, cell: Cell) -> None:
        status = expect(self.person, cell.endpoint, cell.method, cell.facts)
        is_write = cell.method != "GET"
        is_inside = self.short not in OUTSIDE
        is_allowed = is_inside and status in (200, 303)
        if cell.htmx:
            status = with_htmx(self.person, cell.method, status)
        if is_write and is_allowed:
            self._write(cell, status)
        elif is_write:
            self._judge(cell, status, self.ask("POST", cell.path, self.typed(cell), cell.htmx))
        else:
            answer = self.ask("GET", cell.path, htmx=cell.htmx)
            if status == 200 and cell.endpoint in READING_LEAVES:
                self._judge_reading(cell, status, answer)
            elif status in (200, 302) and is_inside and cell.endpoint in TAKING:
                self._judge_reading(cell, status, answer)
                self.world.restore()
            else:
                self._judge(cell, status, answer)
            if status == 200 and cell.endpoint not in FILES:
                self._look_at_page(cell, answer)
        self.cells.setdefault(cell.place, set()).add(status)

    def typed(self, cell: Cell) -> dict[str, Any]:
        """Return the form as sent by somebody who knows how it looks."""
        keys = self.world.keys[self.short]
        facts = cell.facts
        typed: dict[str, Any] = {"csrf_token": keys.csrf, "submission_key": keys.submission}
        typed |= cell.form
        if cell.endpoint in UPLOADS:
            typed["files"] = (io.BytesIO(PDF), "New.pdf")
        if facts is not None:
            typed["version"] = str(self.world.versions.get(facts.reference, 1))
        if cell.endpoint == "admin.review.compare":
            typed["other"] = self._candidate(facts.reference if facts else "")
        if cell.endpoint == "admin.applications.compare":
            typed["other"] = self._partner(facts.reference if facts else "")
        return typed

    def _partner(self, reference: str) -> str:
        rows = self.world.rows
        ids = {row["id"] for row in rows["application"] if row["reference"] == reference}
        matches = (one for one in rows["application_match"] if one["application_id"] in ids)
        return next((one["other_reference"] for one in matches), "")

    def _candidate(self, reference: str) -> str:
        rows = self.world.rows
        ids = {row["id"] for row in rows["registration"] if row["reference"] == reference}
        matches = (one for one in rows["registration_match"] if one["registration_id"] in ids)
        return next((one["other_reference"] for one in matches), "")

    def _judge(self, cell: Cell, status: int, answer: TestResponse) -> None:
        """Compare an answer that changes nothing with what is expected."""
        if answer.status_code != status:
            self._fault(cell, f"{answer.status_code}, not {status}: {_words(answer)}")
        changes = self.world.written()
        # Typed text outlives a conflict and a lost session; nothing else does.
        keeps_text = status == 409 or (self.short in OUTSIDE and cell.method == "POST")
        if status == 403:
            self._judge_refusal(cell, changes)
        elif changes and not (keeps_text and {table for table, _, _ in changes} <= {"draft"}):
            self._fault(cell, f"wrote {changes[:5]}")
        if status == 404 or self.short in OUTSIDE:
            self._compare_with_absent(cell, answer)

    def _judge_reading(self, cell: Cell, status: int, answer: TestResponse) -> None:
        """What is read leaves the event that it was read, and nothing else."""
        if answer.status_code != status:
            self._fault(cell, f"{answer.status_code}, not {status}: {_words(answer)}")
        changes = self.world.written()
        events = [place for table, op, place in changes if (table, op) == ("event", "INSERT")]
        tags = [self.world.row("event", place)["tag"] for place in events]
        taken = TAKING.get(cell.endpoint)
        if tags != [taken or READING_LEAVES[cell.endpoint]]:
            self._fault(cell, f"recorded {tags}")
        beside = {"event", "chain_head"} | ({"asset_download"} if taken else set())
        if others := {table for table, _, _ in changes} - beside:
            self._fault(cell, f"also wrote {sorted(others)}")

    def _judge_refusal(self, cell: Cell, changes: Sequence[Change]) -> None:
        events = [place for table, op, place in changes if (table, op) == ("event", "INSERT")]
        others = {table for table, _, _ in changes} - {"event", "chain_head"}
        if others or len(events) != 1:
            self._fault(cell, f"a refusal that wrote {changes[:6]}")
            return
        row = self.world.row("event", events[0])
        if row["tag"] != "access:deny" or row["membership_id"] != self.person.membership:
            self._fault(cell, f"a refusal recorded as {row['tag']}")

    def _compare_with_absent(self, cell: Cell, answer: TestResponse) -> None:
        """What a person may not know of must look exactly like what never existed."""
        place = (cell.endpoint, cell.method, cell.step, cell.htmx)
        name = REFERENCE.findall(cell.path) or re.findall(r"[0-9a-f-]{36}", cell.path)
        headers = sorted(
            (key, value) for key, value in answer.headers.items()
            if key not in ("X-Request-Id", "Set-Cookie", "Content-Length", "Date")
        )  # fmt: skip
        looks = (answer.status_code, *(
            normalised(text.replace(name[0], "NAME") if name else text)
            for text in (answer.text, str(headers))
        ))  # fmt: skip
        if cell.facts is None:
            self._absent[place] = looks
        elif place in self._absent and looks != self._absent[place]:
            self._fault(cell, "differs from the answer for a record that never existed")

    def _look_at_page(self, cell: Cell, answer: TestResponse) -> None:
        if cell.htmx:
            return
        if cell.endpoint not in self._looked_at:
            self._looked_at.add(cell.endpoint)
            check_page(Page(answer, cell.path))
        if cell.endpoint in SHOWS and cell.facts is not None:
            self._look_for_record(cell, answer.text)
        for method, path in offers(answer.text):
            self._try_offer(cell, method, path)

    def _look_for_record(self, cell: Cell, text: str) -> None:
        """A page that the person may read really shows the record."""
        assert cell.facts is not None
        table, column = cell.facts.kind.replace(" ", "_"), SHOWS[cell.endpoint]
        wanted = next(
            one.word for one in self.world.canaries
            if (one.table, one.column) == (table, column)
            and one.row["reference"] == cell.facts.reference
        )  # fmt: skip
        if wanted not in text:
            self._fault(cell, f"does not show the {column}")

    def _try_offer(self, cell: Cell, method: str, path: str) -> None:
        """No link and no button leads to a refusal."""
        if (method, path) in self._offers:
            return
        self._offers.add((method, path))
        try:
            endpoint, values = self.adapter.match(path.partition("?")[0], method)
        except (HTTPException, RequestRedirect):
            self._fault(cell, f"offers {method} {path}, which is nowhere")
            return
        if endpoint in PUBLIC:
            return
        name = values.get("reference") or str(values.get("key") or "")
        status = expect(self.person, endpoint, method, self.world.facts.get(name))
        if status in REFUSALS:
            self._fault(cell, f"offers {method} {path}, which answers {status}")

    def _write(self, cell: Cell, status: int) -> None:
        """Send the page's own form and see that it took effect."""
        cookies = dict(self.browser.client._cookies or {})
        try:
            answer = self._send(cell)
        except AssertionError as problem:
            self._fault(cell, f"cannot be sent: {problem}")
            self.world.restore()
            return
        self._look_for_leaks(str(cell), answer, cell.path, ())
        changes = self.world.written()
        if answer.status_code != status:
            self._fault(cell, f"{answer.status_code}, not {status}: {_words(answer)}")
        elif cell.endpoint in LEAVES:
            self._judge_effect(cell, changes)
        elif not any(table == "draft" for table, _, _ in changes):
            self._fault(cell, "left nothing behind")
        self.world.restore()
        self.browser.client._cookies = cookies  # also where the form signed in anew

    def _send(self, cell: Cell) -> TestResponse:
        if cell.endpoint.startswith("drafts."):
            if cell.endpoint == "drafts.discard":  # there must be something to throw away
                self.ask("POST", "/drafts", self.typed(cell) | {"language": "fr"})
            return self.ask("POST", cell.path, self.typed(cell), cell.htmx)
        where = form_place(self.world, cell)
        page = self.browser.get(where, check=False)
        self.requests += 2
        self.world.written()
        if cell.endpoint in UPLOADS:
            sent = self.browser.upload(page, cell.path, {"New.pdf": PDF}, htmx=cell.htmx)
        else:
            sent = self.browser.submit(page, cell.path, htmx=cell.htmx, **cell.form)
        return sent.response

    def _judge_effect(self, cell: Cell, changes: Sequence[Change]) -> None:
        wanted_tags, tables = (words.split() for words in LEAVES[cell.endpoint])
        events = [place for table, op, place in changes if (table, op) == ("event", "INSERT")]
        tags = [self.world.row("event", place)["tag"] for place in events]
        wanted_tags = [] if wanted_tags == ["-"] else wanted_tags
        if wanted_tags and wanted_tags[0].endswith("+") and tags:
            wanted_tags = [wanted_tags[0].removesuffix("+")] * len(tags)
        if not _are(tags, wanted_tags):
            self._fault(cell, f"recorded {tags}, not {wanted_tags}")
        written = {table for table, _, _ in changes}
        if tables[0] not in written:
            self._fault(cell, f"left {tables[0]} as it was")
        if strange := written - ALWAYS - set(tables):
            self._fault(cell, f"also wrote {sorted(strange)}")


def _are(tags: Sequence[str], wanted: Sequence[str]) -> bool:
    """Tell whether the events are those that are wanted.

    A star stands for all that follow it, a question mark for one that need not be there.
    """
    parts = [
        rf"(?:{re.escape(one[:-1])}\S* )+"
        if one.endswith("*")
        else f"(?:{re.escape(one[:-1])} )?"
        if one.endswith("?")
        else re.escape(one + " ")
        for one in wanted
    ]
    return re.fullmatch("".join(parts), "".join(f"{tag} " for tag in tags)) is not None


def offers(text: str) -> Iterator[tuple[str, str]]:
    """Yield method and address of everything on a page that can be followed or sent."""
    for kind, path in _LINK.findall(text):
        yield ("GET" if kind in ("href", "hx-get") else "POST"), path.replace("&amp;", "&")
    for attributes in _FORM.findall(text):
        target = _TARGET.search(attributes)
        if target:
            method = "POST" if 'method="post"' in attributes else "GET"
            yield method, target[1].replace("&amp;", "&")


def _words(answer: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]).split())[:160]
