"""SIPp as a phone that registers: what a registrar owes it, and what it may not have."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio

from tests.rig.inline import Inline
from tests.rig.needs import needs
from tests.rig.scenario import VIA, Caller, Check, Step, optional, recv, send
from tests.rig.sipp import Sipp
from tests.rig.site import PASSWORD

pytestmark = needs("SIPp")
PHONE = Caller()
ADDRESS = "<sip:[service]@[remote_ip]:[remote_port]>"
HERE = "Contact: <sip:[service]@[local_ip]:[local_port];transport=[transport]>"
GONE = "Contact: <sip:[service]@[local_ip]:9;transport=[transport]>"
NOBODY = Check(".", "Contact", absent=True)
Transport = Literal["udp", "tcp"]


def login(username: str) -> str:
    return f"[authentication username={username} password={PASSWORD}]"


def register(cseq: int, *headers: str) -> Step:
    return send(
        "REGISTER sip:[remote_ip]:[remote_port] SIP/2.0",
        VIA,
        "Max-Forwards: 70",
        f"From: {ADDRESS};tag=[pid]-[call_number]",
        f"To: {ADDRESS}",
        "Call-ID: [call_id]",
        f"CSeq: {cseq} REGISTER",
        *headers,
        again=True,
    )


def proven(cseq: int, *headers: str, status: int = 200, checks: Sequence[Check] = ()) -> list[Step]:
    """Two requests, the first of them challenged."""
    return [
        register(cseq, *headers),
        recv(401, auth=True),
        register(cseq + 1, *headers, "{login}"),
        recv(status, *checks),
    ]


SCENARIOS: dict[str, list[Step]] = {
    "REGISTER, asked what there is": [
        *proven(1, HERE, "Expires: 600", checks=[Check("expires=(5[0-9][0-9]|600)", "Contact")]),
        *proven(3, checks=[Check("sip:.*expires=", "Contact")]),
    ],
    "REGISTER of two contacts, each with its q": proven(
        1,
        f"{GONE};q=0.2",
        f"{HERE};q=0.9",
        checks=[Check("q=0.2", "Contact"), Check("q=0.9", "Contact", occurrence=2)],
    ),
    "REGISTER, one contact removed": [
        *proven(1, HERE, GONE),
        *proven(3, f"{GONE};expires=0", checks=[Check(":9;", "Contact", absent=True)]),
    ],
    "REGISTER *": [
        *proven(1, HERE, GONE),
        *proven(3, "Contact: *", "Expires: 0", checks=[NOBODY]),
        *proven(5, checks=[NOBODY]),
    ],
    "REGISTER * without Expires: 0": proven(1, "Contact: *", status=400),
    "REGISTER out of order": [
        *proven(7, HERE),
        *proven(3, "Contact: *", "Expires: 0", status=500),
        *proven(9, checks=[Check("sip:", "Contact")]),
    ],
    "REGISTER for too short": proven(
        1, HERE, "Expires: 1", status=423, checks=[Check("[1-9]", "Min-Expires")]
    ),
    "REGISTER by way of a proxy (Path)": proven(
        1,
        HERE,
        "Supported: path",
        "Path: <sip:127.0.0.1:9;lr>",
        checks=[Check("127.0.0.1:9;lr", "Path")],
    ),
    "REGISTER of a device (GRUU)": proven(
        1,
        f'{HERE};+sip.instance="<urn:uuid:00000000-0000-1000-8000-00000000000a>"',
        "Supported: gruu",
        checks=[Check('pub-gruu="sip:.*;gr=', "Contact")],
    ),
    "REGISTER of somebody else": proven(1, HERE, status=403),
}
IMPOSTOR = "REGISTER of somebody else"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inline]:
    agents = [f"agent{number}" for number in range(2 * len(SCENARIOS))]
    sip = {"digest_algorithms": ["MD5"]}
    async with Inline(tmp_path_factory.mktemp("server"), agents=agents, sip=sip) as server:
        yield server


def logged_in(steps: Sequence[Step], username: str) -> list[Step]:
    return [Step(step.xml.replace("{login}", login(username)), step.checks) for step in steps]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize(
    "function",
    [
        pytest.param(name, marks=pytest.mark.interop(f"{name}, received", "SIPp"))
        for name in SCENARIOS
    ],
)
async def test_a_phone_that_registers(
    server: Inline, function: str, transport: Transport, tmp_path: Path
) -> None:
    number = 2 * list(SCENARIOS).index(function) + (transport == "tcp")
    username = f"agent{number}"
    says = "agent0" if function == IMPOSTOR else username
    file = PHONE.write(tmp_path / "phone.xml", logged_in(SCENARIOS[function], says))
    phone = Sipp(file, tmp_path, target=server.address, service=username, transport=transport)
    report = await phone.run()
    assert report.ok, report


@pytest.mark.interop("digest auth-int of a whole INVITE, received", "SIPp")
async def test_the_description_is_proven_too(tmp_path: Path) -> None:
    sip = {"digest_algorithms": ["MD5"], "digest_qops": ["auth-int"]}
    agent = Caller("agent1")
    uri = "sip:[remote_ip]:[remote_port]"  # what SIPp proves, whatever the Request-URI is
    steps = [
        agent.invite(to=uri),
        optional(100),
        recv(401, Check("auth-int", "WWW-Authenticate"), auth=True),
        agent.ack_refusal(),
        agent.invite(login("agent1"), cseq=2, to=uri),
        optional(100),
        recv(404),
        agent.ack_refusal(2),
    ]
    async with Inline(tmp_path, sip=sip) as server:
        file = agent.write(tmp_path / "caller.xml", steps)
        report = await Sipp(file, tmp_path, target=server.address).run()
        assert report.ok, report
