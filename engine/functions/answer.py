"""What functions answer: JSON of a limited size, or nothing that is of use. Pure."""

from __future__ import annotations

import json

from engine.functions.worker import MAX_ANSWER


class FunctionFailed(Exception):
    """A function did not answer as it should; the text says why, without a value in it."""


def check_size(length: int) -> None:
    """Raises FunctionFailed; `length` is in bytes."""
    if length > MAX_ANSWER:
        raise FunctionFailed(f"answered more than {MAX_ANSWER} bytes")


def value_of(answer: bytes) -> object:
    """Raises FunctionFailed."""
    check_size(len(answer))
    try:
        value: object = json.loads(answer)
    except (ValueError, RecursionError):
        raise FunctionFailed("answered something else than JSON") from None
    return value
