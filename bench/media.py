"""What the media core costs, with the bare loop beside it: python -m bench.media --json

Calls without signalling: the mixer and the recorder in a process of their own, on one CPU; the load
generator, in C, has another one where there is another. Kinds of run take turns on the same CPU:
the bare loop, which receives and sends the same packets and does no more; calls that are bridged
and recorded in stereo; the same with a silent listener on each; and, where it is installed
(rtpengine-daemon of Debian), calls that rtpengine relays in user space, without recording. The JSON
object:

recorded_us_per_call_s  CPU of media thread and recorder, microseconds for each call and second
listener_us_per_call_s  the same with a listener on every call
bare_us_per_call_s      of the bare loop
rtpengine_us_per_call_s of rtpengine, all its threads; null where it is not installed
recorded_over_bare      the ratios; every run of one kind counts as much
listener_over_bare
recorded_over_rtpengine
calls_per_core_at_70    so many recorded calls would take 70 % of a core, at the cost of this run
lost                    packets that did not come out as they went in, but for those of rtpengine
gaps                    silences in the recordings where the generator was not silent; and overruns
added_latency_ms_p99    of a relayed packet, one way, above the median of the bare loop
bytes_per_call          resident memory of a recorded call: all calls up, less none
problems                why the exit code is 1
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from bench.build import BuildFailed
from bench.calls import MARGIN_SECONDS, SETTLE_SECONDS, Pins, plan_of
from bench.engine_process import ROOT
from bench.load import BareLoop, LoadFailed, LoadResult, reserved_ports, run_load
from bench.media_host import Outcome, Setup
from bench.report import plain, progress, report
from bench.rtpengine import Rtpengine, RtpengineFailed, installed
from bench.usage import Cpu, cpu_of, machine, resident_bytes
from tests.rig.child import end_child

MAX_CALLS = 1000  # limit: legs of a plan, descriptors of a process
START_SECONDS = 45.0
STOP_SECONDS = 60.0  # until the last file is read back
SHARE = 0.7  # of a core
Json = dict[str, Any]


class HostFailed(Exception):
    """The process with the media core ended with an error; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Options:
    calls: int
    seconds: float
    rounds: int
    listeners: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one kind; `bytes_per_call` and `outcome` are of the media core alone."""

    us_per_call_s: float
    load: LoadResult
    bytes_per_call: float | None = None
    outcome: Outcome | None = None


async def bare_run(options: Options, pins: Pins) -> Run:
    with reserved_ports(4 * options.calls) as ports:
        half = 2 * options.calls
        plan = plan_of(ports[:half], ports[half:], options.seconds)
        async with BareLoop(plan, cpu=pins.engine) as bare:
            load = await run_load(plan, cpu=pins.generator)
            cost = await bare.stop()
    return Run(cost.us_per_call_second, load)


async def rtpengine_run(options: Options, pins: Pins) -> Run:
    """Raises RtpengineFailed, LoadFailed."""
    with reserved_ports(2 * options.calls) as ports:
        async with Rtpengine(cpu=pins.engine) as relay:
            pairs = zip(ports[::2], ports[1::2], strict=True)
            calls = [await relay.call(str(number), pair) for number, pair in enumerate(pairs)]
            plan = plan_of(ports, [port for call in calls for port in call], options.seconds)
            load, used = await asyncio.gather(
                run_load(plan, cpu=pins.generator), cpu_while_they_speak(relay.pid, options)
            )
    return Run(used.total, load)


async def engine_run(options: Options, pins: Pins, listeners: int) -> Run:
    """Raises HostFailed, LoadFailed."""
    calls, legs = options.calls, 2 * options.calls
    with (
        reserved_ports((2 + listeners) * calls) as ports,
        TemporaryDirectory(dir=options.folder) as folder,
    ):
        ears = ports[legs:]
        phones = [
            [*ports[2 * n : 2 * n + 2], *ears[listeners * n : listeners * (n + 1)]]
            for n in range(calls)
        ]
        setup = Setup(phones, listeners, recorded=True, folder=folder)
        async with media_host(setup, pins.engine) as (process, idle_bytes, remote_ports):
            plan = plan_of(ports[:legs], remote_ports, options.seconds)
            load, used = await asyncio.gather(
                run_load(plan, cpu=pins.generator), cpu_while_they_speak(process.pid, options)
            )
            memory = (resident_bytes(process.pid) - idle_bytes) / calls
            outcome = await finish(process)
    if outcome.files != calls:
        raise HostFailed(f"{outcome.files} of {calls} calls were recorded")
    return Run(used.media + used.recorder, load, memory, outcome)


@asynccontextmanager
async def media_host(
    setup: Setup, cpu: int | None
) -> AsyncIterator[tuple[asyncio.subprocess.Process, int, list[int]]]:
    """The process, its resident memory before the calls, and the UDP ports of the legs."""
    pinned = [] if cpu is None else ["taskset", "-c", str(cpu)]
    process = await asyncio.create_subprocess_exec(
        *(*pinned, sys.executable, "-m", "bench.media_host"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        limit=1 << 20,
    )
    assert process.stdin and process.stdout
    try:
        async with asyncio.timeout(START_SECONDS):
            await line_of(process)  # it is there
            idle_bytes = resident_bytes(process.pid)
            process.stdin.write(json.dumps(asdict(setup)).encode() + b"\n")
            ports = json.loads(await line_of(process))
        yield process, idle_bytes, ports
    finally:
        await end_child(process)


async def finish(process: asyncio.subprocess.Process) -> Outcome:
    assert process.stdin
    process.stdin.close()
    async with asyncio.timeout(STOP_SECONDS):
        return Outcome(**json.loads(await line_of(process)))


async def line_of(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout
    line = await process.stdout.readline()
    if not line:
        raise HostFailed("the process with the media core ended; what it said is above")
    return line


async def cpu_while_they_speak(pid: int, options: Options) -> Cpu:
    """Of a process, for each call and second, after the calls have settled."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(SETTLE_SECONDS)
    began, before = loop.time(), cpu_of(pid)
    await asyncio.sleep(options.seconds)
    return (cpu_of(pid) - before) / (options.calls * (loop.time() - began))


