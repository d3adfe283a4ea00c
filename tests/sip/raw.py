"""Messages written by hand, for what the phone of the rig would never say."""

from __future__ import annotations

from sip.arrival import Arrival
from sip.flow import UDP, Flow
from sip.message import Request, Response, parse, response_to
from tests.rig.virtual_phone import audio
from tests.rig.wire import Address

STRANGER: Address = ("10.0.0.9", 5060)
SDP = audio(4000, STRANGER[0])
PEER = Flow(UDP, *STRANGER)


def request(
    method: str,
    *fields: str,
    branch: str = "b1",
    cseq: int = 1,
    call_id: str = "call-1",
    from_tag: str = "f1",
    to_tag: str = "",
    uri: str = "sip:support@10.0.0.1",
    via: str = "SIP/2.0/UDP 10.0.0.9:5060;rport",
    contact: str = "<sip:stranger@10.0.0.9:5060>",
    body: str = "",
) -> bytes:
    """A request of the stranger; `fields` are whole lines put after the usual ones."""
    tag = f";tag={to_tag}" if to_tag else ""
    lines = [
        f"{method} {uri} SIP/2.0",
        f"Via: {via};branch=z9hG4bK{branch}",
        f"From: <sip:stranger@10.0.0.9>;tag={from_tag}",
        f"To: <sip:support@10.0.0.1>{tag}",
        f"Call-ID: {call_id}",
        f"CSeq: {cseq} {method}",
        *([f"Contact: {contact}"] if contact else []),
        *(["Content-Type: application/sdp"] if body and not _typed(fields) else []),
        *fields,
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", body]).encode("utf-8", "surrogateescape")


def response(
    asked: Request, status: int, *fields: tuple[str, str], to_tag: str = "t1", body: str = ""
) -> bytes:
    """What the stranger answers."""
    answer: Response = response_to(asked, status, to_tag=to_tag)
    for name, value in fields:
        answer.headers.add(name, value)
    if 100 < status < 300 and "Contact" not in answer.headers:
        answer.headers.set("Contact", "<sip:stranger@10.0.0.9:5060>")
    if body:
        answer.headers.set("Content-Type", "application/sdp")
        answer.body = body.encode()
    return answer.encode()


def arrived(data: bytes, flow: Flow = PEER, now: float = 0.0) -> Arrival:
    """A request as the endpoint takes it up."""
    message = parse(data)
    assert isinstance(message, Request)
    return Arrival.of(message, flow, now)


def _typed(fields: tuple[str, ...]) -> bool:
    return any(field.startswith("Content-Type") for field in fields)
