from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from engine.functions.answer import FunctionFailed
from engine.functions.endpoint import TRIES, Endpoint
from tests.rig.free_ports import free_ports
from tests.rig.web_service import web_service

SECONDS = 30.0


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    one = Endpoint()
    yield one
    await one.close()


TOKEN = SecretStr("secret")


async def test_the_event_is_posted_and_the_body_is_the_answer(endpoint: Endpoint) -> None:
    async with web_service((200, b'{"tier": "gold"}')) as service:
        assert (
            await endpoint.post(f"{service.url}/lookup", TOKEN, b"{}", SECONDS)
            == b'{"tier": "gold"}'
        )
        [asked] = service.asked
        assert (asked.path, asked.body) == ("/lookup", b"{}")
        assert asked.headers["content-type"] == "application/json"
        assert asked.headers["authorization"] == "Bearer secret"


async def test_what_is_out_of_order_is_asked_again(endpoint: Endpoint) -> None:
    async with web_service((503, b""), (429, b""), (200, b"{}")) as service:
        assert await endpoint.post(f"{service.url}/lookup", TOKEN, b"{}", SECONDS) == b"{}"
        assert len(service.asked) == TRIES


@pytest.mark.parametrize(
    ("status", "body", "tries", "reason"),
    [
        (503, b"{}", TRIES, "HTTP status 503"),
        (404, b"{}", 1, "HTTP status 404"),
        (302, b"{}", 1, "HTTP status 302"),
        (200, b"x" * 33 * 1024, 1, "more than 32768"),
    ],
)
async def test_a_service_that_answers_something_else_has_failed(
    endpoint: Endpoint, status: int, body: bytes, tries: int, reason: str
) -> None:
    async with web_service((status, body)) as service:
        with pytest.raises(FunctionFailed, match=reason):
            await endpoint.post(f"{service.url}/lookup", TOKEN, b"{}", SECONDS)
        assert len(service.asked) == tries


async def test_a_service_that_is_not_there_has_failed(endpoint: Endpoint) -> None:
    [port] = free_ports(1)
    with pytest.raises(FunctionFailed, match="ConnectError"):
        await endpoint.post(f"http://127.0.0.1:{port}", None, b"{}", SECONDS)
    with pytest.raises(FunctionFailed, match="InvalidURL"):
        await endpoint.post("http://a:b", None, b"{}", SECONDS)
