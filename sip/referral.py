"""A phone asks us to call somebody in its place: REFER, RFC 3515, with Replaces, RFC 3891.

One at a time in a session. Its subscription lives as long as the session does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from sip.errors import PeerError
from sip.exchange import Asked, Fields
from sip.grammar import Params
from sip.headers import NameAddr
from sip.message import REASONS, Request
from sip.uri import Uri

SIPFRAG: Final = "message/sipfrag;version=2.0"
EXPIRES: Final = 180  # seconds a transfer may take; an INVITE has no longer either

State = Enum("State", "IDLE ASKED ACCEPTED SILENT")


@dataclass(frozen=True, slots=True)
class Replaces:
    """A dialog as the one who is to be called in it knows it: `to_tag` is its own."""

    call_id: str
    to_tag: str
    from_tag: str

    @classmethod
    def parse(cls, text: str) -> Replaces:
        call_id, mark, rest = text.partition(";")
        params = Params.parse(mark + rest)
        if not call_id or not {"to-tag", "from-tag"} <= params.keys():
            raise PeerError("Broken Replaces")
        return cls(call_id.strip(), params["to-tag"], params["from-tag"])


@dataclass(frozen=True, slots=True)
class Wish:
    """`target` is a URI without headers: of those a Refer-To may carry, only Replaces counts."""

    target: str
    replaces: Replaces | None

    @classmethod
    def of(cls, refer: Request) -> Wish:
        """Raises PeerError 400, or 416 for a scheme we do not call."""
        uri = Uri.parse(refer.headers.read("Refer-To", NameAddr.parse).uri)
        found = [value for name, value in uri.headers if name.lower() == "replaces"]
        if len(found) > 1:
            raise PeerError("More than one Replaces")
        replaces = Replaces.parse(found[0]) if found else None
        return cls(str(replace(uri, headers=())), replaces)


class Referral:
    """The REFER of one session and the subscription it made, as a few states.

    IDLE: there is none. ASKED: it waits for our user. ACCEPTED: NOTIFYs say how it goes. SILENT:
    the same, but the phone wants no NOTIFY (RFC 4488).
    """

    __slots__ = ("_asked", "_state")

    def __init__(self) -> None:
        self._state = State.IDLE
        self._asked: Asked | None = None

    def open(self, asked: Asked) -> bool:
        """Whether this REFER may wait for our user: one at a time."""
        if self._state is not State.IDLE:
            return False
        self._state, self._asked = State.ASKED, asked
        return True

    def accept(self) -> tuple[Asked, Fields] | None:
        """The REFER to be answered 202 and the fields of that; None when none waits."""
        asked, self._asked = self._asked, None
        if asked is None:
            return None
        quiet = (asked.arrival.request.headers.get("Refer-Sub") or "").strip().lower() == "false"
        self._state = State.SILENT if quiet else State.ACCEPTED
        return asked, (("Refer-Sub", "false"),) if quiet else ()

    def reject(self) -> Asked | None:
        """The REFER to be refused; None when none waits."""
        asked, self._asked = self._asked, None
        if asked:
            self._state = State.IDLE
        return asked

    def report(self, status: int) -> tuple[str, str] | None:
        """Subscription-State and body of the NOTIFY that says how it goes; None for no NOTIFY."""
        was = self._state
        if status >= 200 and was in (State.ACCEPTED, State.SILENT):
            self._state = State.IDLE
        if was is not State.ACCEPTED:
            return None
        final = "terminated;reason=noresource" if status >= 200 else f"active;expires={EXPIRES}"
        return final, f"SIP/2.0 {status} {REASONS.get(status, '')}\r\n"
