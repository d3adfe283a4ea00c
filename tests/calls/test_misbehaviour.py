"""Phones that do what they should not: each hurts itself, and nobody else on the line."""

from __future__ import annotations

import asyncio
import random
import shutil
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import pytest

from tests.calls import malformed
from tests.calls.party import Party, bridge
from tests.rig.patience import PATIENCE_SECONDS, until
from tests.rig.phone import Refused
from tests.rig.server import HOST, PASSWORD, Row, Server
from tests.rig.sipp import Sipp
from tests.rig.softphone import Softphone
from tests.rig.tones import Samples, level_dbfs, read_recording, steady_dbfs, tone, write_wav
from tests.rig.virtual_phone import Dialog

pytestmark = pytest.mark.call
needs_sipp = pytest.mark.skipif(
    shutil.which("sipp") is None, reason="SIPp (sip-tester) is not installed"
)
needs_softphone = pytest.mark.skipif(
    find_spec("pjsua2") is None, reason="pjsua2-python is not installed"
)
CUSTOMER_HZ, AGENT_HZ, SAID_DBFS = 440.0, 1000.0, -10.0
NO_ACK_SECONDS = 32.0  # RFC 3261 §13.3.1.4: 64 * T1
DAMAGED = 300


@dataclass
class Talk:
    """Two who talk to each other, whatever happens beside them."""

    server: Server
    customer: Party
    agent: Party

    async def goes_on(self, seconds: float = 0.5) -> None:
        """Each hears the other's tone as it was said, and is sent a packet each 20 ms."""
        ears = self.customer.talker, self.agent.talker
        heard = await asyncio.gather(*(ear.hears(seconds) for ear in ears))
        for samples, hertz in zip(heard, (AGENT_HZ, CUSTOMER_HZ), strict=True):
            assert len(samples) / 8000 == pytest.approx(seconds, abs=0.1)
            assert steady_dbfs(samples, hertz) == pytest.approx(SAID_DBFS, abs=1.0)

    async def end(self) -> None:
        self.agent.phone.hang_up()
        assert (await self.customer.phone.hung_up()).by == "BYE"


@asynccontextmanager
async def talk(folder: Path, silence_seconds: float = 60.0) -> AsyncIterator[Talk]:
    """At the end both are still on the line, and their recording has no gap."""
    async with (
        Server(folder, media={"silence_timeout_seconds": silence_seconds}) as server,
        Party.of(server.phone("customer"), tone(CUSTOMER_HZ, 1.0, SAID_DBFS)) as customer,
        Party.of(server.phone("agent1"), tone(AGENT_HZ, 1.0, SAID_DBFS)) as agent,
    ):
        began = await bridge(customer, agent)
        both = Talk(server, customer, agent)
        await both.goes_on()
        yield both
        await both.goes_on()
        seconds = time.monotonic() - began
        await both.end()
        [row] = await until(lambda: available(server, "agent1"))
        check_recording(read_recording(Path(row["location"])), seconds)


def check_recording(samples: Samples, seconds: float) -> None:
    """Each fifth of a second of it has both tones."""
    assert len(samples) / 8000 == pytest.approx(seconds, abs=0.1)
    for start in range(1600, len(samples) - 2 * 1600, 1600):
        piece = samples[start : start + 1600]
        levels = level_dbfs(piece[:, 0], CUSTOMER_HZ), level_dbfs(piece[:, 1], AGENT_HZ)
        assert min(levels) > SAID_DBFS - 1, f"at {start / 8000:g} s: {levels}"


def available(server: Server, agent: str) -> list[Row]:
    """The agent's recordings that are complete."""
    rows = server.recordings()
    return [one for one in rows if (one["agent"], one["status"]) == (agent, "AVAILABLE")]


async def answers_options(server: Server, folder: Path, transport: Literal["udp", "tcp"]) -> None:
    report = await Sipp("options", folder, target=server.address, transport=transport).run()
    assert report.ok, report


def ended(server: Server, reason: str) -> list[Row]:
    return [one for one in server.contacts() if one["disconnect_reason"] == reason]


@needs_sipp
async def test_callers_who_misbehave_do_not_disturb_a_conversation(tmp_path: Path) -> None:
    async with talk(tmp_path) as both:
        server = both.server
        for scenario, service in (
            ("unknown_number", "nobody"),
            ("extension", "agent2"),
            ("late_cancel", "support"),
            ("hasty_bye", "support"),
            ("reinvite", "support"),
            ("options", "support"),
        ):
            sipp = Sipp(
                scenario, tmp_path, target=server.address, service=service, milliseconds=300
            )
            report, _ = await asyncio.gather(sipp.run(), both.goes_on())
            assert report.ok, report
        gone = await until(lambda: ended(server, "CUSTOMER_DISCONNECT"))
        assert len(gone) == 3 and len(server.contacts()) == 4  # nobody and agent2 are no contacts


@needs_sipp
async def test_an_answer_that_is_never_acknowledged_ends_in_a_bye(tmp_path: Path) -> None:
    async with talk(tmp_path) as both:
        caller = Sipp("no_ack", tmp_path, target=both.server.address)
        began = time.monotonic()
        report = await caller.run(within=NO_ACK_SECONDS + 8)
        assert report.ok, report
        assert time.monotonic() - began == pytest.approx(NO_ACK_SECONDS, abs=2.0)
        [row] = await until(lambda: ended(both.server, "TELECOM_PROBLEM"))
        assert not row["enqueue"], "its flow never began"


