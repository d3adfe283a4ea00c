"""Callbacks: numbers that flows want called back, each a contact that waits for an agent.

    scheduled -> in the queue <-> an agent's phone rings -> the agent has answered: a call begins
        ^                                                                  |
        +-------------- after a while, if the number is to be tried again -+

The agent is called first; once they have answered, the number is called by a trunk, as flows may
call it, while the agent hears the agent whisper flow, until the called answer. The contact is
chained to the one whose flow wanted it, whose attributes it has; what is to be recorded is up to
the outbound whisper flow. Callbacks that wait when the engine stops, or dies, wait again after the
next start, in their order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog

from engine.call import Call, Input
from engine.contact_record import ContactRecord, DisconnectReason, InitiationMethod
from engine.flow_calls import FlowCalls
from engine.hunt import Hunt
from engine.kept_callbacks import KeptCallback
from engine.ledger import Ledger
from engine.line import Line, NoLine, Party
from engine.lines import Lines
from engine.live import LiveContact
from engine.moments import CUSTOMER_QUEUE
from engine.outbound import Outbound, system_attributes
from engine.queues import Offer
from engine.registry import Registry
from engine.routing import Router
from engine.trunk_call import caller_id
from flows import CreateCallback
from sip import Answered, Ended, PeerError

MAX_CALLBACKS = 1000
"""That wait at the same time."""
log = structlog.get_logger("engine.callbacks")


@dataclass(slots=True, eq=False)
class Callback:
    """A number to be called; `attempts` are left."""

    record: ContactRecord
    queue: str
    hooks: dict[str, str]
    retry_seconds: float
    attempts: int
    timer: asyncio.TimerHandle | None = None
    """When it joins its queue, or when the agent's phone has rung long enough."""
    ringing: Line | None = None
    """The agent's phone."""

    @property
    def contact_id(self) -> str:
        return self.record.contact_id

    def stop_timer(self) -> None:
        if self.timer:
            self.timer.cancel()


