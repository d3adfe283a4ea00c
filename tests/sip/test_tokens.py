"""Ids: many, none of them twice."""

from __future__ import annotations

import re

from sip.tokens import MINTED_AT_ONCE, Tokens


def test_no_two_are_the_same_however_many_are_minted_and_by_whom() -> None:
    first, second = Tokens(), Tokens()
    many = 3 * MINTED_AT_ONCE + 1
    minted = [tokens() for _ in range(many) for tokens in (first, second)]
    assert len(set(minted)) == 2 * many


def test_each_is_64_bits_in_hexadecimal_digits() -> None:
    tokens = Tokens()
    assert all(re.fullmatch(r"[0-9a-f]{16}", tokens()) for _ in range(2 * MINTED_AT_ONCE))
