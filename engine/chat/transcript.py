"""A part of a transcript, as GetTranscript asks for it. Pure.

A page begins where the last one ended, or at a position: the item of an id, the first at or after a
moment (the last at or before it, backwards), or so many from the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.chat.items import Item
from engine.refused import Refused

USUAL_RESULTS = 10


@dataclass(frozen=True, slots=True)
class WantedPage:
    """`position`: {"Id"}, {"AbsoluteTime"} or {"MostRecent"}; `token`: what the last page said."""

    most: int = USUAL_RESULTS
    backward: bool = True
    descending: bool = True
    position: dict[str, Any] | None = None
    token: str | None = None


def page(items: Sequence[Item], wanted: WantedPage) -> tuple[list[Item], str | None]:
    """The items of one page, and the token of the next, None where nothing is left.

    Raises Refused.
    """
    start = _start(items, wanted)
    if wanted.backward:
        first = max(0, start + 1 - wanted.most)
        found, onward = list(items[first : start + 1]), first - 1
        more = onward >= 0
    else:
        found, onward = list(items[start : start + wanted.most]), start + wanted.most
        more = onward < len(items)
    if wanted.descending:
        found.reverse()
    return found, str(onward) if more and found else None


def _start(items: Sequence[Item], wanted: WantedPage) -> int:
    """The index of the first item of the page, in the direction of the scan."""
    if wanted.token is not None:
        if not (wanted.token.isascii() and wanted.token.isdigit() and len(wanted.token) <= 9):
            raise invalid("NextToken: it is not one that was given here")
        return min(int(wanted.token), len(items) - 1) if wanted.backward else int(wanted.token)
    position = wanted.position or {}
    if len(position) > 1:
        raise invalid("StartPosition: one of Id, AbsoluteTime and MostRecent")
    if "Id" in position:
        found = [index for index, item in enumerate(items) if item.id == position["Id"]]
        if not found:
            raise invalid(f"StartPosition: there is no item {position['Id']}")
        return found[0]
    if "AbsoluteTime" in position:
        return _at(items, moment(position["AbsoluteTime"]), wanted)
    if "MostRecent" in position and not wanted.backward:
        return max(0, len(items) - int(position["MostRecent"]))
    return len(items) - 1 if wanted.backward else 0


def _at(items: Sequence[Item], at: datetime, wanted: WantedPage) -> int:
    if wanted.backward:
        return sum(item.at <= at for item in items) - 1
    return sum(item.at < at for item in items)


def moment(text: str) -> datetime:
    """Raises Refused."""
    expected = invalid("AbsoluteTime: ISO 8601 with an offset is expected")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise expected from None
    if at.utcoffset() is None:
        raise expected
    return at


def invalid(message: str) -> Refused:
    return Refused(400, "ValidationException", message)
