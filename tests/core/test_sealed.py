"""Is what the portal sealed its own, whole, for one purpose and for a while?"""

from __future__ import annotations

from flask import Flask

from portal.core.sealed import LONGEST, seal, unseal

VALUES = {"email": "kim@northwind.example", "name": "Zoë"}


def test_it_comes_back_as_it_was(app: Flask) -> None:
    with app.app_context():
        assert unseal("one", seal("one", VALUES), 60) == VALUES


def test_it_serves_one_purpose(app: Flask) -> None:
    with app.app_context():
        assert unseal("other", seal("one", VALUES), 60) is None


def test_no_letter_of_it_can_be_changed(app: Flask) -> None:
    with app.app_context():
        text = seal("one", VALUES)
        for place in range(0, len(text) - 1, 7):  # the last one holds idle bits too
            other = "A" if text[place] != "A" else "B"
            assert unseal("one", text[:place] + other + text[place + 1 :], 60) is None
        for odd in ("", ".", "..", "\x00", "é", text + ".", "x" * (LONGEST + 1)):
            assert unseal("one", odd, 60) is None


def test_it_is_good_for_a_while(app: Flask) -> None:
    with app.app_context():
        assert unseal("one", seal("one", VALUES), -1) is None


def test_an_earlier_key_still_proves_it_and_a_strange_one_does_not(app: Flask) -> None:
    with app.app_context():
        text = seal("one", VALUES)
        was = app.config["SECRET_KEY"]
        app.config.update(SECRET_KEY="n" * 40, SECRET_KEY_FALLBACKS=[was])
        assert unseal("one", text, 60) == VALUES
        app.config.update(SECRET_KEY_FALLBACKS=[])
        assert unseal("one", text, 60) is None
        app.config.update(SECRET_KEY=was)
