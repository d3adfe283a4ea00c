"""A phone asks us to call somebody in its place: REFER, RFC 3515, with Referred-By, RFC 3892.

One at a time in a session. Its subscription lives as long as the session does.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from sip.errors import PeerError
from sip.exchange import Asked, Fields
from sip.headers import NameAddr
from sip.message import REASONS, Request
from sip.replaces import Replaces
from sip.uri import Uri

SIPFRAG: Final = "message/sipfrag"
EXPIRES: Final = 240  # seconds a transfer may take; an INVITE has less

State = Enum("State", "IDLE ASKED ACCEPTED SILENT")


@dataclass(frozen=True, slots=True)
class Wish:
    """`target` is a URI without headers: of those a Refer-To may carry, only Replaces counts."""

    target: str
    replaces: Replaces | None
    referred_by: str | None = None  # as written; None when it is absent or broken

    @classmethod
    def of(cls, refer: Request) -> Wish:
        """Raises PeerError 400, or 416 for a scheme we do not call."""
        uri = Uri.parse(refer.headers.read("Refer-To", NameAddr.parse).uri)
        found = [value for name, value in uri.headers if name.lower() == "replaces"]
        if len(found) > 1:
            raise PeerError("More than one Replaces")
        replaces = Replaces.parse(found[0]) if found else None
        return cls(str(replace(uri, headers=())), replaces, _referred_by(refer))


def _referred_by(refer: Request) -> str | None:
    with suppress(PeerError):
        refer.headers.read("Referred-By", NameAddr.parse)
        return refer.headers.get("Referred-By")
    return None


@dataclass(frozen=True, slots=True)
class Notice:
    """Event, Subscription-State and body of a NOTIFY."""

    event: str
    state: str
    body: str


class Referral:
    """The REFER of one session and the subscription it made, as a few states.

    IDLE: there is none. ASKED: it waits for our user. ACCEPTED: NOTIFYs say how it goes. SILENT:
    the same, but the phone wants no NOTIFY (RFC 4488).
    """

    __slots__ = ("_asked", "_event", "_state")

    def __init__(self) -> None:
        self._state = State.IDLE
        self._asked: Asked | None = None
        self._event = ""  # which REFER the NOTIFYs are about

    def open(self, asked: Asked) -> bool:
        """Whether this REFER may wait for our user: one at a time."""
        if self._state is not State.IDLE:
            return False
        self._state, self._asked = State.ASKED, asked
        # only the first of a dialog needs no number, RFC 3515 §2.4.6
        self._event = f"refer;id={asked.arrival.cseq}" if self._event else "refer"
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

    def forget(self) -> None:
        """Nobody wants NOTIFYs any more."""
        if self._state is State.ACCEPTED:
            self._state = State.SILENT

    def report(self, status: int) -> Notice | None:
        """The NOTIFY that says how it goes; None for no NOTIFY."""
        was = self._state
        if status >= 200 and was in (State.ACCEPTED, State.SILENT):
            self._state = State.IDLE
        if was is not State.ACCEPTED:
            return None
        final = "terminated;reason=noresource" if status >= 200 else f"active;expires={EXPIRES}"
        return Notice(self._event, final, f"SIP/2.0 {status} {REASONS.get(status, '')}\r\n")
