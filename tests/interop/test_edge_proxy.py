"""kamailio as the edge: the engine stays behind it, phones only ever speak with kamailio."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.calls.party import Party, is_tone
from tests.rig.inline import Inline
from tests.rig.kamailio import HOST, Kamailio
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.phone_events import PhoneError
from tests.rig.site import PASSWORD
from tests.rig.softphone import Softphone
from tests.rig.tones import tone, write_wav

pytestmark = [
    pytest.mark.call,
    needs("kamailio"),
    needs("pjsua2"),
]
AGENT_HZ, CUSTOMER_HZ, SAID_DBFS = 1000.0, 440.0, -10.0


@asynccontextmanager
async def behind_the_edge(folder: Path) -> AsyncIterator[tuple[Inline, Kamailio]]:
    async with Inline(folder) as server, Kamailio(folder, engine=(HOST, server.sip_port)) as edge:
        yield server, edge


def softphone(name: str, folder: Path, edge: Kamailio) -> Softphone:
    return Softphone(
        name,
        folder,
        username=name,
        password=PASSWORD,
        registrar=edge.registrar,
        auto_answer=0.2,
    )


@pytest.mark.interop("a registration keeps its Path", "kamailio")
@pytest.mark.interop("the proxy stays in the dialog (Record-Route)", "kamailio")
async def test_a_whole_contact_passes_the_edge(tmp_path: Path) -> None:
    write_wav(tmp_path / "said.wav", tone(AGENT_HZ, 1.0, SAID_DBFS))
    async with (
        behind_the_edge(tmp_path) as (server, edge),
        softphone("agent1", tmp_path, edge) as agent,
        softphone("customer", tmp_path, edge) as customer,
    ):
        await agent.register()
        await agent.play(tmp_path / "said.wav")
        await customer.call(f"sip:support@{edge.address}")
        await agent.wait_for("connected")
        await agent.wait_for("media")
        await agent.hold()
        await agent.wait_for("held")
        await agent.unhold()
        await agent.wait_for("media")
        await customer.hang_up()
        assert (await agent.wait_for("disconnected")).detail["status"] == 200
        [row] = await server.recorded()
        assert row["agent"] == "agent1"
        # Whatever the engine sent to the agent's phone went to the proxy.
        for method in ("INVITE", "BYE"):
            await until(partial(edge.passed, method, "agent1"))


@pytest.mark.interop("a call to a phone behind it is heard", "kamailio")
async def test_who_calls_directly_is_heard_by_an_agent_behind_the_edge(tmp_path: Path) -> None:
    async with (
        behind_the_edge(tmp_path) as (server, edge),
        softphone("agent1", tmp_path, edge) as agent,
        Party.of(server.phone("customer"), tone(CUSTOMER_HZ, 1.0, SAID_DBFS)) as customer,
    ):
        write_wav(tmp_path / "said.wav", tone(AGENT_HZ, 1.0, SAID_DBFS))
        await agent.register()
        await agent.play(tmp_path / "said.wav")
        await customer.dial()
        await agent.wait_for("media")
        await customer.talker.comes_to_hear(lambda heard: is_tone(heard, AGENT_HZ, SAID_DBFS))
        await agent.hang_up()
        assert (await customer.phone.hung_up()).by == "BYE"
        await until(lambda: edge.passed("INVITE", "agent1"))


@pytest.mark.interop("a wrong password is refused through it", "kamailio")
async def test_a_wrong_password_is_refused_through_the_edge(tmp_path: Path) -> None:
    async with behind_the_edge(tmp_path) as (_, edge):
        phone = Softphone(
            "agent1", tmp_path, username="agent1", password="wrong", registrar=edge.registrar
        )
        async with phone:
            with pytest.raises(PhoneError):
                await phone.register()
