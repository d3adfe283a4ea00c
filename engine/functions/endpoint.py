"""Functions that are web services of the operator: the event is posted, the body is the answer."""

from __future__ import annotations

import httpx
from pydantic import SecretStr

from engine.functions.answer import FunctionFailed, check_size

TRIES = 3
AGAIN = frozenset({429, 500, 502, 503, 504})
"""Statuses after which another try may help."""


class Endpoint:
    """One client for all of them; the environment's proxies are not used."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(trust_env=False)

    async def post(self, url: str, token: SecretStr | None, event: bytes, seconds: float) -> bytes:
        """The body that is answered. Tries again, at once, where the service cannot be reached or
        is out of order.

        The caller keeps the time of all tries together. Raises FunctionFailed.
        """
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        reason = ""
        for _ in range(TRIES):
            try:
                status, body = await self._post(url, event, headers, seconds)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                reason = type(error).__name__
                continue
            if status == httpx.codes.OK:
                return body
            reason = f"HTTP status {status}"
            if status not in AGAIN:
                break
        raise FunctionFailed(reason)

    async def _post(
        self, url: str, event: bytes, headers: dict[str, str], seconds: float
    ) -> tuple[int, bytes]:
        body = bytearray()
        posted = self._client.stream("POST", url, content=event, headers=headers, timeout=seconds)
        async with posted as response:
            async for chunk in response.aiter_bytes():
                body += chunk
                check_size(len(body))
        return response.status_code, bytes(body)

    async def close(self) -> None:
        await self._client.aclose()