@needs_sipp
async def test_malformed_sip_is_refused_or_ignored_and_nothing_else(tmp_path: Path) -> None:
    async with talk(tmp_path) as both:
        server = both.server
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind((HOST, 0))
            for message in malformed.sip(DAMAGED):
                stranger.sendto(message, (HOST, server.sip_port))
                await asyncio.sleep(0.002)  # a phone that talks nonsense, not a flood
        await both.goes_on()
        for transport in ("udp", "tcp"):
            await answers_options(server, tmp_path, transport)
        assert both.customer.phone.events == [] and both.agent.phone.events == []


@needs_sipp
async def test_garbage_on_tcp_costs_its_connection_only(tmp_path: Path) -> None:
    async with talk(tmp_path) as both:
        server, dice = both.server, random.Random(1)
        before = len(server.descriptors())
        pieces = [
            dice.randbytes(100_000),
            b"INVITE " * 20_000,
            b"\r\n" * 50_000,
            b"OPTIONS sip:x SIP/2.0\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 100_000,
            b"OPTIONS sip:x SIP/2.0\r\nContent-Length: -5\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + dice.randbytes(500),  # TLS
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            *malformed.sip(40),
        ]
        for piece in pieces:
            await send_on_tcp(server.sip_port, piece)
        silent = [await asyncio.open_connection(HOST, server.sip_port) for _ in range(50)]
        await both.goes_on()
        for transport in ("udp", "tcp"):
            await answers_options(server, tmp_path, transport)
        for _, writer in silent:
            writer.close()
        await until(lambda: len(server.descriptors()) <= before)


async def send_on_tcp(port: int, data: bytes) -> None:
    """All of it, or as much as is taken before the other side has had enough."""
    _, writer = await asyncio.open_connection(HOST, port)
    with suppress(ConnectionError):
        writer.write(data)
        await asyncio.wait_for(writer.drain(), PATIENCE_SECONDS)
    writer.transport.abort()


async def test_an_offer_that_cannot_be_understood_leaves_the_call_as_it_was(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path) as both:
        for party in (both.customer, both.agent):
            for sdp in ("v=0\r\ngibberish\r\n", party.sdp.replace("RTP/AVP 0 8", "RTP/AVP 18")):
                with pytest.raises(Refused) as refused:
                    await party.phone.reinvite(sdp)
                assert refused.value.status in (400, 488)
            await both.goes_on()


async def test_a_stranger_cannot_hang_up_or_redirect_a_call_he_overheard_half_of(
    tmp_path: Path,
) -> None:
    """He knows its Call-ID, but not its tags."""
    async with talk(tmp_path) as both, both.server.phone("customer") as stranger:
        call = both.customer.phone.machine.call
        assert call
        guessed = call.local.with_tag("guess"), call.remote.with_tag("guess")
        stranger.machine.call = Dialog(call.call_id, *guessed, call.target, cseq=99)
        for request in ("INVITE", "BYE"):
            with pytest.raises(Refused) as refused:
                if request == "INVITE":
                    await stranger.reinvite(both.customer.sdp)
                else:
                    stranger.hang_up()
                    await stranger.finished("BYE")
            assert refused.value.status == 481
        await both.goes_on()


async def test_an_answer_that_crosses_the_customers_goodbye_is_acknowledged_and_ended(
    tmp_path: Path,
) -> None:
    """RFC 3261 §9.1: the CANCEL came too late, so the leg is up and needs a BYE."""
    async with talk(tmp_path) as both:
        server = both.server
        async with (
            Party.of(server.phone("hasty"), tone(700.0, 1.0)) as hasty,
            Party.of(server.phone("agent2"), tone(1500.0, 1.0)) as agent,
        ):
            await agent.phone.register()
            await hasty.dial()
            await agent.rings()
            agent.phone.ring()
            hasty.phone.hang_up()
            await agent.phone.answer(agent.sdp)
            assert (await agent.phone.hung_up()).by == "BYE"
            [row] = await until(lambda: ended(server, "CUSTOMER_DISCONNECT"))
            assert row["agent"] is None, "they never spoke"
            assert len(server.recordings()) == 1
            await agent.phone.register()
            async with Party.of(server.phone("patient"), tone(700.0, 1.0)) as patient:
                await patient.dial()
                await agent.rings()  # the agent is free again


@needs_softphone
@pytest.mark.parametrize("who", ["customer", "agent2"])
async def test_a_phone_that_vanishes_ends_its_contact_and_no_other(
    tmp_path: Path, who: str
) -> None:
    async with talk(tmp_path, silence_seconds=1.0) as both:
        server = both.server
        other = "agent2" if who == "customer" else "customer"
        write_wav(tmp_path / "said.wav", tone(700.0, 1.0))
        soft = Softphone(
            who,
            tmp_path,
            username=who,
            password=PASSWORD,
            registrar=server.registrar,
            auto_answer=0.1,
        )
        async with soft, Party.of(server.phone(other), tone(1500.0, 1.0)) as left:
            await soft.play(tmp_path / "said.wav")
            if who == "customer":
                await left.phone.register()
                await soft.call(f"sip:support@{server.address}")
                await left.answer()
            else:
                await soft.register()
                await left.dial()
            await soft.wait_for("media")
            await left.talker.hears(0.5)
            gone = time.monotonic()
            await soft.vanish()
            assert (await left.phone.hung_up(3)).by == "BYE"
            assert time.monotonic() - gone == pytest.approx(1.0, abs=0.5)
        [row] = await until(lambda: ended(server, "TELECOM_PROBLEM"))
        assert row["agent"] == "agent2"
        await until(lambda: available(server, "agent2"))
