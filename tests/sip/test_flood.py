"""What is thrown away before it is read."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from sip.buckets import MAX_KEYS
from sip.flood import SCANNERS, Flood
from tests.sip.effort import cheap
from tests.sip.raw import SDP, request

INVITE = request("INVITE", body=SDP)
LOOPBACK = ip_network("127.0.0.0/8")


def admitted(flood: Flood, host: str, count: int, now: float) -> int:
    return sum(flood.admits(INVITE, host, now) for _ in range(count))


def test_a_burst_gets_through_then_as_much_as_one_source_may_send() -> None:
    flood = Flood(10.0, 20, ())
    assert admitted(flood, "192.0.2.1", 100, 0.0) == 20
    assert admitted(flood, "192.0.2.1", 100, 1.0) == 10
    assert flood.dropped == 170


def test_sources_do_not_harm_each_other_but_a_network_of_ipv6_is_one() -> None:
    flood = Flood(1.0, 1, ())
    assert admitted(flood, "192.0.2.1", 5, 0.0) == 1
    assert admitted(flood, "192.0.2.2", 5, 0.0) == 1
    assert admitted(flood, "2001:db8::1", 5, 0.0) == 1
    assert admitted(flood, "2001:db8::2", 5, 0.0) == 0


def test_who_is_exempt_may_send_what_he_likes() -> None:
    flood = Flood(1.0, 1, (LOOPBACK,))
    assert admitted(flood, "127.0.0.9", 100, 0.0) == 100
    assert len(flood) == 0


@pytest.mark.parametrize("name", SCANNERS)
def test_scanners_hear_nothing_wherever_they_are(name: str) -> None:
    flood = Flood(1000.0, 1000, (LOOPBACK,))
    for agent in (f"User-Agent: {name}", f"USER-AGENT :\t{name.upper()} 0.3"):
        assert not flood.admits(request("OPTIONS", agent), "127.0.0.1", 0.0)
    assert flood.dropped == 2


def test_whoever_only_mentions_a_scanner_is_none() -> None:
    flood = Flood(1000.0, 1000, ())
    for field in ("User-Agent: Friendly phone", "Subject: friendly-scanner", "X-User-Agent: smap"):
        assert flood.admits(request("OPTIONS", field), "192.0.2.1", 0.0)


def test_a_flood_from_everywhere_takes_no_more_memory() -> None:
    flood = Flood(1.0, 1, ())
    for number in range(MAX_KEYS + 5000):
        flood.admits(b"x", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 0.0)
    assert len(flood) == MAX_KEYS


def test_a_long_message_of_line_ends_is_looked_through_at_once() -> None:
    flood = Flood(1000.0, 1000, ())
    long = b"\r\nUser-Agent" + b" " * 30_000 + b"\r\n" * 15_000
    assert cheap(lambda: flood.admits(long, "192.0.2.1", 0.0), 1.0)
