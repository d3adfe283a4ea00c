"""Real sockets on loopback."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from config.settings import SipSettings, TlsSettings
from sip.actions import Send
from sip.events import (
    Answered,
    Cause,
    Confirmed,
    Ended,
    Event,
    InviteReceived,
    Reanswered,
    Referred,
    Registered,
)
from sip.flow import TCP, Flow
from sip.message import Framer, Request, Response, parse
from sip.sdp import SessionDescription
from sip.transport import SipTransport
from tests.rig.call_events import Progress
from tests.rig.patience import NEVER_BEHIND_SECONDS, PATIENCE_SECONDS, until
from tests.rig.phone import Phone, Refused, audio
from tests.rig.virtual_phone import VirtualPhone
from tests.rig.wire import Address
from tests.sip.raw import SDP, request, response
from tests.sip.scene import account

OURS = SessionDescription.parse(audio(20000))
THEIRS = audio(4000)


class Server:
    """A transport on a free port that answers every call, unless told otherwise."""

    def __init__(self, tls: TlsSettings | None = None, **settings: Any) -> None:
        self.events: list[Event] = []
        self.answering = True
        sip = SipSettings(port=0, **{"overload_seconds": NEVER_BEHIND_SECONDS, **settings})
        self.transport = SipTransport(sip, {"agent1": account("agent1")}, self._on_event, tls)
        self._news = asyncio.Event()

    @property
    def address(self) -> Address:
        return self.transport.host, self.transport.port

    def _on_event(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()
        if isinstance(event, InviteReceived) and self.answering:
            self.transport.answer(event.session, OURS)

    async def event(self, kind: type[Any], seconds: float = PATIENCE_SECONDS) -> Any:
        """The first event of a kind, when it comes."""
        async with asyncio.timeout(seconds):
            while not (found := [each for each in self.events if isinstance(each, kind)]):
                self._news.clear()
                await self._news.wait()
        return found[0]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    await server.transport.start()
    yield server
    await server.transport.stop()


@pytest.fixture
async def phone(server: Server) -> AsyncIterator[Phone]:
    async with Phone("agent1", "secret", server.address) as phone:
        yield phone


async def test_udp_and_tcp_have_the_same_port(server: Server) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, pytest.raises(OSError):
        udp.bind(server.address)
    with socket.socket() as tcp, pytest.raises(OSError):
        tcp.bind(server.address)


async def test_a_phone_calls_and_hangs_up(server: Server, phone: Phone) -> None:
    assert await phone.invite("support", THEIRS) == str(OURS)
    await server.event(Confirmed)
    phone.hang_up()
    await phone.finished("BYE")
    assert (await server.event(Ended)).cause is Cause.REMOTE_BYE
    assert server.transport.endpoint.sessions_open == 0


async def test_a_registered_phone_is_called_and_hung_up(server: Server, phone: Phone) -> None:
    await phone.register()
    assert await server.event(Registered)
    assert server.transport.is_registered("agent1")
    session = server.transport.invite("agent1", caller="Customer", offer=OURS)
    assert (await phone.called()).offer == str(OURS)
    phone.ring()
    await phone.answer(THEIRS)
    assert (await server.event(Answered)).answer == SessionDescription.parse(THEIRS)
    server.transport.hang_up(session)
    assert (await phone.hung_up()).by == "BYE"
    assert (await server.event(Ended)).cause is Cause.LOCAL


async def test_a_lost_2xx_is_resent_by_the_clock(server: Server) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.setblocking(False)
        caller.bind(("127.0.0.1", 0))
        via = f"SIP/2.0/UDP 127.0.0.1:{caller.getsockname()[1]};rport"
        loop = asyncio.get_running_loop()
        caller.sendto(request("INVITE", via=via, body=SDP), server.address)
        times: list[float] = []
        while len(times) < 2:
            response = parse(
                await asyncio.wait_for(loop.sock_recv(caller, 65535), PATIENCE_SECONDS)
            )
            assert isinstance(response, Response)
            times += [loop.time()] if response.status == 200 else []
    assert times[1] - times[0] == pytest.approx(0.5, abs=0.4)


async def test_a_session_is_changed_and_transferred_over_sockets(server: Server) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.setblocking(False)
        peer.bind(("127.0.0.1", 0))
        loop = asyncio.get_running_loop()

        async def heard(*names: str) -> Request | Response:
            """The next message of one of these methods or statuses."""
            while True:
                data = await asyncio.wait_for(loop.sock_recv(peer, 65535), PATIENCE_SECONDS)
                message = parse(data)
                is_request = isinstance(message, Request)
                if (message.method if is_request else str(message.status)) in names:
                    return message

        def say(method: str, *fields: str, **options: Any) -> None:
            via = f"SIP/2.0/UDP 127.0.0.1:{peer.getsockname()[1]};rport"
            data = request(method, *fields, via=via, branch=method, **options)
            peer.sendto(data, server.address)

        say("INVITE", body=SDP)
        tag = (await heard("200")).to.tag or ""
        say("ACK", to_tag=tag)
        session = (await server.event(Confirmed)).session
        server.transport.reoffer(session, OURS)
        reinvite = await heard("INVITE")
        assert isinstance(reinvite, Request)
        peer.sendto(response(reinvite, 200, body=SDP), server.address)
        assert (await server.event(Reanswered)).status == 200
        say("REFER", "Refer-To: <sip:agent2@10.0.0.1>", cseq=2, to_tag=tag)
        assert (await server.event(Referred)).target == "sip:agent2@10.0.0.1"
        server.transport.accept_refer(session)
        server.transport.notify_refer(session, 200)
        assert (await heard("202")).cseq.method == "REFER"
        assert [(await heard("NOTIFY")).body for _ in range(2)] == [
            b"SIP/2.0 100 Trying\r\n",
            b"SIP/2.0 200 OK\r\n",
        ]
        server.transport.reject_refer(session, 603)  # nothing waits: nothing happens
        server.transport.hang_up(session)


async def test_early_media_reach_the_phone(server: Server, phone: Phone) -> None:
    server.answering = False
    phone.dial("support", THEIRS)
    server.transport.progress((await server.event(InviteReceived)).session, sdp=OURS)
    told = await phone.take(Progress)
    assert (told.status, told.body) == (183, str(OURS))


async def test_a_refusal_reaches_the_phone(server: Server, phone: Phone) -> None:
    server.answering = False
    phone.dial("nobody", THEIRS)
    server.transport.reject((await server.event(InviteReceived)).session, 404)
    with pytest.raises(Refused, match="404"):
        await phone.finished("INVITE")


async def test_over_tcp_everything_comes_back_on_the_same_connection(server: Server) -> None:
    reader, writer = await asyncio.open_connection(*server.address)
    via = "SIP/2.0/TCP 127.0.0.1:9;rport"
    contact = "<sip:caller@127.0.0.1:9;transport=tcp>"  # where nobody listens
    writer.write(request("INVITE", via=via, contact=contact, body=SDP))
    framer = Framer()
    received: list[Request | Response] = []
    while not received:
        received += [parse(each) for each in framer.feed(await reader.read(65535))]
    assert [each.status for each in received if isinstance(each, Response)] == [200]
    tag = received[0].to.tag or ""
    writer.write(request("ACK", via=via, branch="b2", to_tag=tag))
    await server.event(Confirmed)
    server.transport.hang_up(server.events[0].session)  # type: ignore[union-attr]
    (bye,) = [parse(each) for each in framer.feed(await reader.read(65535))]
    assert not isinstance(bye, Response) and bye.method == "BYE"
    assert bye.via.transport == "TCP"
    writer.close()


async def test_a_large_request_goes_by_tcp(server: Server, phone: Phone) -> None:
    received: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def on_connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.set_result(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    listener = await asyncio.start_server(on_connect, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    await phone.register(contact=f"<sip:agent1@127.0.0.1:{port}>")
    large = (("X-Long", "x" * 1500),)
    server.transport.invite("agent1", caller="C", offer=OURS, extra_headers=large)
    head = await asyncio.wait_for(received, PATIENCE_SECONDS)
    assert b"Via: SIP/2.0/TCP " in head
    listener.close()
    await listener.wait_closed()


async def test_a_large_request_goes_by_udp_after_all_when_tcp_is_refused(
    server: Server, phone: Phone
) -> None:
    await phone.register()  # it has no TCP
    large = (("X-Long", "x" * 1500),)
    server.transport.invite("agent1", caller="C", offer=OURS, extra_headers=large)
    invite = (await phone.called()).invite
    assert invite.via.transport == "UDP"
    assert invite.headers.get("X-Long") == "x" * 1500


@pytest.mark.parametrize("host", ["255.255.255.255", "[::1]"])
async def test_an_address_that_cannot_be_sent_to_is_left_for_the_way_the_phone_came(
    server: Server, phone: Phone, host: str
) -> None:
    await phone.register(contact=f"<sip:agent1@{host}:5099>")
    server.transport.invite("agent1", caller="C", offer=OURS)
    assert (await phone.called()).invite.uri == f"sip:agent1@{host}:5099"
    assert server.transport.failures == 0


async def test_a_phone_whose_connection_is_gone_cannot_be_reached(server: Server) -> None:
    machine = VirtualPhone("agent1", "secret", server.address, ("127.0.0.1", 9))
    reader, writer = await asyncio.open_connection(*server.address)
    framer, actions = Framer(), machine.register(0.0)
    while not server.transport.is_registered("agent1"):
        for action in actions:
            if isinstance(action, Send):
                writer.write(
                    action.data.replace(b"/UDP", b"/TCP").replace(b":9>", b":9;transport=tcp>")
                )
        (challenge,) = framer.feed(await reader.read(65535))
        actions = machine.receive(challenge, Flow(TCP, *server.address), 0.0)
    writer.close()
    await asyncio.sleep(0.05)
    server.transport.invite("agent1", caller="C", offer=OURS)
    assert (await server.event(Ended)).cause is Cause.TRANSPORT
    assert server.transport.endpoint.transactions_open == 0


async def test_a_response_whose_connection_is_gone_opens_another(server: Server) -> None:
    received: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def on_connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.set_result(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    listener = await asyncio.start_server(on_connect, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    server.answering = False
    _, writer = await asyncio.open_connection(*server.address)
    writer.write(request("INVITE", via=f"SIP/2.0/TCP 127.0.0.1:{port}", body=SDP))
    session = (await server.event(InviteReceived)).session
    writer.close()
    await asyncio.sleep(0.05)
    server.transport.reject(session, 486)
    assert (await asyncio.wait_for(received, PATIENCE_SECONDS)).startswith(b"SIP/2.0 486 ")
    listener.close()
    await listener.wait_closed()


async def test_noise_does_not_stop_the_reader(server: Server, phone: Phone) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noisy:
        for number in range(300):
            noisy.sendto(os.urandom(number), server.address)
        noisy.sendto(b"", server.address)
        noisy.sendto(b"\xff" * 65000, server.address)
    assert await phone.invite("support", THEIRS)
    assert server.transport.failures == 0


async def test_a_user_that_fails_does_not_stop_the_reader(caplog: pytest.LogCaptureFixture) -> None:
    calls: list[Event] = []

    def fail_first(event: Event) -> None:
        calls.append(event)
        if len(calls) == 1:
            raise RuntimeError("our own bug")
        assert isinstance(event, InviteReceived)
        transport.reject(event.session, 486)

    transport = SipTransport(
        SipSettings(port=0, overload_seconds=NEVER_BEHIND_SECONDS), {}, fail_first
    )
    await transport.start()
    address = transport.host, transport.port
    with caplog.at_level(logging.ERROR):
        async with Phone("a", "", address) as one, Phone("b", "", address) as two:
            one.dial("support", THEIRS)
            two.dial("support", THEIRS)
            with pytest.raises(Refused, match="486"):
                await two.finished("INVITE")
    assert "our own bug" in caplog.text
    await transport.stop()


async def test_stopping_leaves_no_file_open_and_no_task() -> None:
    def files() -> int:
        return len(os.listdir("/proc/self/fd"))

    before = files()
    tasks = asyncio.all_tasks()
    server = Server()
    await server.transport.start()
    async with Phone("agent1", "secret", server.address) as phone:
        await phone.invite("support", THEIRS)
        _, writer = await asyncio.open_connection(*server.address)
        writer.write(request("OPTIONS", via="SIP/2.0/TCP 127.0.0.1"))
        await asyncio.sleep(0.05)
        await server.transport.stop()
        writer.close()
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == tasks
    await until(lambda: files() == before)
    await server.transport.stop()


async def test_an_event_may_stop_the_transport() -> None:
    loop = asyncio.get_running_loop()
    stopping: asyncio.Future[asyncio.Task[None]] = loop.create_future()

    def on_event(event: Event) -> None:
        stopping.set_result(loop.create_task(transport.stop()))

    transport = SipTransport(SipSettings(port=0), {}, on_event)
    await transport.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.sendto(request("INVITE", body=SDP), (transport.host, transport.port))
    await (await asyncio.wait_for(stopping, PATIENCE_SECONDS))


async def test_a_port_that_is_taken_is_an_error(server: Server) -> None:
    other = SipTransport(SipSettings(port=server.transport.port), {}, lambda event: None)
    with pytest.raises(OSError):
        await other.start()
