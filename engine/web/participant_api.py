"""The participant service over HTTP: what a customer's page asks for with the token of its chat.

Read and answered by the service model, as Connect's operations are; there are no users here, only
bearers of tokens.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from engine.chat.chat import Chat, Unsaid
from engine.chat.items import Happening, Item, Participant, shown
from engine.chat.state_table import State
from engine.chat.tokens import Kind
from engine.chat.transcript import USUAL_RESULTS, WantedPage, invalid, page
from engine.contact_record import DisconnectReason
from engine.house import House
from engine.instants import instant
from engine.refused import Refused
from engine.web.answer_shape import write
from engine.web.denials import host_of
from engine.web.dispatch import parsed
from engine.web.gate import answer_to, headers_of
from engine.web.pace import Pace
from engine.web.repeats import Repeats
from engine.web.request_shape import read
from engine.web.service_model import Found, Service
from engine.web.shapes import Json

PREFIX = "/participant"
SOCKET = f"{PREFIX}/socket"
TOKENS = {"ParticipantToken": Kind.PARTICIPANT, "ConnectionToken": Kind.CONNECTION}
ABOUT_MESSAGES = (Happening.DELIVERED, Happening.READ)
log = structlog.get_logger("engine.web.participant")


@dataclass(frozen=True, slots=True)
class Asked:
    """By this participant of this chat; `server` is what the page calls us: "ws://host:port"."""

    chat: Chat
    one: Participant
    given: Mapping[str, Any]
    server: str


Handler = Callable[[Asked], Awaitable[Json]]


class ParticipantApi:
    """An ASGI application beside Connect's operations."""

    def __init__(self, house: House, pace: Pace) -> None:
        self._house, self._chats, self._pace = house, house.chats, pace
        self._service, self._repeats = Service("connectparticipant"), Repeats()
        self._handlers: dict[str, Handler] = {
            "CreateParticipantConnection": self.create_participant_connection,
            "SendMessage": self.send_message,
            "SendEvent": self.send_event,
            "GetTranscript": self.get_transcript,
            "DisconnectParticipant": self.disconnect_participant,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._answer(Request(scope, receive))
        except Refused as refused:
            answer = answer_to(refused)
        except Exception as error:
            log.error("request failed", path=scope["path"], exc_info=error)
            text = "Internal error; see the log"
            answer = answer_to(Refused(500, "InternalServerException", text))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.scope["raw_path"].decode("ascii", "replace")
        found = self._service.find(request.method, path)
        if found is None:
            text = "No operation has the method and this path"
            raise Refused(404, "UnknownOperationException", text)
        operation = found.operation
        try:
            asked = self._read(found, request, await request.body())
            carry_out = partial(self._handler(operation.name), asked)
            output = await self._repeats.once(asked.one.id, operation.name, asked.given, carry_out)
        except Refused as refused:
            raise operation.listed(refused) from refused
        except Unsaid as error:
            raise Refused(400, "ValidationException", str(error)) from error
        return JSONResponse(write(operation, output))

    def _read(self, found: Found, request: Request, body: bytes) -> Asked:
        """Who asks, and for what. Raises Refused."""
        operation = found.operation
        self._handler(operation.name)
        given = read(
            *(operation, found.labels, {}, parsed(operation, body)), headers_of(request.scope)
        )
        [(name, kind)] = [each for each in TOKENS.items() if each[0] in given]
        chat, one = self._bearer(kind, given.pop(name), request)
        scheme = "wss" if request.url.scheme == "https" else "ws"
        return Asked(chat, one, given, f"{scheme}://{request.url.netloc}")

    def _bearer(self, kind: Kind, token: str, request: Request) -> tuple[Chat, Participant]:
        """Guesses at tokens are counted by where they come from."""
        now = asyncio.get_running_loop().time()
        try:
            chat, one = self._house.wing.passes.bearer(kind, token)
        except Refused:
            self._pace.check(host_of(request), now)
            raise
        self._pace.check(one.id, now)
        return chat, one

    def _handler(self, name: str) -> Handler:
        handler = self._handlers.get(name)
        if handler is None:
            text = f"{name} is not implemented by Earshot"
            raise Refused(501, "NotImplementedException", text)
        return handler

    async def create_participant_connection(self, asked: Asked) -> Json:
        """An address for a WebSocket, and the token for everything else."""
        kinds = asked.given.get("Type") or ["CONNECTION_CREDENTIALS"]
        if unknown := set(kinds) - {"WEBSOCKET", "CONNECTION_CREDENTIALS"}:
            raise invalid(f"Type: {min(unknown)} is not implemented by Earshot")
        answer: Json = {}
        if "WEBSOCKET" in kinds:
            token, until = self._house.wing.passes.issue(Kind.SOCKET, asked.chat, asked.one)
            url = f"{asked.server}{SOCKET}?token={token}"
            answer["Websocket"] = {"Url": url, "ConnectionExpiry": instant(until)}
        if "CONNECTION_CREDENTIALS" in kinds:
            token, until = self._house.wing.passes.issue(Kind.CONNECTION, asked.chat, asked.one)
            answer["ConnectionCredentials"] = {
                "ConnectionToken": token,
                "Expiry": instant(until),
            }
        return answer

    async def send_message(self, asked: Asked) -> Json:
        check_goes_on(asked.chat)
        kind, content = asked.given["ContentType"], asked.given["Content"]
        return said(self._chats.say(asked.chat, asked.one, kind, content))

    async def send_event(self, asked: Asked) -> Json:
        """What it says of a message is in its content: {"messageId"}."""
        check_goes_on(asked.chat)
        what, content = asked.given["ContentType"], asked.given.get("Content")
        about = message_id(content or "") if what in ABOUT_MESSAGES else ""
        return said(self._chats.tell(asked.chat, asked.one, what, content, about))

    async def get_transcript(self, asked: Asked) -> Json:
        chat, given = asked.chat, asked.given
        if given.get("ContactId", chat.contact_id) != chat.contact_id:
            raise invalid("ContactId: the token is of another contact")
        position = given.get("StartPosition")
        usual = "FORWARD" if position else "BACKWARD"
        wanted = WantedPage(
            given.get("MaxResults") or USUAL_RESULTS,
            given.get("ScanDirection", usual) == "BACKWARD",
            given.get("SortOrder", "DESCENDING") == "DESCENDING",
            position,
            given.get("NextToken"),
        )
        found, token = page(chat.items, wanted)
        return {
            "InitialContactId": chat.record.initial_contact_id,
            "Transcript": [with_receipts(item, chat) for item in found],
            "NextToken": token,
        }

    async def disconnect_participant(self, asked: Asked) -> Json:
        """The customer ends the chat; of one that is over nothing more happens."""
        self._chats.end(asked.chat, DisconnectReason.CUSTOMER_DISCONNECT)
        return {}


def check_goes_on(chat: Chat) -> None:
    """Raises Refused."""
    if chat.state is State.ENDED:
        raise Refused(403, "AccessDeniedException", "The chat is over")


def said(item: Item) -> Json:
    return {"Id": item.id, "AbsoluteTime": instant(item.at)}


def message_id(content: str) -> str:
    """Of the message that was delivered or read. Raises Refused."""
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    told = found.get("messageId") if isinstance(found, dict) else None
    if not isinstance(told, str):
        raise invalid('Content: {"messageId": "..."} is expected')
    return told


def with_receipts(item: Item, chat: Chat) -> Json:
    """An item as GetTranscript has it."""
    if item.type != "MESSAGE":
        return shown(item)
    receipts = [
        {
            "RecipientParticipantId": recipient,
            "DeliveredTimestamp": instant(at.get(Happening.DELIVERED)),
            "ReadTimestamp": instant(at.get(Happening.READ)),
        }
        for recipient, at in chat.receipts.get(item.id, {}).items()
    ]
    return {**shown(item), "MessageMetadata": {"MessageId": item.id, "Receipts": receipts}}
