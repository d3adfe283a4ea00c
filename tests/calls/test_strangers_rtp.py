"""RTP of somebody else, and RTP that is none: neither is heard by anybody, nor recorded."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from engine.app import Running
from engine.live import LiveContact
from mixer import Port
from tests.calls import malformed
from tests.calls.conversation import AGENT_HZ, CUSTOMER_HZ, SAID_DBFS, check_tones
from tests.calls.party import CODEC, Party, Talker
from tests.mixer.phone import FRAME, PTIME, Packet, encode
from tests.rig.house import engine, phone
from tests.rig.patience import until
from tests.rig.tones import Samples, leaked_dbfs, read_recording, steady_dbfs, tone

pytestmark = pytest.mark.call
HOST, NEIGHBOUR, UNREACHABLE = "127.0.0.1", "127.0.0.2", "127.0.0.3"
STRANGER_HZ, SHOUTED_DBFS, UNHEARD_DBFS = 2000.0, -3.0, -60.0
SETTLE_SECONDS = 0.3  # until the music has left the phones' ears
EARLY_SECONDS = 0.5  # how long he has the agent's leg to himself
EACH_WAY = 500  # malformed datagrams: two phones, and RTP or RTCP, make 2000


class Stranger:
    """Shouts at ports of the engine, with an SSRC and timestamps of its own invention."""

    def __init__(self, host: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self._dice = random.Random(host)

    def close(self) -> None:
        self._socket.close()

    async def shout(self, ports: Iterable[int], seconds: float) -> None:
        frames = encode(CODEC, tone(STRANGER_HZ, 1.0, SHOUTED_DBFS)).reshape(-1, FRAME)
        ssrc, start = self._dice.getrandbits(32), self._dice.getrandbits(15)
        for number in range(round(seconds / PTIME)):
            payload = frames[number % len(frames)].tobytes()
            stamp = (start + number) * FRAME
            packet = Packet(0, number == 0, start + number & 0xFFFF, stamp, ssrc, payload)
            for port in ports:
                self._socket.sendto(packet.serialise(), (HOST, port))
            await asyncio.sleep(PTIME)


@asynccontextmanager
async def two_parties(folder: Path) -> AsyncIterator[tuple[Running, Party, Party]]:
    async with (
        engine(folder) as one,
        Party.of(phone(one), tone(CUSTOMER_HZ, 1.0, SAID_DBFS)) as customer,
        Party.of(phone(one, "agent1"), tone(AGENT_HZ, 1.0, SAID_DBFS)) as agent,
    ):
        await agent.phone.register()
        yield one, customer, agent


def check(samples: Samples, wanted: float, *unwanted: float) -> None:
    assert steady_dbfs(samples, wanted) == pytest.approx(SAID_DBFS, abs=1.0)
    for hertz in unwanted:
        assert leaked_dbfs(samples, hertz) < UNHEARD_DBFS, hertz


async def recording(one: Running) -> LiveContact:
    """The contact, once it is recorded."""
    await until(lambda: any(live.tap for live in one.house.registry))
    [live] = one.house.registry
    return live


async def recorded(one: Running, live: LiveContact) -> Samples:
    """What was recorded of a contact that has ended, without its first and last tenth second."""
    await until(lambda: not len(one.house.registry))

    async def location() -> str:
        record = await one.house.records.contact(live.contact_id)
        done = record.recordings if record else ()
        return next((each.location for each in done if each.stop), "")

    return read_recording(Path(await until(location)))[800:-800]


async def test_nobody_hears_a_stranger_who_shouts_at_both_rtp_ports(tmp_path: Path) -> None:
    async with two_parties(tmp_path) as (one, customer, agent):
        await customer.dial()
        with closing(Stranger(HOST)) as here, closing(Stranger(NEIGHBOUR)) as there:
            ports = [customer.rtp_port, (await agent.rings()).rtp_port]
            shouts = [asyncio.create_task(each.shout(ports, 3.0)) for each in (here, there)]
            await asyncio.sleep(EARLY_SECONDS)  # at the agent's leg it is he who speaks first
            await agent.take()
            live = await recording(one)
            await asyncio.sleep(SETTLE_SECONDS)
            heard = await asyncio.gather(*(each.talker.hears(1.5) for each in (customer, agent)))
            assert not any(shout.done() for shout in shouts)
            await asyncio.gather(*shouts)
        check(heard[0], AGENT_HZ, STRANGER_HZ, CUSTOMER_HZ)
        check(heard[1], CUSTOMER_HZ, STRANGER_HZ, AGENT_HZ)
        agent.phone.hang_up()
        samples = await recorded(one, live)
        check(samples[:, 0], CUSTOMER_HZ, STRANGER_HZ)
        check(samples[:, 1], AGENT_HZ, STRANGER_HZ)


async def test_a_phone_behind_nat_is_learnt_once_and_nobody_after_it(tmp_path: Path) -> None:
    """Its SDP names an address nobody has; its RTP comes from where its signalling comes from."""
    async with two_parties(tmp_path) as (one, customer, agent):
        customer.host = UNREACHABLE
        await customer.dial()
        await agent.answer()
        live = await recording(one)
        check(await settled(agent), CUSTOMER_HZ)
        with closing(Stranger(HOST)) as here, closing(Stranger(NEIGHBOUR)) as there:
            shouts = [
                asyncio.create_task(each.shout([customer.rtp_port], 1.5)) for each in (here, there)
            ]
            check(await settled(agent), CUSTOMER_HZ, STRANGER_HZ)
            check(await settled(customer), AGENT_HZ, STRANGER_HZ)
            await asyncio.gather(*shouts)
        agent.phone.hang_up()
        check((await recorded(one, live))[:, 0], CUSTOMER_HZ, STRANGER_HZ)


async def settled(party: Party) -> Samples:
    """Half a second of what it hears, once what was there before has left its ears."""
    await asyncio.sleep(SETTLE_SECONDS)
    return await party.talker.hears(0.5)


async def test_two_thousand_malformed_datagrams_disturb_nobody(tmp_path: Path) -> None:
    """They come from the phones' own ports: the only ones whose packets are looked at."""
    async with two_parties(tmp_path) as (one, customer, agent):
        await customer.dial()
        await agent.answer()
        live = await recording(one)
        assert live.agent
        await asyncio.sleep(SETTLE_SECONDS)
        both = (customer, live.customer.rtp.port), (agent, live.agent.rtp.port)
        noise = [asyncio.create_task(pour(party)) for party, _ in both]
        heard = await asyncio.gather(*(party.talker.hears(2.0) for party, _ in both))
        await asyncio.gather(*noise)
        check(heard[0], AGENT_HZ)
        check(heard[1], CUSTOMER_HZ)
        for party, port in both:
            check_counts(one, port, party.talker)
        agent.phone.hang_up()
        samples = await recorded(one, live)
        check_tones(samples)


async def pour(party: Party) -> None:
    for rtp, rtcp in zip(malformed.rtp(EACH_WAY), malformed.rtcp(EACH_WAY), strict=True):
        party.talker.slip_in(rtp)
        party.talker.rtcp.sendto(rtcp, (HOST, party.rtp_port + 1))
        await asyncio.sleep(0.003)


def check_counts(one: Running, port: Port, talker: Talker) -> None:
    """All that was heard is what the phone said; all that was malformed was counted as that."""
    stats = one.house.mixer.stats(port)
    assert stats.received == pytest.approx(talker.sent, abs=3)
    assert EACH_WAY <= stats.malformed <= 2 * EACH_WAY
    assert (stats.lost, stats.epochs, stats.misplaced) == (0, 0, 0)
