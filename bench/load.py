"""RTP of many calls from C, and the bare loop to compare a server with.

    plan = LoadPlan(legs, seconds=10.0)        # the legs' remote ports belong to what is under test
    result = await run_load(plan)              # speaks, listens, counts
    async with BareLoop(plan) as bare:         # or let the bare loop own the remote ports
        await run_load(plan)
        print((await bare.stop()).us_per_call_second)

`python -m bench.load --calls 50 --seconds 5` runs the generator against the bare loop.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import json
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from bench.build import program
from tests.rig.child import end_child

HOST = "127.0.0.1"
PACKETS_PER_CALL_SECOND = 100  # 50 each way
START_SECONDS = 30.0
GRACE_SECONDS = 0.1  # to leave by itself before it is told to
SPARE_SECONDS = 30.0  # over the length of a run, for start, the last packets and sorting


class LoadFailed(Exception):
    """A program of the benchmark ended with an error; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One end of a call. `peer` is the index of the leg whose speech comes out here."""

    local_port: int
    remote_port: int
    peer: int


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """Legs that are each other's peer two by two, spoken on for `seconds`.

    What is lost in the first `settle` seconds is counted apart and not timed. `payload_type` is
    what all legs send and expect: 0 PCMU, 8 PCMA.
    """

    legs: Sequence[Leg]
    seconds: float
    settle: float = 0.0
    payload_type: int = 0

    def text(self) -> str:
        """The form the C programs read."""
        return "".join(f"{leg.local_port} {leg.remote_port} {leg.peer}\n" for leg in self.legs)


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of the packets. Times in microseconds, one way, from before send() to arrival."""

    sent: int
    received: int  # each number once, whenever it came
    lost: int
    settling_lost: int
    duplicates: int
    out_of_order: int
    wrong_leg: int
    corrupt: int  # the right leg and number, but not the same 160 bytes
    unstamped: int  # RTP that is none of ours: silence, prompts, concealment
    malformed: int
    refused: int  # times the system said that nobody listens at the remote port
    silent_legs: int  # heard nothing at all
    latency_us_p50: float
    latency_us_p99: float
    latency_us_max: float
    send_late_us_p99: float  # how late the generator itself was
    send_late_us_max: float
    cpu_us: int  # of the generator


@dataclass(frozen=True, slots=True)
class BareResult:
    """Packets the bare loop relayed, and CPU of its thread in microseconds."""

    packets: int
    user_us: int
    system_us: int

    @property
    def us_per_call_second(self) -> float:
        return (self.user_us + self.system_us) * PACKETS_PER_CALL_SECOND / max(self.packets, 1)


@contextlib.contextmanager
def reserved_ports(count: int) -> Iterator[list[int]]:
    """Even UDP ports that stay ours, so that what comes before run_load() is not refused.

    run_load() may take them over while they are held: SO_REUSEADDR on both sides, and a connected
    socket is preferred to an unconnected one.
    """
    with contextlib.ExitStack() as held:
        ports: list[int] = []
        while len(ports) < count:
            datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            datagram.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            datagram.bind((HOST, 0))
            port = datagram.getsockname()[1]
            if port % 2:  # RFC 3550 section 11 wants RTP on even ports
                datagram.close()
            else:
                held.enter_context(datagram)
                ports.append(port)
        yield ports


async def run_load(plan: LoadPlan, *, cpu: int | None = None) -> LoadResult:
    """Speak and listen on every leg for the plan's time. Raises LoadFailed."""
    arguments = [str(plan.seconds), str(plan.settle), str(plan.payload_type)]
    process = await _start("load", plan, *arguments, cpu=cpu)
    try:
        async with asyncio.timeout(plan.seconds + SPARE_SECONDS):
            output, errors = await process.communicate()
    finally:
        await end_child(process, GRACE_SECONDS)
    if process.returncode:
        raise LoadFailed(f"load: {errors.decode().strip()}")
    return LoadResult(**json.loads(output))


class BareLoop:
    """Owns the remote ports of a plan and relays between them until stopped."""

    def __init__(self, plan: LoadPlan, *, cpu: int | None = None) -> None:
        self._plan = plan
        self._cpu = cpu
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        self._process = await _start("bare", self._plan, cpu=self._cpu)
        try:
            await self._until_ready(self._process)
        except BaseException:
            await end_child(self._process, GRACE_SECONDS)
            raise
        return self

    async def stop(self) -> BareResult:
        """End the loop and say what it cost."""
        assert self._process, "stop() outside the block"
        self._process.terminate()
        output, _ = await self._process.communicate()
        return BareResult(**json.loads(output))

    async def __aexit__(self, *_: object) -> None:
        assert self._process
        await end_child(self._process, GRACE_SECONDS)

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout and process.stderr
        async with asyncio.timeout(START_SECONDS):
            if not await process.stdout.readline():
                raise LoadFailed(f"bare: {(await process.stderr.read()).decode().strip()}")


async def _start(
    name: str, plan: LoadPlan, *arguments: str, cpu: int | None
) -> asyncio.subprocess.Process:
    pinned = [] if cpu is None else ["taskset", "-c", str(cpu)]
    process = await asyncio.create_subprocess_exec(
        *(*pinned, str(program(name)), "-", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    with contextlib.suppress(ConnectionError):  # it refused the plan, and says why
        process.stdin.write(plan.text().encode())
        await process.stdin.drain()
    process.stdin.close()
    return process


def paired(local_ports: Sequence[int], remote_ports: Sequence[int]) -> list[Leg]:
    """Calls of two neighbouring legs each."""
    ports = zip(local_ports, remote_ports, strict=True)
    return [Leg(local, remote, index ^ 1) for index, (local, remote) in enumerate(ports)]


async def measure_bare(calls: int, seconds: float) -> tuple[LoadResult, BareResult]:
    """So many calls through the bare loop on ports of the system's choice."""
    with reserved_ports(4 * calls) as ports:
        plan = LoadPlan(paired(ports[: 2 * calls], ports[2 * calls :]), seconds)
        async with BareLoop(plan) as bare:
            result = await run_load(plan)
            return result, await bare.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description="Run the load generator against the bare loop.")
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    load, bare = asyncio.run(measure_bare(options.calls, options.seconds))
    cost = {"bare_us_per_call_s": round(bare.us_per_call_second, 1)}
    print(json.dumps(dataclasses.asdict(load) | cost))


if __name__ == "__main__":
    main()
