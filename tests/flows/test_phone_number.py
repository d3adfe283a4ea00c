from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.phone_number import CALLING_CODES, international, is_e164, national


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("+12065550100", True),
        ("+4930123456", True),
        ("+123456", False),
        ("+1234567", True),
        ("+123456789012345", True),
        ("+1234567890123456", False),
        ("+0123456789", False),
        ("12065550100", False),
        ("+1206555o100", False),
        ("+١٢٣٤٥٦٧٨", False),
        ("", False),
    ],
)
def test_a_number_has_a_plus_and_up_to_15_digits(number: str, valid: bool) -> None:
    assert is_e164(number) is valid


@pytest.mark.parametrize(
    ("country", "keyed", "number"),
    [
        ("US", "2065550100", "+12065550100"),
        ("US", "12065550100", "+12065550100"),
        ("CA", "6135550100", "+16135550100"),
        ("US", "1065550100", None),
        ("US", "5550100", None),
        ("GB", "02079460000", "+442079460000"),
        ("GB", "2079460000", "+442079460000"),
        ("IT", "0612345678", "+390612345678"),
        ("DE", "030123456", "+4930123456"),
        ("DE", "*30", None),
        ("DE", "", None),
        ("DE", "1" * 14, None),
        ("Atlantis", "123456789", None),
    ],
)
def test_a_national_number_gets_its_country_code(
    country: str, keyed: str, number: str | None
) -> None:
    assert national(keyed, country) == number


def test_a_number_with_its_country_code_gets_its_plus() -> None:
    assert international("4930123456") == international("004930123456") == "+4930123456"
    assert international("123") is None


def test_every_country_has_one_code_of_one_to_three_digits() -> None:
    assert len(CALLING_CODES) > 230
    assert all(len(country) == 2 and country.isupper() for country in CALLING_CODES)
    assert all(1 <= len(code) <= 3 for code in CALLING_CODES.values())


@given(st.text(alphabet="0123456789*#+a", max_size=20), st.sampled_from(sorted(CALLING_CODES)))
def test_whatever_is_keyed_in_yields_a_number_or_none(keyed: str, country: str) -> None:
    for number in (national(keyed, country), international(keyed)):
        assert number is None or is_e164(number)
