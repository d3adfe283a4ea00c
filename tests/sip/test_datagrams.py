from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Hashable

import pytest

from sip.datagrams import DATAGRAMS_PER_WAKE, Datagrams
from sip.flow import UDP, Flow, Place
from sip.overload import Overload
from tests.rig.patience import until


class Diary(Overload):
    """Writes down what it is told."""

    def __init__(self, tolerance: float) -> None:
        super().__init__(tolerance)
        self.waits: list[float] = []
        self.losses = 0

    def queued(self, key: Hashable, seconds: float, now: float) -> None:
        self.waits.append(seconds)

    def lost(self, key: Hashable, now: float) -> None:
        self.losses += 1


class Ours:
    def __init__(self, host: str) -> None:
        self.socket = socket.socket(
            socket.AF_INET6 if ":" in host else socket.AF_INET,
            socket.SOCK_DGRAM | socket.SOCK_NONBLOCK,
        )
        self.socket.bind((host, 0))
        self.address = self.socket.getsockname()[:2]
        self.received: list[tuple[bytes, Flow]] = []
        self.diary = Diary(0.5)
        self.datagrams = Datagrams(self.socket, Place(UDP, host, 0), 7, self._receive, self.diary)

    def _receive(self, data: bytes, flow: Flow) -> None:
        self.received.append((data, flow))
        if data == b"stop":
            self.datagrams.close()


@pytest.fixture(params=["127.0.0.1", "::1"])
async def ours(request: pytest.FixtureRequest) -> AsyncIterator[Ours]:
    ours = Ours(request.param)
    yield ours
    ours.datagrams.close()


async def test_datagrams_come_with_their_source_and_our_number_and_go_back(ours: Ours) -> None:
    peer = Ours(ours.address[0])
    assert peer.datagrams.send(b"there", Flow(UDP, *ours.address))
    await until(lambda: bool(ours.received))
    data, flow = ours.received[0]
    assert (data, flow) == (b"there", Flow(UDP, *peer.address, listener=7))
    assert ours.datagrams.send(b"back", flow)
    await until(lambda: bool(peer.received))
    peer.datagrams.close()


@pytest.mark.parametrize(
    ("everywhere", "spoken_to", "gone"),
    [("0.0.0.0", "127.0.0.3", "192.0.2.1"), ("::", "::1", "2001:db8::1")],
)
async def test_who_listens_everywhere_answers_from_where_it_was_spoken_to(
    everywhere: str, spoken_to: str, gone: str
) -> None:
    ours, peer = Ours(everywhere), Ours("::1" if ":" in gone else "127.0.0.2")
    port = ours.address[1]
    peer.datagrams.send(b"there", Flow(UDP, spoken_to, port))
    await until(lambda: bool(ours.received))
    flow = ours.received[0][1]
    assert flow == Flow(UDP, *peer.address, listener=7, local=spoken_to)
    assert ours.datagrams.send(b"back", flow)
    await until(lambda: bool(peer.received))
    assert peer.received[0][1] == Flow(UDP, spoken_to, port, listener=7)
    assert ours.datagrams.send(b"back", flow._replace(local=gone))  # it is not ours any more
    await until(lambda: len(peer.received) == 2)
    ours.datagrams.close()
    peer.datagrams.close()


async def test_what_cannot_be_sent_is_told(ours: Ours) -> None:
    other = "192.0.2.1" if ":" in ours.address[0] else "2001:db8::1"
    assert not ours.datagrams.send(b"x", Flow(UDP, other, 5060))
    assert not ours.datagrams.send(b"x" * 70_000, Flow(UDP, *ours.address))


async def test_a_message_may_close_the_socket_it_came_by(ours: Ours) -> None:
    with socket.socket(ours.socket.family, socket.SOCK_DGRAM) as peer:
        for data in (b"stop", b"more"):
            peer.sendto(data, ours.address)
        await until(lambda: bool(ours.received))
        await asyncio.sleep(0)
    assert [data for data, _ in ours.received] == [b"stop"]
    assert ours.datagrams.send(b"late", Flow(UDP, *ours.address))


def flood(ours: Ours, messages: int, octets: int) -> None:
    with socket.socket(ours.socket.family, socket.SOCK_DGRAM) as peer:
        for _ in range(messages):
            peer.sendto(b"x" * octets, ours.address)


async def test_a_turn_that_leaves_something_tells_how_long_that_will_have_waited(
    ours: Ours,
) -> None:
    flood(ours, 2 * DATAGRAMS_PER_WAKE, 1000)
    await until(lambda: len(ours.received) == 2 * DATAGRAMS_PER_WAKE)
    await until(lambda: len(ours.diary.waits) == 2)
    waits, nothing = ours.diary.waits
    assert 0.0 == nothing < waits < 5.0
    assert not ours.diary.losses


async def test_what_the_kernel_could_not_keep_is_told(ours: Ours) -> None:
    flood(ours, 10_000, 1000)
    await until(lambda: ours.diary.losses > 0)
