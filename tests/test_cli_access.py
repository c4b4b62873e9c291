"""Does the command line say who may see and do what, and who can see a record?"""

from __future__ import annotations

import datetime as dt

from flask import Flask

from portal.core.times import at, now
from tests.domain.world import everything, membership_of, submitted


def run(app: Flask, *words: str) -> tuple[int, str]:
    """Return exit code and output of ``flask access …``."""
    result = app.test_cli_runner().invoke(args=["access", *words])
    return result.exit_code, result.output


def test_access_explain_and_who(app: Flask) -> None:
    with everything(app) as session:
        reference = submitted().reference
        noah = membership_of("noah").reference
        session.commit()
    code, said = run(app, "explain", "ana@northwind.example", reference)
    assert code == 0
    assert "sees it                  yes They registered it. [own]" in said
    assert "registration:withdraw    yes Its owner or a manager" in said
    assert "registration:decide      NO  Their role does not include this. [role]" in said
    assert "would have to hold: No role of their side includes it." in said
    code, said = run(app, "explain", noah, reference, "registration:answer")
    assert code == 0
    assert "sees it                  NO  Nothing lets them know of it. [scope]" in said
    assert "registration:decide" not in said
    code, said = run(app, "who", reference)
    assert code == 0
    assert "Ana Duarte (Seller, Northwind Resale): They registered it." in said
    assert "Carla Mendes (Channel manager, Meridian Robotics): The partner is in" in said
    assert "Noah" not in said and "Sidney" not in said
    assert said.strip().endswith(" can see it.")


def test_access_names_what_it_does_not_find(app: Flask) -> None:
    with everything(app):
        reference = membership_of("ana").reference
    for words in (
        ("explain", "nobody@northwind.example", reference),
        ("explain", "ana@northwind.example", "DR-00000000"),
        ("who", "DR-00000000"),
        ("who", "nonsense"),
    ):
        code, said = run(app, *words)
        assert code == 1, words
        assert said.startswith("Error: There is no"), words


def test_access_review_says_what_it_did_and_does_it_once(app: Flask) -> None:
    assert run(app, "review") == (0, "Nothing is due.\n")
    with at(now() + dt.timedelta(days=12)):
        code, said = run(app, "review")
        assert code == 0
        steps = [line.partition(" ")[2] for line in said.splitlines()]
        assert "Northwind Resale: reduced" in steps and "Northwind Resale: handed over" in steps
        assert steps.index("Northwind Resale: reduced") < len(steps) - 1
        assert said.splitlines()[-1] == f"{len(steps) - 1} done"
        assert run(app, "review") == (0, "Nothing is due.\n")
