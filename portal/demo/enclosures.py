"""Which files do partners put beside their registrations and deals?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from portal.core.database import db
from portal.core.files import take
from portal.core.spooling import spooled
from portal.demo.papers import pdf, photo, sheet
from portal.domain.attachments.operations import attach
from portal.domain.people.actor import MemberActor


@dataclass(frozen=True)
class Enclosure:
    """One file: its name and what it holds, the same whenever it is made."""

    name: str
    content: Callable[[], bytes]


def enclose(record: object, actor: MemberActor, files: Sequence[Enclosure]) -> None:
    """Put the files beside ``record`` as if ``actor`` had sent them.

    One that is not taken raises ValueError.
    """
    incoming = [take(one.name, spooled(one.content())) for one in files]
    problems = attach(record, actor, incoming)
    if problems:
        raise ValueError("; ".join(map(str, problems)))
    db.session.flush()


def _offer(name: str, title: str, *lines: str) -> Enclosure:
    return Enclosure(name, partial(pdf, title, lines))


def _sheet(name: str, *rows: Sequence[str | float]) -> Enclosure:
    return Enclosure(name, partial(sheet, rows))


LINE_2 = Enclosure("End of line 2.png", partial(photo, 2, 5))
FREEZER = Enclosure("Freezer hall 2.png", partial(photo, 1, 9))
LOADING = Enclosure("Loading hall.png", partial(photo, 3, 7))
MOVES = _sheet(
    "Pallet moves, one week.xlsx",
    ("Route", "Early shift", "Late shift", "Night shift"),
    ("Dock 1 to freezer 1", 64, 58, 12), ("Dock 1 to freezer 2", 41, 47, 9),
    ("Freezer 1 to freezer 2", 22, 19, 4), ("Freezer 2 to dock 3", 73, 66, 31),
)  # fmt: skip
THREE_LINES = _sheet(
    "Throughput of three lines.xlsx",
    ("Line", "Cartons an hour", "Formats", "Shifts"),
    ("A", 1150, 4, 3), ("B", 920, 7, 2), ("C", 640, 2, 2),
)  # fmt: skip
GREAT_LAKES = _offer(
    "Proposal NW-2229.pdf", "Proposal for Great Lakes Packaging",
    "2 palletisers PX-4\t112,000 CAD", "6 transport robots MT-3\t58,000 CAD",
    "Fleet software, first year\t15,000 CAD", "Total\t185,000 CAD", "",
    "Delivery ex works Guelph, eight weeks from the order.", "Valid for 60 days.",
)  # fmt: skip
LAVAL = _offer(
    "Laval clinic, ways of the trays.pdf", "Laval clinic: where the trays go",
    "Sterilisation, floor 1\tto surgeries 1-4: 38 trays a day",
    "Lift B\tto surgeries 5-11: 64 trays a day", "",
    "The lift is 110 cm wide. Doors open by themselves.",
)  # fmt: skip
PRAIRIE_FIRST = _offer(
    "Quote NW-2154.pdf", "Quote for Prairie Foods Co-op",
    "Palletiser PX-4\t64,000 CAD", "Second infeed and guarding\t15,000 CAD", "Total\t79,000 CAD",
    "", "Valid for 30 days.",
)  # fmt: skip
PRAIRIE_REVISED = _offer(
    "Quote NW-2154, revised.pdf", "Quote for Prairie Foods Co-op, revised",
    "Palletiser PX-4\t64,000 CAD", "Second infeed and guarding\t15,000 CAD",
    "Preparation for a third line\t7,000 CAD", "Total\t86,000 CAD", "", "Valid for 30 days.",
)  # fmt: skip
FLEET_TRIAL = _sheet(
    "Fleet view, trial figures.xlsx",
    ("Building", "Rounds", "Late rounds", "Minutes saved a day"),
    ("North", 214, 6, 47), ("South", 188, 11, 39),
)  # fmt: skip
CANTONS = _offer(
    "Soumission Laiterie des Cantons.pdf", "Soumission : Laiterie des Cantons",
    "Poste de vision, deux caméras\t41 000 $", "Trois robots de transport MT-3\t51 000 $",
    "Formation et mise en service\t5 000 $", "Total\t97 000 $", "",
    "Livraison huit semaines après la commande. Valable 30 jours.",
)  # fmt: skip
BEAUSEJOUR = _sheet(
    "Production par semaine.xlsx",
    ("Calibre", "Œufs par jour", "Caisses"), ("Gros", 11_400, 32), ("Moyen", 7_900, 22),
    ("Petit", 2_100, 6),
)  # fmt: skip
BOREALE = _offer(
    "Trajets du papier.pdf", "Imprimerie Boréale : trajets du papier",
    "Réserve à presse 1\t120 m, 5 fois par jour", "Réserve à presse 2\t145 m, 3 fois par jour",
    "", "L’allée centrale fait 240 cm; les presses tournent de 6 h à 22 h.",
)  # fmt: skip
RICHELIEU = _offer(
    "Plan de circulation.pdf", "Serres du Richelieu : plan de circulation",
    "Serres 1 à 6 vers le quai\trobots 1 et 2", "Serres 7 à 9 vers l’emballage\trobot 3", "",
    "La recharge se fait entre 12 h et 13 h.",
)  # fmt: skip
RED_WING = _sheet(
    "Sacks by the hour.xlsx",
    ("Hour", "Full sacks", "Empty sacks"), ("06-10", 1_480, 1_520), ("10-14", 1_610, 1_570),
    ("14-18", 1_390, 1_430),
)  # fmt: skip
PACIFIC = _offer(
    "Proposal HD-0907.pdf", "Proposal for Pacific Gateway Terminals",
    "Depalletising cell\t96,000 CAD", "10 transport robots MT-3\t118,000 CAD",
    "Fleet software, first year\t26,000 CAD", "Total\t240,000 CAD", "", "Valid for 60 days.",
)  # fmt: skip
INSPECTION = _sheet(
    "Inspection records of the trial.xlsx",
    ("Lot", "Connectors", "Rejected by eye", "Rejected by camera"),
    ("L-101", 20, 1, 1), ("L-102", 20, 0, 2), ("L-103", 20, 2, 2), ("L-104", 20, 0, 0),
)  # fmt: skip
