"""The door of the HTTP API: who calls, and a limit on what may be sent.

Either the bearer token of the configuration, or a request signed with a user's access key, as every
AWS client does it, or the cookie of a session, as a browser has it after `login`. The size is
checked before a byte of the body is read. Whoever is refused leaves a line in the audit trail.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.login.oidc_ticket import RETURN
from engine.records import RecordError
from engine.refused import Refused
from engine.web.access_keys import AccessKeys
from engine.web.caller import NOBODY, OPERATOR, Caller
from engine.web.denials import Denials
from engine.web.session_door import SessionDoor
from engine.web.signature import ALGORITHM, Signed, signer

MAX_BODY_BYTES = 256_000
OPEN = frozenset({"/earshot/v1/login", "/earshot/v1/login/oidc", RETURN, "/earshot/v1/prompt/file"})
"""For whoever is nobody yet, and for whoever has a link that is signed."""
SENT_BACK = frozenset({RETURN})
"""Pages of others have it asked for, as they should: it has a proof of its own."""
PARTICIPANTS = "/participant/"
"""What is below is for whoever has the token of a chat, which is asked for there. AWS clients sign
those requests, too, with whatever key they have: nobody looks at that."""
CLOSE_CODES = {401: 4401, 403: 4403}
"""How a WebSocket is refused: browsers tell a page nothing of one that was never accepted."""
FAILED = 1011
MAX_REASON_BYTES = 123
"""RFC 6455, section 5.5: a control frame has 125, and the code takes two."""
DENIED = frozenset({401, 403})


class Gate:
    """ASGI middleware around the whole application; inside, the scope has the `caller`."""

    def __init__(
        self,
        app: ASGIApp,
        token: str | None,
        keys: AccessKeys,
        sessions: SessionDoor,
        denials: Denials,
    ) -> None:
        self._app, self._keys, self._sessions, self._denials = app, keys, sessions, denials
        self._expected = f"Bearer {token}".encode() if token else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = NOBODY
        try:
            participates = scope["path"].startswith(PARTICIPANTS)
            signed = not participates and self._check_way_in(scope)
            if not signed and not participates:
                caller = await self._known(scope)
            body = await self._body(scope, receive)
            if signed:
                caller = self._signer(scope, body)
        except (Refused, RecordError) as error:
            await self._refuse(error, scope, receive, send)
            return
        inside = {**scope, "caller": caller}
        if scope["type"] == "http":
            receive, send = again(body, receive), self._watched(inside, send)
        await self._app(inside, receive, send)

    def _check_way_in(self, scope: Scope) -> bool:
        """Whether the request is signed. Who shows nothing is refused before anything is read."""
        given = headers_of(scope).get("authorization", "")
        if given.startswith(ALGORITHM):
            return True
        if not (self._is_operator(given) or self._sessions.token(scope) or scope["path"] in OPEN):
            status = 401 if scope["type"] == "websocket" else 403
            raise Refused(
                status, "AccessDeniedException", "A token, a signature or a session is required"
            )
        return False

    async def _known(self, scope: Scope) -> Caller:
        if self._is_operator(headers_of(scope).get("authorization", "")):
            return OPERATOR
        if scope["path"] in OPEN:
            if scope["path"] not in SENT_BACK:
                self._sessions.check_origin(scope)
            return NOBODY
        return await self._sessions.caller(scope)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        if scope["type"] == "websocket":
            return b""
        headers = headers_of(scope)
        if "transfer-encoding" in headers:
            raise Refused(411, "InvalidRequestException", "Content-Length is required")
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > MAX_BODY_BYTES:
            raise Refused(413, "InvalidRequestException", f"At most {MAX_BODY_BYTES} bytes")
        return await Request(scope, receive).body()

    def _signer(self, scope: Scope, body: bytes) -> Caller:
        signed = Signed(
            scope.get("method", "GET"),
            scope["raw_path"].decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            headers_of(scope),
            body,
        )
        return self._keys.caller(signer(signed, self._keys.secret, datetime.now(UTC)))

    def _is_operator(self, given: str) -> bool:
        said = given.encode("latin-1")
        return self._expected is not None and secrets.compare_digest(said, self._expected)

    async def _refuse(
        self, error: Refused | RecordError, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if not isinstance(error, Refused):
            error = Refused(500, "InternalServiceException", "Internal error; see the log")
        if error.status in DENIED:
            self._denials.of_stranger(HTTPConnection(scope))
        if scope["type"] == "websocket":
            await receive()  # the handshake
            await send({"type": "websocket.accept"})
            code = CLOSE_CODES.get(error.status, FAILED)
            await send({"type": "websocket.close", "code": code, "reason": reason_of(error)})
        else:
            await answer_to(error)(scope, receive, send)

    def _watched(self, scope: Scope, send: Send) -> Send:
        """What is refused inside is noted here: there is no way past."""

        async def watching(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 403:
                self._denials.of_caller(scope["caller"], HTTPConnection(scope))
            await send(message)

        return watching


def headers_of(scope: Scope) -> Mapping[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def again(body: bytes, rest: Receive) -> Receive:
    """The body once more, for whoever is inside; then what the client does, which may be to go."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else await rest()

    return receive


def reason_of(refused: Refused) -> str:
    """Why a WebSocket is closed, as much of it as a close frame takes."""
    return refused.message.encode()[:MAX_REASON_BYTES].decode(errors="ignore")


def answer_to(refused: Refused) -> Response:
    return Response(
        json.dumps({"Message": refused.message, **refused.details}),
        refused.status,
        {"x-amzn-ErrorType": refused.error},
        "application/json",
    )
