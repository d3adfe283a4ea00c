from __future__ import annotations

import socket

import pytest

from config.settings import SipSettings
from sip import listeners
from sip.flow import Place


def test_every_listener_is_bound_the_pair_first_and_on_one_port() -> None:
    more = ("tls:127.0.0.1:0", "udp:[::1]:0", "tcp:127.0.0.2:0")
    bound = listeners.bind(SipSettings(port=0, listeners=more))
    places = [place for place, _ in bound]
    port = places[0].port
    assert places[:2] == [Place("UDP", "127.0.0.1", port), Place("TCP", "127.0.0.1", port)]
    assert [(each.transport, each.host) for each in places[2:]] == [
        ("TLS", "127.0.0.1"),
        ("UDP", "::1"),
        ("TCP", "127.0.0.2"),
    ]
    assert all(place.port == ours.getsockname()[1] > 0 for place, ours in bound)
    listeners.close(bound)


def test_one_that_cannot_be_bound_closes_all() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(OSError):
            listeners.bind(SipSettings(port=0, listeners=(f"udp:127.0.0.1:{port}",)))
        with pytest.raises(OSError):
            listeners.bind(SipSettings(port=port))
