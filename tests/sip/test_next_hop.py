from __future__ import annotations

import pytest

from sip.flow import TCP, TLS, UDP, Flow
from sip.message import Request
from sip.next_hop import Destination, Hop, first_hop, hop_to, is_secure
from tests.sip.raw import arrived, request


@pytest.mark.parametrize(
    ("uri", "hop"),
    [
        ("sip:a@10.0.0.5:7000", Flow(UDP, "10.0.0.5", 7000)),
        ("sip:a@Phone.Example", Destination("phone.example")),
        ("sip:a@phone.example:7000", Destination("phone.example", 7000)),
        ("sip:a@phone.example;transport=tcp", Destination("phone.example", transport=TCP)),
        ("sip:a@phone.example;transport=TLS", Destination("phone.example", transport=TLS)),
        ("sips:a@phone.example", Destination("phone.example", secure=True)),
        (
            "sips:a@phone.example;transport=tcp",
            Destination("phone.example", transport=TLS, secure=True),
        ),
        ("sips:a@phone.example;transport=udp", None),
        ("sip:a@phone.example;transport=ws", None),
        ("sip:a@phone.example:0", None),
        ("sip:a@10.0.0.256", None),
        ("sip:a@" + "x" * 64 + ".example", None),
        ("sip:a@phone..example", None),
        ("tel:+4930", None),
        ("nonsense", None),
    ],
)
def test_where_a_uri_leads(uri: str, hop: Hop | None) -> None:
    assert hop_to(uri) == hop


def asking(uri: str, *routes: str) -> Request:
    return arrived(request("OPTIONS", *(f"Route: {each}" for each in routes), uri=uri)).request


def test_the_first_route_comes_before_the_request_uri() -> None:
    assert first_hop(asking("sip:trunk.example")) == Destination("trunk.example")
    routed = asking("sip:trunk.example", "<sip:proxy.example;lr>, <sip:10.0.0.7;lr>")
    assert first_hop(routed) == Destination("proxy.example")
    assert first_hop(asking("sip:trunk.example", "nonsense")) is None


def test_a_hop_is_secure_where_nothing_but_tls_is_spoken() -> None:
    for uri, secure in {
        "sip:10.0.0.9": False,
        "sip:10.0.0.9;transport=tls": True,
        "sips:trunk.example": True,
        "sip:trunk.example;transport=tls": True,
        "sip:trunk.example": False,
    }.items():
        hop = hop_to(uri)
        assert hop and is_secure(hop) is secure, uri
