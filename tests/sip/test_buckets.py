"""How often somebody may do something."""

from __future__ import annotations

import pytest

from sip.buckets import MAX_KEYS, Buckets, source_of


def test_a_burst_is_allowed_then_one_at_a_time() -> None:
    buckets: Buckets[str] = Buckets(3, 10.0)
    assert [buckets.take("a", 0.0) for _ in range(5)] == [True, True, True, False, False]
    assert not buckets.take("a", 9.9)
    assert buckets.take("a", 10.0)
    assert not buckets.take("a", 10.0)
    assert buckets.take("b", 10.0)


def test_a_bucket_never_holds_more_than_its_size() -> None:
    buckets: Buckets[str] = Buckets(2, 1.0)
    assert buckets.take("a", 0.0)
    assert buckets.left("a", 1000.0) == 2


def test_memory_is_bounded_and_the_one_used_longest_ago_makes_room() -> None:
    buckets: Buckets[int] = Buckets(1, 1e9)
    for key in range(MAX_KEYS):
        assert buckets.take(key, 0.0)
    assert not buckets.take(0, 0.0)
    assert buckets.take(MAX_KEYS, 0.0)
    assert len(buckets) == MAX_KEYS
    assert buckets.take(0, 0.0) and not buckets.take(2, 0.0)


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_an_ipv6_network_is_one_source(host: str, source: str) -> None:
    assert source_of(host) == source
