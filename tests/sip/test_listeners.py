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


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_packets_of_signalling_are_marked(host: str, kind: socket.SocketKind) -> None:
    with listeners.opened(host, kind, 24) as ours:
        if ":" in host:
            assert ours.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS) == 24 << 2
        else:
            assert ours.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == 24 << 2


def test_what_is_accepted_is_marked_as_well_and_a_lost_peer_is_noticed() -> None:
    bound = listeners.bind(SipSettings(port=0))
    _, ours = bound[1]
    ours.listen()
    with socket.create_connection(ours.getsockname()):
        accepted, _ = ours.accept()
        assert accepted.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == 24 << 2
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 32_000
        accepted.close()
    listeners.close(bound)


def test_all_addresses_of_both_ip_versions_fit_on_one_port() -> None:
    bound = listeners.bind(SipSettings(host="0.0.0.0", port=0))
    port = bound[0][0].port
    more = listeners.bind(SipSettings(host="::", port=port))
    assert more[0][0] == Place("UDP", "::", port)
    listeners.close([*bound, *more])
