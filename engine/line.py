"""One phone on the line: its SIP session, its offer and answer, its RTP port, whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mixer import RtpPort
from sip import Negotiation, SessionDescription, SessionId

Party = Enum("Party", "CUSTOMER AGENT SUPERVISOR THIRD_PARTY")

Keys = Enum("Keys", "MEDIA SIGNALLING")
"""How a phone tells which keys are pressed: in RTP, or as SIP INFO."""

NO_ANSWER = 480
"""SIP status for a phone that rang for nothing, or that is not there."""


@dataclass(slots=True, eq=False)
class Line:
    """One phone, from INVITE to BYE."""

    contact_id: str
    party: Party
    session: SessionId
    rtp: RtpPort
    negotiation: Negotiation
    username: str = ""
    """Whose phone it is, proven; "" for a stranger's."""
    peer_ip: str | None = None
    """Where its signalling comes from: behind NAT its RTP comes from there too."""
    answer: SessionDescription | None = None
    """Ours, while the call that came in is not answered."""
    keys: Keys | None = None
    """How it told the first key that was pressed."""

    @property
    def may_send(self) -> bool:
        """False while what the phone sends is not to be heard (it offered recvonly or inactive)."""
        return self._direction in ("sendrecv", "recvonly")

    @property
    def may_hear(self) -> bool:
        """False while the phone holds: it asked us to send nothing."""
        return self._direction in ("sendrecv", "sendonly")

    def presses_by(self, way: Keys) -> bool:
        """False when a key was told in another way before: then this one is the same key again."""
        self.keys = self.keys or way
        return self.keys is way

    @property
    def _direction(self) -> str:
        remote = self.negotiation.remote
        return remote.direction if remote else "inactive"
