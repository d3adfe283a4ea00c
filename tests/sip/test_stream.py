from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config.settings import TlsSettings
from sip import stream
from sip.actions import Send
from sip.flow import TLS
from sip.message import PONG
from tests.rig.patience import until
from tests.sip.authority import Authority
from tests.sip.streams import ONE, TWO, Table, is_closed


@pytest.fixture
async def table() -> AsyncIterator[Table]:
    table = Table()
    await table.start()
    yield table
    await table.connections.close()


async def test_messages_are_cut_from_the_stream_wherever_it_breaks(table: Table) -> None:
    _, writer = await table.connect()
    for octet in ONE + TWO:
        writer.write(bytes([octet]))
        await writer.drain()
    writer.write(ONE + b"\r\n" + TWO + ONE)
    assert await table.messages(5) == [ONE, TWO, ONE, TWO, ONE]
    writer.close()


async def test_the_end_of_a_connection_is_told(table: Table) -> None:
    _, writer = await table.connect()
    writer.write(ONE)
    await table.messages(1)
    writer.close()
    await until(lambda: table.closed == [flow for _, flow in table.received])


async def test_a_ping_is_answered_with_a_pong(table: Table) -> None:
    reader, writer = await table.connect()
    writer.write(b"\r\n\r\n")
    assert await reader.readexactly(2) == b"\r\n"
    assert table.received == []
    writer.close()


async def test_a_stream_that_makes_no_sense_is_closed(table: Table) -> None:
    reader, writer = await table.connect()
    writer.write(b"INVITE sip:x SIP/2.0\r\nContent-Length: some\r\n\r\n")
    assert await is_closed(reader)
    writer.close()


@pytest.mark.parametrize("said", [b"", b"INVITE sip:x SIP/2.0\r\nVia: "])
async def test_a_peer_that_does_not_finish_what_it_began_is_cut_off(
    table: Table, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(stream, "MESSAGE_SECONDS", 0.05)
    _, writer = await table.connect()
    writer.write(said)
    await until(lambda: len(table.connections) == 1)
    await until(lambda: len(table.connections) == 0)
    writer.close()


async def test_a_peer_that_said_something_may_be_silent(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MESSAGE_SECONDS", 0.05)
    reader, writer = await table.connect()
    writer.write(ONE)
    await table.messages(1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.15)
    assert len(table.connections) == 1
    writer.close()


async def test_a_peer_that_does_not_read_is_cut_off(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MAX_UNREAD", 1000)
    _, writer = await table.connect()
    writer.write(ONE)
    await table.messages(1)
    flow = table.received[0][1]
    send = Send(b"x" * 10_000_000, flow)
    table.connections.send(send)
    table.connections.send(send)
    assert table.failed == [send]
    await until(lambda: len(table.connections) == 0)
    writer.close()


async def test_a_peer_that_begins_a_message_behind_another_must_finish_that_too(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MESSAGE_SECONDS", 0.1)
    _, writer = await table.connect()
    writer.write(ONE + TWO[:-1])
    await table.messages(1)
    await until(lambda: len(table.connections) == 0)
    writer.close()


async def test_tls_is_spoken_with_any_other_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    issued = authority.issue("here.example")
    ours = TlsSettings(certificate=issued.certificate, private_key=issued.private_key)
    table = Table(transport=TLS, tls=ours)
    await table.start()
    theirs = ssl.create_default_context(cafile=str(authority.ca_file))
    reader, writer = await table.connect(theirs)
    writer.write(ONE + b"\r\n\r\n")
    assert await table.messages(1) == [ONE]
    assert await reader.readexactly(2) == PONG
    large = Send(b"x" * 300_000, table.received[0][1])
    table.connections.send(large)
    assert await reader.readexactly(300_000) == large.data
    writer.close()
    await until(lambda: len(table.connections) == 0)
    reader, writer = await table.connect()
    writer.write(ONE)  # in the clear
    assert b"INVITE" not in await reader.read()
    await until(lambda: len(table.connections) == 0)
    writer.close()
    await table.connections.close()


async def test_a_handshake_that_does_not_end_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MESSAGE_SECONDS", 0.1)
    issued = Authority(tmp_path).issue("here.example")
    ours = TlsSettings(certificate=issued.certificate, private_key=issued.private_key)
    table = Table(transport=TLS, tls=ours)
    await table.start()
    reader, writer = await table.connect()
    writer.write(b"\x16\x03\x01")
    await until(lambda: len(table.connections) == 1)
    assert await is_closed(reader)
    writer.close()
    await table.connections.close()
