"""The engine of the demo: a process of its own, on free ports, in a folder of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from types import TracebackType
from typing import Any, Self
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.rig.child import end_child
from tests.rig.free_ports import free_ports

ROOT = Path(__file__).parents[2]
START_SECONDS = 20.0
STOP_SECONDS = 45.0

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
url = "sqlite+aiosqlite:///{folder}/earshot.sqlite"
[routing]
drain_seconds = 5
[[queues]]
name = "support"
[[agents]]
username = "agent1"
password = "{agent_password}"
queues = ["support"]
[[supervisors]]
username = "manager1"
password = "{manager_password}"
[[numbers]]
number = "support"
flow = "{root}/flows/samples/support.json"
"""


class ApiError(Exception):
    """The API refused: `status`, and its message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status, self.message = status, message


class Engine:
    """`earshot serve` with fresh secrets; used as `async with`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sip_port, self.web_port = free_ports(2)
        self.token = token_urlsafe(18)
        self.passwords = {"agent1": token_urlsafe(12), "manager1": token_urlsafe(12)}
        self.exit_code: int | None = None

    @property
    def registrar(self) -> str:
        return f"sip:127.0.0.1:{self.sip_port}"

    async def __aenter__(self) -> Self:
        config = self.folder / "earshot.toml"
        config.touch(mode=0o600)
        config.write_text(self._config())
        with (self.folder / "engine.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "engine",
                "serve",
                "--config",
                str(config),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
            )
        async with asyncio.timeout(START_SECONDS):
            await self._until_ready()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(ProcessLookupError):
            self._process.terminate()
        self.exit_code = await end_child(self._process, grace=STOP_SECONDS)

    async def api(self, method: str, path: str, body: object = None) -> Any:
        """Raises ApiError."""
        return await asyncio.to_thread(self._request, method, path, body)

    def _request(self, method: str, path: str, body: object) -> Any:
        request = Request(
            f"http://127.0.0.1:{self.web_port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urlopen(request, timeout=5) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                raise ApiError(error.code, json.load(error)["Message"]) from None

    def _config(self) -> str:
        return CONFIG.format(
            sip_port=self.sip_port,
            web_port=self.web_port,
            token=self.token,
            folder=self.folder,
            root=ROOT,
            agent_password=self.passwords["agent1"],
            manager_password=self.passwords["manager1"],
        )

    async def _until_ready(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            if line.startswith(b"Ready"):
                return
        reason = (self.folder / "engine.log").read_text().strip()
        raise RuntimeError(f"the engine did not start: {reason}")
