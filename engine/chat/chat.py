"""One chat: what belongs to it while it lives. Pure: it opens and closes nothing.

Every change tells its listeners; a listener looks later, or takes the item it is handed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from engine.chat.desks import person
from engine.chat.items import MAX_ITEMS, SAID, TEXT_TYPES, Happening, Item, Participant, Role
from engine.chat.state_table import Do, Input, State, step
from engine.records import ContactRecord

TYPING_SECONDS = 12.0
"""Whoever said so last still types for so long."""
Listener = Callable[[Item], None]


class Unsaid(Exception):
    """A message or an event that cannot be said now; the text says why."""


@dataclass(slots=True, eq=False)
class Chat:
    """One contact of the channel CHAT, from StartChatContact until its record is closed."""

    record: ContactRecord
    flow: str
    """The id of the flow that runs first, or next."""
    customer: Participant
    until: float
    """Monotonic seconds: nobody writes in it for longer."""
    content_types: tuple[str, ...] = TEXT_TYPES[:1]
    """Kinds of messages that the customer's page can show."""
    state: State = State.FLOW
    items: list[Item] = field(default_factory=list)
    participants: list[Participant] = field(default_factory=list)
    """All who ever were in it, in their order."""
    hooks: dict[str, str] = field(default_factory=dict)
    system: dict[str, str] = field(default_factory=dict)
    target_queue: str | None = None
    priority: int | None = None
    added_seconds: float | None = None
    seat: str | None = None
    """Of the agent it is offered to, or who has it."""
    since: datetime | None = None
    """When it became what it is now to that agent."""
    agent: Participant | None = None
    system_participant: Participant = field(
        default_factory=lambda: Participant(str(uuid4()), Role.SYSTEM, "SYSTEM_MESSAGE")
    )
    receipts: dict[str, dict[str, dict[str, datetime]]] = field(default_factory=dict)
    """By item, who had it delivered or has read it, and when."""
    typed_at: float = float("-inf")
    """When the customer told last that they type (monotonic seconds)."""
    _listeners: dict[str, list[Listener]] = field(default_factory=dict)

    @property
    def contact_id(self) -> str:
        return self.record.contact_id

    @property
    def offered_to(self) -> str | None:
        """The agent it is offered to, who has not taken it."""
        return person(self.seat) if self.seat and self.state is State.OFFERED else None

    @property
    def people(self) -> tuple[str, ...]:
        """The agent who has it, or whom it is offered to, by name."""
        return (person(self.seat),) if self.seat else ()

    @property
    def last_item_id(self) -> str | None:
        return self.items[-1].id if self.items else None

    def participant(self, participant_id: str) -> Participant | None:
        found = (one for one in self.participants if one.id == participant_id)
        return next(found, None)

    def note(self, at: datetime, **facts: Any) -> None:
        """Facts for the contact record, by their names there, learnt at `at`."""
        self.record = replace(self.record, last_update=at, **facts)

    def step(self, event: Input) -> tuple[Do, ...]:
        """What is to be done now that this has happened."""
        self.state, actions = step(self.state, event)
        return actions

    def join(self, one: Participant, at: datetime) -> None:
        if one not in self.participants:  # an agent may come a second time
            self.participants.append(one)
        self.happen(Happening.JOINED, one, at)

    def leave(self, one: Participant, at: datetime) -> None:
        self.happen(Happening.LEFT, one, at)

    def say(self, one: Participant, content_type: str, content: str, at: datetime) -> Item:
        """A message. Raises Unsaid."""
        if content_type not in TEXT_TYPES:
            raise Unsaid(f"ContentType: one of {', '.join(TEXT_TYPES)} is expected")
        if one.role is not Role.CUSTOMER and content_type not in self.content_types:
            raise Unsaid(f"ContentType: the customer's page cannot show {content_type}")
        if not content.strip():
            raise Unsaid("Content: there is nothing in it")
        if len(content) > one.max_chars:
            raise Unsaid(f"Content: at most {one.max_chars} characters")
        if self.state is State.ENDED:
            raise Unsaid("The chat is over")
        if len(self.items) >= MAX_ITEMS:
            raise Unsaid(f"A chat has at most {MAX_ITEMS} items")
        return self._add(Item(str(uuid4()), at, content_type, one, content))

    def happen(self, what: Happening, one: Participant, at: datetime) -> Item:
        return self._add(Item(str(uuid4()), at, what, one))

    def tell(
        self, what: str, one: Participant, content: str | None, at: datetime, message_id: str = ""
    ) -> Item:
        """An event that a participant tells, and that is in no transcript. `message_id`: the
        message that was delivered or read. Raises Unsaid."""
        if what not in SAID:
            raise Unsaid(f"ContentType: one of {', '.join(sorted(SAID))} is expected")
        if self.state is State.ENDED:
            raise Unsaid("The chat is over")
        if what in (Happening.DELIVERED, Happening.READ):
            if all(item.id != message_id for item in self.items):
                raise Unsaid(f"Content: there is no message {message_id}")
            receipt = self.receipts.setdefault(message_id, {}).setdefault(one.id, {})
            receipt.setdefault(what, at)
        item = Item(str(uuid4()), at, what, one, content)
        self._publish(item)
        return item

    def listen(self, participant_id: str, listener: Listener) -> Callable[[], None]:
        """It is told of every item, until what this returns is called."""
        listeners = self._listeners.setdefault(participant_id, [])
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    def hears(self, participant_id: str) -> int:
        """How many listen for this participant."""
        return len(self._listeners.get(participant_id, ()))

    def _add(self, item: Item) -> Item:
        self.items.append(item)
        self._publish(item)
        return item

    def _publish(self, item: Item) -> None:
        for listeners in tuple(self._listeners.values()):
            for listener in tuple(listeners):
                listener(item)
