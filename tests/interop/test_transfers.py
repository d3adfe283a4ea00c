"""Agents' phones that know nothing of us transfer their contact: blindly, and after asking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.calls.party import Party, is_tone
from tests.interop.test_phones import MAKERS, PHONE_HZ, Phone, speak
from tests.rig.inline import Inline
from tests.rig.linphone import Linphone
from tests.rig.needs import needs
from tests.rig.softphone import Softphone
from tests.rig.tones import tone

CUSTOMER_HZ, COLLEAGUE_HZ, SAID_DBFS = 440.0, 1700.0, -10.0
pytestmark = pytest.mark.call


def phones(function: str, *peers: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "peer",
        [
            pytest.param(
                peer,
                marks=[
                    pytest.mark.interop(function, peer),
                    needs(peer),
                ],
            )
            for peer in peers
        ],
    )


@dataclass
class Stage:
    """A customer who talks with agent1, the phone that is tried; agent2 is free."""

    server: Inline
    customer: Party
    agent: Phone
    colleague: Party


@asynccontextmanager
async def stage(peer: str, folder: Path) -> AsyncIterator[Stage]:
    async with (
        Inline(folder, sip={"digest_algorithms": ["MD5"]}) as server,
        MAKERS[peer]("agent1", folder, server, "udp") as agent,
        Party.of(server.phone("customer"), tone(CUSTOMER_HZ, 1.0, SAID_DBFS)) as customer,
        Party.of(server.phone("agent2"), tone(COLLEAGUE_HZ, 1.0, SAID_DBFS)) as colleague,
    ):
        await agent.register()
        await customer.dial()
        await agent.wait_for("incoming")
        await agent.answer()
        await agent.wait_for("media")
        await speak(agent, folder)
        await hears(customer, PHONE_HZ)
        await colleague.phone.register()
        yield Stage(server, customer, agent, colleague)
        await hears(customer, COLLEAGUE_HZ)
        await hears(colleague, CUSTOMER_HZ)
        colleague.phone.hang_up()
        assert (await customer.phone.hung_up()).by == "BYE"
        contact = server.contacts()[0]
        assert contact["agents"] == '["agent1", "agent2"]'


async def hears(party: Party, hertz: float) -> None:
    """This tone and neither of the others, in the end."""
    others = {PHONE_HZ, CUSTOMER_HZ, COLLEAGUE_HZ} - {hertz}
    await party.talker.comes_to_hear(lambda heard: is_tone(heard, hertz, SAID_DBFS, *others))


@phones("transfers blindly", "baresip", "linphonec", "pjsua2")
async def test_a_phone_transfers_blindly(peer: str, tmp_path: Path) -> None:
    async with stage(peer, tmp_path) as it:
        await it.agent.transfer(f"sip:agent2@{it.server.address}")
        await it.colleague.answer()
        await it.agent.wait_for("disconnected")


@phones("transfers to whom it asked", "linphonec", "pjsua2")
async def test_a_phone_transfers_to_whom_it_asked(peer: str, tmp_path: Path) -> None:
    async with stage(peer, tmp_path) as it:
        assert isinstance(it.agent, Linphone | Softphone)
        await it.agent.consult(f"sip:agent2@{it.server.address}")
        await it.colleague.answer()
        await it.agent.wait_for("connected")
        await asyncio.sleep(0.5)
        await it.agent.join()
        for _ in range(2):
            await it.agent.wait_for("disconnected")
