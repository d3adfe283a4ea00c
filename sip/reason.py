"""Why a request was sent or a call refused: the Reason field, RFC 3326, and Q.850 causes in it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self

from sip.errors import PeerError
from sip.grammar import Params, quote, unquote
from sip.headers import Headers

MAX_REASONS: Final = 4  # of one message
MAX_CAUSE: Final = 999
MAX_TEXT: Final = 128  # characters; it ends in records

_REASON = re.compile(r"([A-Za-z0-9.\-]{1,32})[ \t]*((?:;.*)?)", re.DOTALL)
_CAUSE = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Reason:
    """`cause` is a status for the protocol SIP, an ITU cause for Q.850; 0 where none is given."""

    protocol: str
    cause: int = 0
    text: str = ""

    @classmethod
    def parse(cls, value: str) -> Self:
        """Raises PeerError."""
        parts = _REASON.fullmatch(value)
        if parts is None:
            raise PeerError("Broken Reason")
        params = Params.parse(parts[2])
        cause = params["cause"] if "cause" in params else "0"
        if not _CAUSE.fullmatch(cause):
            raise PeerError("Broken Reason")
        text = unquote(params["text"]) if "text" in params else ""
        return cls(parts[1], int(cause), text[:MAX_TEXT])

    def __str__(self) -> str:
        cause = f";cause={self.cause}" if self.cause else ""
        text = f";text={quote(self.text)}" if self.text else ""
        return f"{self.protocol}{cause}{text}"


ELSEWHERE: Final = Reason("SIP", 200, "Call completed elsewhere")
"""To the phones that rang for nothing, so that they list no missed call: RFC 3326 §3.1."""


def reasons_in(headers: Headers) -> tuple[Reason, ...]:
    """Those that can be read: nothing hangs on the others."""
    found: list[Reason] = []
    with suppress(PeerError):
        found.extend(map(Reason.parse, headers.all("Reason")[:MAX_REASONS]))
    return tuple(found)
