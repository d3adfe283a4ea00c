"""One phone on the line: whose it is, what may be heard of it, its port of the media core.

Two kinds: a phone that speaks SIP, and a browser (`browser_line`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, dataclass
from enum import Enum

from mixer import Port, RtpPort
from sip import Codec, Negotiation, SessionDescription, SessionId

Party = Enum("Party", "CUSTOMER AGENT SUPERVISOR THIRD_PARTY")

Keys = Enum("Keys", "MEDIA SIGNALLING")
"""How a phone tells which keys are pressed: in RTP, or as SIP INFO."""

NO_ANSWER = 480
"""SIP status for a phone that rang for nothing, or that is not there."""


class NoLine(Exception):
    """No line could be opened; the text says why: nobody is registered, or a limit is reached."""


@dataclass(slots=True, eq=False)
class Line(ABC):
    """One phone, from its first ring to the end of the call."""

    contact_id: str
    party: Party
    session: SessionId
    _: KW_ONLY
    username: str = ""
    """Whose phone it is, proven; "" for a stranger's."""
    keys: Keys | None = None
    """How it told the first key that was pressed."""

    @property
    @abstractmethod
    def port(self) -> Port:
        """Its place in the media core, as it is at this moment."""

    @property
    @abstractmethod
    def codec(self) -> Codec | None:
        """What it speaks; None while that is not agreed on."""

    @property
    @abstractmethod
    def may_send(self) -> bool:
        """False while what the phone sends is not to be heard."""

    @property
    @abstractmethod
    def may_hear(self) -> bool:
        """False while the phone holds."""

    @property
    @abstractmethod
    def may_fall_silent(self) -> bool:
        """Whether a phone that sends no RTP may be there all the same."""

    def presses_by(self, way: Keys) -> bool:
        """False when a key was told in another way before: then this one is the same key again."""
        self.keys = self.keys or way
        return self.keys is way


@dataclass(slots=True, eq=False)
class SipLine(Line):
    """A SIP session, its offer and answer, and the RTP port that was opened for it."""

    rtp: RtpPort
    negotiation: Negotiation
    peer_ip: str | None = None
    """Where its signalling comes from: behind NAT its RTP comes from there too."""
    answer: SessionDescription | None = None
    """Ours, while the call that came in is not answered."""

    @property
    def port(self) -> Port:
        return self.rtp.port

    @property
    def codec(self) -> Codec | None:
        return self.negotiation.remote.codec if self.negotiation.remote else None

    @property
    def may_send(self) -> bool:
        """As it offered: not recvonly or inactive."""
        return self._direction in ("sendrecv", "recvonly")

    @property
    def may_hear(self) -> bool:
        """It has not asked us to send nothing."""
        return self._direction in ("sendrecv", "sendonly")

    @property
    def may_fall_silent(self) -> bool:
        """A phone that holds, as long as it likes."""
        return not self.may_hear

    @property
    def _direction(self) -> str:
        remote = self.negotiation.remote
        return remote.direction if remote else "inactive"
