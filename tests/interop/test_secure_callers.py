"""SIPp as the customer's side over TLS, where both ends show a certificate."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.interop.test_callers import CALLER, SCENARIOS
from tests.rig.inline import Inline
from tests.rig.needs import needs
from tests.rig.scenario import Step
from tests.rig.sipp import Sipp
from tests.rig.site import HOST
from tests.rig.tls_relay import TlsRelay
from tests.sip.authority import Authority

pytestmark = [
    pytest.mark.call,
    needs("SIPp"),
]
FUNCTIONS = (
    "100rel required",
    "OPTIONS",
    "Record-Route",
    "UPDATE with an offer",
    "delayed offer",
    "hold by sendonly",
    "session timer",
    "too many hops",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TlsRelay]:
    folder = tmp_path_factory.mktemp("server")
    authority = Authority(folder)
    issued, shown = authority.issue(HOST), authority.issue("customer.example")
    tls = {
        "certificate": str(issued.certificate),
        "private_key": str(issued.private_key),
        "ca_file": str(authority.ca_file),
        "client_certificates": "required",
    }
    context = ssl.create_default_context(cafile=authority.ca_file)
    context.load_cert_chain(shown.certificate, shown.private_key)
    async with (
        Inline(folder, tls=tls, sip={"digest_algorithms": ["MD5"]}) as server,
        TlsRelay((HOST, server.tls_port), context) as relay,
    ):
        yield relay


def over_tls(step: Step) -> Step:
    """As it is said to the far end of the relay."""
    return Step(step.xml.replace("[transport]", "TLS"), step.checks)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.interop("certificates of clients required", "SIPp")
@pytest.mark.parametrize(
    "function",
    [
        pytest.param(name, marks=pytest.mark.interop(f"{name}, received over TLS", "SIPp"))
        for name in FUNCTIONS
    ],
)
async def test_a_caller(relay: TlsRelay, function: str, tmp_path: Path) -> None:
    file = CALLER.write(tmp_path / "caller.xml", map(over_tls, SCENARIOS[function]))
    report = await Sipp(file, tmp_path, target=relay.address, transport="tcp").run()
    assert report.ok, report
