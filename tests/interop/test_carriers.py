"""SIPp as a carrier: calls by a trunk in both directions, and what may become of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.rig.desk import BERLIN, Desk, desk, recorded, trunk, whisper
from tests.rig.house import AUDIO
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.phone import Progress
from tests.rig.scenario import Callee, Check, Step, pause, recv, sdp
from tests.rig.sipp import Sipp

pytestmark = needs("SIPp")
HOSTS = ("127.0.0.3", "127.0.0.4")
MUNICH = "+49897654321"
CARRIER = Callee()
OURS = recv("INVITE", *CARRIER.learns, Check("m=audio [1-9]"))
TALKS = (
    CARRIER.respond_to_invite("200 OK", body=sdp()),
    recv("ACK"),
    recv("BYE"),
    CARRIER.respond("200 OK"),
)
REALM = "rig"


def refuses(status: str, *headers: str) -> tuple[Step, ...]:
    return OURS, CARRIER.respond_to_invite(status, *headers), recv("ACK")


@asynccontextmanager
async def carriers(
    folder: Path, *scenarios: tuple[Step, ...], settings: tuple[dict[str, Any], ...] = ({}, {})
) -> AsyncIterator[tuple[Desk, list[Sipp]]]:
    """A carrier for each scenario, the first to be tried first."""
    async with AsyncExitStack() as stack:
        started, trunks = [], []
        for number, steps in enumerate(scenarios):
            file = CARRIER.write(folder / f"carrier{number}.xml", steps)
            sipp = Sipp(file, folder, target=None, host=HOSTS[number])
            started.append(await stack.enter_async_context(sipp))
            trunks.append(trunk((sipp.host, sipp.port), number, **settings[number]))
        it = await stack.enter_async_context(
            desk(folder, carriers=0, more=trunks, flow=whisper(recorded("Agent", "Customer")))
        )
        yield it, started


async def talks(it: Desk, carrier: Sipp) -> None:
    """The agent's call is answered; the agent hangs up."""
    await it.agent.finished("INVITE")
    await until(lambda: it.live.tap)
    it.agent.hang_up()
    report = await carrier.finished()
    assert report.ok, report


@pytest.mark.interop("calls out by a trunk", "SIPp")
async def test_a_call_by_a_trunk_rings_is_answered_and_ended(tmp_path: Path) -> None:
    rings = CARRIER.respond_to_invite("183 Session Progress", body=sdp())
    async with carriers(tmp_path, (OURS, rings, pause(100), *TALKS)) as (it, [carrier]):
        it.agent.dial(BERLIN, AUDIO)
        assert (await it.agent.take(Progress)).status == 180
        await talks(it, carrier)


@pytest.mark.interop("calls out by a trunk that asks for a password", "SIPp")
async def test_a_call_is_sent_again_with_what_the_trunk_asks_for(tmp_path: Path) -> None:
    challenge = f'Proxy-Authenticate: Digest realm="{REALM}", nonce="4711", algorithm=MD5'
    again = recv("INVITE", *CARRIER.learns, Check('username="us"', "Proxy-Authorization"))
    steps = (*refuses("407 Proxy Authentication Required", challenge), again, *TALKS)
    login = {"username": "us", "password": "secret", "realm": REALM}
    async with carriers(tmp_path, steps, settings=(login,)) as (it, [carrier]):
        it.agent.dial(BERLIN, AUDIO)
        await talks(it, carrier)


@pytest.mark.interop("calls out by a trunk: busy", "SIPp")
async def test_a_busy_number_is_busy_at_the_phone_that_dialled(tmp_path: Path) -> None:
    async with carriers(tmp_path, refuses("486 Busy Here")) as (it, [carrier]):
        it.agent.dial(BERLIN, AUDIO)
        assert await it.refused() == 486
        assert (await carrier.finished()).ok


