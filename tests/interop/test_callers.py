"""SIPp as the customer's side: what a caller may ask for, and what nobody may."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio

from tests.rig.inline import Inline
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.scenario import Caller, Check, Step, optional, pause, recv, sdp
from tests.rig.sipp import Sipp
from tests.rig.site import Row

pytestmark = needs("SIPp")
CALLER = Caller()
THERE = "sip:[service]@[remote_ip]:[remote_port]"
PROXY = "<sip:[local_ip]:[local_port];lr;transport=[transport]>"
"""Where the caller is: it stands before itself."""
TRUSTED = "127.0.0.7"
SESSION_ID = "0123456789abcdef0123456789abcdef"
HAS_SDP = Check("m=audio [1-9]")
BYE = (CALLER.request("BYE", 9), recv(200))


def up(*headers: str) -> tuple[Step, ...]:
    """A call that has been answered; nobody is there to take it, so it waits in its queue."""
    return CALLER.invite(*headers), optional(100, 180), recv(200, CALLER.learns), CALLER.ack()


def asks(
    method: str, cseq: int, *checks: Check, body: str = "", headers: Sequence[str] = ()
) -> tuple[Step, ...]:
    """A request in the dialog and its 200."""
    return CALLER.request(method, cseq, *headers, body=body), optional(100), recv(200, *checks)


def refused(
    status: int, *headers: str, body: str | None = None, checks: Sequence[Check] = ()
) -> list[Step]:
    """An INVITE that is turned down."""
    return [
        CALLER.invite(*headers, body=body),
        optional(100),
        recv(status, *checks),
        CALLER.ack_refusal(),
    ]


def outside(method: str, status: int, *headers: str) -> list[Step]:
    return [CALLER.outside(method, *headers), recv(status)]


SCENARIOS: dict[str, list[Step]] = {
    "delayed offer": [
        CALLER.invite(body=""),
        optional(100),
        recv(200, CALLER.learns, HAS_SDP),
        CALLER.ack(body=sdp()),
        pause(300),
        *BYE,
    ],
    "re-INVITE without offer": [
        *up(),
        CALLER.request("INVITE", 2),
        optional(100),
        recv(200, HAS_SDP),
        CALLER.ack(2, body=sdp(version=2)),
        *BYE,
    ],
    "hold by sendonly": [
        *up(),
        *asks("INVITE", 2, Check("a=(recvonly|inactive)"), body=sdp("sendonly", 2)),
        CALLER.ack(2),
        *asks(
            "INVITE", 3, Check("a=(recvonly|inactive|sendonly)", absent=True), body=sdp(version=3)
        ),
        CALLER.ack(3),
        *BYE,
    ],
    "hold by inactive": [
        *up(),
        *asks("INVITE", 2, Check("a=inactive"), body=sdp("inactive", 2)),
        CALLER.ack(2),
        *BYE,
    ],
    "hold by address 0.0.0.0": [
        *up(),
        *asks("INVITE", 2, HAS_SDP, body=sdp(version=2, address="0.0.0.0")),
        CALLER.ack(2),
        *BYE,
    ],
    "UPDATE with an offer": [
        *up(),
        *asks("UPDATE", 2, Check("a=(recvonly|inactive)"), body=sdp("sendonly", 2)),
        *BYE,
    ],
    "UPDATE without an offer": [*up(), *asks("UPDATE", 2), *BYE],
    "session timer": [
        CALLER.invite("Supported: timer", "Session-Expires: 1800;refresher=uac"),
        optional(100),
        recv(200, CALLER.learns, Check("1800;refresher=uac", "Session-Expires")),
        CALLER.ack(),
        *asks(
            "UPDATE",
            2,
            Check("1800", "Session-Expires"),
            headers=("Supported: timer", "Session-Expires: 1800;refresher=uac"),
        ),
        *BYE,
    ],
    "session interval too small": refused(
        422, "Supported: timer", "Session-Expires: 60", checks=[Check("90", "Min-SE")]
    ),
    "100rel required": [*up("Require: 100rel", "Supported: 100rel"), *BYE],
    "digits by INFO": [
        *up(),
        CALLER.request("INFO", 2, body="Signal=5\nDuration=160\n", kind="application/dtmf-relay"),
        recv(200),
        *BYE,
    ],
    "OPTIONS in the dialog": [*up(), *asks("OPTIONS", 2, Check("INVITE", "Allow")), *BYE],
    "unknown extension required": refused(
        420, "Require: telepathy", checks=[Check("telepathy", "Unsupported")]
    ),
    "too many hops": refused(483, "Max-Forwards: 0"),
    "a body that is no description": [
        CALLER.outside("INVITE", body="hello", kind="text/plain"),
        optional(100),
        recv(415, Check("application/sdp", "Accept")),
        CALLER.ack_refusal(),
    ],
    "no codec in common": refused(
        488,
        body=sdp()
        .replace("PCMU", "GSM")
        .replace("AVP 0", "AVP 96")
        .replace("rtpmap:0", "rtpmap:96"),
    ),
    "transfer by a customer": [
        *up(),
        CALLER.request("REFER", 2, "Refer-To: <sip:0190123456@example.net>"),
        recv(603),
        *BYE,
    ],
    "REFER outside of a call": outside("REFER", 403, "Refer-To: <sip:0190123456@example.net>"),
    "MESSAGE": outside("MESSAGE", 405),
    "SUBSCRIBE": outside("SUBSCRIBE", 405, "Event: presence"),
    "PUBLISH": outside("PUBLISH", 405, "Event: presence"),
    "an unknown method": outside("DANCE", 501),
    "OPTIONS": [CALLER.outside("OPTIONS"), recv(200, Check("INVITE", "Allow"))],
    **{
        f"{method} without a call": [
            CALLER.request(method, 1, *headers, uri=THERE, remote=f" <{THERE}>;tag=nobody"),
            recv(481),
        ]
        for method, headers in {
            "BYE": [],
            "INFO": [],
            "UPDATE": [],
            "PRACK": ["RAck: 1 1 INVITE"],
            "NOTIFY": ["Event: refer", "Subscription-State: active"],
        }.items()
    },
    "PRACK of nothing": [
        *up(),
        CALLER.request("PRACK", 2, "RAck: 1 1 INVITE"),
        recv(481),
        *BYE,
    ],
    "a request out of order": [
        *up(),
        *asks("OPTIONS", 5),
        CALLER.request("OPTIONS", 4),
        recv(500),
        *BYE,
    ],
    "the same INVITE by another way": [
        *up(),
        CALLER.invite(),
        optional(100),
        recv(482),
        CALLER.ack_refusal(),
        *BYE,
    ],
    "Session-ID": [
        CALLER.invite(f"Session-ID: {SESSION_ID};remote=00000000000000000000000000000000"),
        optional(100),
        recv(200, CALLER.learns, Check(f"remote={SESSION_ID}", "Session-ID")),
        CALLER.ack(),
        *BYE,
    ],
    "session timer that we are to keep": [
        CALLER.invite("Supported: timer", "Session-Expires: 1800;refresher=uas"),
        optional(100),
        recv(
            200,
            CALLER.learns,
            Check("1800;refresher=uas", "Session-Expires"),
        ),
        CALLER.ack(),
        *BYE,
    ],
    "Record-Route": [
        CALLER.invite(f"Record-Route: {PROXY}", to="sip:goodbye@[remote_ip]:[remote_port]"),
        optional(100),
        recv(200, CALLER.learns, Check("127.0.0.1:[0-9]+;lr", "Record-Route")),
        CALLER.ack(),
        recv("BYE", Check("127.0.0.1:[0-9]+;lr", "Route")),
        CALLER.respond("200 OK"),
    ],
    "Replaces by a stranger": refused(401, "Replaces: nobody@nowhere;to-tag=a;from-tag=b"),
    "a scheme that nobody calls": [
        CALLER.invite(to="fax:+15550100"),
        optional(100),
        recv(416),
        CALLER.ack_refusal(),
    ],
    "a compressed body": [
        CALLER.invite("Content-Encoding: gzip"),
        optional(100),
        recv(415, Check(".", "Accept-Encoding")),
        CALLER.ack_refusal(),
    ],
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inline]:
    sip = {"digest_algorithms": ["MD5"], "trusted_sources": [f"{TRUSTED}/32"]}
    async with Inline(tmp_path_factory.mktemp("server"), sip=sip) as server:
        yield server


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize(
    "function",
    [
        pytest.param(name, marks=pytest.mark.interop(f"{name}, received", "SIPp"))
        for name in SCENARIOS
    ],
)
async def test_a_caller(
    server: Inline, function: str, transport: Literal["udp", "tcp"], tmp_path: Path
) -> None:
    file = CALLER.write(tmp_path / "caller.xml", SCENARIOS[function])
    report = await Sipp(file, tmp_path, target=server.address, transport=transport).run()
    assert report.ok, report


SAID: dict[str, tuple[str, str]] = {
    "Diversion": ("<sip:+15550101@carrier.example>;reason=user-busy", "+15550101"),
    "History-Info": ("<sip:+15550102@carrier.example>;index=1", "+15550102"),
    "Session-ID": (SESSION_ID, SESSION_ID),
    "Reason": ("Q.850;cause=16", "cause=16"),
}
"""Header, what a caller says in it, what of that the contact keeps; the last is said in a BYE."""


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.interop("P-Asserted-Identity, Privacy of a trusted network, received", "SIPp")
@pytest.mark.interop("Diversion, History-Info, Reason, Session-ID kept, received", "SIPp")
async def test_a_trusted_network_says_who_calls_and_which_way(
    server: Inline, tmp_path: Path
) -> None:
    *asked, (reason, (why, _)) = SAID.items()
    steps = [
        CALLER.invite(
            "P-Asserted-Identity: <sip:+15550123@carrier.example>",
            "Privacy: id",
            *(f"{name}: {value}" for name, (value, _) in asked),
        ),
        optional(100),
        recv(200, CALLER.learns),
        CALLER.ack(),
        CALLER.request("BYE", 2, f"{reason}: {why}"),
        recv(200),
    ]
    file = CALLER.write(tmp_path / "caller.xml", steps)
    report = await Sipp(file, tmp_path, target=server.address, host=TRUSTED).run()
    assert report.ok, report

    def contact() -> Row | None:
        rows = server.contacts()
        return next((row for row in rows if row["customer_endpoint"] == "+15550123"), None)

    row = await until(lambda: (one := contact()) and one["disconnect"] and one)
    kept = json.loads(row["signalling"])
    assert all(value in kept[name] for name, (_, value) in SAID.items()), kept
