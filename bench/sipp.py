"""SIPp as the load: callers who keep so many calls open, and callees who answer them all.

Unlike the SIPp of the rig it keeps no log of messages, and it reaches many calls at once.
"""

from __future__ import annotations

import asyncio
import csv
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.engine_process import HOST
from tests.rig.child import end_child
from tests.rig.sipp import listens

SCENARIOS = Path(__file__).parent / "scenarios"
START_SECONDS = 5.0
AT_ONCE = 100_000  # calls that begin in a second, where nothing else holds them back


class SippFailed(Exception):
    """SIPp is missing, did not start or was not done in time."""


@dataclass(frozen=True, slots=True)
class Calls:
    """How many calls in all, how many open at a time and begun in a second, how long each."""

    total: int
    at_once: int
    milliseconds: int = 0
    a_second: int = AT_ONCE


@dataclass(frozen=True, slots=True)
class Served:
    """What became of the callers' calls. `seconds` from the first INVITE to the last BYE."""

    completed: int
    failed: int
    seconds: float


class Sipp:
    """One SIPp process; used as `async with`."""

    def __init__(self, scenario: str, folder: Path, port: int, *arguments: str, cpu: int | None):
        self.port = port
        self._folder = folder / f"{scenario}-{port}"
        pinned = [] if cpu is None else ["taskset", "-c", str(cpu)]
        self._command = [
            *(*pinned, "sipp", *arguments, "-sf", str(SCENARIOS / f"{scenario}.xml")),
            *("-i", HOST, "-p", str(port), "-t", "u1", "-nostdin"),
            *("-buff_size", str(4 * 1024 * 1024), "-deadcall_wait", "0"),
            *("-trace_stat", "-stf", "statistics.csv", "-fd", "600"),
            *("-trace_err", "-error_file", "errors.log"),
        ]

    async def __aenter__(self) -> Self:
        if shutil.which("sipp") is None:
            raise SippFailed("SIPp is not installed: apt-get install sip-tester")
        self._folder.mkdir()
        with (self._folder / "screen.log").open("wb") as screen:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                cwd=self._folder,
            )
        give_up_at = time.monotonic() + START_SECONDS
        while not listens(HOST, self.port, "udp"):
            if self._process.returncode is not None or time.monotonic() > give_up_at:
                raise SippFailed(f"could not start: {self._said()}")
            await asyncio.sleep(0.02)
        return self

    async def __aexit__(self, *_: object) -> None:
        await end_child(self._process, grace=0.1)

    async def finished(self, within: float) -> Served:
        """Wait until all calls are over. Raises SippFailed."""
        began = time.monotonic()
        try:
            await asyncio.wait_for(self._process.wait(), within)
        except TimeoutError:
            raise SippFailed(f"calls were not over in {within:g} s: {self._said()}") from None
        seconds = time.monotonic() - began
        try:
            with (self._folder / "statistics.csv").open(newline="") as file:
                *_, last = csv.DictReader(file, delimiter=";")
        except (OSError, ValueError):
            raise SippFailed(self._said()) from None
        return Served(int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"]), seconds)

    def _said(self) -> str:
        logs = (self._folder / name for name in ("errors.log", "screen.log"))
        return next((log.read_text(errors="replace")[-2000:] for log in logs if log.exists()), "")


def callee(folder: Path, port: int, *, cpu: int | None) -> Sipp:
    """Answers whatever comes, for as long as it is used."""
    return Sipp("callee", folder, port, cpu=cpu)


def callers(
    folder: Path, port: int, target_port: int, number: str, calls: Calls, *, cpu: int | None
) -> Sipp:
    return Sipp(
        "caller",
        folder,
        port,
        f"{HOST}:{target_port}",
        *("-s", number, "-m", str(calls.total), "-l", str(calls.at_once)),
        *("-r", str(calls.a_second), "-d", str(calls.milliseconds)),
        cpu=cpu,
    )