@pytest.mark.interop("fails over to the next trunk", "SIPp")
@pytest.mark.parametrize(
    "broken", [refuses("503 Service Unavailable"), (OURS, pause(2000))], ids=["503", "silence"]
)
async def test_a_broken_trunk_is_followed_by_the_next(
    tmp_path: Path, broken: tuple[Step, ...]
) -> None:
    async with carriers(tmp_path, broken, (OURS, *TALKS)) as (it, [_, second]):
        it.agent.dial(BERLIN, AUDIO)
        await talks(it, second)


@pytest.mark.interop("follows a redirection within the dial plan", "SIPp")
async def test_a_redirection_goes_by_the_trunk_for_that_number(tmp_path: Path) -> None:
    moved = refuses("302 Moved Temporarily", f"Contact: <sip:{MUNICH}@192.0.2.1>")
    settings = ({"allowed": ["+4930"]}, {"allowed": ["+4989"]})
    async with carriers(tmp_path, moved, (OURS, *TALKS), settings=settings) as (it, [_, second]):
        it.agent.dial(BERLIN, AUDIO)
        await talks(it, second)


@pytest.mark.interop("calls out by the proxy of a trunk, which stays in the dialog", "SIPp")
async def test_a_call_goes_by_the_proxy_of_its_trunk(tmp_path: Path) -> None:
    routed = Check("127.0.0.3:[0-9]+;lr", "Route")
    steps = [
        recv("INVITE", *CARRIER.learns, routed, Check(f"{BERLIN[1:]}@carrier.example", "To")),
        CARRIER.respond_to_invite(
            "200 OK", "Record-Route: <sip:[local_ip]:[local_port];lr>", body=sdp()
        ),
        recv("ACK", routed),
        recv("BYE", routed),
        CARRIER.respond("200 OK"),
    ]
    file = CARRIER.write(tmp_path / "proxy.xml", steps)
    async with Sipp(file, tmp_path, target=None, host=HOSTS[0]) as proxy:
        ours = trunk(("carrier.example", 5060), 1, proxy=f"sip:{proxy.address}")
        flow = whisper(recorded("Agent", "Customer"))
        async with desk(tmp_path, carriers=0, more=[ours], flow=flow) as it:
            it.agent.dial(BERLIN, AUDIO)
            await talks(it, proxy)


@pytest.mark.interop("registers at a trunk", "SIPp")
async def test_a_trunk_is_registered_at_with_digest(tmp_path: Path) -> None:
    async with Sipp("registrar", tmp_path, target=None, host=HOSTS[0]) as registrar:
        login = {"username": "us", "password": "secret", "realm": REALM}
        ours = trunk((registrar.host, registrar.port), 1, register_seconds=600, **login)
        async with desk(tmp_path, carriers=0, more=[ours]) as it:
            await until(lambda: it.one.house.trunks.status()[0].is_registered)
            report = await registrar.finished()
            assert report.ok, report


@pytest.mark.interop("calls in by a trunk", "SIPp")
async def test_a_call_by_a_static_trunk_is_known_by_its_source(tmp_path: Path) -> None:
    numbers = [{"number": BERLIN, "flow": tmp_path / "support.json"}]
    ours = trunk((HOSTS[0], 5060), 1, country_code="49")
    async with desk(tmp_path, carriers=0, more=[ours], numbers=numbers) as it:
        target = f"127.0.0.1:{it.one.house.sip.port}"
        options: dict[str, Any] = {"target": target, "service": "0301234567", "milliseconds": 500}
        stranger = Sipp("unknown_number", tmp_path, host=HOSTS[1], **options)
        assert (await stranger.run()).ok
        carrier = Sipp("customer", tmp_path, host=HOSTS[0], **options)
        async with carrier:
            await it.agent.called()
            await it.agent.answer(AUDIO)
            assert it.live.record.system_endpoint == BERLIN
            assert (await it.agent.hung_up()).by == "BYE"
            report = await carrier.finished()
            assert report.ok, report
