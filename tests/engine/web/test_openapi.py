"""What is said of our own routes, held against them by schemathesis, which did not write them."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import httpx

from engine.web.required import OWN_REQUIRED
from tests.rig.house import TOKEN, engine
from tests.rig.live_client import PATH as LIVE

PATH = "/earshot/v1/openapi.json"
CHECKS = (
    "not_a_server_error",
    *("status_code_conformance", "content_type_conformance", "response_schema_conformance"),
)
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


async def test_it_tells_every_route_and_is_told_to_nobody_who_is_not_known(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, httpx.AsyncClient(base_url=one.api) as api:
        assert (await api.get(PATH)).status_code == 403
        told = (await api.get(PATH, headers=HEADERS)).json()
        assert set(told["paths"]) == set(OWN_REQUIRED) - {LIVE}  # a WebSocket is no path there


async def test_whatever_is_asked_the_answer_is_one_that_was_told(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        asking = await asyncio.create_subprocess_exec(
            *(Path(sys.executable).parent / "schemathesis", "run", f"{one.api}{PATH}"),
            *("--header", f"Authorization: Bearer {TOKEN}", "--seed", "1", "--no-color"),
            *("--checks", ",".join(CHECKS), "--phases", "fuzzing", "--max-examples", "4"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=tmp_path,
        )
        told, _ = await asking.communicate()
        assert asking.returncode == 0, told.decode()
