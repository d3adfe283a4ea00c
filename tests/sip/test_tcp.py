"""Connections on loopback; the endpoint behind them is not needed to see what they do."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable

import pytest

from sip import tcp
from sip.actions import Send
from sip.flow import TCP, Flow
from sip.tcp import Connections
from tests.sip.raw import request

ONE = request("OPTIONS", branch="b1")
TWO = request("OPTIONS", branch="b2", body="v=0")


class Table:
    """Connections of which everything is noted."""

    def __init__(self, limit: int = 4) -> None:
        self.received: list[tuple[bytes, Flow]] = []
        self.failed: list[Send] = []
        self.connections = Connections(limit, self._receive, self.failed.append)
        self.address = ("127.0.0.1", 0)

    async def start(self) -> None:
        listener = socket.socket()
        listener.bind(self.address)
        self.address = listener.getsockname()
        await self.connections.listen(listener)

    def _receive(self, data: bytes, flow: Flow) -> None:
        self.received.append((data, flow))

    async def messages(self, count: int) -> list[bytes]:
        await until(lambda: len(self.received) >= count)
        return [data for data, _ in self.received]


async def until(condition: Callable[[], bool], seconds: float = 3.0) -> None:
    """Wait until a condition holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  the kernel tells nobody
            await asyncio.sleep(0.005)


async def is_closed(reader: asyncio.StreamReader) -> bool:
    """Wait for the end of a stream, in good order or not."""
    try:
        return await reader.read() == b""
    except ConnectionResetError:
        return True


@pytest.fixture
async def table() -> AsyncIterator[Table]:
    table = Table()
    await table.start()
    yield table
    await table.connections.close()


async def connect(table: Table) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(*table.address)


async def test_messages_are_cut_from_the_stream_wherever_it_breaks(table: Table) -> None:
    _, writer = await connect(table)
    for octet in ONE + TWO:
        writer.write(bytes([octet]))
        await writer.drain()
    writer.write(ONE + b"\r\n" + TWO + ONE)
    assert await table.messages(5) == [ONE, TWO, ONE, TWO, ONE]
    writer.close()


async def test_a_ping_is_answered_with_a_pong(table: Table) -> None:
    reader, writer = await connect(table)
    writer.write(b"\r\n\r\n")
    assert await reader.readexactly(2) == b"\r\n"
    assert table.received == []
    writer.close()


async def test_what_goes_back_takes_the_same_connection(table: Table) -> None:
    reader, writer = await connect(table)
    writer.write(ONE)
    await table.messages(1)
    flow = table.received[0][1]
    assert (flow.transport, flow.host, flow.port) == (TCP, *writer.get_extra_info("sockname"))
    table.connections.send(Send(b"back", flow))
    assert await reader.readexactly(4) == b"back"
    writer.close()


async def test_a_connection_that_is_gone_fails_what_is_sent_by_it(table: Table) -> None:
    _, writer = await connect(table)
    writer.write(ONE)
    await table.messages(1)
    writer.close()
    await until(lambda: len(table.connections) == 0)
    send = Send(b"late", table.received[0][1])
    table.connections.send(send)
    assert table.failed == [send]


async def test_a_connection_we_open_is_used_for_all_that_goes_there(table: Table) -> None:
    other = Table()
    await other.start()
    flow = Flow(TCP, *other.address)
    table.connections.send(Send(ONE, flow))
    table.connections.send(Send(TWO, flow))
    assert await other.messages(2) == [ONE, TWO]
    table.connections.send(Send(ONE, flow))
    await other.messages(3)
    assert len(other.connections) == len(table.connections) == 1
    await other.connections.close()


async def test_a_refused_connection_fails_all_that_waited_for_it(table: Table) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        flow = Flow(TCP, *nobody.getsockname())
        sends = [Send(ONE, flow), Send(TWO, flow)]
        for send in sends:
            table.connections.send(send)
        await until(lambda: table.failed == sends)
    assert len(table.connections) == 0


async def test_connections_beyond_the_limit_are_closed(table: Table) -> None:
    kept = [await connect(table) for _ in range(4)]
    await until(lambda: len(table.connections) == 4)
    reader, writer = await connect(table)
    assert await is_closed(reader)
    assert len(table.connections) == 4
    for _, each in (*kept, (None, writer)):
        each.close()


async def test_a_stream_that_makes_no_sense_is_closed(table: Table) -> None:
    reader, writer = await connect(table)
    writer.write(b"INVITE sip:x SIP/2.0\r\nContent-Length: some\r\n\r\n")
    assert await is_closed(reader)
    writer.close()


@pytest.mark.parametrize("said", [b"", b"INVITE sip:x SIP/2.0\r\nVia: "])
async def test_a_peer_that_does_not_finish_what_it_began_is_cut_off(
    table: Table, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(tcp, "MESSAGE_SECONDS", 0.05)
    _, writer = await connect(table)
    writer.write(said)
    await until(lambda: len(table.connections) == 1)
    await until(lambda: len(table.connections) == 0)
    writer.close()


async def test_a_peer_that_said_something_may_be_silent(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MESSAGE_SECONDS", 0.05)
    reader, writer = await connect(table)
    writer.write(ONE)
    await table.messages(1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.15)
    assert len(table.connections) == 1
    writer.close()


async def test_a_peer_that_does_not_read_is_cut_off(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_UNREAD", 1000)
    _, writer = await connect(table)
    writer.write(ONE)
    await table.messages(1)
    flow = table.received[0][1]
    send = Send(b"x" * 10_000_000, flow)
    table.connections.send(send)
    table.connections.send(send)
    assert table.failed == [send]
    await until(lambda: len(table.connections) == 0)
    writer.close()
