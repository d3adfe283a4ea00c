"""How a torture message is written down, and what most of them have in common."""

from __future__ import annotations

from dataclasses import dataclass

SDP = (
    "v=0\r\n"
    "o=caller 29739 7272939 IN IP4 192.0.2.15\r\n"
    "s=-\r\n"
    "c=IN IP4 192.0.2.15\r\n"
    "t=0 0\r\n"
    "m=audio 49217 RTP/AVP 0 12\r\n"
    "m=video 3227 RTP/AVP 31\r\n"
    "a=rtpmap:31 LPC\r\n"
)
TYPED = "Content-Type: application/sdp"


@dataclass(frozen=True, slots=True)
class Torture:
    """A message of a section of the RFC, written anew with the same trap in it.

    `answers` are the statuses the endpoint sends to whoever sends it out of the blue, in order.
    """

    section: str
    name: str
    data: bytes
    answers: tuple[int, ...] = ()


def wire(*lines: str, body: str = "") -> bytes:
    """The lines with their CRLF, the empty line and the body, octets as they are."""
    return ("\r\n".join([*lines, "", ""]) + body).encode("utf-8", "surrogateescape")


def asked(start: str, *fields: str, body: str = "") -> bytes:
    """A sound request, in which each of `fields` stands in for the one of the same name.

    A field that is only a name with its colon is left out.
    """
    method = start.partition(" ")[0]
    sound = {
        "via": "Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw",
        "max-forwards": "Max-Forwards: 70",
        "from": "From: sip:caller@example.net;tag=9803",
        "to": "To: sip:support@example.com",
        "call-id": "Call-ID: torture@192.0.2.15",
        "cseq": f"CSeq: 8 {method}",
        "contact": "Contact: <sip:caller@192.0.2.15>",
        **({"content-type": TYPED} if body else {}),
        "content-length": f"Content-Length: {len(body)}",
    }
    changed = sound | {field.partition(":")[0].lower(): field for field in fields}
    return wire(start, *(line for line in changed.values() if line[-1] != ":"), body=body)
