"""The engine as a process of its own: `earshot serve`, on free ports, in a folder of its own.

    async with Server(folder, media={"silence_timeout_seconds": 1}) as server:
        async with server.phone("customer") as customer:
            await customer.invite("support", audio(4000))

Whoever leaves the `async with` unharmed has seen an engine end with 0 that logged no traceback.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.rig.child import end_child
from tests.rig.free_ports import free_ports
from tests.rig.house import FLOWS, PROMPT_SECONDS, TOKEN
from tests.rig.patience import PATIENCE_SECONDS, until
from tests.rig.phone import Phone
from tests.rig.tones import tone, write_wav

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
PASSWORD = "open-sesame"  # everybody's; SIPp and baresip take none with a space in it
STOP_SECONDS = 30.0  # it drains first
Table = Mapping[str, object]
Row = Mapping[str, Any]


class ServerError(Exception):
    """The engine did not start; the text is what it said on its standard error."""


class Server:
    """One engine. It may be started again after it ended: the ports and the folder stay its own.

    `sections` as in the configuration file, over what the tests want by default. With a section
    `tls` it listens on `tls_port` too.
    """

    def __init__(
        self, folder: Path, *, agents: Sequence[str] = ("agent1", "agent2"), **sections: Table
    ) -> None:
        self.folder = folder
        self.sip_port, self.tls_port, self.web_port = free_ports(3)
        self.config = folder / "earshot.toml"
        self.said: list[str] = []
        """Lines of its standard output since it was started last."""
        self._log = folder / "engine.log"
        self._agents, self._sections = agents, sections
        self._process: asyncio.subprocess.Process | None = None
        self._ended = False  # on purpose, before the `async with` was left

    @property
    def address(self) -> str:
        return f"{HOST}:{self.sip_port}"

    @property
    def registrar(self) -> str:
        return f"sip:{self.address}"

    def reached_by(self, transport: str) -> str:
        """`host:port` for phones that speak it."""
        return f"{HOST}:{self.tls_port}" if transport == "tls" else self.address

    @property
    def pid(self) -> int:
        assert self._process, "start() comes first"
        return self._process.pid

    @property
    def log(self) -> str:
        """Its standard error, from the first start on."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def phone(self, username: str, host: str = HOST) -> Phone:
        """A phone that knows the password of whoever it is."""
        return Phone(username, PASSWORD, (HOST, self.sip_port), host)

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

    async def says(self, word: str, within: float = PATIENCE_SECONDS) -> None:
        """Read to a line that begins with this word. Raises ServerError when it ends before."""
        assert self._process and self._process.stdout
        async with asyncio.timeout(within):
            while not self.said or not self.said[-1].startswith(word):
                line = await self._process.stdout.readline()
                if not line:
                    await self._process.wait()
                    raise ServerError(self.log)
                self.said.append(line.decode().strip())

    def write_files(self) -> None:
        """Its configuration, flows and prompt."""
        prompts = self.folder / "prompts"
        prompts.mkdir(exist_ok=True)
        write_wav(prompts / "short.wav", tone(440, PROMPT_SECONDS))
        for number, document in FLOWS.items():
            (self.folder / f"{number}.json").write_text(json.dumps(document))
        self.config.touch(mode=0o600)  # it holds secrets
        self.config.write_text(toml(self._settings()))

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

    def contacts(self) -> list[Row]:
        return self._rows("SELECT * FROM contacts ORDER BY initiation")

    def recordings(self) -> list[Row]:
        """Each with the agent who was heard in it."""
        return self._rows(
            "SELECT recordings.*, agent FROM recordings JOIN contacts USING (contact_id)"
            " ORDER BY start"
        )

    async def recorded(self, count: int = 1, within: float = PATIENCE_SECONDS) -> list[Row]:
        """The recordings, once there are `count` of them and none runs any more."""

        def done() -> list[Row]:
            rows = self.recordings()
            over = len(rows) == count and all(row["status"] != "RECORDING" for row in rows)
            return rows if over else []

        return await until(done, within)

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

    def _rows(self, query: str) -> list[Row]:
        with closing(sqlite3.connect(self.folder / "earshot.sqlite")) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query)]

    def _settings(self) -> dict[str, Any]:
        given: dict[str, Any] = {
            "sip": {"port": self.sip_port},
            "web": {"port": self.web_port, "token": TOKEN},
            "recording": {"directory": "recordings"},
            "prompts": {"directory": "prompts"},
            "database": {"url": f"sqlite+aiosqlite:///{self.folder}/earshot.sqlite"},
            "routing": {"drain_seconds": 0.5},
        }
        if "tls" in self._sections:
            given["sip"]["listeners"] = [f"tls:{HOST}:{self.tls_port}"]
        for name, section in self._sections.items():
            given[name] = {**given.get(name, {}), **section}
        given["queues"] = [{"name": "support"}]
        given["agents"] = [
            {"username": name, "password": PASSWORD, "queues": ["support"]} for name in self._agents
        ]
        given["numbers"] = [{"number": number, "flow": f"{number}.json"} for number in FLOWS]
        return given


def toml(document: Mapping[str, Table | Sequence[Table]]) -> str:
    """Tables of strings, numbers and lists of them: for these TOML and JSON write the same."""
    return "\n".join(
        line
        for name, content in document.items()
        for line in (
            _table(f"[{name}]", content)
            if isinstance(content, Mapping)
            else (line for one in content for line in _table(f"[[{name}]]", one))
        )
    )


def _table(head: str, content: Table) -> Iterable[str]:
    return [head, *(f"{key} = {json.dumps(value)}" for key, value in content.items())]
