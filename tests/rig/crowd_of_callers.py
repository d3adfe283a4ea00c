"""Calls that begin faster than anybody could take them, from a process of its own.

    python -m tests.rig.crowd_of_callers 127.0.0.1 5060 SECONDS PER_SECOND

Prints how many INVITEs it sent, the final responses by status, and how many of the 503s had a
Retry-After: {"sent": 9000, "statuses": {"503": 8000, "401": 500}, "with_retry_after": 8000}.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections import Counter

INVITE = """\
INVITE sip:nobody@{there} SIP/2.0\r
Via: SIP/2.0/UDP {here};rport;branch=z9hG4bK{number}\r
From: <sip:caller@{here}>;tag={number}\r
To: <sip:nobody@{there}>\r
Call-ID: crowd-{number}\r
CSeq: 1 INVITE\r
Contact: <sip:caller@{here}>\r
Content-Length: 0\r
\r
"""


def crowd(host: str, port: int, seconds: float, per_second: float) -> dict[str, object]:
    statuses: Counter[str] = Counter()
    answered: set[bytes] = set()
    sent = retry_after = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.bind((host, 0))
        ours.setblocking(False)
        here, there = "{}:{}".format(*ours.getsockname()), f"{host}:{port}"
        began = time.monotonic()
        while (now := time.monotonic() - began) < seconds + 1.0:
            while sent < min(now, seconds) * per_second:
                sent += 1
                data = INVITE.format(here=here, there=there, number=sent)
                ours.sendto(data.encode(), (host, port))
            try:
                response = ours.recv(65535)
            except BlockingIOError:
                time.sleep(0.001)
                continue
            status = response[8:11]
            call = response.partition(b"Call-ID: ")[2].partition(b"\r")[0]
            if status >= b"200" and call not in answered:
                answered.add(call)
                statuses[status.decode()] += 1
                retry_after += status == b"503" and b"\r\nRetry-After: " in response
    return {"sent": sent, "statuses": dict(statuses), "with_retry_after": retry_after}


if __name__ == "__main__":
    _, host, port, seconds, per_second = sys.argv
    print(json.dumps(crowd(host, int(port), float(seconds), float(per_second))))
