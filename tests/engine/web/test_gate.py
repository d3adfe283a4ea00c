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

from engine.directory import Kind
from engine.web.access_keys import MASTER_BYTES, AccessKeys
from engine.web.gate import MAX_BODY_BYTES, Gate
from tests.engine.directory.desk import directory

TOKEN, URL = "the token", "http://gate/users/earshot?a=1"


@pytest.fixture
async def keys(tmp_path: Path) -> AsyncIterator[AccessKeys]:
    async with directory(tmp_path) as one:
        yield AccessKeys(one, bytes(MASTER_BYTES))


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """Says who calls and what came."""
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{scope['caller'].name} {len(body)}")(scope, receive, send)


async def post(
    keys: AccessKeys,
    headers: Mapping[str, str],
    token: str | None = TOKEN,
    content: bytes | None = None,
) -> httpx.Response:
    gate = Gate(inside, token, keys)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate)) as client:
        return await client.post(URL, headers=headers, content=content)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def signed(key: Mapping[str, Any], content: bytes) -> dict[str, str]:
    request = AWSRequest("POST", URL, {}, content)
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    SigV4Auth(credentials, "connect", "local").add_auth(request)
    return dict(request.headers)


async def test_the_right_token_opens_and_is_the_operators(keys: AccessKeys) -> None:
    assert (await post(keys, bearer(TOKEN), content=b"abc")).text == "api 3"


async def test_a_signed_request_is_that_of_the_user_whose_key_it_is(keys: AccessKeys) -> None:
    user = keys.directory.resources.get(Kind.USER, "manager1")
    headers = signed(await keys.create(user), b"abc")
    assert (await post(keys, headers, content=b"abc")).text == "manager1 3"
    assert (await post(keys, headers, content=b"abd")).status_code == 403


@pytest.mark.parametrize("headers", [{}, bearer("another"), {"Authorization": TOKEN}, bearer("")])
async def test_anything_else_is_access_denied(keys: AccessKeys, headers: dict[str, str]) -> None:
    refused = await post(keys, headers)
    assert refused.status_code == 403
    assert refused.headers["x-amzn-ErrorType"] == "AccessDeniedException"


async def test_without_a_token_in_the_configuration_nobody_is_the_operator(
    keys: AccessKeys,
) -> None:
    assert (await post(keys, bearer("None"), token=None)).status_code == 403


async def test_a_body_may_be_so_long_and_no_longer(keys: AccessKeys) -> None:
    just = await post(keys, bearer(TOKEN), content=b"x" * MAX_BODY_BYTES)
    assert just.status_code == 200
    over = await post(keys, bearer(TOKEN), content=b"x" * (MAX_BODY_BYTES + 1))
    assert over.status_code == 413


async def test_a_body_without_a_length_is_not_read(keys: AccessKeys) -> None:
    refused = await post(keys, {**bearer(TOKEN), "Transfer-Encoding": "chunked"})
    assert refused.status_code == 411


async def test_a_length_that_is_none_is_refused(keys: AccessKeys) -> None:
    assert (await post(keys, {**bearer(TOKEN), "Content-Length": "-1"})).status_code == 413
