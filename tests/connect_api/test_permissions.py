"""Every operation by every default profile: what it does not grant is refused, the rest is not.

What they are asked for makes no sense: who may ask is told so, whoever may not is refused first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from starlette.types import Receive, Scope, Send

from engine.directory.permission import DEFAULT_PROFILES
from engine.house import House
from engine.web.caller import OPERATOR, Caller
from engine.web.pace import Pace
from engine.web.required import OF_ITS_KIND, REQUIRED
from engine.web.server import connect, login_to
from engine.web.service_model import Operation, Service
from tests.rig.house import engine

OPERATIONS = Service().operations
ERROR = "x-amzn-ErrorType"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with engine(tmp_path, web={"request_burst": 5_000}) as one:
        yield one.house


def request(operation: Operation) -> tuple[str, str]:
    """Method and path, each label filled in."""
    path = "/".join(
        "elsewhere" if segment.startswith("{") else segment for segment in operation.path.split("/")
    )
    return operation.method, path


@asynccontextmanager
async def asked_by(house: House, caller: Caller) -> AsyncIterator[httpx.AsyncClient]:
    """The operations without the gate, which is said who calls."""
    operations = connect(house, login_to(house, bytes(32)), Pace(1000, 5000))

    async def let_in(scope: Scope, receive: Receive, send: Send) -> None:
        await operations({**scope, "caller": caller}, receive, send)

    transport = httpx.ASGITransport(let_in)
    async with httpx.AsyncClient(transport=transport, base_url="http://connect.test") as api:
        yield api


async def test_every_profile_may_do_what_it_grants_and_nothing_else(house: House) -> None:
    for profile, granted in DEFAULT_PROFILES.items():
        async with asked_by(house, Caller(profile, granted)) as api:
            for name, permission in REQUIRED.items():
                if permission == OF_ITS_KIND:
                    continue
                answer = await api.request(*request(OPERATIONS[name]), json={})
                told = (answer.status_code, answer.headers.get(ERROR))
                denied = (403, "AccessDeniedException") == told
                assert denied is (permission not in granted), (profile, name)
                assert not denied or permission in answer.json()["Message"]


def unfit(shape: Shape) -> object:
    """What no value of this shape can be."""
    return 7 if isinstance(shape, StructureShape | ListShape | MapShape) else {"no": "value"}


def wrong_inputs(operation: Operation) -> Iterator[dict[str, Any]]:
    """Bodies with one member each that is not of its shape."""
    assert operation.input
    for name, member in operation.input.members.items():
        if "location" not in member.serialization:
            yield {member.serialization.get("name", name): unfit(member)}


async def test_every_member_of_every_operation_is_held_against_the_model(house: House) -> None:
    async with asked_by(house, OPERATOR) as api:
        for name in REQUIRED:
            operation = OPERATIONS[name]
            for body in wrong_inputs(operation):
                answer = await api.request(*request(operation), json=body)
                assert answer.status_code == 400, (name, body, answer.text)
                assert answer.headers[ERROR] in operation.errors, (name, body)
                assert next(iter(body)) in answer.json()["Message"]
