"""A browser on the engine's own page: it keeps the cookie and says where its requests come from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from engine.app import Running
from tests.rig.house import PASSWORD

PATIENCE = 60.0
"""Seconds: a password is hashed for long where everybody hashes at once."""


@asynccontextmanager
async def browser(
    one: Running, username: str = "", password: str = PASSWORD
) -> AsyncIterator[httpx.AsyncClient]:
    """Logged in where a user name is given."""
    ours = {"Origin": one.api}
    async with httpx.AsyncClient(base_url=one.api, headers=ours, timeout=PATIENCE) as page:
        if username:
            answer = await log_in(page, username, password)
            assert answer.status_code == 200, answer.text
        yield page


async def log_in(
    page: httpx.AsyncClient, username: str, password: str = PASSWORD, code: str = ""
) -> httpx.Response:
    asked = {"Username": username, "Password": password, "Code": code}
    return await page.post("/earshot/v1/login", json=asked)
