"""Is typed text cleaned without losing what was meant, and is a reference recognised?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.references import ALPHABET, new_reference, normalise_reference
from portal.core.text import clean_line, clean_text, fold, words


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  a\r\nb\rc  ", "a\nb\nc"),
        ("tab\tstays", "tab\tstays"),
        ("nul\x00 bell\x07 escape\x1b", "nul bell escape"),
        ("e\u0301", "é"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u2066b\u2069c", "abc"),
        ("half a pair \ud800", "half a pair"),
        ("מערכת ρομπότ 机器人 🤖", "מערכת ρομπότ 机器人 🤖"),
        ("family 👨\u200d👩\u200d👧", "family 👨\u200d👩\u200d👧"),
    ],
)
def test_text_loses_only_what_no_form_needs(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


def test_a_line_is_one_line() -> None:
    assert clean_line(" a \n\t b\u00a0\u2003c ") == "a b c"


@settings(deadline=None)
@given(st.text())
def test_cleaning_twice_changes_nothing_more_and_can_always_be_stored(typed: str) -> None:
    once = clean_text(typed)
    assert clean_text(once) == once
    once.encode("utf-8")
    assert "\x00" not in once


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Société Générale", "societe generale"),
        ("  Łódź—Works, Inc. ", "lodz works inc"),
        ("Öl & Gas", "ol gas"),
        ("Straße 5", "strasse 5"),
        ("…", ""),
    ],
)
def test_names_fold_to_what_people_search_by(name: str, key: str) -> None:
    assert fold(name) == key


def test_a_folded_key_has_a_limit() -> None:
    assert len(fold("a" * 400)) == 255
    assert all(len(word) <= 40 for word in words("b" * 400))


def test_words_are_distinct_and_leave_out_what_is_missing() -> None:
    assert words("Northern Robotics", None, "", "northern light") == {
        "northern",
        "robotics",
        "light",
    }


def test_references_are_random_and_well_formed() -> None:
    made = {new_reference("DR") for _ in range(2000)}
    assert len(made) == 2000
    assert all(normalise_reference(reference) == reference for reference in made)
    used = set("".join(reference[3:] for reference in made))
    assert used == set(ALPHABET)
    assert not used & set("ILOU")


@pytest.mark.parametrize(
    ("typed", "reference"),
    [
        ("DR-7Q4K2M9X", "DR-7Q4K2M9X"),
        ("dr-7q4k2m9x", "DR-7Q4K2M9X"),
        ("DR-OIL0OIL0", "DR-01100110"),
        ("DR-7Q4K2M9", None),
        ("DR-7Q4K2M9XX", None),
        ("DR7Q4K2M9X", None),
        ("D-7Q4K2M9XA", None),
        ("DR-7Q4K2MUX", None),
        ("DR-7Q4K2M9٣", None),
        ("ＤＲ-7Q4K2M9X", None),
        ("DR-7Q4K2M9X\n", None),
        ("DR-' OR 1=", None),
        ("12-7Q4K2M9X", None),
        ("", None),
        ("DR-" + "A" * 10_000, None),
    ],
)
def test_a_reference_read_aloud_is_recognised_and_nothing_else(
    typed: str, reference: str | None
) -> None:
    assert normalise_reference(typed) == reference
