"""Bencode, as the ng protocol of rtpengine speaks it: strings, numbers, lists and dictionaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Value = str | int | Sequence["Value"] | Mapping[str, "Value"]


def encode(value: Value) -> bytes:
    """Strings as UTF-8; dictionaries with their keys in order."""
    match value:
        case str():
            text = value.encode()
            return b"%d:%s" % (len(text), text)
        case int():
            return b"i%de" % value
        case Mapping():
            return b"d%se" % b"".join(encode(key) + encode(value[key]) for key in sorted(value))
        case _:
            return b"l%se" % b"".join(map(encode, value))


def decode(data: bytes) -> Value:
    """Raises ValueError: not one value and nothing else."""
    value, end = _decode(data, 0)
    if end != len(data):
        raise ValueError(f"{len(data) - end} bytes behind the value")
    return value


def _decode(data: bytes, at: int) -> tuple[Value, int]:
    match data[at : at + 1]:
        case b"i":
            end = data.index(b"e", at)
            return int(data[at + 1 : end]), end + 1
        case b"l":
            items, end = _items(data, at + 1)
            return items, end
        case b"d":
            items, end = _items(data, at + 1)
            return dict(zip(map(str, items[::2]), items[1::2], strict=True)), end
        case _:
            colon = data.index(b":", at)
            end = colon + 1 + int(data[at:colon])
            if end > len(data):
                raise ValueError("a string is cut short")
            return data[colon + 1 : end].decode(), end


def _items(data: bytes, at: int) -> tuple[list[Value], int]:
    items: list[Value] = []
    while data[at : at + 1] != b"e":
        item, at = _decode(data, at)
        items.append(item)
    return items, at + 1
