"""Calls over each listener of one transport: who we say we are is where the peer reaches us."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import TlsSettings
from sip.events import Answered, Cause, Confirmed, Ended
from sip.message import Framer, Request, Response, parse
from tests.rig.network import Network, NoNamespace, alone
from tests.rig.patience import PATIENCE_SECONDS, until
from tests.rig.phone import Phone
from tests.sip.authority import Authority
from tests.sip.name_server import NameServer
from tests.sip.raw import SDP, request, response
from tests.sip.test_transport import OURS, Server

HERE = "here.example"


class Caller:
    """A UDP socket that calls and answers what it is asked."""

    def __init__(self, host: str, server: tuple[str, int]) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind((host, 0))
        shown = f"[{host}]" if ":" in host else host
        port = self._socket.getsockname()[1]
        self.via = f"SIP/2.0/UDP {shown}:{port};rport"
        self.contact = f"<sip:caller@{shown}:{port}>"
        self.uri = self.contact.strip("<>")
        self.server = server

    def say(self, data: bytes) -> None:
        self._socket.sendto(data, self.server)

    async def heard(self, name: str) -> Request | Response:
        """The next message of this method or status, which comes from where we sent to."""
        loop = asyncio.get_running_loop()
        while True:
            data, source = await asyncio.wait_for(
                loop.sock_recvfrom(self._socket, 65535), PATIENCE_SECONDS
            )
            assert source[:2] == self.server
            message = parse(data)
            method = isinstance(message, Request) and message.method
            if (method or str(getattr(message, "status", ""))) == name:
                return message

    def close(self) -> None:
        self._socket.close()


@pytest.mark.parametrize("host", ["127.0.0.2", "::1"])
async def test_who_calls_one_address_is_answered_and_called_back_from_it(host: str) -> None:
    shown = f"[{host}]" if ":" in host else host
    server = Server(listeners=(f"udp:{shown}:0",))
    await server.transport.start()
    port = server.transport.places[2].port
    caller = Caller(host, (host, port))
    caller.say(request("INVITE", via=caller.via, contact=caller.contact, body=SDP))
    answer = await caller.heard("200")
    assert answer.contact and answer.contact.uri == f"sip:{shown}:{port}"
    assert answer.via.params["received"] == host
    caller.say(request("ACK", via=caller.via, branch="b2", to_tag=answer.to.tag or ""))
    session = (await server.event(Confirmed)).session
    server.transport.hang_up(session)
    bye = await caller.heard("BYE")
    assert (bye.via.host, bye.via.port) == (host, port)
    caller.say(response(bye, 200))  # type: ignore[arg-type]
    caller.close()
    await server.transport.stop()


async def test_who_calls_any_address_of_a_machine_talks_to_just_that_one() -> None:
    server = Server(host="0.0.0.0")
    await server.transport.start()
    port = server.transport.port
    assert "0.0.0.0" not in server.transport.authority
    caller = Caller("127.0.0.2", ("127.0.0.3", port))
    caller.say(request("INVITE", via=caller.via, contact=caller.contact, body=SDP))
    answer = await caller.heard("200")
    assert answer.contact and answer.contact.uri == f"sip:127.0.0.3:{port}"
    caller.say(request("ACK", via=caller.via, branch="b2", to_tag=answer.to.tag or ""))
    server.transport.hang_up((await server.event(Confirmed)).session)
    bye = await caller.heard("BYE")
    assert (bye.via.host, bye.via.port) == ("127.0.0.3", port)
    caller.say(response(bye, 200))  # type: ignore[arg-type]
    caller.close()
    await server.transport.stop()


async def call_before_and_after(network: Network) -> None:
    await network.add("10.1.0.1")
    server = Server(host="0.0.0.0")
    await server.transport.start()
    callee = Caller("10.1.0.9", ("10.1.0.1", server.transport.port))

    async def invites_from(host: str) -> bool:
        server.transport.invite_uri(callee.uri, from_uri="sip:us@here.example", offer=OURS)
        invite = await callee.heard("INVITE")
        assert invite.contact
        return f"sip:{host}:" in invite.contact.uri and invite.via.host == host

    assert await invites_from("10.1.0.1")
    await network.remove("10.1.0.1")
    await network.add("10.1.0.2")
    callee.server = "10.1.0.2", server.transport.port
    await until(lambda: invites_from("10.1.0.2"))
    callee.close()
    await server.transport.stop()


def test_calls_leave_from_the_new_address_when_the_old_one_is_taken_away() -> None:
    try:
        alone(call_before_and_after)
    except NoNamespace as error:
        pytest.skip(str(error))


@pytest.fixture
async def secured(tmp_path: Path) -> AsyncIterator[tuple[Authority, Server]]:
    """One that a certificate names here.example, with TLS on loopback."""
    authority = Authority(tmp_path)
    issued = authority.issue(HERE)
    tls = TlsSettings(certificate=issued.certificate, private_key=issued.private_key)
    server = Server(tls, listeners=("tls:127.0.0.1:0",))
    await server.transport.start()
    yield authority, server
    await server.transport.stop()


@pytest.mark.parametrize(
    ("uri", "theirs", "ours"),
    [
        ("sip:support@here.example", "<sip:a@127.0.0.1:9;transport=tls>", "sip:{};transport=tls"),
        ("sips:support@here.example", "<sips:a@127.0.0.1:9>", "sips:{}"),
    ],
)
async def test_a_call_over_tls_stays_on_its_connection(
    secured: tuple[Authority, Server], uri: str, theirs: str, ours: str
) -> None:
    authority, server = secured
    port = server.transport.places[2].port
    context = ssl.create_default_context(cafile=str(authority.ca_file))
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname=HERE
    )
    via, framer = "SIP/2.0/TLS 127.0.0.1:9;rport", Framer()

    async def heard(count: int) -> list[Any]:
        received: list[Any] = []
        while len(received) < count:
            received += [parse(each) for each in framer.feed(await reader.read(65535))]
        return received

    writer.write(request("INVITE", uri=uri, via=via, contact=theirs, body=SDP))
    _, answer = await heard(2)
    assert answer.contact.uri == ours.format(f"127.0.0.1:{port}")
    writer.write(request("ACK", via=via, branch="b2", to_tag=answer.to.tag))
    server.transport.hang_up((await server.event(Confirmed)).session)
    (bye,) = await heard(1)
    assert (bye.method, bye.via.transport, bye.via.port) == ("BYE", "TLS", port)
    writer.write(response(bye, 200))
    writer.close()
    await writer.wait_closed()


async def test_a_sips_name_is_located_and_called_over_tls_and_only_if_it_is_whom_we_want(
    secured: tuple[Authority, Server], tmp_path: Path
) -> None:
    authority, called = secured
    port = called.transport.places[2].port
    zone = {
        ("here.example.", "NAPTR"): ['1 1 "s" "SIPS+D2T" "" _sips._tcp.here.example.'],
        ("_sips._tcp.here.example.", "SRV"): [f"1 1 {port} host.example."],
        ("_sips._tcp.other.example.", "SRV"): [f"1 1 {port} host.example."],
        ("host.example.", "A"): ["127.0.0.1"],
    }
    issued = authority.issue("caller.example")
    tls = TlsSettings(
        certificate=issued.certificate, private_key=issued.private_key, ca_file=authority.ca_file
    )
    async with NameServer(zone) as names:
        dns = "{}:{}".format(*names.address)
        caller = Server(tls, listeners=("tls:127.0.0.1:0",), dns_servers=(dns,))
        await caller.transport.start()
        async with Phone("agent1", "secret", caller.address) as phone:
            await phone.register(contact="<sips:agent1@here.example>")
            session = caller.transport.invite("agent1", caller="Customer", offer=OURS)
            await caller.event(Answered)
            await called.event(Confirmed)
            caller.transport.hang_up(session)
            assert (await called.event(Ended)).cause is Cause.REMOTE_BYE
            await phone.register(0, contact="<sips:agent1@here.example>")
            await phone.register(contact="<sips:agent1@other.example>")
            caller.events.clear()
            caller.transport.invite("agent1", caller="Customer", offer=OURS)
            assert (await caller.event(Ended)).cause is Cause.TRANSPORT
        await caller.transport.stop()
    assert caller.transport.failures == called.transport.failures == 0


async def test_certificates_are_read_again_on_demand(
    secured: tuple[Authority, Server], tmp_path: Path
) -> None:
    _, server = secured
    assert server.transport.reload_certificates()
    for file in tmp_path.glob("issued*"):
        file.write_text("nonsense")
    assert not server.transport.reload_certificates()
    assert not Server().transport.reload_certificates()
