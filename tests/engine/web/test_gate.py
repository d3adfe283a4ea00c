from collections.abc import Mapping

import httpx
import pytest
from starlette.responses import PlainTextResponse

from engine.web.gate import MAX_BODY_BYTES, Gate

TOKEN = "the token"


async def answer(
    headers: Mapping[str, str], token: str | None = TOKEN, content: bytes | None = None
) -> httpx.Response:
    gate = Gate(PlainTextResponse("inside"), token)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate)) as client:
        return await client.post("http://gate/", headers=headers, content=content)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_the_right_token_opens() -> None:
    assert (await answer(bearer(TOKEN))).text == "inside"


@pytest.mark.parametrize("headers", [{}, bearer("another"), {"Authorization": TOKEN}, bearer("")])
async def test_anything_else_is_access_denied(headers: dict[str, str]) -> None:
    refused = await answer(headers)
    assert refused.status_code == 403
    assert refused.headers["x-amzn-ErrorType"] == "AccessDeniedException"


async def test_without_a_token_in_the_configuration_nobody_gets_in() -> None:
    assert (await answer(bearer("None"), token=None)).status_code == 403


async def test_a_body_may_be_so_long_and_no_longer() -> None:
    just = await answer(bearer(TOKEN), content=b"x" * MAX_BODY_BYTES)
    assert just.status_code == 200
    over = await answer(bearer(TOKEN), content=b"x" * (MAX_BODY_BYTES + 1))
    assert over.status_code == 413


async def test_a_body_without_a_length_is_not_read() -> None:
    refused = await answer({**bearer(TOKEN), "Transfer-Encoding": "chunked"})
    assert refused.status_code == 411


async def test_a_length_that_is_none_is_refused() -> None:
    assert (await answer({**bearer(TOKEN), "Content-Length": "-1"})).status_code == 413
