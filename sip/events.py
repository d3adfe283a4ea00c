"""What the endpoint tells its user. Every session ends with exactly one `Ended`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NewType

from sip.headers import Headers
from sip.identity import Caller, Diversion, Retargeting
from sip.reason import Reason
from sip.sdp import SessionDescription

SessionId = NewType("SessionId", str)
Source = tuple[str, int]
"""IP address and port the peer's signalling comes from."""


class Cause(Enum):
    """Why a session ended."""

    REMOTE_BYE = "the peer hung up"
    CANCELLED = "the peer gave up before we answered"
    REFUSED = "the peer refused our INVITE"
    TIMEOUT = "the peer fell silent: no answer to our INVITE, or no ACK for our 2xx"
    TRANSPORT = "the peer could not be reached"
    LOCAL = "we hung up or refused"


@dataclass(frozen=True, slots=True)
class InviteReceived:
    """A call comes in and has been answered 100; it waits for ring, answer, reject or challenge.

    `number` is the user part of the Request-URI, "" without one. `username` is proven by digest.
    Without an `offer` the answer must carry ours. `trusted`: the source is one whose word about
    `caller`, `diversions` and `history` counts. `replaces` is the session this call takes over: it
    may, and who answers this one hangs up that one (RFC 3891). `secure`: it came over TLS, so that
    keys may be told. `device` is the instance of the one phone that is meant, by its GRUU.
    """

    session: SessionId
    number: str
    caller: Caller
    username: str | None
    offer: SessionDescription | None
    source: Source
    headers: Headers
    trusted: bool = False
    diversions: tuple[Diversion, ...] = ()
    history: tuple[Retargeting, ...] = ()
    replaces: SessionId | None = None
    secure: bool = False
    device: str = ""


@dataclass(frozen=True, slots=True)
class Progressed:
    """A 101-199 to our INVITE, in the early dialog `fork`, a tag: one of several, perhaps.

    `answer` is only a preview (RFC 3261 §13.2.1), and only of that fork. `offer` comes when we made
    none: its answer goes by accept_reoffer.
    """

    session: SessionId
    status: int
    answer: SessionDescription | None
    fork: str = ""
    offer: SessionDescription | None = None


@dataclass(frozen=True, slots=True)
class ProgressConfirmed:
    """The PRACK of a progress with a description came; `answer` when that was our offer."""

    session: SessionId
    answer: SessionDescription | None


@dataclass(frozen=True, slots=True)
class Answered:
    """A 2xx to our INVITE, by the one `fork` that has the call; it has been acknowledged.

    `answer` may be one this fork gave early. None: it gave none, or `settled`, when the peer has
    made the last offer and has its answer. With an `offer` the ACK waits for accept_reoffer.
    `plain`: this phone is reached where others may read, and got our offer without its keys.
    """

    session: SessionId
    answer: SessionDescription | None
    source: Source
    fork: str = ""
    offer: SessionDescription | None = None
    settled: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The ACK for our 2xx came; `answer` when that 2xx carried our offer."""

    session: SessionId
    answer: SessionDescription | None


@dataclass(frozen=True, slots=True)
class Reoffered:
    """The peer wants to change the session; waits for accept_reoffer or reject_reoffer.

    Without an `offer` it asks for ours, and `Confirmed` brings its answer. `fork` is the early
    dialog that is meant, "" once the session is up.
    """

    session: SessionId
    offer: SessionDescription | None
    fork: str = ""


@dataclass(frozen=True, slots=True)
class Reanswered:
    """What became of our reoffer: a 2xx and the peer's answer, or a refusal: nothing has changed.

    491 means that an offer was on the table already, or that the peer's came first.
    """

    session: SessionId
    answer: SessionDescription | None
    status: int


@dataclass(frozen=True, slots=True)
class Referred:
    """The peer wants to be transferred; waits for accept_refer or reject_refer, then notify_refer.

    `target` is the URI to call instead. `replaces` is another session of ours: the transfer is
    attended, and whoever is at the far end of that one is meant. `referred_by` is who says so, as
    written (RFC 3892), for the INVITE that comes of it.
    """

    session: SessionId
    target: str
    replaces: SessionId | None
    referred_by: str | None = None


@dataclass(frozen=True, slots=True)
class ReferProgressed:
    """How far the call is that our `refer` asked the peer to make; `Ended` ends this as well.

    `over` comes once, with the final status of that call, or with that of a REFER that was
    refused: 405 and 491 also when it was not sent, 408 when nothing more was heard. 202 means that
    the peer does it but will not tell, a status below 200 that it has stopped telling.
    """

    session: SessionId
    status: int
    over: bool


@dataclass(frozen=True, slots=True)
class DigitReceived:
    """A key the peer pressed, told by INFO. Its repr keeps the digit to itself: never log it."""

    session: SessionId
    digit: str = field(repr=False)
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Ended:
    """`status` is the peer's final response where there is one, `reasons` what the peer gave.

    `contacts` are URIs a 3xx names, best first: nobody has called them. `retry_after` is seconds.
    """

    session: SessionId
    cause: Cause
    status: int | None = None
    reasons: tuple[Reason, ...] = ()
    contacts: tuple[str, ...] = ()
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """A binding was made or refreshed for `expires` seconds."""

    username: str
    contact: str
    expires: int


@dataclass(frozen=True, slots=True)
class Unregistered:
    """The last binding of this user was removed or ran out."""

    username: str


@dataclass(frozen=True, slots=True)
class TrunkRegistered:
    """A trunk's registrar has us, for so many seconds; its refreshes are not reported."""

    trunk: str
    seconds: int


@dataclass(frozen=True, slots=True)
class TrunkUnregistered:
    """It has us no longer, or refused once more; `status` is its response where there is one."""

    trunk: str
    cause: Cause
    status: int | None


@dataclass(frozen=True, slots=True)
class TrunkUp:
    """A trunk answers OPTIONS again."""

    trunk: str


@dataclass(frozen=True, slots=True)
class TrunkDown:
    """A trunk answers OPTIONS no longer, or says itself that it is out of service."""

    trunk: str
    cause: Cause
    status: int | None


@dataclass(frozen=True, slots=True)
class Throttled:
    """Too many wrong passwords from `host`, or for `username` from anywhere: for now they are not
    looked at. One of the two is None. `username` is what was claimed: there may be no such user.
    """

    username: str | None
    host: str | None


Event = (
    InviteReceived
    | Progressed
    | ProgressConfirmed
    | Answered
    | Confirmed
    | Reoffered
    | Reanswered
    | Referred
    | ReferProgressed
    | DigitReceived
    | Ended
    | Registered
    | Unregistered
    | TrunkRegistered
    | TrunkUnregistered
    | TrunkUp
    | TrunkDown
    | Throttled
)
