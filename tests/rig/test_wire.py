from __future__ import annotations

from sip.actions import Action, Send
from sip.flow import TCP, UDP, Flow
from tests.rig.wire import Wire

HERE, THERE = ("10.0.0.1", 5060), ("10.0.0.2", 5060)


class Node:
    """Notes when it got what; sends nothing by itself."""

    deadline = float("inf")

    def __init__(self) -> None:
        self.received: list[tuple[float, bytes]] = []
        self.failed: list[Send] = []

    def receive(self, data: bytes, flow: Flow, now: float) -> list[Action]:
        self.received.append((now, data))
        return []

    def tick(self, now: float) -> list[Action]:
        return []

    def undelivered(self, send: Send, now: float) -> list[Action]:
        self.failed.append(send)
        return []


def pass_on(wire: Wire, flow: Flow, count: int) -> tuple[Node, Node]:
    one, other = Node(), Node()
    side = wire.attach(one, HERE)
    wire.attach(other, THERE)
    side.do([Send(b"%d" % number, flow) for number in range(count)])
    wire.run()
    return one, other


def test_a_seed_decides_what_is_lost_and_when_the_rest_arrives() -> None:
    def once(seed: int) -> list[tuple[float, bytes]]:
        wire = Wire(seed=seed, loss=0.3, delay=(0.1, 0.9))
        return pass_on(wire, Flow(UDP, *THERE), 100)[1].received

    arrived = once(1)
    assert arrived == once(1) != once(2)
    assert 50 < len(arrived) < 90
    assert all(0.1 <= at <= 0.9 for at, _ in arrived)
    assert [data for _, data in arrived] != sorted((data for _, data in arrived), key=int)


def test_a_stream_keeps_everything_in_order() -> None:
    wire = Wire(loss=0.9, delay=(0.1, 0.9))
    _, other = pass_on(wire, Flow(TCP, *THERE), 10)
    assert [data for _, data in other.received] == [b"%d" % number for number in range(10)]


def test_a_copy_arrives_in_its_own_time() -> None:
    wire = Wire(copies=0.5, delay=(0.1, 0.9))
    received = pass_on(wire, Flow(UDP, *THERE), 100)[1].received
    assert 130 < len(received) < 170
    assert {data for _, data in received} == {b"%d" % number for number in range(100)}
    assert len({at for at, _ in received}) == len(received)


def test_a_refused_stream_goes_back_to_the_sender() -> None:
    wire = Wire()
    wire.refuses_tcp.add(THERE)
    one, other = pass_on(wire, Flow(TCP, *THERE), 1)
    assert (len(one.failed), other.received) == (1, [])
