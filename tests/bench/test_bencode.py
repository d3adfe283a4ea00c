"""Bencode: what is written is read, and nothing else is."""

from __future__ import annotations

import pytest

from bench.bencode import Value, decode, encode


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ("sdp", b"3:sdp"),
        ("é", b"2:\xc3\xa9"),
        (-7, b"i-7e"),
        (["a", 1], b"l1:ai1ee"),
        ({"b": {"c": []}, "a": ""}, b"d1:a0:1:bd1:cleee"),
    ],
)
def test_a_value_goes_there_and_back(value: Value, data: bytes) -> None:
    assert encode(value) == data
    assert decode(data) == value


@pytest.mark.parametrize("data", [b"", b"i1", b"4:abc", b"l", b"d1:ae", b"x", b"i1e ", b"1:"])
def test_what_is_cut_short_or_goes_on_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode(data)
