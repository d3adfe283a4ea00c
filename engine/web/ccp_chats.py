"""Chats in the Contact Control Panel: what its page shows of them, and what their buttons do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from engine.agents import own_queue
from engine.chat.chat import Chat, Unsaid
from engine.chat.chats import Chats
from engine.chat.items import MAX_AGENT_CHARS, Happening, Participant, shown
from engine.chat.load import Held
from engine.chat.reading import Reading
from engine.house import House
from engine.instants import instant
from engine.refused import Refused
from engine.transfer import Destination, ToAgent, ToFlow, ToQueue
from engine.web.permitted import Permitted
from engine.web.shapes import Json
from mixer import Mode

MAX_SHOWN = 1000
"""Items in one answer."""
ItemId = Annotated[str, Field(max_length=64)]


class MessageRequest(BaseModel):
    content_type: Literal["text/plain", "text/markdown"] = "text/plain"
    content: str = Field(max_length=MAX_AGENT_CHARS, repr=False)


class CcpChats:
    """Everything raises Refused."""

    def __init__(self, house: House) -> None:
        self._house, self._chats = house, house.chats
        self._readings, self._readers = house.wing.readings, house.wing.readers

    def add_to(self, router: APIRouter, contact: str) -> None:
        """Its routes, below `contact`."""
        router.add_api_route(f"{contact}/messages", self.messages, methods=["GET"])
        router.add_api_route(f"{contact}/messages", self.say, methods=["POST"])
        router.add_api_route(f"{contact}/typing", self.typing, methods=["POST"], status_code=204)

    def has(self, contact_id: str) -> bool:
        """Whether the contact is a chat, or reads one."""
        known = self._chats.known(contact_id) or self._readings.get(contact_id)
        return known is not None

    def accept(self, username: str, contact_id: str) -> None:
        self._chats.accept(self._chats.offered_to(username, contact_id))

    def reject(self, username: str, contact_id: str) -> None:
        self._chats.miss(self._chats.offered_to(username, contact_id))

    def end(self, username: str, contact_id: str) -> None:
        if reading := self._read(username, contact_id):
            self._readers.stop(reading)
        else:
            self._chats.depart(self._chats.of_agent(username, contact_id))

    def reads(self, username: str) -> bool:
        """Whether they monitor a chat."""
        return bool(self._readings.by(username))

    def switch(self, username: str, mode: Mode) -> None:
        for reading in self._readings.by(username):
            self._readers.switch(reading, mode)

    def stop_reading(self, username: str) -> None:
        """Of several chats every one."""
        self._readers.leave(username)

    def transfer(self, username: str, contact_id: str, to: Destination | None) -> None:
        """Into a queue, or that of a colleague alone, at once or through a flow."""
        chat = self._chats.of_agent(username, contact_id)
        match to:
            case ToQueue(queue):
                self._chats.transfer(chat, queue)
            case ToAgent(colleague):
                self._chats.transfer(chat, own_queue(colleague))
            case ToFlow(flow, queue):
                self._chats.send(chat, flow, queue or chat.target_queue)
            case _:
                raise Refused.invalid("A chat is transferred to a queue or a colleague")

    async def messages(
        self, contact_id: str, caller: Permitted, after: ItemId | None = None
    ) -> Json:
        """In their order; the latest, if there are too many."""
        chat = self._shown_to(caller.name, contact_id)
        ids = [item.id for item in chat.items]
        start = ids.index(after) + 1 if after in ids else 0
        return {"items": [shown(item) for item in chat.items[start:][-MAX_SHOWN:]]}

    async def say(self, contact_id: str, request: MessageRequest, caller: Permitted) -> Json:
        chat, one = self._agent(caller.name, contact_id)
        try:
            return shown(self._chats.say(chat, one, request.content_type, request.content))
        except Unsaid as error:
            raise Refused.invalid(str(error)) from error

    async def typing(self, contact_id: str, caller: Permitted) -> Response:
        """The customer's page is told."""
        self._chats.tell(*self._agent(caller.name, contact_id), Happening.TYPING)
        return Response(status_code=204)

    def _agent(self, username: str, contact_id: str) -> tuple[Chat, Participant]:
        chat = self._chats.of_agent(username, contact_id)
        assert chat.agent, "it is the agent's"
        return chat, chat.agent

    def _shown_to(self, username: str, contact_id: str) -> Chat:
        """A chat at one of their seats, also after its end; or one that they monitor, by the id of
        that."""
        if reading := self._read(username, contact_id):
            return reading.chat
        for one in self._house.wing.loads.of(username).held:
            if one.contact_id == contact_id and one.chat:
                return one.chat
        raise Refused.not_found(f"{username} has no chat {contact_id}")

    def _read(self, username: str, contact_id: str) -> Reading | None:
        """What they monitor as this contact."""
        found = self._readings.get(contact_id)
        return found if found and found.supervisor == username else None


def chat_contact(held: Held, chats: Chats, moment: Callable[[float], str | None]) -> Json:
    """A chat at an agent's seat, as far as it is told otherwise than calls are."""
    chat, seat = held.chat, held.seat
    record = chat.record if chat else None
    over = held.state in ("MISSED", "ENDED")
    return {
        "contact_id": held.contact_id,
        "channel": "CHAT",
        "initiation_method": record and record.initiation_method,
        "queue": record and record.queue,
        "phone_number": None,
        "state": held.state,
        "since": moment(seat.since),
        "connected_at": instant(record.connected_to_agent) if record else None,
        "clear_at": moment(seat.deadline) if over else None,
        **written(chat, chats),
    }


def reading_contact(reading: Reading, chats: Chats) -> Json:
    """A chat that is monitored, as far as it is told as other chats are."""
    record = reading.record
    return {
        "contact_id": record.contact_id,
        "channel": record.channel,
        "initiation_method": record.initiation_method,
        "queue": record.queue,
        "phone_number": None,
        "state": "MONITORING",
        "since": instant(record.initiation),
        "connected_at": instant(record.connected_to_agent),
        "clear_at": None,
        **written(reading.chat, chats),
    }


def written(chat: Chat | None, chats: Chats) -> Json:
    return {
        "customer_name": chat and chat.customer.name,
        "typing": chat is not None and chats.types(chat),
        "last_item_id": chat and chat.last_item_id,
    }
