"""Is an amount read as its writer meant it, and is everything else refused?"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.money import NotMoney, parse_major, to_major, to_minor

EITHER = (
    ("86000", "86000"),
    ("86000.50", "86000.50"),
    ("86000,50", "86000.50"),
    ("0.5", "0.5"),
    ("86,000.50", "86000.50"),
    ("86.000,50", "86000.50"),
    ("86 000,50", "86000.50"),
    ("86 000.50", "86000.50"),
    ("86\u00a0000,50", "86000.50"),
    ("86\u202f000,50", "86000.50"),
    ("86'000.50", "86000.50"),
    ("1,234,567", "1234567"),
    ("1.234.567", "1234567"),
    ("1,234,567.8", "1234567.8"),
    ("999,999,999.99", "999999999.99"),
    ("$86,000.00", "86000"),
    ("86 000 $", "86000"),
    ("€1.234.567,89", "1234567.89"),
    ("£ 12", "12"),
    ("¥5000", "5000"),
    ("  42  ", "42"),
)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("typed", "meant"), EITHER)
def test_what_people_type_is_read_alike_in_both_languages(
    typed: str, meant: str, language: str
) -> None:
    assert parse_major(typed, language) == Decimal(meant)


def test_one_sign_before_three_digits_groups_only_where_the_language_groups_with_it() -> None:
    assert parse_major("86,000", "en") == 86000
    assert parse_major("86.000", "fr") == 86000
    for typed, language in (("86.000", "en"), ("86,000", "fr")):
        with pytest.raises(NotMoney):
            parse_major(typed, language)


def test_one_decimal_after_a_comma_is_a_slip_in_english() -> None:
    assert parse_major("12,5", "fr") == Decimal("12.5")
    assert parse_major("12.5", "en") == Decimal("12.5")
    with pytest.raises(NotMoney):
        parse_major("12,5", "en")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "$", "NaN", "nan", "sNaN", "Infinity", "-Infinity", "inf", "1e5", "1E5", "0x10",
        "1_000", "-5", "+5", "−5", "5-", "(5)", "٣٤٥", "१२३", "１２３", "²", "½", "5 000 CAD",
        "abc", "1,2,3", "1.2.3", "12,34,567", "1,,000", "1.,000", ",5", ".5", "5,", "5.", "1,0000",
        "86000.505", "1.23456", "1,234.567,89", "86,000.50.10", "86000\n0x", "9" * 25, "1/2", "5%",
        "\x00", "5\x00",
    ],
)  # fmt: skip
def test_everything_else_is_refused(typed: str, language: str) -> None:
    with pytest.raises(NotMoney):
        parse_major(typed, language)


@settings(deadline=None)
@given(st.text(max_size=30), st.sampled_from(["en", "fr"]))
def test_any_text_is_an_amount_or_refused_and_nothing_else_is_raised(
    typed: str, language: str
) -> None:
    try:
        amount = parse_major(typed, language)
    except NotMoney:
        return
    assert amount.is_finite()
    assert amount >= 0
    assert -amount.as_tuple().exponent <= 2


@settings(deadline=None)
@given(st.integers(1, 99_999_999_999))
def test_what_is_written_is_read_back(minor: int) -> None:
    major = to_major(minor, "CAD")
    assert parse_major(f"{major:,.2f}", "en") == major
    french = f"{major:,.2f}".replace(",", "\u202f").replace(".", ",")
    assert parse_major(french, "fr") == major
    assert to_minor(major, "CAD") == minor


def test_minor_units_follow_the_currency() -> None:
    assert to_minor(Decimal("86000.50"), "CAD") == 8_600_050
    assert to_minor(Decimal("5000"), "JPY") == 5000
    assert to_minor(Decimal("1.25"), "BHD") == 1250
    assert to_major(5000, "JPY") == 5000
    assert to_major(1250, "BHD") == Decimal("1.25")
    with pytest.raises(NotMoney):
        to_minor(Decimal("5000.5"), "JPY")
    with pytest.raises(NotMoney):
        to_minor(Decimal("1.005"), "CAD")
