from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import TlsSettings
from sip import keepalive, tcp
from sip.actions import Send
from sip.census import Limits
from sip.flow import TCP, TLS, Flow
from sip.keepalive import RULES
from sip.message import PING, PONG
from tests.rig.patience import PATIENCE_SECONDS, until
from tests.sip.authority import Authority
from tests.sip.streams import FEW, ONE, TWO, Table, is_closed


@pytest.fixture
async def table() -> AsyncIterator[Table]:
    table = Table()
    await table.start()
    yield table
    await table.connections.close()


@asynccontextmanager
async def limited(limits: Limits) -> AsyncIterator[Table]:
    table = Table(limits)
    await table.start()
    yield table
    await table.connections.close()


async def test_what_goes_back_takes_the_same_connection(table: Table) -> None:
    reader, writer = await table.connect()
    writer.write(ONE)
    await table.messages(1)
    flow = table.received[0][1]
    assert (flow.transport, flow.host, flow.port) == (TCP, *writer.get_extra_info("sockname"))
    table.connections.send(Send(b"back", flow))
    assert await reader.readexactly(4) == b"back"
    writer.close()


async def test_a_connection_that_is_gone_fails_what_is_sent_by_it(table: Table) -> None:
    _, writer = await table.connect()
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
    flow = table.flow_to(other)
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
    kept = [await table.connect() for _ in range(4)]
    await until(lambda: len(table.connections) == 4)
    reader, writer = await table.connect()
    assert await is_closed(reader)
    assert len(table.connections) == 4
    for _, each in (*kept, (None, writer)):
        each.close()


async def test_connections_of_one_source_are_limited() -> None:
    async with limited(replace(FEW, per_source=1)) as table:
        _, kept = await table.connect()
        await until(lambda: len(table.connections) == 1)
        reader, writer = await table.connect()
        assert await is_closed(reader)
        assert len(table.connections) == 1
        kept.close()
        writer.close()


async def test_of_too_many_that_say_nothing_the_oldest_is_closed() -> None:
    async with limited(replace(FEW, half_open=1)) as table:
        first = await table.connect()
        first[1].write(ONE)
        await table.messages(1)
        second = await table.connect()
        third = await table.connect()
        assert await is_closed(second[0])
        third[1].write(TWO)
        await table.messages(2)
        assert len(table.connections) == 2
        for _, writer in (first, second, third):
            writer.close()


async def test_an_idle_connection_is_closed_unless_a_phone_is_registered_by_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tcp, "SWEEP_SECONDS", 0.02)
    async with limited(replace(FEW, idle_seconds=0.1)) as table:
        idle, phone = await table.connect(), await table.connect()
        for (_, writer), message in ((phone, ONE), (idle, TWO)):
            writer.write(message)
        await table.messages(2)
        table.registered = {flow.connection or 0 for data, flow in table.received if data == ONE}
        assert await asyncio.wait_for(is_closed(idle[0]), PATIENCE_SECONDS)
        assert len(table.connections) == 1
        for _, writer in (idle, phone):
            writer.close()


@pytest.mark.parametrize("answers", [True, False])
async def test_a_connection_of_ours_is_pinged_and_one_that_stopped_to_answer_is_closed(
    monkeypatch: pytest.MonkeyPatch, answers: bool
) -> None:
    lifetime = {state: 0.1 for state in RULES.lifetime}
    monkeypatch.setattr(keepalive, "RULES", replace(RULES, lifetime=lifetime))
    monkeypatch.setattr(tcp, "SWEEP_SECONDS", 0.01)
    pings, over = 0, asyncio.Event()

    async def on_connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal pings
        await reader.readexactly(len(ONE))
        with suppress(ConnectionError):
            while await reader.read(4) == PING:
                pings += 1
                writer.write(PONG if answers and pings < 3 else b"")
        writer.close()
        over.set()

    server = await asyncio.start_server(on_connect, "127.0.0.1", 0)
    async with limited(FEW) as table:
        table.connections.send(Send(ONE, Flow(TCP, *server.sockets[0].getsockname())))
        await until(lambda: pings == 3)
        if answers:
            await until(lambda: len(table.connections) == 0)
        assert len(table.connections) == (not answers)
        assert table.received == []
    await over.wait()
    server.close()
    await server.wait_closed()


CERTAIN = "here.example"


