"""What a call costs: real bridged calls through a real engine, and the bare loop to compare with.

    python -m bench.calls --calls 50 --seconds 10 --record --json

The engine is a process of its own on one CPU, the load generator (C) has another one where there
is another. Phones of the rig set the calls up; then the generator speaks at both ends of each. The
figures of the JSON object, all taken in one run:

cpu_us_per_call_s     CPU of the engine in microseconds for each call and second, while all calls
                      speak: media thread, recorder's thread, control (everything else), total
bare_us_per_call_s    the same for a loop that receives and sends the same packets and does no more;
                      half before and half after the engine, so that both meet the same neighbours
ratio                 media and recorder together, over bare
lost                  packets that went in and did not come out at the other end, of all sent
added_latency_ms_*    of a packet, one way, from before send() at one end to its arrival at the
                      other: the loopback twice and the engine between; bare_latency_ms_* likewise
late_p99_ms           how late 99 of 100 ticks of the mixer were at most, over the engine's life
rss_bytes_per_call    resident memory with all calls, less that of the idle engine, over the calls
setup_cpu_us_per_call CPU of the whole engine from the first INVITE until all calls are up and quiet
recordings_ok         every call has its recording (or none, as asked), AVAILABLE and as long as it
problems              why the exit code is 1

The media thread runs under SCHED_FIFO where it may, the bare loop never does: compare their CPU,
not their latencies, on a busy machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import re
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_urlsafe
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from rich.table import Table

from bench.aftermath import faults
from bench.build import BuildFailed
from bench.crowd import Crowd, SetUpFailed, Talk
from bench.engine_process import HOST, ROOT, EngineFailed, EngineProcess, log_end
from bench.load import (
    BareLoop,
    LoadFailed,
    LoadPlan,
    LoadResult,
    paired,
    reserved_ports,
    run_load,
)
from bench.report import progress, report
from bench.usage import Cpu, cpu_of, machine, resident_bytes
from engine.records import RecordError
from tests.rig.house import to_queue
from tests.rig.phone import Refused

NUMBER = QUEUE = "bench"
MAX_CALLS = 1000  # of [routing] max_calls
MAX_SECONDS = 3500.0  # the generator speaks for an hour at most
SETTLE_SECONDS = 1.0  # of speech that is neither timed nor charged
MARGIN_SECONDS = 0.5  # the generator speaks on so long after the measurement
QUIET_SECONDS = 0.5  # after the last answer, for files and rows that are still being made
FAILURES = (
    BuildFailed,
    EngineFailed,
    LoadFailed,
    OSError,
    RecordError,
    Refused,
    SetUpFailed,
    TimeoutError,
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    calls: int
    seconds: float
    record: bool
    folder: Path


@dataclass(frozen=True, slots=True)
class Pins:
    """CPUs of the engine and of the generator; None where there is only one for both."""

    engine: int | None
    generator: int | None

    @classmethod
    def choose(cls) -> Pins:
        cpus = sorted(os.sched_getaffinity(0))
        return cls(cpus[-1], cpus[0]) if len(cpus) > 1 else cls(None, None)


@dataclass(frozen=True, slots=True)
class Bare:
    """What the bare loop did. Microseconds."""

    us_per_call_second: float
    latency_us_p50: float
    latency_us_p99: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What the engine did, in the order in which it was measured; `cpu` is for a call second."""

    setup_cpu_us: float
    load: LoadResult
    cpu: Cpu
    rss_bytes: int
    problems: list[str]
    recording_faults: list[str]
    late_p99_ms: float


async def measure_bare(options: Options, pins: Pins) -> Bare:
    """As many calls through the bare loop, half as long: it runs before and after the engine."""
    with reserved_ports(4 * options.calls) as ports:
        half = 2 * options.calls
        plan = plan_of(ports[:half], ports[half:], options.seconds / 2)
        async with BareLoop(plan, cpu=pins.engine) as bare:
            load = await run_load(plan, cpu=pins.generator)
            cost = await bare.stop()
    return Bare(cost.us_per_call_second, load.latency_us_p50, load.latency_us_p99)


async def measure_engine(options: Options, pins: Pins) -> Measured:
    """From the start of the engine to what it left behind. Raises one of FAILURES."""
    agents = {f"agent{n}": token_urlsafe(12) for n in range(options.calls)}
    engine = EngineProcess(options.folder, house(options, agents), cpu=pins.engine)
    with reserved_ports(2 * options.calls) as ports:
        async with engine, Crowd(NUMBER, agents, (HOST, engine.sip_port), ports) as crowd:
            await crowd.register()
            idle_rss, idle_cpu = resident_bytes(engine.pid), cpu_of(engine.pid)
            talks = await crowd.converse()
            await asyncio.sleep(QUIET_SECONDS)
            setup = cpu_of(engine.pid) - idle_cpu
            progress.print(f"{len(talks)} calls are up, {options.seconds:g} s of speech follow")
            load, cpu = await asyncio.gather(
                run_load(plan_of_talks(talks, options.seconds), cpu=pins.generator),
                cpu_per_call_second(engine.pid, options),
            )
            rss = resident_bytes(engine.pid) - idle_rss
            lengths = await crowd.hang_up(talks)
    return Measured(
        setup.total / options.calls,
        load,
        cpu,
        rss // options.calls,
        [] if engine.exit_code == 0 else [f"the engine ended with {engine.exit_code}"],
        await faults(engine.database, talks, lengths, recorded=options.record),
        tick_lateness(engine),
    )


def tick_lateness(engine: EngineProcess) -> float:
    """As the engine says in its log when it stops; milliseconds."""
    said = re.findall(r"event='media'.* p99_ms=([0-9.]+)", log_end(engine.folder))
    return float(said[-1]) if said else math.nan


