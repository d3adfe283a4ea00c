"""The load generator against the bare loop, and against a relay with known faults."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import soundfile

from bench.load import BareLoop, Leg, LoadFailed, LoadPlan, paired, reserved_ports, run_load

pytestmark = pytest.mark.call
LEGS = 4  # two calls
Passed = list[tuple[int, bytes]]  # what to send on, and towards which leg


@contextmanager
def plan(seconds: float, settle: float = 0.0) -> Iterator[LoadPlan]:
    with reserved_ports(2 * LEGS) as ports:
        yield LoadPlan(paired(ports[:LEGS], ports[LEGS:]), seconds, settle)


@contextmanager
def relay(
    plan: LoadPlan, treat: Callable[[int, bytes], Passed], delay: float = 0.0
) -> Iterator[None]:
    """Owns the remote ports; `treat` gets the leg that spoke and its packet. Delay in seconds."""
    loop = asyncio.get_running_loop()
    sockets: list[socket.socket] = []
    for leg in plan.legs:
        datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagram.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        datagram.bind(("127.0.0.1", leg.remote_port))
        datagram.connect(("127.0.0.1", leg.local_port))
        sockets.append(datagram)

    def pass_on(leg: int) -> None:
        for towards, packet in treat(leg, sockets[leg].recv(2048)):
            loop.call_later(delay, sockets[towards].send, packet)

    for index, datagram in enumerate(sockets):
        loop.add_reader(datagram, pass_on, index)
    try:
        yield
    finally:
        for datagram in sockets:
            loop.remove_reader(datagram)
            datagram.close()


def decoded_and_encoded() -> bytes:
    """What becomes of each mu-law code on its way through 16-bit samples."""
    codes = io.BytesIO(bytes(range(256)))
    raw = {"samplerate": 8000, "format": "RAW", "subtype": "ULAW"}
    samples, _ = soundfile.read(codes, channels=1, dtype="int16", **raw)
    encoded = io.BytesIO()
    soundfile.write(encoded, samples, **raw)
    return encoded.getvalue()


class Faults:
    """Leg 0's packets meet every fault once; a server's liberties are taken with all of them."""

    def __init__(self) -> None:
        self._count = 0
        self._held = b""
        self._table = decoded_and_encoded()

    def __call__(self, leg: int, packet: bytes) -> Passed:
        header = packet[:2] + b"\x12\x34" + packet[4:8] + b"SSRC"
        packet = header + packet[12:].translate(self._table)
        peer = leg ^ 1
        return [(peer, packet)] if leg else self._treat(peer, packet)

    def _treat(self, peer: int, packet: bytes) -> Passed:
        self._count += 1
        match self._count:
            case 5:
                return []
            case 10:
                return [(peer, packet), (peer, packet)]
            case 15:
                self._held = packet
                return []
            case 16:
                return [(peer, packet), (peer, self._held)]
            case 20:
                return [(peer, packet[:100] + b"\xff" + packet[101:])]
            case 25:
                return [(peer, packet[:12] + b"\xff" * 160)]
            case 30:
                return [(2, packet)]
            case 35:
                return [(peer, packet[:-1])]
        return [(peer, packet)]


async def test_the_bare_loop_loses_nothing_and_its_cost_is_known() -> None:
    with plan(seconds=1.0) as legs:
        async with BareLoop(legs) as bare:
            result = await run_load(legs)
            cost = await bare.stop()
    assert result.sent == result.received == cost.packets == 50 * LEGS
    assert (result.lost, result.duplicates, result.out_of_order, result.wrong_leg) == (0, 0, 0, 0)
    assert (result.corrupt, result.unstamped, result.malformed, result.silent_legs) == (0, 0, 0, 0)
    assert 0 < result.latency_us_p50 <= result.latency_us_p99 <= result.latency_us_max
    assert cost.us_per_call_second > 0


async def test_every_fault_is_counted_once_and_the_rtp_header_is_the_relays_own() -> None:
    with plan(seconds=1.0) as legs, relay(legs, Faults()):
        result = await run_load(legs)
    assert result.lost == 4  # dropped, silenced, misdirected, cut short
    assert result.received == result.sent - 4
    assert (result.duplicates, result.out_of_order, result.wrong_leg) == (1, 1, 1)
    assert (result.corrupt, result.unstamped, result.malformed) == (1, 1, 1)
    assert (result.silent_legs, result.refused, result.settling_lost) == (0, 0, 0)


async def test_losses_while_the_calls_settle_are_counted_apart() -> None:
    with plan(seconds=1.0, settle=0.54) as legs, relay(legs, Faults()):
        result = await run_load(legs)
    assert (result.settling_lost, result.lost) == (2, 2)


async def test_latency_is_what_the_relay_adds() -> None:
    with plan(seconds=0.5) as legs, relay(legs, lambda leg, packet: [(leg ^ 1, packet)], 0.03):
        result = await run_load(legs)
    assert result.lost == 0
    assert 30_000 <= result.latency_us_p50 < 300_000


async def test_a_run_against_nobody_is_all_loss_and_says_it_was_refused() -> None:
    with plan(seconds=0.2) as legs:
        pass
    result = await run_load(legs)
    assert result.lost == result.sent == 10 * LEGS
    assert result.received == 0 and result.silent_legs == LEGS
    assert result.refused > 0


@pytest.mark.parametrize(
    ("legs", "reason"),
    [
        ([Leg(40000, 40002, 1)], "two legs or more"),
        ([Leg(40000, 40002, 0), Leg(40004, 40006, 0)], "each other's peer"),
        ([Leg(0, 40002, 1), Leg(40004, 40006, 0)], "from 1 to 65535"),
    ],
)
async def test_a_plan_that_makes_no_sense_is_refused(legs: list[Leg], reason: str) -> None:
    with pytest.raises(LoadFailed, match=reason):
        await run_load(LoadPlan(legs, seconds=0.1))
    with pytest.raises(LoadFailed, match=reason):
        async with BareLoop(LoadPlan(legs, seconds=0.1)):
            pass
