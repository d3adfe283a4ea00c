"""SIPp over TLS, where both ends show a certificate: as the customer, and as the agent's phone."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.interop.test_callees import GOODBYE, PHONE, TALKS
from tests.interop.test_callers import CALLER, SCENARIOS
from tests.rig.inline import Inline
from tests.rig.needs import needs
from tests.rig.phone import audio
from tests.rig.scenario import Step
from tests.rig.sipp import SCENARIOS as FILES
from tests.rig.sipp import Sipp, account
from tests.rig.site import HOST, PASSWORD
from tests.rig.tls_relay import TlsRelay
from tests.sip.authority import Authority

pytestmark = needs("SIPp")
OF_CALLERS = (
    "100rel required",
    "OPTIONS",
    "Record-Route",
    "UPDATE with an offer",
    "delayed offer",
    "hold by sendonly",
    "session timer",
    "too many hops",
)
OF_PHONES = (
    "180 and answer",
    "reliable 180",
    "re-INVITE by the agent's phone",
    "session timer of the agent's phone",
    "several answers",
)


@dataclass
class Secured:
    """A server that speaks TLS, and the way of SIPp there and back."""

    server: Inline
    there: TlsRelay
    context: ssl.SSLContext
    """Of a phone that is connected to."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Secured]:
    folder = tmp_path_factory.mktemp("server")
    authority = Authority(folder)
    issued, shown = authority.issue(HOST), authority.issue(HOST, "customer.example")
    tls = {
        "certificate": str(issued.certificate),
        "private_key": str(issued.private_key),
        "ca_file": str(authority.ca_file),
        "client_certificates": "required",
    }
    there = ssl.create_default_context(cafile=authority.ca_file)
    back = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.ca_file)
    back.verify_mode = ssl.CERT_REQUIRED
    for context in (there, back):
        context.load_cert_chain(shown.certificate, shown.private_key)
    agents = [agent(function) for function in OF_PHONES]
    async with (
        Inline(folder, agents=agents, tls=tls, sip={"digest_algorithms": ["MD5"]}) as server,
        TlsRelay((HOST, server.tls_port), there) as relay,
    ):
        yield Secured(server, relay, back)


def agent(function: str) -> str:
    """The one whose phone shows it, and nothing else."""
    return f"agent{OF_PHONES.index(function)}"


def over_tls(text: str, here: str = "[local_ip]:[local_port]") -> str:
    """As it is said to the far end of a relay; `here` is where that one finds SIPp."""
    return text.replace("[transport]", "TLS").replace("[local_ip]:[local_port]", here)


def functions(names: tuple[str, ...], how: str) -> pytest.MarkDecorator:
    """One test for each of these; each is a row of the matrix."""
    rows = [
        pytest.param(name, marks=pytest.mark.interop(f"{name}{how} over TLS", "SIPp"))
        for name in names
    ]
    return pytest.mark.parametrize("function", rows)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.interop("certificates of clients required", "SIPp")
@functions(OF_CALLERS, ", received")
async def test_a_caller(secured: Secured, function: str, tmp_path: Path) -> None:
    steps = [Step(over_tls(step.xml), step.checks) for step in SCENARIOS[function]]
    file = CALLER.write(tmp_path / "caller.xml", steps)
    report = await Sipp(file, tmp_path, target=secured.there.address, transport="tcp").run()
    assert report.ok, report


@pytest.mark.asyncio(loop_scope="module")
@functions(OF_PHONES, "")
async def test_a_phone(secured: Secured, function: str, tmp_path: Path) -> None:
    file = tmp_path / "phone.xml"
    phone = Sipp(file, tmp_path, target=None, transport="tcp")
    async with (
        TlsRelay((HOST, phone.port), secured.context, inward=True) as back,
        secured.server.phone("customer") as customer,
        secured.server.phone(agent(function)) as registrar,
    ):
        steps = (*TALKS[function], *GOODBYE)
        PHONE.write(file, [Step(over_tls(step.xml, back.address), step.checks) for step in steps])
        async with phone:
            await register(secured, agent(function), back, tmp_path)
            try:
                await customer.invite("support", audio(4000))
                report = await phone.finished()
            finally:
                await registrar.register(0, contact="*")  # or the next test's contact rings here
        assert report.ok, report
        assert (await customer.hung_up()).by == "BYE"


async def register(secured: Secured, username: str, back: TlsRelay, folder: Path) -> None:
    file = folder / "register.xml"
    file.write_text(over_tls((FILES / "register.xml").read_text()))
    phone = Sipp(
        file,
        folder,
        target=secured.there.address,
        transport="tcp",
        users=[account(username, PASSWORD)],
        keys={"phone_port": back.address.rpartition(":")[2]},
    )
    report = await phone.run()
    assert report.ok, report