@pytest.fixture
async def secure(tmp_path: Path) -> AsyncIterator[tuple[Table, Table]]:
    """One that calls, and one at 127.0.0.1 that a certificate names here.example."""
    authority = Authority(tmp_path)
    tables = []
    for name in ("caller.example", CERTAIN):
        issued = authority.issue(name)
        ours = TlsSettings(
            certificate=issued.certificate,
            private_key=issued.private_key,
            ca_file=authority.ca_file,
            client_certificates="required",
        )
        tables.append(Table(transport=TLS, tls=ours))
        await tables[-1].start()
    yield tables[0], tables[1]
    for table in tables:
        await table.connections.close()


async def test_over_tls_both_ends_know_each_other_and_talk(secure: tuple[Table, Table]) -> None:
    caller, called = secure
    flow = caller.flow_to(called, CERTAIN)
    caller.connections.send(Send(ONE, flow))
    caller.connections.send(Send(TWO, flow))
    assert await called.messages(2) == [ONE, TWO]
    back = called.received[0][1]
    assert back.transport == TLS
    called.connections.send(Send(ONE, back))
    assert await caller.messages(1) == [ONE]
    assert len(called.connections) == 1


async def test_a_proven_peer_takes_our_requests_by_the_connection_it_opened(
    secure: tuple[Table, Table],
) -> None:
    caller, called = secure
    caller.connections.send(Send(ONE, caller.flow_to(called, CERTAIN)))
    await called.messages(1)
    accepted = called.received[0][1]
    called.connections.alias(accepted, caller.address[1])
    called.connections.send(Send(TWO, called.flow_to(caller, "caller.example")))
    assert await caller.messages(1) == [TWO]
    assert len(caller.connections) == len(called.connections) == 1
    called.connections.send(Send(ONE, called.flow_to(caller, "other.example")))
    await until(lambda: [send.data for send in called.failed] == [ONE])  # it is not whom we want
    await caller.connections.close()
    await until(lambda: len(called.connections) == 0)
    late = Send(ONE, called.flow_to(caller, "caller.example"))
    called.connections.send(late)
    await until(lambda: called.failed[1:] == [late])


async def test_a_peer_without_a_certificate_has_no_alias(table: Table) -> None:
    _, writer = await table.connect()
    writer.write(ONE)
    await table.messages(1)
    table.connections.alias(table.received[0][1], 9)
    send = Send(TWO, Flow(TCP, "127.0.0.1", 9))
    table.connections.send(send)
    await until(lambda: table.failed == [send])
    writer.close()


@pytest.mark.parametrize("domain", ["other.example", ""])
async def test_a_server_that_is_not_whom_we_wanted_is_told_nothing(
    secure: tuple[Table, Table], domain: str
) -> None:
    caller, called = secure
    send = Send(ONE, caller.flow_to(called, domain))
    caller.connections.send(send)
    await until(lambda: caller.failed == [send])
    assert called.received == []
    await until(lambda: len(caller.connections) == 0)


async def test_one_address_with_two_names_has_two_connections(secure: tuple[Table, Table]) -> None:
    caller, called = secure
    caller.connections.send(Send(ONE, caller.flow_to(called, CERTAIN)))
    caller.connections.send(Send(TWO, caller.flow_to(called, "other.example")))
    assert await called.messages(1) == [ONE]
    await until(lambda: [send.data for send in caller.failed] == [TWO])


async def test_without_certificates_of_ours_tls_cannot_be_sent(table: Table) -> None:
    send = Send(ONE, Flow(TLS, *table.address))
    table.connections.send(send)
    assert table.failed == [send]


async def test_the_next_connection_shows_a_certificate_that_was_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "LOOK_SECONDS", 0.0)
    authority = Authority(tmp_path)
    issued = authority.issue("old.example", file="ours")
    ours = TlsSettings(certificate=issued.certificate, private_key=issued.private_key)
    table = Table(transport=TLS, tls=ours)
    await table.start()
    theirs = ssl.create_default_context(cafile=str(authority.ca_file))
    theirs.check_hostname = False
    for name in ("old.example", "new.example"):
        authority.issue(name, file="ours")
        _, writer = await table.connect(theirs)
        shown = writer.get_extra_info("peercert")["subjectAltName"]
        assert shown == (("DNS", name),)
        writer.close()
    await table.connections.close()
