from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from config.trunks import DENIED, DiallingSettings, Trunk

LOGIN = {"username": "us", "password": "secret", "realm": "carrier.example"}


def trunk(**values: Any) -> Trunk:
    return Trunk(**{"name": "carrier", "host": "carrier.example", **values})


def test_a_trunk_calls_nobody_and_knows_nobody_unless_told_so() -> None:
    one = trunk()
    assert one.allowed == one.sources == ()
    assert one.register_seconds is None
    assert one.asserted_identity == "refuse"


def test_premium_rate_is_denied_by_default() -> None:
    assert {"+1900", "+49900", "+979", "+882"} <= set(DiallingSettings().denied)
    assert len(set(DENIED)) == len(DENIED)


def test_a_login_is_whole_and_registering_needs_one() -> None:
    assert trunk(**LOGIN, register_seconds=600).register_seconds == 600
    for part in LOGIN:
        with pytest.raises(ValidationError, match="username, password and realm"):
            trunk(**{name: value for name, value in LOGIN.items() if name != part})
    with pytest.raises(ValidationError, match="to register with"):
        trunk(register_seconds=600)


def test_the_called_see_a_number() -> None:
    with pytest.raises(ValidationError, match="a caller_id"):
        trunk(allowed=["+49"])
    assert trunk(allowed=["+49"], caller_id="+49301234567").allowed == ("+49",)


@pytest.mark.parametrize("network", ["192.0.2.1", "192.0.2.0/28", "10.0.0.0/8", "2001:db8::/32"])
def test_a_source_is_an_address_or_a_network(network: str) -> None:
    (source,) = trunk(sources=[network]).sources
    assert str(source).startswith(network)


@pytest.mark.parametrize(
    "proxy", ["sip:p.example", "sip:10.0.0.1:5070;lr", "sip:[2001:db8::1]:5061;transport=tls"]
)
def test_a_proxy_is_a_uri_of_a_host(proxy: str) -> None:
    assert trunk(proxy=proxy).proxy == proxy


@pytest.mark.parametrize(
    "values",
    [
        {"sources": ["0.0.0.0/0"]},
        {"sources": ["::/0"]},
        {"sources": ["192.0.2.1/28"]},
        {"host": "a b"},
        {"host": "sip:carrier.example"},
        {"host": "[10.0.0.1]"},
        {"proxy": "10.0.0.1"},
        {"proxy": "sip:10.0.0.1:65536;lr"},
        {"proxy": "sip:[::zz]"},
        {"proxy": "sip:10.0.0.1>\r\nEvil: 1"},
        {"transport": "sctp"},
        {"register_seconds": 59},
        {"caller_id": "0301234567"},
        {"allowed": ["00493012"], "caller_id": "+49301234567"},
        {"allowed": ["+49 30"], "caller_id": "+49301234567"},
        {"country_code": "+49"},
        {"first_response_seconds": 0.5},
        {"max_calls": 0},
        {"calls_per_second": 0},
        {"health_seconds": -1},
    ],
)
def test_a_value_outside_its_limits_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        trunk(**values)
