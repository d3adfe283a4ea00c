"""Phones that do what they should not: each hurts itself, and nobody else on the line."""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio

from tests.calls import malformed
from tests.calls.conversation import Talk, available, talk
from tests.calls.party import Party
from tests.rig.needs import needs
from tests.rig.patience import PATIENCE_SECONDS, until
from tests.rig.phone import Refused
from tests.rig.server import HOST, PASSWORD, Row, Server
from tests.rig.sipp import Sipp
from tests.rig.softphone import Softphone
from tests.rig.tones import tone, write_wav
from tests.rig.virtual_phone import Dialog

pytestmark = [pytest.mark.call, pytest.mark.asyncio(loop_scope="module")]
needs_sipp = needs("SIPp")
needs_softphone = needs("pjsua2")
DAMAGED = 300
SILENCE_SECONDS = 1.5  # then who is silent is gone


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Talk]:
    """One conversation beside all that follows."""
    async with talk(tmp_path_factory.mktemp("talk")) as both:
        yield both


async def answers_options(server: Server, folder: Path, transport: Literal["udp", "tcp"]) -> None:
    report = await Sipp("options", folder, target=server.address, transport=transport).run()
    assert report.ok, report


def ended(server: Server, reason: str, last: int = 0) -> list[Row]:
    """Contacts, or the `last` of them only, that ended for this reason."""
    return [one for one in server.contacts()[-last:] if one["disconnect_reason"] == reason]


@needs_sipp
async def test_callers_who_misbehave_do_not_disturb_a_conversation(
    both: Talk, tmp_path: Path
) -> None:
    server = both.server
    before = len(server.contacts())
    for scenario, service in (
        ("unknown_number", "nobody"),
        ("extension", "agent2"),
        ("late_cancel", "support"),
        ("hasty_bye", "support"),
        ("reinvite", "support"),
        ("options", "support"),
    ):
        sipp = Sipp(scenario, tmp_path, target=server.address, service=service, milliseconds=300)
        report, _ = await asyncio.gather(sipp.run(), both.goes_on())
        assert report.ok, report
    await until(lambda: len(ended(server, "CUSTOMER_DISCONNECT", last=3)) == 3)
    assert len(server.contacts()) == before + 3  # nobody and agent2 are no contacts


@needs_sipp
async def test_malformed_sip_is_refused_or_ignored_and_nothing_else(
    both: Talk, tmp_path: Path
) -> None:
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
async def test_garbage_on_tcp_costs_its_connection_only(both: Talk, tmp_path: Path) -> None:
    server, dice = both.server, random.Random(1)
    before = sockets(server)
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
    await until(lambda: sockets(server) <= before)


def sockets(server: Server) -> int:
    """How many it has open; files come and go as the database likes."""
    return sum(one.startswith("socket:") for one in server.descriptors())


async def send_on_tcp(port: int, data: bytes) -> None:
    """All of it, or as much as is taken before the other side has had enough."""
    _, writer = await asyncio.open_connection(HOST, port)
    with suppress(ConnectionError):
        writer.write(data)
        await asyncio.wait_for(writer.drain(), PATIENCE_SECONDS)
    writer.transport.abort()


async def test_an_offer_that_cannot_be_understood_leaves_the_call_as_it_was(
    both: Talk,
) -> None:
    for party in (both.customer, both.agent):
        for sdp in ("v=0\r\ngibberish\r\n", party.sdp.replace("RTP/AVP 0 8", "RTP/AVP 18")):
            with pytest.raises(Refused) as refused:
                await party.phone.reinvite(sdp)
            assert refused.value.status in (400, 488)
        await both.goes_on()


async def test_a_stranger_cannot_hang_up_or_redirect_a_call_he_overheard_half_of(
    both: Talk,
) -> None:
    """He knows its Call-ID, but not its tags."""
    async with both.server.phone("customer") as stranger:
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
    both: Talk,
) -> None:
    """RFC 3261 §9.1: the CANCEL came too late, so the leg is up and needs a BYE."""
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
        row = await until(lambda: next(iter(ended(server, "CUSTOMER_DISCONNECT", last=1)), None))
        assert row["agent"] is None, "they never spoke"
        assert len(server.recordings()) == 1
        await agent.phone.register()
        async with Party.of(server.phone("patient"), tone(700.0, 1.0)) as patient:
            await patient.dial()
            await agent.rings()  # the agent is free again
            patient.phone.hang_up()
            assert (await agent.phone.hung_up()).by == "CANCEL"
        await agent.phone.register(expires=0)


@needs_softphone
async def test_a_phone_that_vanishes_ends_its_contact_and_no_other(tmp_path: Path) -> None:
    said = tmp_path / "said.wav"
    write_wav(said, tone(700.0, 1.0))
    async with (
        talk(
            tmp_path,
            agents=["agent1", "agent2", "agent3"],
            media={"silence_timeout_seconds": SILENCE_SECONDS},
        ) as both,
        softphone("customer", tmp_path, both.server) as customer,
        softphone("agent3", tmp_path, both.server) as agent,
        Party.of(both.server.phone("agent2"), tone(1500.0, 1.0)) as left_agent,
        Party.of(both.server.phone("second"), tone(1500.0, 1.0)) as left_customer,
    ):
        server = both.server
        await left_agent.phone.register()
        await customer.call(f"sip:support@{server.address}")
        await left_agent.answer()
        await agent.register()
        await left_customer.dial()
        await asyncio.gather(vanish(customer, left_agent, said), vanish(agent, left_customer, said))
        await until(lambda: len(ended(server, "TELECOM_PROBLEM")) == 2)
        lost = {one["agent"] for one in ended(server, "TELECOM_PROBLEM")}
        assert lost == {"agent2", "agent3"}
        await until(lambda: all(available(server, agent) for agent in lost))


def softphone(name: str, folder: Path, server: Server) -> Softphone:
    return Softphone(
        name,
        folder,
        username=name,
        password=PASSWORD,
        registrar=server.registrar,
        auto_answer=0.1,
    )


async def vanish(soft: Softphone, left: Party, said: Path) -> None:
    """The phone dies in the middle of the talk; whoever is left is hung up on."""
    await soft.play(said)
    await soft.wait_for("media")
    await left.talker.hears(0.5)
    gone = time.monotonic()
    await soft.vanish()
    assert (await left.phone.hung_up()).by == "BYE"
    assert time.monotonic() - gone > SILENCE_SECONDS - 0.5
