"""A trace as text: who said what to whom and when, one line a message, time running down.

    +0.000  |------- INVITE ------->|                       |
    +0.001  |<---- 100 Trying ------|                       |
    +0.004  |                       |------- INVITE ------->|

We stand in the middle of everything, since everybody talks with us; our column is the second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

US: Final = "earshot"
WIDTH: Final = 30  # characters from one column to the next
MARGIN: Final = 12  # for the time

_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\U0010ffff]|[\u2028-\u202e\u2066-\u2069]")
_STATUS = re.compile(r"SIP/2\.0 +(\d{3}.*)", re.IGNORECASE)
_CSEQ = re.compile(r"^CSeq[ \t]*:[ \t]*\d+[ \t]+(\S+)", re.IGNORECASE | re.MULTILINE)
_SDP = re.compile(r"^(?:Content-Type|c)[ \t]*:[ \t]*application/sdp", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rung:
    """One message between us and `party`, a name; `at` in seconds, `sent` by us."""

    at: float
    party: str
    peer: str  # address and port
    sent: bool
    message: str


def draw(rungs: Sequence[Rung]) -> Iterator[str]:
    """The lines; none for no messages."""
    if not rungs:
        return
    columns = _columns(rungs)
    addresses = {rung.party: rung.peer for rung in reversed(rungs)}
    yield _heading({name: name for name in columns})
    yield _heading({name: addresses.get(name, "") for name in columns})
    seen: set[tuple[str, bool, str]] = set()
    for rung in rungs:
        again = (rung.party, rung.sent, rung.message) in seen
        seen.add((rung.party, rung.sent, rung.message))
        yield _line(rung, columns, rungs[0].at, again)


def label(message: str) -> str:
    """`INVITE`, `200 OK (BYE)`; `sdp` where the message describes media."""
    start, _, head = message.partition("\n")
    status, cseq = _STATUS.match(start), _CSEQ.search(head.partition("\r\n\r\n")[0])
    text = status[1].rstrip() if status else start.partition(" ")[0]
    if status and cseq and cseq[1] != "INVITE":
        text += f" ({cseq[1]})"
    return printable(text + (" sdp" if _SDP.search(head) else ""))


def printable(text: str) -> str:
    """Without what would steer a terminal: peers write these texts."""
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _columns(rungs: Sequence[Rung]) -> list[str]:
    """Names from left to right: the first party, we, then the others as they come."""
    first, *others = dict.fromkeys(rung.party for rung in rungs)
    return [first, US, *others]


def _heading(texts: dict[str, str]) -> str:
    return (
        " " * MARGIN + "".join(f"{printable(text):<{WIDTH}}" for text in texts.values())
    ).rstrip()


def _line(rung: Rung, columns: list[str], began: float, again: bool) -> str:
    """Bars in each column, and an arrow from ours to the party's."""
    ours, theirs = columns.index(US), columns.index(rung.party)
    left, right = min(ours, theirs), max(ours, theirs)
    room = (right - left) * WIDTH - 1
    name = label(rung.message) + (" again" if again else "")
    shaft = f" {name[: room - 6]} ".center(room - 1, "-")
    to_the_right = rung.sent == (theirs > ours)
    arrow = f"{shaft}>" if to_the_right else f"<{shaft}"
    cells = [("|" + " " * (WIDTH - 1)) for _ in columns]
    cells[left:right] = ["|" + arrow]
    return (f"{f'+{rung.at - began:.3f}':<{MARGIN}}" + "".join(cells)).rstrip()
