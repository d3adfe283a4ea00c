"""What passes between a session and those around it."""

from __future__ import annotations

from typing import NamedTuple

from sip.arrival import Arrival
from sip.bodies import session_part
from sip.dtmf_relay import Key
from sip.errors import PeerError
from sip.events import SessionId
from sip.flow import Flow
from sip.headers import Fields as Fields
from sip.message import Message, Request, Response
from sip.reason import Reason
from sip.sdp import SessionDescription
from sip.server_transactions import ServerTransaction


class Asked(NamedTuple):
    """A request of the peer, and the transaction that takes its response."""

    arrival: Arrival
    transaction: ServerTransaction


class Given(NamedTuple):
    """What came with an input; which of it counts depends on the input."""

    now: float
    asked: Asked | None = None
    response: Response | None = None
    source: Flow | None = None
    sdp: SessionDescription | None = None
    offer: SessionDescription | None = None  # of the peer, in a response
    fork: str = ""  # the tag of that response
    settled: bool = False  # everything was agreed on before it
    plain: bool = False  # it answers our offer without its keys
    status: int = 0
    reason: str = ""
    fields: Fields = ()
    target: str = ""  # of a transfer
    replaces: SessionId | None = None
    referred_by: str | None = None
    key: Key | None = None
    again: Request | None = None  # ours, as the refusal wants it
    reasons: tuple[Reason, ...] = ()  # the peer's, for a BYE or a CANCEL

    @property
    def told(self) -> int:
        """The status of the response that came."""
        assert self.response
        return self.response.status


def description_in(message: Message) -> SessionDescription | None:
    """The SDP a message carries; None when it has none. Raises PeerError."""
    data = session_part(message)
    return None if data is None else SessionDescription.parse(data)


def readable_description(message: Message) -> SessionDescription | None:
    """The SDP of a message that cannot be refused; None also when it cannot be read."""
    try:
        return description_in(message)
    except PeerError:
        return None
