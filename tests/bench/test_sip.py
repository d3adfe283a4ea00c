"""The bench of the SIP stack: its parts in short real runs, and what the figures are made of."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bench.calls import Pins
from bench.engine_process import ROOT
from bench.messages import parse_us, received, serialise_us
from bench.server_process import ServerProcess
from bench.sip import Bridged, Held, Options, call, outcome
from bench.sip_engine import engine_us_per_call
from bench.sipp import Served, callee
from sip.message import Request, parse
from tests.rig.free_ports import free_ports
from tests.rig.patience import PATIENCE_SECONDS

ANYWHERE = Pins(None, None)


def options(folder: Path) -> Options:
    return Options(4, 2, 10, 2, folder, ANYWHERE)


async def test_calls_are_bridged_and_what_is_open_is_told(tmp_path: Path) -> None:
    port, callee_port = free_ports(2)
    async with (
        ServerProcess("bridge", port, cpu=None) as server,
        callee(tmp_path, callee_port, cpu=None),
    ):
        await server.register(callee_port)
        before = server.cpu_us()
        served = await call(options(tmp_path), port, 20)
        assert (served.completed, served.failed) == (20, 0)
        assert server.cpu_us() > before and server.resident_bytes() > 0
        left = await server.until(lambda left: not left["dialogs"], PATIENCE_SECONDS)
        assert left["failures"] == 0
        most = 20 * 4 + 1  # INVITE and BYE of both legs, one REGISTER
        assert most - 20 <= left["transactions"] <= most  # a BYE that we sent is over after 5 s


async def test_calls_go_through_the_bare_forwarder(tmp_path: Path) -> None:
    port, callee_port = free_ports(2)
    async with (
        ServerProcess("forwarder", port, callee_port, cpu=None),
        callee(tmp_path, callee_port, cpu=None),
    ):
        served = await call(options(tmp_path), port, 20)
        assert (served.completed, served.failed) == (20, 0)


async def test_calls_go_through_the_whole_engine(tmp_path: Path) -> None:
    assert await engine_us_per_call(tmp_path, 3, ANYWHERE) > 0


def test_no_two_calls_have_the_same_messages() -> None:
    ours, theirs = ({data: parse(data) for data in received(call)} for call in (1, 2))
    assert not ours.keys() & theirs.keys()
    requests = [one.method for one in ours.values() if isinstance(one, Request)]
    assert requests == ["INVITE", "ACK", "BYE"]
    assert parse_us() > 1 and serialise_us() > 0.1


def test_figures_are_of_both_halves_and_growth_of_the_second(tmp_path: Path) -> None:
    halves = [
        Bridged(Served(100, 0, 0.5), 100_000.0, 1_000_000),
        Bridged(Served(99, 1, 0.5), 99_000.0, 1_000_990),
    ]
    figures = outcome(options(tmp_path), [45.0, 55.0], halves, Held(8, 900), 5000.0)
    assert (figures["cpu_us_per_call"], figures["calls_per_s"], figures["failed"]) == (1000, 199, 1)
    assert (figures["bare_us_per_call"], figures["ratio"]) == (50.0, 20.0)
    assert (figures["dialogs"], figures["bytes_per_dialog"]) == (8, 900)
    assert figures["rss_growth_per_100k_calls"] == 1_000_000
    assert figures["problems"] == ["1 calls failed", "8 dialogs of 10"]


async def test_nonsense_is_refused_at_once() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.sip", "--calls", "1"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    output, errors = await process.communicate()
    assert (process.returncode, output) == (2, b"")
    assert b"--calls is 2 at least" in errors
