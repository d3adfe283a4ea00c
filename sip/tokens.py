"""Ids that nobody can guess: 64 bits each of what the system calls random."""

from __future__ import annotations

from secrets import token_hex
from typing import Final

BYTES: Final = 8  # of an id, RFC 3261 §19.3 wants 4 at least
MINTED_AT_ONCE: Final = 64
"""To ask the system costs more than all the rest of an id, and a call takes eight of them."""


class Tokens:
    """Each call returns another one, in hexadecimal digits."""

    def __init__(self) -> None:
        self._left: list[str] = []

    def __call__(self) -> str:
        if not self._left:
            digits, length = token_hex(BYTES * MINTED_AT_ONCE), 2 * BYTES
            self._left = [digits[at : at + length] for at in range(0, len(digits), length)]
        return self._left.pop()
