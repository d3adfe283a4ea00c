"""The peer is asked to call somebody else: a REFER of ours and the NOTIFYs about it, RFC 3515.

One REFER and the subscription it makes are one `Machine`. ASKED: the REFER has no final response.
HEARD: the same, but a NOTIFY came first. NOTIFIED: NOTIFYs say how it goes. OVER: the final one
came, or none will.
"""

from __future__ import annotations

import re
from enum import Enum
from math import inf
from typing import Final

from sip.errors import PeerError
from sip.exchange import Fields
from sip.grammar import Params
from sip.headers import NameAddr
from sip.message import Request, Response
from sip.referral import SIPFRAG
from sip.refusal import Refusal
from sip.replaces import Replaces
from sip.transaction import TIMEOUT, Machine, Rules
from sip.uri import Uri

MAX_EXPIRES: Final = 3600  # seconds without news that a peer may take, whatever it says
USUAL_EXPIRES: Final = 180  # seconds, where it does not say

State = Enum("State", "ASKED HEARD NOTIFIED OVER")
Input = Enum("Input", "ACCEPTED QUIET REFUSED NEWS LAST EXPIRED")
Do = Enum("Do", "TELL TELL_OVER")

RULES: Final = Rules(
    table={
        (State.ASKED, Input.ACCEPTED): (State.NOTIFIED, ()),
        (State.ASKED, Input.QUIET): (State.OVER, (Do.TELL_OVER,)),
        (State.ASKED, Input.REFUSED): (State.OVER, (Do.TELL_OVER,)),
        (State.ASKED, Input.NEWS): (State.HEARD, (Do.TELL,)),
        (State.ASKED, Input.LAST): (State.OVER, (Do.TELL_OVER,)),
        (State.HEARD, Input.ACCEPTED): (State.NOTIFIED, ()),
        (State.HEARD, Input.QUIET): (State.NOTIFIED, ()),
        (State.HEARD, Input.REFUSED): (State.OVER, (Do.TELL_OVER,)),
        (State.HEARD, Input.NEWS): (State.HEARD, (Do.TELL,)),
        (State.HEARD, Input.LAST): (State.OVER, (Do.TELL_OVER,)),
        (State.NOTIFIED, Input.NEWS): (State.NOTIFIED, (Do.TELL,)),
        (State.NOTIFIED, Input.LAST): (State.OVER, (Do.TELL_OVER,)),
        (State.NOTIFIED, Input.EXPIRED): (State.OVER, (Do.TELL_OVER,)),
    },
    start=(State.ASKED,),
    final=State.OVER,
    lifetime={State.NOTIFIED: TIMEOUT},  # Timer N until the first NOTIFY, RFC 6665 §4.1.2.4
    expired=Input.EXPIRED,
)

_STATUS = re.compile(rb"SIP/2\.0[ \t]+([1-6][0-9]{2})(?:[ \t][^\r\n]*)?(?:\r?\n|$)", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,9}")

News = tuple[int, bool]
"""Status of the call the peer makes, and whether nothing will follow."""


def refer_fields(target: str, replaces: Replaces | None, referred_by: str) -> Fields:
    """The fields of a REFER by the one whose From is `referred_by`. Raises PeerError."""
    uri = Uri.parse(target)
    if uri.headers:
        raise PeerError("Headers in the target of a transfer")
    return (
        ("Refer-To", f"<{replaces.within(uri) if replaces else uri}>"),
        ("Referred-By", f"<{NameAddr.parse(referred_by).uri}>"),  # RFC 3892
        ("Supported", "norefersub"),
    )


class Transfer:
    """The last REFER of ours in one session; `number` is its CSeq, by which NOTIFYs name it."""

    __slots__ = ("_first", "_machine", "_status", "number")

    def __init__(self) -> None:
        self.number = 0
        self._first = True  # RFC 3515 §2.4.6: NOTIFYs of the first need not name it
        self._status = 100
        self._machine: Machine[State, Input, Do] | None = None

    @property
    def deadline(self) -> float:
        return self._machine.deadline if self._machine else inf

    @property
    def is_open(self) -> bool:
        return self._machine is not None and not self._machine.over

    def start(self, number: int, now: float) -> None:
        """A REFER goes out."""
        self._first = self._machine is None
        self.number, self._status = number, 100
        self._machine = Machine(RULES, State.ASKED, now, reliable=True)

    def answered(self, response: Response, now: float) -> News | None:
        """A final response to the REFER."""
        if response.status >= 300:
            return self._step(Input.REFUSED, response.status, now)
        quiet = (response.headers.get("Refer-Sub") or "").strip().lower() == "false"  # RFC 4488
        if quiet:
            return self._step(Input.QUIET, response.status, now)
        return self._step(Input.ACCEPTED, self._status, now)

    def unheard(self, now: float) -> News | None:
        """No response came to the REFER."""
        return self._step(Input.REFUSED, 408, now)

    def notified(self, notify: Request, now: float) -> News | None:
        """What a NOTIFY says. Raises PeerError when it is not about our REFER, or is broken."""
        self._check_event(notify)
        state, expires = _subscription(notify)
        if notify.body and notify.content_type != SIPFRAG:
            raise Refusal(415, "", ("Accept", SIPFRAG))
        status = _status_in(notify.body) if notify.body else self._status
        over = state == "terminated" or status >= 200
        news = self._step(Input.LAST if over else Input.NEWS, status, now)
        if self._machine and self._machine.state is State.NOTIFIED:
            self._machine.expire_at(now + min(expires, MAX_EXPIRES))
        return news

    def tick(self, now: float) -> News | None:
        if self._machine is None or now < self._machine.deadline:
            return None
        return self._step(Input.EXPIRED, 408, now)

    def stop(self) -> None:
        """The session has ended, and the subscription with it."""
        self._machine = None

    def _check_event(self, notify: Request) -> None:
        event, mark, rest = (notify.headers.get("Event") or "").partition(";")
        if event.strip().lower() != "refer":
            raise Refusal(489, "", ("Allow-Events", "refer"))
        params = Params.parse(mark + rest)
        named = params["id"] == str(self.number) if "id" in params else self._first
        if self._machine is None or not named:
            raise PeerError("No such subscription", status=481)

    def _step(self, event: Input, status: int, now: float) -> News | None:
        assert self._machine
        todo = self._machine.step(event, now)
        if not todo:
            return None
        self._status = status
        return status, Do.TELL_OVER in todo


def _subscription(notify: Request) -> tuple[str, int]:
    """State and seconds it lasts. Raises PeerError."""
    state, mark, rest = (notify.headers.get("Subscription-State") or "").partition(";")
    if not state.strip():
        raise PeerError("Missing Subscription-State")
    params = Params.parse(mark + rest)
    seconds = params["expires"] if "expires" in params else str(USUAL_EXPIRES)
    if not _SECONDS.fullmatch(seconds):
        raise PeerError("Broken Subscription-State")
    return state.strip().lower(), int(seconds)


def _status_in(body: bytes) -> int:
    line = _STATUS.match(body)
    if line is None:
        raise PeerError("No status line in a NOTIFY")
    return int(line[1])