async def cpu_per_call_second(pid: int, options: Options) -> Cpu:
    """While the calls speak, after they have settled."""
    await asyncio.sleep(SETTLE_SECONDS)
    began, before = time.monotonic(), cpu_of(pid)
    await asyncio.sleep(options.seconds)
    return (cpu_of(pid) - before) / (options.calls * (time.monotonic() - began))


def plan_of(local_ports: Sequence[int], remote_ports: Sequence[int], seconds: float) -> LoadPlan:
    speech = SETTLE_SECONDS + seconds + MARGIN_SECONDS
    return LoadPlan(paired(local_ports, remote_ports), speech, SETTLE_SECONDS)


def plan_of_talks(talks: Sequence[Talk], seconds: float) -> LoadPlan:
    ends = [end for talk in talks for end in (talk.customer, talk.agent)]
    return plan_of([end.seat.port for end in ends], [end.engine_port for end in ends], seconds)


def house(options: Options, agents: dict[str, str]) -> str:
    """The people and the number, as configuration; the flow goes straight to the queue."""
    flow = options.folder / "flow.json"
    recorded = ("Agent", "Customer") if options.record else ()
    flow.write_text(json.dumps(to_queue(*recorded, queue=QUEUE)))
    text = f'[[queues]]\nname = "{QUEUE}"\n[[numbers]]\nnumber = "{NUMBER}"\nflow = "{flow}"\n'
    for username, password in agents.items():
        text += f'[[agents]]\nusername = "{username}"\npassword = "{password}"\n'
        text += f'queues = ["{QUEUE}"]\n'
    return text


def speech_problems(load: LoadResult) -> list[str]:
    """Packets that did not come out as they went in."""
    wrong = {
        "lost": load.lost + load.settling_lost,
        "at the wrong end": load.wrong_leg,
        "altered": load.corrupt,
        "twice": load.duplicates,
    }
    return [f"{count} packets {what}" for what, count in wrong.items() if count]


def outcome(options: Options, bare: Sequence[Bare], seen: Measured) -> Json:
    """The JSON object."""
    load, cpu = seen.load, seen.cpu
    bare_us = mean(one.us_per_call_second for one in bare)
    return {
        "calls": options.calls,
        "seconds": options.seconds,
        "recorded": options.record,
        "cpu_us_per_call_s": {
            part: round(us, 1) for part, us in (asdict(cpu) | {"total": cpu.total}).items()
        },
        "bare_us_per_call_s": round(bare_us, 1),
        "ratio": round((cpu.media + cpu.recorder) / bare_us, 2),
        "sent": load.sent,
        "lost": load.lost + load.settling_lost,
        "late_p99_ms": seen.late_p99_ms,
        "added_latency_ms_p50": ms(load.latency_us_p50),
        "added_latency_ms_p99": ms(load.latency_us_p99),
        "bare_latency_ms_p50": ms(mean(one.latency_us_p50 for one in bare)),
        "bare_latency_ms_p99": ms(max(one.latency_us_p99 for one in bare)),
        "rss_bytes_per_call": seen.rss_bytes,
        "setup_cpu_us_per_call": round(seen.setup_cpu_us),
        "recordings_ok": not seen.recording_faults,
        "machine": machine(),
        "problems": [*seen.problems, *speech_problems(load), *seen.recording_faults],
    }


def ms(us: float) -> float:
    return round(us / 1000, 3)


def table(figures: Json) -> Table:
    """The figures for people; the problems come below it."""
    shown = Table("figure", "value", title="Bridged calls through the engine")
    for name, value in figures.items():
        if name == "problems":
            continue
        if isinstance(value, dict):
            value = ", ".join(f"{key} {part}" for key, part in value.items())
        shown.add_row(name, str(value))
    return shown


async def run(options: Options) -> Json:
    """Raises one of FAILURES."""
    pins = Pins.choose()
    progress.print(f"bare loop: {options.calls} calls, half of the time")
    before = await measure_bare(options, pins)
    progress.print("engine: setting up the calls")
    seen = await measure_engine(options, pins)
    progress.print("bare loop: the other half")
    return outcome(options, [before, await measure_bare(options, pins)], seen)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=50, help=f"1 to {MAX_CALLS}")
    parser.add_argument("--seconds", type=float, default=10.0, help="of measured speech")
    parser.add_argument("--record", action="store_true", help="record every call")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--folder", type=Path, help="keep log, database and recordings here")
    arguments = parser.parse_args()
    if not 1 <= arguments.calls <= MAX_CALLS:
        parser.error(f"--calls goes from 1 to {MAX_CALLS}")
    if not 0 < arguments.seconds <= MAX_SECONDS:
        parser.error(f"--seconds goes up to {MAX_SECONDS}")
    return arguments


def main() -> None:
    arguments = parse()
    with ExitStack() as kept:
        folder = arguments.folder
        if folder is None:
            parent = ROOT / "var" / "bench"  # on the disk that recordings go to, unlike /tmp
            parent.mkdir(parents=True, exist_ok=True)
            folder = Path(kept.enter_context(TemporaryDirectory(dir=parent)))
        folder.mkdir(parents=True, exist_ok=True)
        options = Options(arguments.calls, arguments.seconds, arguments.record, folder.resolve())
        try:
            figures = asyncio.run(run(options))
        except FAILURES as error:
            log = log_end(options.folder)
            sys.exit(f"bench.calls: {type(error).__name__}: {error}\n{log}".rstrip())
    report(figures, None if arguments.json else table(figures))


if __name__ == "__main__":
    main()
