"""Reliable provisional responses, RFC 3262: ours until their PRACK, theirs in their order."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from math import inf
from typing import Final

from sip.errors import PeerError
from sip.exchange import Fields
from sip.message import Request, Response
from sip.transaction import T1, TIMEOUT

OPTION: Final = "100rel"
MAX_EARLY: Final = 8  # forks whose provisional responses are acknowledged

_RACK = re.compile(r"([0-9]{1,10})[ \t]+([0-9]{1,10})[ \t]+INVITE")
_RSEQ = re.compile(r"[0-9]{1,10}")

Due = Enum("Due", "NOTHING REPEAT GIVE_UP")


def is_required(message: Request | Response) -> bool:
    return OPTION in map(str.lower, message.headers.all("Require"))


def is_supported(request: Request) -> bool:
    return OPTION in map(str.lower, request.headers.all("Supported"))


class ReliableProgress:
    """Our last reliable response to one INVITE: sent again, ever slower, until its PRACK."""

    __slots__ = ("_cseq", "_ends_at", "_gap", "_number", "_resend_at")

    def __init__(self) -> None:
        self._number = self._cseq = 0
        self._gap = T1
        self._resend_at = self._ends_at = inf

    @property
    def deadline(self) -> float:
        return min(self._resend_at, self._ends_at)

    @property
    def waits(self) -> bool:
        """Whether a PRACK is missing: until then no other one may be sent."""
        return self._ends_at < inf

    @property
    def has_begun(self) -> bool:
        return self._number > 0

    def start(self, cseq: int, draw: Callable[[int], int], now: float) -> Fields:
        """The fields of the next one, for the INVITE with this number."""
        self._number = self._number + 1 if self._number else 1 + draw(2**31 - 2)
        self._cseq, self._gap = cseq, T1
        self._resend_at, self._ends_at = now + T1, now + TIMEOUT
        return ("Require", OPTION), ("RSeq", str(self._number))

    def due(self, now: float) -> Due:
        if now >= self._ends_at:
            self.stop()
            return Due.GIVE_UP
        if now < self._resend_at:
            return Due.NOTHING
        self._gap *= 2  # without the T2 of other timers, §3
        self._resend_at = now + self._gap
        return Due.REPEAT

    def check(self, prack: Request) -> None:
        """Raises PeerError 481 for a PRACK of something else, §3."""
        rack = _RACK.fullmatch(prack.headers.get("RAck") or "")
        if rack is None:
            raise PeerError("Broken or missing RAck")
        if (int(rack[1]), int(rack[2])) != (self._number, self._cseq) or not self._number:
            raise PeerError("No such provisional response", status=481)

    def stop(self) -> None:
        """A final response was sent, or the PRACK came."""
        self._resend_at = self._ends_at = inf


class EarlyResponses:
    """The peer's reliable responses to our INVITE: each wants a PRACK, in order, once (§4)."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: dict[tuple[int, str], int] = {}  # RSeq by number of the INVITE and tag

    def acknowledge(self, response: Response) -> str | None:
        """The RAck for it; None for one that was here before, or comes too early."""
        text = response.headers.get("RSeq") or ""
        key = response.cseq.number, response.to.tag or ""
        if not _RSEQ.fullmatch(text) or (key not in self._last and len(self._last) == MAX_EARLY):
            return None
        number = int(text)
        if key in self._last and number != self._last[key] + 1:
            return None
        self._last[key] = number
        return f"{number} {response.cseq}"
