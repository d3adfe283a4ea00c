"""The door of the HTTP API: a bearer token, and a limit on what may be sent.

Checked before a byte of the body is read, so nobody without the token can make the engine work.
"""

from __future__ import annotations

import json
import secrets

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.refused import Refused

MAX_BODY_BYTES = 256_000


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode() if token else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._check(dict(scope["headers"])) if scope["type"] == "http" else None
        answer = answer_to(refused) if refused else self._app
        await answer(scope, receive, send)

    def _check(self, headers: dict[bytes, bytes]) -> Refused | None:
        given = headers.get(b"authorization", b"")
        if self._expected is None or not secrets.compare_digest(given, self._expected):
            return Refused(403, "AccessDeniedException", "A valid bearer token is required")
        if b"transfer-encoding" in headers:
            return Refused(411, "InvalidRequestException", "Content-Length is required")
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            return Refused(413, "InvalidRequestException", f"At most {MAX_BODY_BYTES} bytes")
        return None


def answer_to(refused: Refused) -> Response:
    return Response(
        json.dumps({"Message": refused.message}),
        refused.status,
        {"x-amzn-ErrorType": refused.error},
        "application/json",
    )
