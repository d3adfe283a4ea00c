"""Agents' phones that know nothing of us transfer their contact: blindly, and after asking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from engine.call import State
from tests.calls.party import Party, is_tone
from tests.interop.test_phones import MAKERS, PHONE_HZ, Phone, Transport, secured, speak
from tests.rig.desk import BERLIN, desk
from tests.rig.house import AUDIO, PASSWORD, phone
from tests.rig.inline import Inline
from tests.rig.linphone import Linphone
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.softphone import Softphone
from tests.rig.tones import tone

CUSTOMER_HZ, COLLEAGUE_HZ, SAID_DBFS = 440.0, 1700.0, -10.0
TRANSPORTS: tuple[Transport, ...] = ("udp", "tcp", "tls")
ASKS_FIRST = ("linphonec", "pjsua2")
pytestmark = pytest.mark.call


def phones() -> pytest.MarkDecorator:
    """One test for each phone and transport, of everything it can."""
    return pytest.mark.parametrize(
        ("peer", "transport"),
        [
            pytest.param(
                peer,
                transport,
                id=f"{peer}-{transport}",
                marks=[
                    *(pytest.mark.interop(f"{one}, {transport}", peer) for one in functions(peer)),
                    needs(peer),
                ],
            )
            for peer in MAKERS
            for transport in TRANSPORTS
        ],
    )


def functions(peer: str) -> tuple[str, ...]:
    blindly = "transfers blindly"
    return (blindly, "transfers to whom it asked") if peer in ASKS_FIRST else (blindly,)


def agents(peer: str, transport: str) -> tuple[str, str]:
    """The one whose phone is tried, and a colleague; nobody else has these two."""
    return f"agent-{peer}-{transport}", f"colleague-{peer}-{transport}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inline]:
    everybody = [name for peer in MAKERS for one in TRANSPORTS for name in agents(peer, one)]
    folder = tmp_path_factory.mktemp("server")
    async with secured(folder, everybody, sip={"digest_algorithms": ["MD5"]}) as server:
        yield server


@dataclass
class Stage:
    """The phone that is tried, and whom it may transfer to."""

    server: Inline
    agent: Phone
    colleague: str
    uri: str
    folder: Path

    @asynccontextmanager
    async def talk(self) -> AsyncIterator[Party]:
        """The phone talks with a customer, and the colleague in the end."""
        says = {"customer": CUSTOMER_HZ, self.colleague: COLLEAGUE_HZ}
        customer, colleague = (
            Party.of(self.server.phone(name), tone(hertz, 1.0, SAID_DBFS))
            for name, hertz in says.items()
        )
        async with customer, colleague:
            await customer.dial()
            await self.agent.wait_for("incoming")
            await self.agent.answer()
            await self.agent.wait_for("media")
            await speak(self.agent, self.folder)
            await hears(customer, PHONE_HZ)
            await colleague.phone.register()
            try:
                yield colleague
                await asyncio.gather(hears(customer, COLLEAGUE_HZ), hears(colleague, CUSTOMER_HZ))
            finally:
                await colleague.phone.register(0, contact="*")  # else the next contact is theirs
            colleague.phone.hang_up()
            assert (await customer.phone.hung_up()).by == "BYE"


@asynccontextmanager
async def stage(
    server: Inline, peer: str, transport: Transport, folder: Path
) -> AsyncIterator[Stage]:
    name, colleague = agents(peer, transport)
    async with MAKERS[peer](name, folder, server, transport) as agent:
        await agent.register()
        uri = f"sip:{colleague}@{server.reached_by(transport)}"
        yield Stage(server, agent, colleague, uri, folder)
    async with server.phone(name) as registrar:  # a phone that ends may not have waited for it
        await registrar.register(0, contact="*")


async def hears(party: Party, hertz: float) -> None:
    """This tone and neither of the others, in the end."""
    others = {PHONE_HZ, CUSTOMER_HZ, COLLEAGUE_HZ} - {hertz}
    await party.talker.comes_to_hear(lambda heard: is_tone(heard, hertz, SAID_DBFS, *others))


@pytest.mark.asyncio(loop_scope="module")
@phones()
async def test_a_phone_transfers_blindly_and_where_it_can_to_whom_it_asked(
    server: Inline, peer: str, transport: Transport, tmp_path: Path
) -> None:
    async with stage(server, peer, transport, tmp_path) as it:
        if isinstance(it.agent, Linphone | Softphone):
            async with it.talk() as colleague:
                await asks_first(it.agent, it.uri, colleague)
        async with it.talk() as colleague:
            await it.agent.transfer(it.uri)
            await colleague.answer()
            await it.agent.wait_for("disconnected")
    both = f'["{it.agent.name}", "{it.colleague}"]'

    def served() -> int:
        return [row["agents"] for row in server.contacts()].count(both)

    await until(lambda: served() == len(functions(peer)))


@needs("pjsua2")
@pytest.mark.interop("transfers to somebody outside whom it asked", "pjsua2")
async def test_a_phone_joins_its_customer_with_somebody_outside_whom_it_asked(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as it, phone(it.one) as customer:
        registrar = f"sip:{it.one.house.sip.authority}"
        await it.agent.register(0)
        async with Softphone(
            "agent", tmp_path, username="agent1", password=PASSWORD, registrar=registrar
        ) as agent:
            await agent.register()
            await customer.invite("support", AUDIO)
            await agent.wait_for("incoming")
            await agent.answer()
            await agent.wait_for("connected")
            live = it.live
            await agent.consult(registrar.replace(":", f":{BERLIN}@", 1))
            await it.carrier.called()
            await it.carrier.answer(AUDIO)
            await agent.wait_for("connected")
            await agent.join()
            for _ in range(2):
                await agent.wait_for("disconnected")
        await until(lambda: live.call.state is State.FORWARDED)
        customer.hang_up()
        assert (await it.carrier.hung_up()).by == "BYE"


async def asks_first(agent: Linphone | Softphone, uri: str, colleague: Party) -> None:
    await agent.consult(uri)
    await colleague.answer()
    await agent.wait_for("connected")
    await asyncio.sleep(0.5)
    await agent.join()
    for _ in range(2):
        await agent.wait_for("disconnected")