class Callbacks:
    """Those that wait. `step` feeds an input into a call at once."""

    def __init__(
        self,
        calls: FlowCalls,
        outbound: Outbound,
        lines: Lines,
        registry: Registry,
        router: Router,
        ledger: Ledger,
        ring_seconds: float,
        step: Callable[[LiveContact, Input], None],
    ) -> None:
        self._calls, self._outbound, self._lines = calls, outbound, lines
        self._registry, self._router, self._ledger = registry, router, ledger
        self._ring_seconds, self._step = ring_seconds, step
        self._waiting: dict[str, Callback] = {}
        self._closed = False
        self._loop = asyncio.get_running_loop()

    def __len__(self) -> int:
        return len(self._waiting)

    def scheduled(self, queue: str) -> int:
        """Those of this queue whose time to join it has not come."""
        place = self._router.floor.place
        waiting = self._waiting.values()
        return sum(one.queue == queue and place(one.contact_id) is None for one in waiting)

    def check(self, number: str, queue: str | None) -> None:
        """Raises PeerError where flows may not call this number now, for this queue."""
        self._calls.hunt(number, queue)

    def create(self, live: LiveContact, queue: str, ask: CreateCallback) -> None:
        """Have the number called for this queue. Raises PeerError where it may not be."""
        hunt = self._calls.hunt(ask.number, queue)
        if self._closed or len(self._waiting) >= MAX_CALLBACKS:
            raise PeerError("No more callbacks are taken", status=503)
        record = callback_record(live.record, hunt, queue)
        hooks = {name: flow for name, flow in live.hooks.items() if name != CUSTOMER_QUEUE.name}
        callback = Callback(record, queue, hooks, ask.retry_seconds, ask.attempts)
        log.info("callback", contact_id=record.contact_id, previous=live.contact_id, queue=queue)
        self._ledger.save(record)
        live.note(record.initiation, next_contact_id=record.contact_id)
        self._schedule(callback, ask.delay_seconds)

    def restore(self, kept: Iterable[tuple[KeptCallback, ContactRecord]]) -> None:
        """Those that waited when the engine ended: those that were due join their queues in the
        order in which they were."""
        now = datetime.now(UTC)
        for one, record in kept:
            callback = Callback(
                *(record, one.queue, dict(one.hooks), one.retry_seconds, one.attempts)
            )
            self._waiting[one.contact_id] = callback
            if one.due <= now:
                self._join(callback)
            else:
                self._join_later(callback, (one.due - now).total_seconds())

    def close(self) -> None:
        """Nobody is called any more; those who wait are kept for the next start."""
        self._closed = True
        for callback in tuple(self._waiting.values()):
            del self._waiting[callback.contact_id]
            self._hang_up(callback)
            self._router.leave(callback.contact_id)

    def stop(self, contact_id: str) -> bool:
        """It is not to be called back. False where no such callback waits."""
        callback = self._waiting.get(contact_id)
        if callback:
            self._give_up(callback)
        return callback is not None

    def offered(self, offer: Offer) -> None:
        """An agent is to have it, if it still waits."""
        callback = self._waiting.get(offer.contact_id)
        if callback is None:
            return
        number = callback.record.customer_endpoint
        try:
            callback.ringing = self._lines.call(
                offer.agent, callback.contact_id, Party.AGENT, caller=number, beside=None
            )
        except NoLine as error:
            log.warning("agent not reached", contact_id=callback.contact_id, error=str(error))
            self._loop.call_soon(self._missed, callback)
            return
        callback.timer = self._loop.call_later(self._ring_seconds, self._missed, callback)

    def on_line(self, line: Line, event: object) -> None:
        """What happens on the phone of an agent to whom one is offered."""
        callback = self._waiting.get(line.contact_id)
        if callback is None or callback.ringing is not line:
            return
        if isinstance(event, Ended):
            self._missed(callback)
        elif isinstance(event, Answered):
            try:
                self._lines.answered(line, event)
            except PeerError as error:
                log.warning("answer refused", contact_id=callback.contact_id, error=str(error))
                self._missed(callback)
            else:
                self._call(callback, line)

    def again(self, live: LiveContact) -> bool:
        """Whether the number, which could not be reached, is to be called once more."""
        callback = live.callback
        if callback is None or not callback.attempts:
            return False
        callback.record = live.record
        self._schedule(callback, callback.retry_seconds)
        return True

    def _schedule(self, callback: Callback, seconds: float) -> None:
        self._waiting[callback.contact_id] = callback
        if not callback.attempts:
            self._give_up(callback)
            return
        self._ledger.keep(
            KeptCallback(
                *(callback.contact_id, callback.queue, callback.hooks, callback.retry_seconds),
                callback.attempts,
                datetime.now(UTC) + timedelta(seconds=seconds),
            )
        )
        if self._closed:  # it is the next start's
            del self._waiting[callback.contact_id]
        else:
            self._join_later(callback, seconds)

    def _join_later(self, callback: Callback, seconds: float) -> None:
        callback.timer = self._loop.call_later(seconds, self._join, callback)

    def _join(self, callback: Callback) -> None:
        if not self._router.floor.has(callback.queue):
            log.warning("unknown queue", contact_id=callback.contact_id, queue=callback.queue)
            self._give_up(callback)
            return
        record, now = callback.record, datetime.now(UTC)
        waits = record.enqueue is not None and record.dequeue is None  # since before a restart
        self._note(callback, enqueue=record.enqueue if waits else now, dequeue=None)
        self._router.join(callback.contact_id, callback.queue)

    def _missed(self, callback: Callback) -> None:
        """The next agent is asked."""
        if callback.contact_id in self._waiting:
            self._hang_up(callback)
            self._router.miss(callback.contact_id)

    def _call(self, callback: Callback, agent: Line) -> None:
        """The agent has it: call the number."""
        callback.stop_timer()
        del self._waiting[callback.contact_id]
        self._ledger.forget(callback.contact_id)
        callback.ringing, callback.attempts = None, callback.attempts - 1
        self._router.take(callback.contact_id)
        self._note(callback, dequeue=datetime.now(UTC))
        hunt, customer = self._dial(callback, agent)
        if customer is None:
            self._lines.drop(agent)
            self._router.release(agent.username)
            self._schedule(callback, callback.retry_seconds)
            return
        live = LiveContact(
            *(callback.record, Call(self._ring_seconds), customer),
            hooks=callback.hooks,
            system=system_attributes(callback.record, callback.queue, agent.username),
            target_queue=callback.queue,
            agent=agent,
            hunt=hunt,
            callback=callback,
        )
        self._registry.add(live)
        self._step(live, Input.CALLED_BACK)

    def _dial(self, callback: Callback, agent: Line) -> tuple[Hunt | None, Line | None]:
        """The number's line; None where it cannot be called now."""
        try:
            hunt = self._calls.hunt(callback.record.customer_endpoint, callback.queue)
        except PeerError as error:
            log.warning("not called back", contact_id=callback.contact_id, error=str(error))
            return None, None
        return hunt, self._outbound.call(hunt, agent)

    def _give_up(self, callback: Callback) -> None:
        del self._waiting[callback.contact_id]
        self._ledger.forget(callback.contact_id)
        self._hang_up(callback)
        self._router.leave(callback.contact_id)
        now = datetime.now(UTC)
        self._note(callback, disconnect=now, disconnect_reason=DisconnectReason.OTHER)

    def _hang_up(self, callback: Callback) -> None:
        callback.stop_timer()
        line, callback.ringing = callback.ringing, None
        if line is not None:
            self._lines.drop(line)

    def _note(self, callback: Callback, **facts: Any) -> None:
        callback.record = replace(callback.record, last_update=datetime.now(UTC), **facts)
        self._ledger.save(callback.record)


def callback_record(before: ContactRecord, hunt: Hunt, queue: str) -> ContactRecord:
    """A new contact because of another one."""
    now = datetime.now(UTC)
    return ContactRecord(
        contact_id=str(uuid4()),
        initial_contact_id=before.initial_contact_id,
        previous_contact_id=before.contact_id,
        initiation_method=InitiationMethod.CALLBACK,
        customer_endpoint=hunt.first.number,
        system_endpoint=caller_id(hunt.shown, hunt.first.trunk),
        queue=queue,
        attributes=dict(before.attributes),
        initiation=now,
        last_update=now,
    )
