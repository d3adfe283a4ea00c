"""Session timers, RFC 4028: who refreshes a session, how often, and when it counts as lost."""

from __future__ import annotations

import re
from functools import lru_cache
from math import inf
from typing import Final, NamedTuple

from sip.errors import PeerError
from sip.exchange import Fields
from sip.grammar import LWS, Params
from sip.headers import CACHED
from sip.message import Message, Request, Response
from sip.refusal import Refusal

SESSION_SECONDS: Final = 1800  # what we propose, §4
MIN_SE: Final = 90  # seconds, the least the RFC allows, §5
MAX_SE: Final = 86_400  # seconds; a peer that wants more than a day gets no call
RETRY_SECONDS: Final = 10.0  # until a refresh that could not be made is tried again

_SECONDS = re.compile(r"[0-9]{1,9}")


class Interval(NamedTuple):
    """A Session-Expires; `refresher` is `uac`, `uas`, or "" where it is left open."""

    seconds: int
    refresher: str


def interval_in(message: Message) -> Interval | None:
    """Raises PeerError."""
    name = "Session-Expires"
    return message.headers.read(name, _interval) if name in message.headers else None


def least_in(message: Message) -> int | None:
    """Seconds of Min-SE. Raises PeerError."""
    return message.headers.read("Min-SE", _seconds) if "Min-SE" in message.headers else None


def check_interval(request: Request) -> None:
    """Raises Refusal 422 for a session that would have to be refreshed too often, §8.1.

    PeerError for fields that `SessionTimer.accept` could not read.
    """
    interval, _ = interval_in(request), least_in(request)
    if interval and interval.seconds < MIN_SE:
        raise Refusal(422, "", ("Min-SE", str(MIN_SE)))


class SessionTimer:
    """Of one session. It is off until a 2xx says otherwise; each later 2xx sets it anew."""

    __slots__ = (
        *("_begun", "_give_up_at", "_min_se", "_ours", "_refresh_at", "_seconds"),
        "deadline",
    )

    deadline: float
    """When it is to be looked at again: it is asked for more often than it changes."""

    def __init__(self) -> None:
        self._seconds, self._min_se = SESSION_SECONDS, MIN_SE
        self._ours: bool | None = None  # whether we refresh; None before that was agreed
        self._begun = False  # whether an INVITE has had its 2xx
        self.stop()

    def lapsed(self, now: float) -> bool:
        """Whether nobody refreshed in time: the session is to be hung up, §10."""
        return now >= self._give_up_at

    def is_refresh_due(self, now: float) -> bool:
        """Whether it is our turn; true again soon, unless a 2xx comes of it."""
        due = now >= self._refresh_at
        if due:
            self._set(now + RETRY_SECONDS, self._give_up_at)
        return due

    def stop(self) -> None:
        self._set(inf, inf)

    def proposal(self) -> Fields:
        """What a request of ours that makes or refreshes the session asks for, §7.1, §7.4."""
        roles = {None: "", True: ";refresher=uac", False: ";refresher=uas"}
        return (
            ("Session-Expires", f"{self._seconds}{roles[self._ours]}"),
            ("Min-SE", str(self._min_se)),
        )

    def accept(self, request: Request, now: float) -> Fields:
        """Start as a request of the peer wants; what our 2xx says of it, §9.

        An UPDATE before the 2xx to an INVITE has no session to refresh.
        Where the peer does not speak of a refresher it is us. A peer that knows no timers and was
        given none by a proxy is left alone.
        """
        if request.method == "UPDATE" and not self._begun:
            return ()
        self._begun = True
        supported = "timer" in map(str.lower, request.headers.all("Supported"))
        asked = interval_in(request)
        if asked is None and not supported:
            self.stop()
            return ()
        seconds = asked.seconds if asked else max(SESSION_SECONDS, least_in(request) or 0)
        theirs = supported and asked is not None and asked.refresher == "uac"
        self._start(seconds, not theirs, now)
        role = "uac" if theirs else "uas"
        agreed = ("Session-Expires", f"{seconds};refresher={role}")
        return (("Require", "timer"), agreed) if supported else (agreed,)

    def agreed(self, response: Response, now: float) -> None:
        """Take what a 2xx to our request says; off when it says nothing readable, §7.2."""
        self._begun = True
        try:
            agreed = interval_in(response)
        except PeerError:
            agreed = None
        if agreed is None:
            self.stop()
        else:
            self._start(max(agreed.seconds, MIN_SE), agreed.refresher != "uas", now)

    def corrected(self, request: Request, response: Response, number: int) -> Request | None:
        """`request` under a new CSeq `number` as a 422 wants it; None when that is no longer."""
        try:
            wanted = least_in(response)
        except PeerError:
            return None
        if wanted is None or not self._seconds < wanted <= MAX_SE:
            return None
        self._seconds = self._min_se = wanted
        again = Request(request.method, request.uri, request.headers.copy(), request.body)
        again.headers.set("CSeq", f"{number} {request.method}")
        for name, value in self.proposal():
            again.headers.set(name, value)
        return again

    def _start(self, seconds: int, ours: bool, now: float) -> None:
        self._seconds, self._ours = seconds, ours
        give_up_at = now + seconds - min(32, seconds / 3)  # §10
        self._set(now + seconds / 2 if ours else inf, give_up_at)

    def _set(self, refresh_at: float, give_up_at: float) -> None:
        self._refresh_at, self._give_up_at = refresh_at, give_up_at
        self.deadline = min(refresh_at, give_up_at)


@lru_cache(maxsize=CACHED)
def _interval(text: str) -> Interval:
    _, mark, params = text.partition(";")
    return Interval(_seconds(text), Params.parse(mark + params).get("refresher", "").lower())


def _seconds(text: str) -> int:
    number = text.partition(";")[0].strip(LWS)
    if not _SECONDS.fullmatch(number):
        raise PeerError("Broken session interval")
    return int(number)
