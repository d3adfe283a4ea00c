"""A capture server of HEP3 sees a stranger's whole call, message by message."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from struct import unpack, unpack_from

import pytest

from tests.rig.inline import Inline
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.scenario import Caller, optional, recv
from tests.rig.sipp import Sipp

pytestmark = needs("SIPp")
SOURCE_PORT, TARGET_PORT, CALL_ID, PAYLOAD = 7, 8, 17, 15  # HEP3 types of chunks
Message = tuple[int, int, str, str]
"""Ports from and to, Call-ID, first line."""


def chunks(datagram: bytes) -> Iterator[tuple[int, bytes]]:
    (length,) = unpack_from("!H", datagram, 4)
    assert datagram[:4] == b"HEP3" and length == len(datagram)
    at = 6
    while at < length:
        vendor, kind, size = unpack_from("!HHH", datagram, at)
        assert vendor == 0
        yield kind, datagram[at + 6 : at + size]
        at += size


def read(datagram: bytes) -> Message:
    found = dict(chunks(datagram))
    (source,), (target,) = (unpack("!H", found[port]) for port in (SOURCE_PORT, TARGET_PORT))
    first = found[PAYLOAD].decode().splitlines()[0]
    return source, target, found[CALL_ID].decode(), first.removesuffix("SIP/2.0").strip()


def due(seen: list[Message]) -> list[Message]:
    """Without the 100 of an engine that had no time to answer at once."""
    return [message for message in seen if message[-1] != "SIP/2.0 100 Trying"]


@pytest.mark.interop("HEP3 of each message", "SIPp")
async def test_a_capture_server_sees_every_message_of_a_call(tmp_path: Path) -> None:
    caller = Caller()
    steps = [
        *(caller.invite(), optional(100), recv(200, caller.learns), caller.ack()),
        *(caller.request("BYE", 2), recv(200)),
    ]
    file = caller.write(tmp_path / "caller.xml", steps)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector:
        collector.bind(("127.0.0.1", 0))
        collector.setblocking(False)
        trace = {"hep_host": "127.0.0.1", "hep_port": collector.getsockname()[1]}
        seen: list[Message] = []
        asyncio.get_running_loop().add_reader(
            collector, lambda: seen.append(read(collector.recv(65535)))
        )
        async with Inline(tmp_path, trace=trace) as server:
            sipp = Sipp(file, tmp_path, target=server.address)
            report = await sipp.run()
            assert report.ok, report
            await until(lambda: len(due(seen)) == 5)
        asyncio.get_running_loop().remove_reader(collector)
    there, back = (sipp.port, server.sip_port), (server.sip_port, sipp.port)
    uri = f"sip:support@{server.address}"
    assert [message[:2] for message in due(seen)] == [there, back, there, there, back]
    assert len({call_id for _, _, call_id, _ in seen}) == 1
    assert [line for *_, line in due(seen) if not line.startswith(("ACK", "BYE"))] == [
        f"INVITE {uri}",
        "SIP/2.0 200 OK",
        "SIP/2.0 200 OK",
    ]
