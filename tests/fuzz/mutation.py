"""Damage that knows what a message is made of: lines, fields, numbers, separators, pieces."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tests.fuzz.dice import Dice

MAX_OCTETS: Final = 65_535  # of a datagram
MAX_CHANGES: Final = 4
NASTY: Final = (
    *(b"", b" ", b"\t", b"\r", b"\n", b"\r\n", b"\r\n ", b"\r\n\r\n", b"\0", b"\xff", b"\x80"),
    *(b'"', b"\\", b'\\"', b"<", b">", b"<>", b",", b";", b";;", b"=", b":", b":::", b"@", b"?"),
    *(b"%", b"%00", b"%zz", b"*", b"[", b"]", b"[::1]", b"(", b")", b"z9hG4bK", b"sip:", b"sips:a"),
    *(b"SIP/2.0", b"SIP/9.9", b"\xd9\xa3", b"\xe2\x80\xa8", b"1e9", b"0x10", b"-1", b"+1", b"1.0"),
    *(b";tag=", b";lr", b";rport", b";received=[", b";branch=", b";expires=0", b"boundary="),
)
NUMBERS: Final = (
    *(b"0", b"1", b"-1", b"255", b"256", b"65535", b"65536", b"2147483647", b"2147483648"),
    *(b"4294967296", b"00000000000000000001", b"9" * 40, b"9" * 5000),
)
_NUMBER = re.compile(rb"[0-9]+")

Change = Callable[[bytes, Dice], bytes]


def mutate(data: bytes, dice: Dice) -> bytes:
    """`data` with one to four changes."""
    for _ in range(1 + dice.below(MAX_CHANGES)):
        data = dice.pick(CHANGES)(data, dice)[:MAX_OCTETS]
    return data


def _span(data: bytes, dice: Dice) -> tuple[int, int]:
    start = dice.below(len(data) + 1)
    return start, min(len(data), start + dice.below(40))


def _overwrite(data: bytes, dice: Dice) -> bytes:
    start, end = _span(data, dice)
    return data[:start] + dice.octets(end - start) + data[end:]


def _remove(data: bytes, dice: Dice) -> bytes:
    start, end = _span(data, dice)
    return data[:start] + data[end:]


def _multiply(data: bytes, dice: Dice) -> bytes:
    start, end = _span(data, dice)
    return data[:end] + data[start:end] * dice.pick((1, 2, 20, 300, 5000)) + data[end:]


def _insert(data: bytes, dice: Dice) -> bytes:
    start, _ = _span(data, dice)
    return data[:start] + dice.pick(NASTY) * dice.pick((1, 1, 1, 2, 100)) + data[start:]


def _cut(data: bytes, dice: Dice) -> bytes:
    return data[: dice.below(len(data) + 1)]


def _number(data: bytes, dice: Dice) -> bytes:
    found = list(_NUMBER.finditer(data))
    if not found:
        return data
    start, end = dice.pick(found).span()
    return data[:start] + dice.pick(NUMBERS) + data[end:]


def _lines(change: Callable[[list[bytes], Dice], None]) -> Change:
    def on_lines(data: bytes, dice: Dice) -> bytes:
        lines = data.split(b"\r\n")
        change(lines, dice)
        return b"\r\n".join(lines)

    return on_lines


def _drop(lines: list[bytes], dice: Dice) -> None:
    del lines[dice.below(len(lines))]


def _repeat(lines: list[bytes], dice: Dice) -> None:
    at = dice.below(len(lines))
    lines[at:at] = [lines[at]] * dice.pick((1, 1, 70, 300))


def _swap(lines: list[bytes], dice: Dice) -> None:
    one, other = dice.below(len(lines)), dice.below(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _value(lines: list[bytes], dice: Dice) -> None:
    """A field gets the value of another, or a nasty one."""
    at, other = dice.below(len(lines)), dice.below(len(lines))
    name, colon, _ = lines[at].partition(b":")
    lines[at] = name + colon + dice.pick((lines[other].partition(b":")[2], dice.pick(NASTY)))


def _fold(lines: list[bytes], dice: Dice) -> None:
    at = dice.below(len(lines))
    middle = dice.below(len(lines[at]) + 1)
    lines[at] = lines[at][:middle] + b"\r\n " + lines[at][middle:]


def _odd_case(lines: list[bytes], dice: Dice) -> None:
    at = dice.below(len(lines))
    lines[at] = lines[at].swapcase()


CHANGES: Final[tuple[Change, ...]] = (
    *(_overwrite, _remove, _multiply, _insert, _insert, _cut, _number, _number),
    *map(_lines, (_drop, _repeat, _swap, _value, _value, _fold, _odd_case)),
)
