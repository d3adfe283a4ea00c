"""What flows ask of the house and are told at once: facts to keep, facts to look up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import structlog

from engine.contact import Contact
from engine.flow_facts import FlowFacts
from engine.ledger import Ledger
from engine.live import LiveContact
from engine.moments import CUSTOMER_QUEUE, HOOKS
from engine.queue_book import QueueBook
from engine.queue_numbers import METRICS
from flows import (
    Answer,
    Ask,
    ChangeQueue,
    CheckDialable,
    CheckHours,
    CheckMetric,
    CreateCallback,
    Done,
    Event,
    Failed,
    Flow,
    GetMetrics,
    Metrics,
    SetAttributes,
    SetContactData,
    SetHook,
    SetQueue,
    SetRecording,
    SetRouting,
    awaits_answer,
)
from sip import PeerError

FULL = "QueueAtCapacity"
NOT_DIALABLE = "CallbackNumberNotDialable"
log = structlog.get_logger("engine.flow")


class Recorder(Protocol):
    """As engine.recordings."""

    def obstacle(self) -> str | None:
        """Why nothing can be recorded now, where nobody may talk without."""

    def automated(self, live: LiveContact, *, on: bool) -> None: ...


class CallsBack(Protocol):
    """As engine.callbacks. Both raise PeerError where the number may not be called."""

    def check(self, number: str, queue: str | None) -> None: ...

    def create(self, live: LiveContact, queue: str, ask: CreateCallback) -> None: ...


class FlowAnswers:
    """`library` finds flows by what others call them."""

    def __init__(
        self,
        queues: QueueBook,
        facts: FlowFacts,
        library: Callable[[str], Flow | None],
        ledger: Ledger,
        recordings: Recorder,
        callbacks: CallsBack,
    ) -> None:
        self._queues, self._facts = queues, facts
        self._library, self._ledger = library, ledger
        self._recordings, self._callbacks = recordings, callbacks
        self._loop = asyncio.get_running_loop()

    def answer(self, live: Contact, ask: Ask) -> Event | None:
        """None for what gets no answer; Failed for what this house does not do on the channel."""
        match ask:
            case SetRecording() if isinstance(live, LiveContact):
                return self._set_recording(live, ask)
            case SetAttributes(values):
                live.note(datetime.now(UTC), attributes={**live.record.attributes, **values})
                self._ledger.save(live.record)
            case SetContactData(values):
                live.system.update(values)
            case SetRouting(priority, seconds):
                live.priority = live.priority if priority is None else priority
                live.added_seconds = live.added_seconds if seconds is None else seconds
            case SetQueue(queue, agent):
                return self._set_queue(live, queue, agent)
            case ChangeQueue(queue, agent):
                return self._change_queue(live, queue, agent)
            case CheckHours(hours):
                return self._check_hours(live, hours)
            case CheckMetric(metric, queue, agent):
                found = self._numbers(live, queue, agent)
                return Answer(str(found[METRICS[metric]])) if found else Failed()
            case GetMetrics(queue, agent):
                return self._get_metrics(live, queue, agent)
            case SetHook(hook, flow):
                return self._set_hook(live, hook, flow)
            case CheckDialable(number) if isinstance(live, LiveContact):
                return self._check_dialable(live, number)
            case CreateCallback(queue=queue, agent=agent) if isinstance(live, LiveContact):
                return self._create_callback(live, ask, queue, agent)
            case _ if awaits_answer(ask):
                log.warning("not available", contact_id=live.contact_id, ask=type(ask).__name__)
                return Failed()
        return None

    def _set_recording(self, live: LiveContact, asked: SetRecording) -> Event:
        if asked.participants or asked.ivr:
            if obstacle := self._recordings.obstacle():
                log.error("nobody talks unrecorded", contact_id=live.contact_id, error=obstacle)
                return Failed()
        live.note(datetime.now(UTC), recorded=frozenset(asked.participants))
        if asked.ivr is not None:
            self._recordings.automated(live, on=asked.ivr)
        return Done()

    def has_room(self, live: Contact) -> Event:
        """Whether the contact can wait in the queue that was set for it: Done or Failed."""
        if live.target_queue is None:
            log.warning("transfer to queue without a queue", contact_id=live.contact_id)
            return Failed()
        if not self._queues.takes_contacts(live.target_queue):
            log.warning(
                "queue takes no contacts", contact_id=live.contact_id, queue=live.target_queue
            )
            return Failed()
        return Failed(FULL) if self._queues.is_full(live.target_queue) else Done()

    def _set_queue(self, live: Contact, queue: str, agent: str) -> Event:
        found = self._queues.find(queue, agent)
        if found is None:
            log.warning("unknown queue", contact_id=live.contact_id, queue=queue or agent)
            return Failed()
        self._aim(live, found)
        return Done()

    def _aim(self, live: Contact, queue: str) -> None:
        live.target_queue = queue
        live.system |= self._facts.of_queue(queue)

    def _change_queue(self, live: Contact, queue: str, agent: str) -> Event:
        """Where the new one has no room the old one stays. The queue flow is left behind: else it
        might lead from queue to queue for ever."""
        before = live.target_queue
        outcome = self._set_queue(live, queue, agent)
        if outcome == Done():
            outcome = self.has_room(live)
        if outcome == Done():
            live.hooks.pop(CUSTOMER_QUEUE.name, None)
        elif before:
            self._aim(live, before)
        return outcome

    def _check_hours(self, live: Contact, hours: str) -> Event:
        is_open = self._queues.is_open(hours, live.target_queue, datetime.now(UTC))
        if is_open is None:
            log.warning("no such hours", contact_id=live.contact_id, hours=hours)
            return Failed()
        return Answer(str(is_open))

    def _numbers(self, live: Contact, queue: str, agent: str) -> dict[str, int]:
        """Of this queue, or of the target queue where none is named; empty: there is none."""
        named = bool(queue or agent)
        found = self._queues.find(queue, agent) if named else live.target_queue
        if found is None:
            log.warning("unknown queue", contact_id=live.contact_id, queue=queue or agent)
            return {}
        return {**self._queues.numbers(found, self._loop.time())}

    def _get_metrics(self, live: Contact, queue: str, agent: str) -> Event:
        found = self._numbers(live, queue, agent)
        asked = self._queues.find(queue, agent) or live.target_queue
        if not found or asked is None:
            return Failed()
        return Metrics(
            {"Queue.Name": self._queues.name(asked)} | {each: str(n) for each, n in found.items()}
        )

    def _check_dialable(self, live: Contact, number: str) -> Event:
        try:
            self._callbacks.check(number, live.target_queue)
        except PeerError as error:
            log.warning("not dialable", contact_id=live.contact_id, error=str(error))
            return Failed(NOT_DIALABLE)
        return Done()

    def _create_callback(
        self, live: LiveContact, ask: CreateCallback, queue: str, agent: str
    ) -> Event:
        named = bool(queue or agent)
        found = self._queues.find(queue, agent) if named else live.target_queue
        if found is None or self._queues.is_full(found):
            why = "unknown queue" if found is None else "the queue is full"
            log.warning(why, contact_id=live.contact_id, queue=queue or agent)
            return Failed()
        try:
            self._callbacks.create(live, found, ask)
        except PeerError as error:
            log.warning("no callback", contact_id=live.contact_id, error=str(error))
            return Failed()
        return Done()

    def _set_hook(self, live: Contact, hook: str, flow: str | None) -> Event:
        if hook not in HOOKS:
            log.warning("no such moment here", contact_id=live.contact_id, moment=hook)
            return Failed()
        if flow is None:
            live.hooks.pop(hook, None)
        elif self._library(flow) is None:
            log.warning("no such flow", contact_id=live.contact_id, moment=hook, flow=flow)
            return Failed()
        else:
            live.hooks[hook] = flow
        return Done()
