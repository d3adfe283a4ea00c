"""The real engine as a process of its own, on free ports, in a folder of its own."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from typing import Self

from tests.rig.child import end_child
from tests.rig.free_ports import free_ports

ROOT = Path(__file__).parents[1]
HOST = "127.0.0.1"
START_SECONDS = 45.0
STOP_SECONDS = 45.0
LOG = "engine.log"
LOG_LINES = 10  # of the log's end, in an error

CONFIG = """\
[sip]
port = {sip_port}
[web]
port = {web_port}
token = "{token}"
[recording]
directory = "recordings"
[prompts]
directory = "prompts"
[database]
url = "{database}"
[routing]
drain_seconds = 5
"""


class EngineFailed(Exception):
    """The engine did not start; the text has the end of its log."""


class EngineProcess:
    """`python -m engine serve`, used as `async with`; its log is in the folder.

    `house` is the rest of the configuration: queues, people, numbers. `exit_code` is known after
    the block.
    """

    def __init__(self, folder: Path, house: str, *, cpu: int | None = None) -> None:
        self.folder = folder
        self.sip_port, self.web_port = free_ports(2)
        self.token = token_urlsafe(18)
        self.database = f"sqlite+aiosqlite:///{folder}/earshot.sqlite"
        self.exit_code: int | None = None
        self._house = house
        self._pinned = [] if cpu is None else ["taskset", "-c", str(cpu)]

    @property
    def pid(self) -> int:
        return self._process.pid

    async def __aenter__(self) -> Self:
        config = self.folder / "earshot.toml"
        config.touch(mode=0o600)  # it holds secrets
        config.write_text(CONFIG.format(**vars(self)) + self._house)
        command = [*self._pinned, sys.executable, "-m", "engine", "serve", "--config", str(config)]
        with (self.folder / LOG).open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.PIPE, stderr=log, cwd=ROOT
            )
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._until_ready()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    async def _stop(self) -> None:
        with suppress(ProcessLookupError):
            self._process.terminate()
        self.exit_code = await end_child(self._process, grace=STOP_SECONDS)

    async def _until_ready(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            if line.startswith(b"Ready"):
                return
        raise EngineFailed(f"the engine did not start:\n{log_end(self.folder)}")


def log_end(folder: Path) -> str:
    """The last lines of the engine's log; "" when it never started."""
    log = folder / LOG
    return "\n".join(log.read_text().splitlines()[-LOG_LINES:]) if log.exists() else ""
