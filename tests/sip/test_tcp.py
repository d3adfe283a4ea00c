from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config.settings import TlsSettings
from sip import tcp
from sip.actions import Send
from sip.flow import TCP, TLS, Flow
from tests.rig.patience import until
from tests.sip.authority import Authority
from tests.sip.streams import ONE, TWO, Table, is_closed


@pytest.fixture
async def table() -> AsyncIterator[Table]:
    table = Table()
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
