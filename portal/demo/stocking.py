"""How has the library come about, each step at its own moment?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.core.files import Incoming, take
from portal.core.spooling import spooled
from portal.core.times import DAY, at
from portal.demo.library import FOLDERS, PAPERS, REASON, Issue, Paper
from portal.demo.papers import pdf, png
from portal.demo.telling import Happening
from portal.domain.assets import operations
from portal.domain.assets.audience import audience_like
from portal.domain.assets.copies import note_taking
from portal.domain.assets.models import Asset, AssetFolder, AssetVersion, Status
from portal.domain.people.actor import MemberActor, actor_from
from portal.domain.people.models import Membership


def stock(
    session: Session, memberships: Mapping[str, Membership], present: dt.datetime
) -> list[Happening]:
    """Return what happens in the library and when; its topics are there at once."""
    people = {short: actor_from(member) for short, member in memberships.items()}
    with at(present - 210 * DAY):
        folders = {
            short: operations.add_folder(people["pia"], *names) for short, names in FOLDERS.items()
        }
    return [
        happening
        for paper in PAPERS
        for happening in _Telling(session, paper, people, folders, present).happenings()
    ]


class _Telling:
    """One paper's life."""

    def __init__(
        self,
        session: Session,
        paper: Paper,
        people: Mapping[str, MemberActor],
        folders: Mapping[str, AssetFolder],
        present: dt.datetime,
    ) -> None:
        self.session, self.paper, self.people = session, paper, people
        self.folders, self.present = folders, present
        self.asset: Asset | None = None
        self.versions: dict[int, AssetVersion] = {}

    def happenings(self) -> list[Happening]:
        """Return what happens when."""
        found: list[Happening] = []
        for number, issue in enumerate(self.paper.issues, 1):
            moment = self.present - issue.days * DAY - dt.timedelta(hours=3)
            found.append((moment, lambda n=number, one=issue: self._come_out(n, one)))  # type: ignore[misc]
        for who, number, days in self.paper.taken:
            moment = self.present - days * DAY - dt.timedelta(hours=2)
            found.append((moment, lambda w=who, n=number: self._take(w, n)))  # type: ignore[misc]
        if self.paper.stands == Status.WITHDRAWN:
            found.append((self.present - 10 * DAY, self._withdraw))
        return found

    def _values(self, issue: Issue) -> dict[str, Any]:
        paper = self.paper
        begins = self.present + paper.from_in * DAY if paper.from_in else None
        return {
            "title": paper.title[0], "title_fr": paper.title[1], "summary": paper.summary[0],
            "summary_fr": paper.summary[1], "kind": paper.kind,
            "folder": self.folders[paper.folder], "language": paper.language,
            "tags": list(paper.tags), "note": issue.note[0], "note_fr": issue.note[1],
            "link": paper.link, "text": paper.text[0], "text_fr": paper.text[1],
            "audience": audience_like(self.session, paper.facets), "valid_from": begins,
            "valid_until": None,
        }  # fmt: skip

    def _come_out(self, number: int, issue: Issue) -> None:
        author = self.people[self.paper.author]
        second = self.people["carla" if self.paper.author == "pia" else "pia"]
        if self.asset is None:
            version = operations.create(author, self._values(issue))
            self.asset = version.asset
        else:
            version = operations.begin_version(self.asset, author)
            operations.edit(version, author, self._values(issue))
        self.versions[number] = version
        if self.paper.file:
            operations.put_file(version, author, _incoming(self.paper, issue))
        is_last = number == len(self.paper.issues)
        stands = self.paper.stands if is_last else Status.PUBLISHED
        if stands == Status.DRAFT:
            return
        operations.send(version, author)
        if stands != Status.IN_REVIEW:
            operations.approve(version, second)
            operations.publish(version, self.people["pia"])

    def _take(self, who: str, number: int) -> None:
        note_taking(self.session, self.people[who], self.versions[number])

    def _withdraw(self) -> None:
        last = self.versions[len(self.paper.issues)]
        operations.withdraw(last, self.people["pia"], REASON)


def _incoming(paper: Paper, issue: Issue) -> Incoming:
    title = paper.title[0] or paper.title[1]
    content = png() if paper.file.endswith("png") else pdf(title, issue.lines)
    return take(paper.file, spooled(content))
