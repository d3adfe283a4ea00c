"""The messages of bridged calls as the server gets them, and what reading and writing them costs.

No two calls have the same ones: nothing that is remembered of one call helps with the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, islice
from math import inf
from typing import Final, TypeVar

from sip.message import parse

T = TypeVar("T")
Lines = tuple[str, ...]

MESSAGES: Final = 600  # in one measurement
REPEATS: Final = 7  # the best counts: what disturbs a measurement only ever adds to it

ALLOW = "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, INFO, PRACK, UPDATE"
CONTACT = "Contact: <sip:callee@127.0.0.1:40002;transport=UDP>"
SDP = (
    *("v=0", "o=- 3913371000 3913371000 IN IP4 127.0.0.1", "s=call", "c=IN IP4 127.0.0.1", "t=0 0"),
    *("m=audio 4000 RTP/AVP 8 0 101", "a=rtcp:4001 IN IP4 127.0.0.1", "a=sendrecv"),
    *("a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000"),
    *("a=fmtp:101 0-16", "a=ptime:20", "a=ssrc:1467834561 cname:0a1b2c3d4e5f6a7b"),
)


def received(call: int) -> list[bytes]:
    """INVITE, ACK and BYE of the caller, and what the callee answers to ours."""
    caller = Leg(call, f'"Caller {call}" <sip:caller{call}@127.0.0.1:40001>', "127.0.0.1:40001")
    callee = Leg(call, f'"Caller {call}" <sip:127.0.0.1:5060>', "127.0.0.1:5060")
    return [
        caller.request("INVITE", 1, CONTACT, ALLOW, *EXTRAS, body=SDP),
        callee.response("180 Ringing", "1 INVITE", CONTACT),
        callee.response("200 OK", "1 INVITE", CONTACT, ALLOW, "Supported: timer", body=SDP),
        caller.request("ACK", 1),
        caller.request("BYE", 2),
        callee.response("200 OK", "2 BYE"),
    ]


EXTRAS = (
    *("Supported: replaces, 100rel, timer, norefersub", "Session-Expires: 1800", "Min-SE: 90"),
    "User-Agent: Some Softphone 4.2.1 (Linux 6.1.0-18-amd64)",
    "Accept: application/sdp, application/dtmf-relay",
)


@dataclass(frozen=True, slots=True)
class Leg:
    """The messages of one dialog."""

    call: int
    caller: str
    sent_by: str

    def request(self, method: str, number: int, *more: str, body: Lines = ()) -> bytes:
        start = f"{method} sip:callee@127.0.0.1:5060 SIP/2.0"
        return self._message(start, f"{number} {method}", "Max-Forwards: 70", *more, body=body)

    def response(self, status: str, cseq: str, *more: str, body: Lines = ()) -> bytes:
        return self._message(f"SIP/2.0 {status}", cseq, *more, body=body)

    def _message(self, start: str, cseq: str, *more: str, body: Lines = ()) -> bytes:
        text = "".join(f"{line}\r\n" for line in body)
        typed = ("Content-Type: application/sdp",) if body else ()
        branch = f"z9hG4bK-{self.call}-{cseq.replace(' ', '-')}"
        tag = "" if start.startswith("INVITE") else f";tag=9f0a52b1c3d4{self.call}"
        fields = (
            f"Via: SIP/2.0/UDP {self.sent_by};branch={branch};rport",
            f"From: {self.caller};tag=1467-{self.call}",
            f"To: <sip:callee@127.0.0.1:5060>{tag}",
            f"Call-ID: {self.call}-1467@127.0.0.1",
            f"CSeq: {cseq}",
        )
        length = f"Content-Length: {len(text)}"
        return "\r\n".join((start, *fields, *more, *typed, length, "", text)).encode()


def parse_us() -> float:
    """CPU microseconds to parse one message."""
    calls = (data for call in count() for data in received(call))
    return best_us(lambda: list(islice(calls, MESSAGES)), parse)


def serialise_us() -> float:
    """CPU microseconds to write one message."""
    read = [parse(data) for call in range(MESSAGES // 6) for data in received(call)]
    return best_us(lambda: read, lambda message: message.encode())


def best_us(fresh: Callable[[], list[T]], act: Callable[[T], object]) -> float:
    """CPU microseconds of one act."""
    best = inf
    for _ in range(REPEATS):
        things = fresh()
        began = time.process_time()
        for one in things:
            act(one)
        best = min(best, (time.process_time() - began) / len(things))
    return best * 1e6
