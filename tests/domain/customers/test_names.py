"""Is a company's name the same however its legal form is written, and another one is another?"""

from __future__ import annotations

import pytest

from portal.domain.customers.names import name_core


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Northwind Resale", "NORTHWIND RESALE INC."),
        ("The Northwind Resale Co., Ltd.", "Northwind-Resale"),
        ("Société Beauséjour S.A.R.L.", "Societe Beausejour sarl"),
        ("Müller & Söhne GmbH & Co. KG", "Muller und Sohne"),
        ("Robotique Laval ltée", "Robotique Laval Limitée"),
        ("A.B.C. Machines", "ABC Machines LLC"),
    ],
)
def test_the_same_company(one: str, other: str) -> None:
    assert name_core(one) == name_core(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Northwind Resale", "Northwind Wholesale"),
        ("Northwind Resale 2", "Northwind Resale 3"),
        ("Inc", "Ltd"),
        ("Limited Brands", "Brands"),
        ("A Machines", "B Machines"),
    ],
)
def test_another_company(one: str, other: str) -> None:
    assert name_core(one) != name_core(other)


@pytest.mark.parametrize("name", ["", "Inc.", "The", "&", "東京ロボット株式会社"])
def test_nothing_fails_and_something_is_left_of_a_word(name: str) -> None:
    assert bool(name_core(name)) == any(char.isalnum() for char in name)
