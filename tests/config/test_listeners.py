from __future__ import annotations

import pytest

from config.listeners import Listening, address, listening


@pytest.mark.parametrize(
    ("text", "listener"),
    [
        ("udp:192.0.2.1:5060", Listening("UDP", "192.0.2.1", 5060)),
        ("tcp:127.0.0.1:0", Listening("TCP", "127.0.0.1", 0)),
        ("udp:0.0.0.0:5060", Listening("UDP", "0.0.0.0", 5060)),
        ("tls:[2001:DB8:0::1]:5061", Listening("TLS", "2001:db8::1", 5061)),
    ],
)
def test_a_listener_is_a_transport_and_an_address(text: str, listener: Listening) -> None:
    assert listening(text) == listener


@pytest.mark.parametrize(
    "text",
    [
        *("192.0.2.1:5060", "ws:192.0.2.1:5060", "UDP:192.0.2.1:5060", "udp:192.0.2.1", "udp:"),
        *("udp:host:5060", "udp:192.0.2.1:65536", "udp:2001:db8::1:5060", "udp:[192.0.2.1]:5060"),
        *("udp:[fe80::1%eth0]:5060", "udp:224.0.0.1:5060", "udp:1.2.3:5060"),
    ],
)
def test_what_cannot_be_listened_to_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        listening(text)


def test_a_port_after_an_address_may_be_left_out() -> None:
    assert address("192.0.2.53") == ("192.0.2.53", None)
    assert address("[2001:db8::53]:5353") == ("2001:db8::53", 5353)