def problems_of(runs: Sequence[Run]) -> list[str]:
    """A generator that was late, or heard nothing, has measured nothing."""
    late = max(run.load.send_late_us_p99 for run in runs) / 1000
    return [f"the generator was {late:.0f} ms late"] if late > 1000 * MARGIN_SECONDS else []


def lost(load: LoadResult) -> int:
    return load.lost + load.settling_lost + load.corrupt + load.wrong_leg + load.duplicates


@dataclass(frozen=True, slots=True)
class Runs:
    """All of them, by kind."""

    bare: list[Run] = field(default_factory=list)
    recorded: list[Run] = field(default_factory=list)
    heard: list[Run] = field(default_factory=list)
    rtpengine: list[Run] = field(default_factory=list)

    @property
    def every(self) -> list[Run]:
        return [*self.bare, *self.recorded, *self.heard, *self.rtpengine]


def cost_of(runs: Sequence[Run]) -> float | None:
    """Microseconds for each call and second; None without a run."""
    return mean(run.us_per_call_s for run in runs) if runs else None


def ratio(cost: float | None, other: float | None) -> float | None:
    return round(cost / other, 2) if cost and other else None


def outcome(options: Options, runs: Runs) -> Json:
    """The JSON object."""
    bare, recorded, heard, rtpengine = map(
        cost_of, (runs.bare, runs.recorded, runs.heard, runs.rtpengine)
    )
    assert bare and recorded and heard
    bare_ms = mean(run.load.latency_us_p50 for run in runs.bare) / 1000
    outcomes = [run.outcome for run in (*runs.recorded, *runs.heard) if run.outcome]
    return {
        "calls": options.calls,
        "seconds": options.seconds,
        "rounds": options.rounds,
        "listeners": options.listeners,
        "recorded_over_bare": ratio(recorded, bare),
        "listener_over_bare": ratio(heard, bare),
        "recorded_over_rtpengine": ratio(recorded, rtpengine),
        "recorded_us_per_call_s": round(recorded, 1),
        "listener_us_per_call_s": round(heard, 1),
        "bare_us_per_call_s": round(bare, 1),
        "rtpengine_us_per_call_s": rtpengine and round(rtpengine, 1),
        "calls_per_core_at_70": round(SHARE * 1e6 / recorded),
        "lost": sum(lost(run.load) for run in (*runs.bare, *runs.recorded, *runs.heard)),
        "gaps": sum(one.gaps + one.overruns for one in outcomes),
        "added_latency_ms_p99": round(
            mean(run.load.latency_us_p99 for run in runs.recorded) / 1000 - bare_ms, 3
        ),
        "bytes_per_call": round(mean(run.bytes_per_call or 0 for run in runs.recorded)),
        "machine": machine(),
        "problems": problems_of(runs.every),
    }


async def run(options: Options) -> Json:
    """Raises BuildFailed, HostFailed, LoadFailed, RtpengineFailed, OSError, TimeoutError."""
    pins, runs = Pins.choose(), Runs()
    for number in range(options.rounds):
        progress.print(f"round {number + 1} of {options.rounds}: bare, recorded, listened to")
        runs.bare.append(await bare_run(options, pins))
        runs.recorded.append(await engine_run(options, pins, 0))
        runs.heard.append(await engine_run(options, pins, options.listeners))
        if installed():
            progress.print(f"round {number + 1} of {options.rounds}: rtpengine")
            runs.rtpengine.append(await rtpengine_run(options, pins))
    return outcome(options, runs)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=50, help=f"1 to {MAX_CALLS}")
    parser.add_argument("--seconds", type=float, default=5.0, help="of measured speech in a run")
    parser.add_argument("--rounds", type=int, default=2, help="of one run of each kind")
    parser.add_argument("--listeners", type=int, default=1, help="on each call, 1 to 5")
    parser.add_argument("--json", action="store_true", help="print one JSON object on one line")
    arguments = parser.parse_args()
    for name, most in (("calls", MAX_CALLS), ("rounds", 100), ("listeners", 5)):
        if not 1 <= getattr(arguments, name) <= most:
            parser.error(f"--{name} goes from 1 to {most}")
    if not 0 < arguments.seconds <= 600:
        parser.error("--seconds goes up to 600")
    return arguments


def main() -> None:
    given = parse()
    folder = ROOT / "var" / "bench"  # on the disk that recordings go to, unlike /tmp
    folder.mkdir(parents=True, exist_ok=True)
    options = Options(given.calls, given.seconds, given.rounds, given.listeners, folder)
    try:
        figures = asyncio.run(run(options))
    except (BuildFailed, HostFailed, LoadFailed, RtpengineFailed, OSError, TimeoutError) as error:
        sys.exit(f"bench.media: {type(error).__name__}: {error}")
    report(figures, None if given.json else plain(figures))


if __name__ == "__main__":
    main()
