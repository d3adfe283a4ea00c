from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from engine.app import Running
from engine.directory import Kind
from engine.login.login import Attempt
from engine.refused import Refused
from engine.web.access_keys import MASTER_BYTES, AccessKeys
from engine.web.denials import Denials
from engine.web.gate import MAX_BODY_BYTES, MAX_REASON_BYTES, Gate, reason_of
from engine.web.server import login_to
from engine.web.session_door import SessionDoor
from tests.rig.house import PASSWORD, engine

TOKEN, URL = "the token", "http://gate/users/earshot?a=1"
OURS = {"Origin": "http://gate"}


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """Says who calls and what came; some of it is refused."""
    body = await Request(scope, receive).body()
    status = 403 if body == b"too much" else 200
    await PlainTextResponse(f"{scope['caller'].name} {len(body)}", status)(scope, receive, send)


class Doorstep:
    """A gate before a house."""

    def __init__(self, one: Running) -> None:
        self.house = one.house
        self.keys = AccessKeys(one.house.directory, bytes(MASTER_BYTES))
        self.login = login_to(one.house, bytes(MASTER_BYTES))

    async def ask(
        self,
        headers: Mapping[str, str],
        *,
        token: str | None = TOKEN,
        content: bytes | None = None,
        method: str = "POST",
        url: str = URL,
    ) -> httpx.Response:
        door = SessionDoor(self.login, self.house.directory, ["https://named.example"])
        gate = Gate(inside, token, self.keys, door, Denials(self.house.ledger))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(gate)) as client:
            return await client.request(method, url, headers=headers, content=content)

    async def cookie(self, username: str, name: str = "sid") -> dict[str, str]:
        entered = await self.login.enter(Attempt(username, PASSWORD, "", "::1"))
        return {"Cookie": f"{name}={entered.token}"}

    async def denials(self) -> list[tuple[str, str]]:
        await self.house.ledger.flush()
        lines = await self.house.records.audits()
        return [(one.who, one.detail) for one in lines if one.action == "request.denied"]


@pytest.fixture
async def step(tmp_path: Path) -> AsyncIterator[Doorstep]:
    async with engine(tmp_path) as one:
        yield Doorstep(one)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def signed(key: Mapping[str, Any], content: bytes) -> dict[str, str]:
    request = AWSRequest("POST", URL, {}, content)
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    SigV4Auth(credentials, "connect", "local").add_auth(request)
    return dict(request.headers)


async def test_the_right_token_opens_and_is_the_operators(step: Doorstep) -> None:
    assert (await step.ask(bearer(TOKEN), content=b"abc")).text == "api 3"


async def test_a_signed_request_is_that_of_the_user_whose_key_it_is(step: Doorstep) -> None:
    user = step.house.directory.resources.get(Kind.USER, "manager1")
    headers = signed(await step.keys.create(user), b"abc")
    assert (await step.ask(headers, content=b"abc")).text == "manager1 3"
    assert (await step.ask(headers, content=b"abd")).status_code == 403


async def test_a_session_is_its_users_on_every_path(step: Doorstep) -> None:
    cookie = await step.cookie("manager1")
    assert (await step.ask(cookie | OURS, content=b"abc")).text == "manager1 3"
    assert (await step.ask(cookie, method="GET")).text == "manager1 0"


async def test_over_tls_only_the_secure_cookie_counts(step: Doorstep) -> None:
    secure = "https://gate/users/earshot"
    assert (await step.ask(await step.cookie("agent1"), method="GET", url=secure)).status_code > 400
    cookie = await step.cookie("agent1", "__Host-sid")
    assert (await step.ask(cookie, method="GET", url=secure)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({}, 403),
        ({"Origin": "https://named.example"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_a_page_of_a_stranger_changes_nothing_with_our_cookie(
    step: Doorstep, headers: dict[str, str], status: int, method: str
) -> None:
    cookie = await step.cookie("manager1")
    assert (await step.ask(cookie | headers, method=method)).status_code == status


async def test_a_cookie_that_is_none_of_ours_says_log_in(step: Doorstep) -> None:
    assert (await step.ask({"Cookie": "sid=guessed"} | OURS)).status_code == 401


async def test_login_is_open_to_programs_and_our_pages_and_not_to_those_of_strangers(
    step: Doorstep,
) -> None:
    login = "http://gate/earshot/v1/login"
    assert (await step.ask({}, url=login)).text == "nobody 0"
    assert (await step.ask(OURS, url=login)).text == "nobody 0"
    evil = {"Origin": "http://evil.example"}
    assert (await step.ask(evil, url=login)).status_code == 403


@pytest.mark.parametrize("headers", [{}, bearer("another"), {"Authorization": TOKEN}, bearer("")])
async def test_anything_else_is_access_denied(step: Doorstep, headers: dict[str, str]) -> None:
    refused = await step.ask(headers)
    assert refused.status_code == 403
    assert refused.headers["x-amzn-ErrorType"] == "AccessDeniedException"


async def test_whoever_is_refused_outside_or_inside_is_in_the_audit_trail(step: Doorstep) -> None:
    await step.ask({})
    await step.ask(bearer(TOKEN), content=b"too much")
    what = "POST /users/earshot from 127.0.0.1"
    assert await step.denials() == [("api", what), ("nobody", what)]


async def test_without_a_token_in_the_configuration_nobody_is_the_operator(step: Doorstep) -> None:
    assert (await step.ask(bearer("None"), token=None)).status_code == 403


async def test_a_body_may_be_so_long_and_no_longer(step: Doorstep) -> None:
    just = await step.ask(bearer(TOKEN), content=b"x" * MAX_BODY_BYTES)
    assert just.status_code == 200
    over = await step.ask(bearer(TOKEN), content=b"x" * (MAX_BODY_BYTES + 1))
    assert over.status_code == 413


async def test_a_body_without_a_length_is_not_read(step: Doorstep) -> None:
    refused = await step.ask({**bearer(TOKEN), "Transfer-Encoding": "chunked"})
    assert refused.status_code == 411


@pytest.mark.parametrize("length", ["-1", "x", "1 1"])
async def test_a_length_that_is_none_is_refused(step: Doorstep, length: str) -> None:
    headers = {**bearer(TOKEN), "Content-Length": length}
    assert (await step.ask(headers)).status_code == 413


def test_of_a_long_reason_a_websocket_is_told_as_much_as_a_close_frame_takes() -> None:
    assert reason_of(Refused.invalid("log in")) == "log in"
    long = reason_of(Refused.invalid("ö" * 100))
    assert long == "ö" * (MAX_REASON_BYTES // 2)
