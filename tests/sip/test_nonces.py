"""How long a nonce may be used, how often, and that it must be ours."""

from __future__ import annotations

import pytest

from sip.nonces import MAX_NONCES, WINDOW, Nonces


def nonces(secret: bytes = b"secret", seconds: float = 30.0) -> Nonces:
    return Nonces("earshot", secret, seconds)


def test_each_count_is_taken_once_in_whatever_order() -> None:
    ours = nonces()
    nonce = ours.mint(0.0, "a")
    order = (3, 1, 3, 2, 1, 4, 2, 10, 7, 7, 10)
    taken = [count for count in order if ours.use(nonce, count, 1.0)]
    assert taken == [3, 1, 2, 4, 10, 7]


def test_a_count_far_below_the_highest_is_refused_though_it_never_came() -> None:
    ours = nonces()
    nonce = ours.mint(0.0, "a")
    assert ours.use(nonce, WINDOW + 2, 1.0)
    assert not ours.use(nonce, 1, 1.0)
    assert ours.use(nonce, 2, 1.0)
    assert not ours.use(nonce, 2, 1.0)


def test_a_leap_forgets_nothing_that_could_be_used_again() -> None:
    ours = nonces()
    nonce = ours.mint(0.0, "a")
    assert ours.use(nonce, 1, 1.0)
    assert ours.use(nonce, 0xFFFFFFFF, 1.0)
    assert not ours.use(nonce, 1, 1.0)
    assert not ours.use(nonce, 0xFFFFFFFF, 1.0)
    assert ours.use(nonce, 0xFFFFFFFF - WINDOW, 1.0)


@pytest.mark.parametrize("count", [0, -1])
def test_counts_begin_with_one(count: int) -> None:
    ours = nonces()
    assert not ours.use(ours.mint(0.0, "a"), count, 0.0)


def test_a_nonce_lives_so_long_and_not_before_it_was_minted() -> None:
    ours = nonces(seconds=30.0)
    nonce = ours.mint(100.0, "a")
    assert not ours.use(nonce, 1, 99.9)
    assert ours.use(nonce, 1, 130.0)
    assert not ours.use(nonce, 2, 130.1)


def test_only_what_we_signed_is_ours() -> None:
    ours = nonces()
    other = nonces(b"another secret").mint(0.0, "a")
    for nonce in (other, "", "n", ours.mint(0.0, "a").replace(".a.", ".b.")):
        assert not ours.use(nonce, 1, 0.0)


def test_memory_is_bounded_and_what_is_forgotten_stays_used() -> None:
    ours = nonces()
    first = ours.mint(0.0, "first")
    assert ours.use(first, 1, 1.0)
    for number in range(MAX_NONCES):
        assert ours.use(ours.mint(1.0, f"s{number}"), 1, 1.0)
    assert not ours.use(first, 1, 1.0)
    assert not ours.use(first, 2, 1.0)
