"""The door of the HTTP API: who calls, and a limit on what may be sent.

Either the bearer token of the configuration, or a request signed with a user's access key, as every
AWS client does it. The size is checked before a byte of the body is read.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.refused import Refused
from engine.web.access_keys import AccessKeys
from engine.web.caller import OPERATOR, Caller
from engine.web.signature import ALGORITHM, Signed, signer

MAX_BODY_BYTES = 256_000


class Gate:
    """ASGI middleware around the whole application; inside, the scope has the `caller`."""

    def __init__(self, app: ASGIApp, token: str | None, keys: AccessKeys) -> None:
        self._app, self._keys = app, keys
        self._expected = f"Bearer {token}".encode() if token else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._body(scope, receive)
            caller = self._caller(scope, body)
        except Refused as refused:
            await answer_to(refused)(scope, receive, send)
            return
        await self._app({**scope, "caller": caller}, again(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """Who shows neither token nor signature is refused before it is read."""
        headers = dict(scope["headers"])
        given = headers.get(b"authorization", b"")
        if not self._is_operator(given) and not given.startswith(ALGORITHM.encode()):
            raise Refused(
                403, "AccessDeniedException", "A valid bearer token or a signature is required"
            )
        if b"transfer-encoding" in headers:
            raise Refused(411, "InvalidRequestException", "Content-Length is required")
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            raise Refused(413, "InvalidRequestException", f"At most {MAX_BODY_BYTES} bytes")
        return await Request(scope, receive).body()

    def _caller(self, scope: Scope, body: bytes) -> Caller:
        headers = headers_of(scope)
        if self._is_operator(headers["authorization"].encode("latin-1")):
            return OPERATOR
        signed = Signed(
            scope["method"],
            scope["raw_path"].decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            headers,
            body,
        )
        return self._keys.caller(signer(signed, self._keys.secret, datetime.now(UTC)))

    def _is_operator(self, given: bytes) -> bool:
        return self._expected is not None and secrets.compare_digest(given, self._expected)


def headers_of(scope: Scope) -> Mapping[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def again(body: bytes, rest: Receive) -> Receive:
    """The body once more, for whoever is inside; then what the client does, which may be to go."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else await rest()

    return receive


def answer_to(refused: Refused) -> Response:
    return Response(
        json.dumps({"Message": refused.message, **refused.details}),
        refused.status,
        {"x-amzn-ErrorType": refused.error},
        "application/json",
    )
