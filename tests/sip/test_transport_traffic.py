"""The driver with much to do: shared wakes, floods, and those who look on."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from config.settings import SipSettings
from sip.events import (
    SessionId,
)
from sip.message import Response, parse
from sip.trace import Captured
from sip.transport import TICK_SECONDS, SipTransport
from tests.rig.patience import NEVER_BEHIND_SECONDS, PATIENCE_SECONDS, until
from tests.rig.phone import Phone
from tests.sip.raw import SDP, request
from tests.sip.scene import account
from tests.sip.test_transport import OURS, Server, server

__all__ = ["server"]  # a fixture


async def test_deadlines_that_crowd_are_met_by_a_few_wakes(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    call_at, wakes = loop.call_at, list[float]()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as stranger:
        stranger.bind(("127.0.0.1", 0))
        began = loop.time()
        for number in range(50):  # each 200 has no ACK and comes again after 500 ms
            data = request("INVITE", branch=str(number), call_id=str(number), body=SDP)
            stranger.sendto(data, server.address)
            await asyncio.sleep(0.002)
        spread = loop.time() - began
        monkeypatch.setattr(loop, "call_at", lambda at, *act: wakes.append(at) or call_at(at, *act))
        resent: list[int] = []
        stranger.setblocking(False)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(resent) < 2 * 50:  # 200, and 200 again
                message = parse(await loop.sock_recv(stranger, 65535))
                assert isinstance(message, Response)
                resent += [message.status] * (message.status == 200)
    assert len(wakes) < 20 + spread / TICK_SECONDS


async def test_observers_see_every_message_both_ways() -> None:
    seen: list[Captured] = []
    server = SipTransport(
        SipSettings(port=0, overload_seconds=NEVER_BEHIND_SECONDS),
        {"agent1": account("agent1")},
        lambda event: None,
        None,
        [seen.append],
    )
    await server.start()
    async with Phone("agent1", "secret", (server.host, server.port)) as phone:
        await phone.register()
        session = server.invite("agent1", caller="Customer", offer=OURS)
        called = await phone.called()
        assert server.call_id(session) == called.invite.call_id
    await server.stop()
    assert server.call_id(SessionId("nobody")) is None
    assert [(one.sent, one.data.split()[0]) for one in seen] == [
        *((False, b"REGISTER"), (True, b"SIP/2.0")) * 2,
        (True, b"INVITE"),
    ]
    assert {one.local for one in seen} == {(server.host, server.port)}
    assert all(abs(one.at - time.time()) < 60 for one in seen)


async def test_a_flood_is_not_read_and_those_who_send_less_are_heard() -> None:
    flooded = Server(flood_messages_per_second=1.0, flood_burst=3, flood_exempt=())
    await flooded.transport.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        for number in range(10):
            peer.sendto(request("OPTIONS", branch=f"b{number}", cseq=number), flooded.address)
        await until(lambda: flooded.transport.flood_dropped == 7)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as other:
        other.bind(("127.0.0.2", 0))
        via = f"SIP/2.0/UDP 127.0.0.2:{other.getsockname()[1]};rport"
        other.sendto(request("OPTIONS", via=via), flooded.address)
        data = await asyncio.wait_for(
            asyncio.get_running_loop().sock_recv(other, 4096), PATIENCE_SECONDS
        )
    assert data.startswith(b"SIP/2.0 200")
    await flooded.transport.stop()
