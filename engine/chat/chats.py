"""All chats of the instance: begins them, has them said what is said, performs what their table
asks for."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import structlog

from engine.chat.chat import TYPING_SECONDS, Chat, Unsaid
from engine.chat.chat_flows import ChatFlows
from engine.chat.chat_router import ChatRouter
from engine.chat.desks import person
from engine.chat.items import TEXT_TYPES, Happening, Item, Participant, Role
from engine.chat.state_table import Do, Input, State
from engine.contact_record import ContactRecord, DisconnectReason, InitiationMethod
from engine.directory import Kind, Resources
from engine.ledger import Ledger
from engine.moments import CUSTOMER_REMAINING
from engine.queues import Offer
from engine.refused import Refused

LINGER_SECONDS = 900.0
"""A chat that is over can be read by its participants for so long."""
MAX_LINGERING = 1000
log = structlog.get_logger("engine.chat")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A chat to begin: the id of its flow, the customer's name, more of the contact record by its
    names there."""

    flow: str
    name: str
    seconds: float
    content_types: tuple[str, ...] = TEXT_TYPES[:1]
    first: tuple[str, str] | None = None
    """The customer's first message: its kind and what it says."""
    facts: dict[str, Any] = field(default_factory=dict)


class Chats:
    """`flows` makes the runner of flows from what it is to call."""

    def __init__(
        self,
        router: ChatRouter,
        ledger: Ledger,
        resources: Resources,
        max_chats: int,
        ring_seconds: float,
        flows: Callable[[Chats], ChatFlows],
    ) -> None:
        self._router, self._ledger = router, ledger
        self._resources, self._max_chats, self._ring_seconds = resources, max_chats, ring_seconds
        self._loop = asyncio.get_running_loop()
        self._chats: dict[str, Chat] = {}
        self._over: OrderedDict[str, Chat] = OrderedDict()
        self._timers: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._listeners: list[Callable[[Chat], None]] = []
        self._endings: list[Callable[[Chat], None]] = []
        self._on_forgotten: list[Callable[[str], None]] = []
        self._closed = False
        self._flows = flows(self)
        self._methods: dict[Do, Callable[[Chat], None]] = {
            Do.STOP_FLOW: self._flows.stop,
            Do.RUN_FLOW: self._flows.start,
            Do.RUN_QUEUE_FLOW: self._flows.wait,
            Do.JOIN_QUEUE: self._join_queue,
            Do.LEAVE_QUEUE: self._leave_queue,
            Do.RING: self._ring,
            Do.MISS: self._miss,
            Do.TAKE: self._take,
            Do.PART: self._part,
            Do.CLOSE: self._close,
        }

    def __len__(self) -> int:
        return len(self._chats)

    def __iter__(self) -> Iterator[Chat]:
        """Those that go on; a copy."""
        return iter(tuple(self._chats.values()))

    def get(self, contact_id: str) -> Chat | None:
        """One that goes on."""
        return self._chats.get(contact_id)

    def known(self, contact_id: str) -> Chat | None:
        """One that goes on, or was over a moment ago."""
        return self._chats.get(contact_id) or self._over.get(contact_id)

    def listen(self, listener: Callable[[Chat], None]) -> None:
        """It is told of a chat that may be other than before, or is over: it looks later."""
        self._listeners.append(listener)

    def listen_to_ends(self, listener: Callable[[Chat], None]) -> None:
        """It is told of a chat that is over now."""
        self._endings.append(listener)

    def listen_to_forgotten(self, listener: Callable[[str], None]) -> None:
        """It is told the id of a chat that nobody can read here any more."""
        self._on_forgotten.append(listener)

    # Customers --------------------------------------------------------------------------------

    def start(self, wanted: Wanted) -> Chat:
        """Raises Refused: too many; Unsaid: what the customer said first."""
        if self._closed or len(self._chats) >= self._max_chats:
            text = f"There are {self._max_chats} chats already"
            raise Refused(429, "LimitExceededException", text)
        now = datetime.now(UTC)
        contact_id = str(uuid4())
        record = ContactRecord(
            contact_id=contact_id,
            initial_contact_id=contact_id,
            initiation_method=InitiationMethod.API,
            initiation=now,
            last_update=now,
            customer_endpoint="",
            system_endpoint="",
            channel="CHAT",
            connected_to_system=now,
            **wanted.facts,
        )
        customer = Participant(str(uuid4()), Role.CUSTOMER, wanted.name)
        until = self._loop.time() + wanted.seconds
        chat = Chat(record, wanted.flow, customer, until, wanted.content_types)
        chat.join(customer, now)
        if wanted.first:
            chat.say(customer, *wanted.first, at=now)
        self._chats[contact_id] = chat
        self._ledger.save(record)
        self._after(chat, "over", wanted.seconds, lambda: self.end(chat, DisconnectReason.OTHER))
        log.info("contact", contact_id=contact_id, channel="CHAT")
        self.guarded(chat, lambda: self._flows.start(chat))
        return chat

    # What is said -----------------------------------------------------------------------------

    def say(self, chat: Chat, one: Participant, content_type: str, content: str) -> Item:
        """Raises Unsaid."""
        if one.role is Role.CUSTOMER:
            chat.typed_at = float("-inf")
        item = chat.say(one, content_type, content, datetime.now(UTC))
        self.changed(chat)
        return item

    def tell(
        self, chat: Chat, one: Participant, what: str, content: str | None = None, about: str = ""
    ) -> Item:
        """An event that is in no transcript. Raises Unsaid."""
        item = chat.tell(what, one, content, datetime.now(UTC), about)
        if what == Happening.TYPING and one.role is Role.CUSTOMER:
            chat.typed_at = self._loop.time()
            self._after(chat, "typing", TYPING_SECONDS, lambda: self.changed(chat))
        self.changed(chat)
        return item

    def types(self, chat: Chat) -> bool:
        """Whether the customer types just now."""
        lasts = self._loop.time() < chat.typed_at + TYPING_SECONDS
        return lasts and chat.state is not State.ENDED

    def announce(self, chat: Chat, text: str) -> None:
        """The system says something, as a flow has it."""
        try:
            self.say(chat, chat.system_participant, "text/plain", text)
        except Unsaid as error:
            log.warning("not said", contact_id=chat.contact_id, error=str(error))

    # Agents -----------------------------------------------------------------------------------

    def of_agent(self, username: str, contact_id: str) -> Chat:
        """A chat that this agent has. Raises Refused."""
        chat = self._chats.get(contact_id)
        if chat is None or chat.agent is None or chat.agent.username != username:
            raise Refused.not_found(f"{username} has no chat {contact_id}")
        return chat

    def offered_to(self, username: str, contact_id: str) -> Chat:
        """Raises Refused."""
        chat = self._chats.get(contact_id)
        if chat is None or chat.offered_to != username:
            raise Refused.not_found(f"The chat {contact_id} is not offered to {username}")
        return chat

    def on_offer(self, offer: Offer) -> None:
        """The floor wants it offered there; it may have gone on since."""
        chat, place = self._chats.get(offer.contact_id), self._router.floor.place(offer.contact_id)
        if chat is None or place is None or place.ringing != offer.agent:
            return
        if chat.state is State.QUEUED:
            chat.seat = offer.agent
            self.step(chat, Input.OFFERED)

    def accept(self, chat: Chat) -> None:
        """By the agent it is offered to."""
        self.step(chat, Input.ACCEPTED)

    def miss(self, chat: Chat) -> None:
        """The agent it is offered to does not take it."""
        self.step(chat, Input.MISSED)

    def depart(self, chat: Chat) -> None:
        """The agent ends it; where a flow is set for who remains, that one runs."""
        if flow := chat.hooks.pop(CUSTOMER_REMAINING.name, None):
            chat.flow = flow
            self.step(chat, Input.SENT)
        else:
            self.end(chat, DisconnectReason.AGENT_DISCONNECT)

    def transfer(self, chat: Chat, queue: str) -> None:
        """Into that queue, which may be an agent's own; its agent leaves it. Raises Refused."""
        if not self._router.floor.has(queue) or chat.state is not State.CONNECTED:
            raise Refused.invalid("Nobody takes chats there, or there is no agent to leave this")
        chat.target_queue = queue
        chat.happen(Happening.TRANSFERRED, chat.system_participant, datetime.now(UTC))
        self.step(chat, Input.ENQUEUED)

    def send(self, chat: Chat, flow: str, queue: str | None) -> None:
        """Its agent leaves it, and this flow runs with that queue set. Raises Refused."""
        if chat.state is not State.CONNECTED:
            raise Refused.invalid("invalid_target_state: the contact has no agent to leave it")
        chat.target_queue, chat.flow = queue, flow
        chat.happen(Happening.TRANSFERRED, chat.system_participant, datetime.now(UTC))
        self.step(chat, Input.SENT)

    # The table --------------------------------------------------------------------------------

    def step(self, chat: Chat, event: Input) -> None:
        """Every action is tried, even after one that failed."""
        chat.since = datetime.now(UTC)
        for action in chat.step(event):
            try:
                self._methods[action](chat)
            except Exception:
                log.exception("chat", contact_id=chat.contact_id, action=action.name)
        self.changed(chat)

    def end(self, chat: Chat, reason: DisconnectReason) -> None:
        """For all. Of several reasons the first holds."""
        if chat.record.disconnect is None:
            now = datetime.now(UTC)
            chat.note(now, disconnect=now, disconnect_reason=reason)
            self.step(chat, Input.ENDED)

    def guarded(self, chat: Chat, act: Callable[[], None]) -> None:
        """What fails ends this chat and no other."""
        try:
            act()
        except Exception:
            log.exception("chat", contact_id=chat.contact_id)
            self.end(chat, DisconnectReason.OTHER)

    def changed(self, chat: Chat) -> None:
        for listener in self._listeners:
            listener(chat)

    def close(self) -> None:
        """All end, and no more begin."""
        self._closed = True
        for chat in self:
            self.end(chat, DisconnectReason.OTHER)
        for timer in self._timers.values():
            timer.cancel()

    def _join_queue(self, chat: Chat) -> None:
        assert chat.target_queue, "a chat joins the queue that was set"
        now = datetime.now(UTC)
        chat.note(now, queue=chat.target_queue, enqueue=now, dequeue=None)
        self._ledger.save(chat.record)
        self._router.join(chat.contact_id, chat.target_queue)
        if chat.priority is not None or chat.added_seconds is not None:
            self._router.prefer(
                chat.contact_id, priority=chat.priority, added_seconds=chat.added_seconds
            )

    def _leave_queue(self, chat: Chat) -> None:
        self._rings_no_more(chat)
        self._router.leave(chat.contact_id)

    def _ring(self, chat: Chat) -> None:
        chat.note(datetime.now(UTC), attempts=chat.record.attempts + 1)
        self._after(chat, "ring", self._ring_seconds, lambda: self.miss(chat))
        if self._router.desks.auto_accepts(chat.offered_to or ""):
            self._loop.call_soon(self.accept, chat)

    def _miss(self, chat: Chat) -> None:
        self._rings_no_more(chat)
        self._router.miss(chat.contact_id)

    def _take(self, chat: Chat) -> None:
        assert chat.seat, "whoever takes it was offered it"
        if timer := self._timers.pop((chat.contact_id, "ring"), None):
            timer.cancel()
        self._router.take(chat.contact_id)
        username, now = person(chat.seat), datetime.now(UTC)
        agent = self._router.floor.agents.get(chat.seat)
        before = (one for one in chat.participants if one.username == username)
        chat.agent = next(before, None) or self._agent(username)
        chat.note(
            now,
            agent=username,
            agents=(*chat.record.agents, username),
            hierarchy=agent.hierarchy if agent else (),
            dequeue=now,
            connected_to_agent=now,
        )
        chat.join(chat.agent, now)
        self._ledger.save(chat.record)

    def _part(self, chat: Chat) -> None:
        assert chat.agent and chat.seat, "an agent has it"
        one, seat, chat.agent, chat.seat = chat.agent, chat.seat, None, None
        chat.leave(one, datetime.now(UTC))
        self._router.release(seat, chat.contact_id)

    def _close(self, chat: Chat) -> None:
        now = datetime.now(UTC)
        chat.leave(chat.customer, now)
        chat.happen(Happening.ENDED, chat.system_participant, now)
        del self._chats[chat.contact_id]
        for what in ("ring", "typing", "over"):
            if timer := self._timers.pop((chat.contact_id, what), None):
                timer.cancel()
        self._ledger.save(chat.record)
        self._linger(chat)
        for listener in self._endings:
            listener(chat)
        assert chat.record.disconnect_reason
        log.info(
            "contact ended", contact_id=chat.contact_id, reason=chat.record.disconnect_reason.value
        )

    def _linger(self, chat: Chat) -> None:
        self._over[chat.contact_id] = chat
        if len(self._over) > MAX_LINGERING:
            self._forget(next(iter(self._over)))
        self._after(chat, "linger", LINGER_SECONDS, lambda: self._forget(chat.contact_id))

    def _forget(self, contact_id: str) -> None:
        self._over.pop(contact_id, None)
        for listener in self._on_forgotten:
            listener(contact_id)
        if timer := self._timers.pop((contact_id, "linger"), None):
            timer.cancel()

    def _rings_no_more(self, chat: Chat) -> None:
        chat.seat = None
        if timer := self._timers.pop((chat.contact_id, "ring"), None):
            timer.cancel()

    def _agent(self, username: str) -> Participant:
        """What customers are shown of an agent is the first name, where it is known."""
        user = self._resources.named(Kind.USER, username)
        name = user.facts.get("IdentityInfo", {}).get("FirstName") if user else None
        return Participant(str(uuid4()), Role.AGENT, name or username, username)

    def _after(self, chat: Chat, what: str, seconds: float, act: Callable[[], None]) -> None:
        """In so many seconds; in place of the same that was to be done before."""
        key = (chat.contact_id, what)
        if timer := self._timers.pop(key, None):
            timer.cancel()
        self._timers[key] = self._loop.call_later(seconds, self.guarded, chat, act)
