"""What setting up a call costs: SIPp at both ends of the SIP stack, and no media.

    python -m bench.sip --calls 4000 --dialogs 10000 --json

Each call is an INVITE, 180, 200, ACK, BYE and 200 on both legs, 12 messages: no 100 is due. Between
the two SIPps stands `bench.bridge`: the stack of this house and the fewest lines that join two of
its sessions, a process of its own on one CPU; the SIPps share the others. The figures of the JSON
object, all taken in one run:

cpu_us_per_call        CPU of the bridge in microseconds for each completed call, from the first
                       INVITE until its last transaction has ended, 32 s after the last call
calls_per_s            completed in a second, with --at-once calls open all the time
failed                 calls that did not go as the scenarios say
parse_us, serialise_us CPU microseconds to read and to write one message (mean over those of a call)
dialogs                open at the same time, in a fresh bridge, while bytes_per_dialog was taken
bytes_per_dialog       resident memory they take, their transactions included
rss_growth_per_100k_calls  what the second half of the calls left behind in bytes, for 100,000 of
                       them; only a long run (--calls 100000) has a word in it
bare_us_per_call       the messages of such a call through `bench.forwarder`, which sends on what it
                       reads; half of it before and half after the bridge
ratio                  cpu_us_per_call over bare_us_per_call
engine_us_per_call     the same call through the whole engine: flow, queue, agent, media ports and
                       contact record included, no RTP
problems               why the exit code is 1
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from rich.table import Table

from bench.bridge import CALLEE
from bench.calls import Pins
from bench.engine_process import EngineFailed
from bench.messages import parse_us, serialise_us
from bench.report import progress, report
from bench.server_process import ServerProcess
from bench.sip_engine import engine_us_per_call
from bench.sipp import Calls, Served, SippFailed, callee, callers
from bench.usage import machine
from sip.transaction import TIMEOUT
from tests.rig.free_ports import free_ports
from tests.rig.phone import Refused

WARM_UP = 200  # calls
RAMP = 500  # calls in a second, while dialogs are gathered
DRAIN_SECONDS = TIMEOUT + 3
SLOWEST = 50  # calls in a second; what is slower has failed
FAILURES = (EngineFailed, OSError, Refused, SippFailed, TimeoutError)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    calls: int
    at_once: int
    dialogs: int
    engine_calls: int
    folder: Path
    pins: Pins


@dataclass(frozen=True, slots=True)
class Bridged:
    """What half of the calls cost, and what was resident when they were gone."""

    served: Served
    cpu_us: float
    rss_bytes: int


@dataclass(frozen=True, slots=True)
class Held:
    """So many at the same time, and what each took, its transactions included."""

    dialogs: int
    bytes_each: int


async def measure_bare(options: Options) -> float:
    """Half of the calls through the forwarder; CPU microseconds for each."""
    port, callee_port = free_ports(2)
    async with (
        ServerProcess("forwarder", port, callee_port, cpu=options.pins.engine) as server,
        callee(options.folder, callee_port, cpu=options.pins.generator),
    ):
        await call(options, port, WARM_UP)
        before = server.cpu_us()
        served = await call(options, port, options.calls // 2)
        return (server.cpu_us() - before) / max(1, served.completed)


async def measure_bridge(options: Options) -> list[Bridged]:
    """Twice half of the calls, through the same bridge."""
    port, callee_port = free_ports(2)
    async with (
        ServerProcess("bridge", port, cpu=options.pins.engine) as server,
        callee(options.folder, callee_port, cpu=options.pins.generator),
    ):
        await server.register(callee_port)
        await call(options, port, WARM_UP)
        await drained(server)
        return [await half(options, server) for _ in range(2)]


async def half(options: Options, server: ServerProcess) -> Bridged:
    before = server.cpu_us()
    served = await call(options, server.port, options.calls // 2)
    progress.print(f"{served.completed} calls in {served.seconds:.1f} s; transactions run out")
    await drained(server)
    return Bridged(served, server.cpu_us() - before, server.resident_bytes())


async def call(options: Options, port: int, count: int) -> Served:
    calls = Calls(count, options.at_once)
    (own_port,) = free_ports(1)
    cpu = options.pins.generator
    async with callers(options.folder, own_port, port, CALLEE, calls, cpu=cpu) as running:
        return await running.finished(10 + count / SLOWEST)


async def drained(server: ServerProcess) -> None:
    """Wait until nothing is open any more. Raises TimeoutError when something leaks."""
    await server.until(lambda counts: not any(counts.values()), DRAIN_SECONDS)


async def measure_dialogs(options: Options) -> Held:
    """Hold so many in a fresh bridge."""
    port, callee_port, own_port = free_ports(3)
    calls = options.dialogs // 2
    hold = 2 * calls / RAMP + 10
    plan = Calls(calls, calls, milliseconds=round(1000 * hold), a_second=RAMP)
    cpu = options.pins.generator
    async with (
        ServerProcess("bridge", port, cpu=options.pins.engine) as server,
        callee(options.folder, callee_port, cpu=cpu),
    ):
        await server.register(callee_port)
        await call(options, port, WARM_UP)
        await drained(server)
        idle = server.resident_bytes()
        async with callers(options.folder, own_port, port, CALLEE, plan, cpu=cpu) as running:
            counts = await server.until(lambda counts: counts["dialogs"] >= 2 * calls, hold)
            taken = server.resident_bytes() - idle
            await running.finished(2 * hold)
    return Held(counts["dialogs"], taken // (2 * calls))


async def run(options: Options) -> Json:
    """Raises one of FAILURES."""
    progress.print(f"forwarder: {options.calls // 2} calls")
    bare = [await measure_bare(options)]
    progress.print(f"bridge: {options.calls} calls, {options.at_once} at a time")
    halves = await measure_bridge(options)
    progress.print(f"forwarder: {options.calls // 2} calls")
    bare.append(await measure_bare(options))
    progress.print(f"bridge: {options.dialogs} dialogs at the same time")
    held = await measure_dialogs(options)
    progress.print(f"engine: {options.engine_calls} calls")
    engine_us = await engine_us_per_call(options.folder, options.engine_calls, options.pins)
    return outcome(options, bare, halves, held, engine_us)


def outcome(
    options: Options, bare: list[float], halves: list[Bridged], held: Held, engine_us: float
) -> Json:
    """The JSON object."""
    completed = sum(one.served.completed for one in halves)
    failed = sum(one.served.failed for one in halves)
    us_per_call = sum(one.cpu_us for one in halves) / max(1, completed)
    grown = halves[1].rss_bytes - halves[0].rss_bytes
    problems = [f"{failed} calls failed"] if failed else []
    if held.dialogs != options.dialogs:
        problems.append(f"{held.dialogs} dialogs of {options.dialogs}")
    return {
        "cpu_us_per_call": round(us_per_call),
        "calls_per_s": round(completed / sum(one.served.seconds for one in halves)),
        "failed": failed,
        "parse_us": round(parse_us(), 1),
        "serialise_us": round(serialise_us(), 1),
        "dialogs": held.dialogs,
        "bytes_per_dialog": held.bytes_each,
        "rss_growth_per_100k_calls": round(grown * 100_000 / max(1, halves[1].served.completed)),
        "bare_us_per_call": round(mean(bare), 1),
        "ratio": round(us_per_call / mean(bare), 1),
        "engine_us_per_call": round(engine_us),
        "calls": completed,
        "machine": machine(),
        "problems": problems,
    }


def table(figures: Json) -> Table:
    shown = Table("figure", "value", title="Calls through the SIP stack")
    for name, value in figures.items():
        shown.add_row(name, str(value))
    return shown


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=4000, help="through the bridge, in all")
    parser.add_argument("--at-once", type=int, default=40, help="calls open at a time")
    parser.add_argument("--dialogs", type=int, default=10_000, help="to be held, two a call")
    parser.add_argument("--engine-calls", type=int, default=300, help="through the whole engine")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    for name in ("calls", "at_once", "dialogs", "engine_calls"):
        if getattr(arguments, name) < 2:
            parser.error(f"--{name.replace('_', '-')} is 2 at least")
    return arguments


def main() -> None:
    asked = parse()
    with TemporaryDirectory() as folder:
        options = Options(
            asked.calls,
            asked.at_once,
            asked.dialogs // 2 * 2,
            asked.engine_calls,
            Path(folder),
            Pins.choose(),
        )
        try:
            figures = asyncio.run(run(options))
        except FAILURES as error:
            sys.exit(f"bench.sip: {type(error).__name__}: {error}")
    report(figures, None if asked.json else table(figures))


if __name__ == "__main__":
    main()
