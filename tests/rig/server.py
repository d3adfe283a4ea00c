"""The engine as a process of its own: `earshot serve`, on free ports, in a folder of its own.

    async with Server(folder, media={"silence_timeout_seconds": 1}) as server:
        async with server.phone("customer") as customer:
            await customer.invite("support", audio(4000))

Whoever leaves the `async with` unharmed has seen an engine end with 0 that logged no traceback.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.rig.child import end_child
from tests.rig.site import HOST, PASSWORD, Row, Site

__all__ = ["HOST", "PASSWORD", "ROOT", "Row", "Server", "ServerError", "Site"]

ROOT = Path(__file__).parents[2]
START_SECONDS = 45.0  # a second, but for a machine where all else runs at the same time
STOP_SECONDS = 30.0  # it drains first


class ServerError(Exception):
    """The engine did not start; the text is what it said on its standard error."""


class Server(Site):
    """It may be started again after it ended: the ports and the folder stay its own."""

    def __init__(self, folder: Path, **options: Any) -> None:
        super().__init__(folder, **options)
        self.said: list[str] = []
        """Lines of its standard output since it was started last."""
        self._log = folder / "engine.log"
        self._process: asyncio.subprocess.Process | None = None
        self._ended = False  # on purpose, before the `async with` was left

    @property
    def pid(self) -> int:
        assert self._process, "start() comes first"
        return self._process.pid

    @property
    def log(self) -> str:
        """Its standard error, from the first start on."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    async def start(self) -> None:
        """Returns when it takes calls. Raises ServerError."""
        self.write_files()
        await self.spawn()
        assert self._process
        try:
            await self.says("Ready")
        except BaseException:
            await end_child(self._process, grace=0.0)
            raise

    async def says(self, word: str, within: float = START_SECONDS) -> None:
        """Read to a line that begins with this word. Raises ServerError when it ends before."""
        assert self._process and self._process.stdout
        async with asyncio.timeout(within):
            while not self.said or not self.said[-1].startswith(word):
                line = await self._process.stdout.readline()
                if not line:
                    await self._process.wait()
                    raise ServerError(self.log)
                self.said.append(line.decode().strip())

    async def spawn(self) -> None:
        """Start the process on the configuration that is there, and wait for nothing."""
        self.said, self._ended = [], False
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "engine", "serve", "--config", str(self.config)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
            )

    def terminate(self) -> None:
        """SIGTERM; does not wait."""
        assert self._process
        self._process.terminate()

    def reload(self) -> None:
        """SIGHUP; does not wait."""
        assert self._process
        self._process.send_signal(signal.SIGHUP)

    async def finished(self, within: float = STOP_SECONDS) -> int:
        """Wait until it has ended by itself; its exit code. Raises TimeoutError."""
        assert self._process and self._process.stdout
        async with asyncio.timeout(within):
            rest = await self._process.stdout.read()
            exit_code = await self._process.wait()
        self.said += rest.decode().splitlines()
        self._ended = True
        return exit_code

    async def stop(self) -> int:
        """SIGTERM, and what it says and returns."""
        self.terminate()
        return await self.finished()

    async def kill(self) -> None:
        """SIGKILL: it cannot even close a file."""
        assert self._process
        self._process.kill()
        assert await self.finished() == -signal.SIGKILL

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process is None:
            return
        if not self._ended and error is None:
            assert await self.stop() == 0, self.log
        else:
            with suppress(ProcessLookupError):
                self._process.terminate()
            await end_child(self._process, grace=STOP_SECONDS)
        if error is None:
            assert "Traceback" not in self.log, self.log

    def descriptors(self) -> list[str]:
        """What each of its file descriptors leads to, as proc(5) names it."""
        found = []
        for entry in Path(f"/proc/{self.pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                found.append(str(entry.readlink()))
        return sorted(found)

    def threads(self) -> list[str]:
        """The names of its threads."""
        found = []
        for entry in Path(f"/proc/{self.pid}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                found.append((entry / "comm").read_text().strip())
        return sorted(found)

    def udp_ports(self) -> list[int]:
        """The ports that its UDP sockets are bound to."""
        mine = set(self.descriptors())
        lines = Path("/proc/net/udp").read_text().splitlines()[1:]
        fields = [line.split() for line in lines]
        return sorted(
            int(one[1].partition(":")[2], 16) for one in fields if f"socket:[{one[9]}]" in mine
        )
