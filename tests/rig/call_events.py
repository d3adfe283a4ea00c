"""What a rig phone reports of its calls, and the plain description that it speaks by."""

from __future__ import annotations

from dataclasses import dataclass

from sip.message import Request, Response


def audio(port: int, host: str = "127.0.0.1", direction: str = "sendrecv", version: int = 1) -> str:
    """A plain G.711 description."""
    net = f"IN {'IP6' if ':' in host else 'IP4'} {host}"
    return (
        f"v=0\r\no=phone 1 {version} {net}\r\ns=-\r\nc={net}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
        f"a=ptime:20\r\na={direction}\r\n"
    )


@dataclass(frozen=True, slots=True)
class Called:
    """An INVITE came; `offer` is its body."""

    offer: str
    invite: Request


@dataclass(frozen=True, slots=True)
class Progress:
    """A provisional response to our INVITE; `tag` is that of the early dialog."""

    status: int
    body: str
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The final response to a request of ours."""

    method: str
    status: int
    body: str
    response: Response


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The ACK for our 2xx came."""

    body: str


@dataclass(frozen=True, slots=True)
class Reinvited:
    """A re-INVITE came and has been agreed to; `offer` is its body."""

    offer: str


@dataclass(frozen=True, slots=True)
class Notified:
    """A NOTIFY came: how the transfer goes that we asked for."""

    state: str
    body: str

    @property
    def status(self) -> int:
        """Of the sipfrag."""
        return int(self.body.split()[1])


@dataclass(frozen=True, slots=True)
class ReferAsked:
    """We are to call somebody else, and have said that we do; `target` is the Refer-To."""

    target: str


@dataclass(frozen=True, slots=True)
class HungUp:
    """The other side ended the call, by BYE, by CANCEL, or by never acknowledging our 2xx.

    `reason` is what it said, as written.
    """

    by: str
    reason: str | None = None
