from __future__ import annotations

import pytest
from pydantic import ValidationError

from config.section import E164, Destinations, OwnAddress, OwnAddress6, ReferTarget, Section


class Table(Section):
    host: OwnAddress = "127.0.0.1"
    host6: OwnAddress6 = "::1"
    number: E164 = "+49301234567"
    reach: Destinations = ()
    size: int = 1


@pytest.mark.parametrize("reach", ["+", "+49", "+493012345678901", "112", "110112"])
def test_a_destination_is_the_beginning_of_a_number_or_a_short_one(reach: str) -> None:
    assert Table(reach=(reach,)).reach == (reach,)


@pytest.mark.parametrize(
    "values",
    [
        {"reach": ["49301234567"]},
        {"reach": ["1"]},
        {"reach": ["+4930123456789012"]},
        {"number": "+0301234567"},
        {"number": "+4930"},
        {"host": "0.0.0.0"},
        {"host6": "::"},
        {"host6": "127.0.0.1"},
        {"host6": "::ffff:127.0.0.1"},
        {"host6": "fe80::1%lo"},
        {"host6": "ff02::1"},
        {"size": True},
        {"width": 1},
    ],
)
def test_what_a_table_does_not_take(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Table(**values)  # type: ignore[arg-type]


def test_a_table_does_not_change() -> None:
    with pytest.raises(ValidationError):
        Table().size = 2  # type: ignore[misc]


class Reachable(Section):
    target: ReferTarget


@pytest.mark.parametrize(
    "uri", ["sip:desk@pbx.example.com", "sips:*@192.0.2.1:5061", "sip:+49301234567@h"]
)
def test_a_target_is_a_user_or_all_users_of_one_host(uri: str) -> None:
    assert Reachable(target=uri).target == uri


@pytest.mark.parametrize(
    "uri",
    [*("sip:pbx.example.com", "sip:*", "tel:+49301234567", "sip:d*@h", "sip:a@*", "sip:a@h;x=y")],
)
def test_what_would_name_more_than_a_host_is_no_target(uri: str) -> None:
    with pytest.raises(ValidationError):
        Reachable(target=uri)
