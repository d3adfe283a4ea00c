"""Supervisors who read a chat silently, and who may begin to. Specification items 47 to 51. Pure.

Nothing in the chat tells of them: neither its agent nor its customer sees that somebody reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.chat.chat import Chat
from engine.chat.desks import MAX_CHATS
from engine.chat.state_table import State
from engine.contact_record import ContactRecord
from engine.refused import Refused
from engine.supervision import NO_CONVERSATION, check_listeners


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A supervisor reads a chat while this agent has it: a contact of its own."""

    record: ContactRecord
    chat: Chat
    supervisor: str
    agent: str

    @property
    def contact_id(self) -> str:
        return self.record.contact_id

    @property
    def goes_on(self) -> bool:
        return self.chat.agent is not None and self.chat.agent.username == self.agent


class Readings:
    """`most` may read one chat at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._readings: dict[str, Reading] = {}

    def __iter__(self) -> Iterator[Reading]:
        """A copy: the loop over it may end them."""
        return iter(tuple(self._readings.values()))

    def add(self, reading: Reading) -> None:
        self._readings[reading.contact_id] = reading

    def remove(self, reading: Reading) -> None:
        del self._readings[reading.contact_id]

    def get(self, contact_id: str) -> Reading | None:
        """By the id of the contact that the reading is itself."""
        return self._readings.get(contact_id)

    def of(self, chat: Chat) -> list[Reading]:
        return [one for one in self if one.chat is chat]

    def by(self, supervisor: str) -> list[Reading]:
        """In the order in which they began."""
        return [one for one in self if one.supervisor == supervisor]

    def check(self, chat: Chat, supervisor: str) -> None:
        """Raise Refused unless this supervisor may begin to read this chat now.

        Nothing has to be recorded for it. Nobody reads more chats than an agent could have.
        """
        if chat.state is not State.CONNECTED or chat.agent is None:
            raise Refused.invalid(NO_CONVERSATION)
        if chat.agent.username == supervisor:
            raise Refused.invalid(f"{supervisor} has this contact themselves")
        check_listeners(supervisor, [one.supervisor for one in self.of(chat)], self._most)
        if len(self.by(supervisor)) >= MAX_CHATS:
            text = f"{supervisor} already monitors {MAX_CHATS} chats, the most a user may"
            raise Refused(402, "ServiceQuotaExceededException", text)

    def has_room(self, chat: Chat) -> bool:
        """Whether anybody who may read it, and does not yet, could begin to."""
        try:
            self.check(chat, supervisor="")
        except Refused:
            return False
        return True
