"""The engine of the demo: fresh passwords, one agent, one manager, the sample flow, and its API."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from bench.engine_process import HOST, ROOT, EngineProcess

HOUSE = """\
[[queues]]
name = "support"
[[agents]]
username = "agent1"
password = "{agent1}"
queues = ["support"]
[[supervisors]]
username = "manager1"
password = "{manager1}"
[[numbers]]
number = "support"
flow = "{root}/flows/samples/support.json"
"""


class ApiError(Exception):
    """The API refused: `status`, and its message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status, self.message = status, message


class Engine(EngineProcess):
    """`passwords` by user name."""

    def __init__(self, folder: Path) -> None:
        self.passwords = {"agent1": token_urlsafe(12), "manager1": token_urlsafe(12)}
        super().__init__(folder, HOUSE.format(root=ROOT, **self.passwords))

    @property
    def registrar(self) -> str:
        return f"sip:{HOST}:{self.sip_port}"

    async def api(self, method: str, path: str, body: object = None) -> Any:
        """Raises ApiError."""
        return await asyncio.to_thread(self._request, method, path, body)

    def _request(self, method: str, path: str, body: object) -> Any:
        request = Request(
            f"http://{HOST}:{self.web_port}{path}",
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
