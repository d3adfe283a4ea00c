"""A provider of identities that we did not write: `oidc-provider-mock`, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.rig.child import end_child
from tests.rig.free_ports import free_ports
from tests.rig.patience import until

START_SECONDS = 60.0
"""It reads much before it listens."""


@asynccontextmanager
async def stranger_provider(**claims: str) -> AsyncIterator[str]:
    """Its issuer; somebody with these claims can log in there, by their `sub`."""
    [port] = free_ports(1)
    issuer = f"http://127.0.0.1:{port}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", "oidc_provider_mock"),
        *("--port", str(port), "--require-nonce", "true", "--user-claims", json.dumps(claims)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=issuer) as client:
            await until(lambda: answers(client), within=START_SECONDS)
        yield issuer
    finally:
        await end_child(process, grace=0)


async def answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/jwks")).status_code == 200
    except httpx.HTTPError:
        return False
