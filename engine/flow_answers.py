"""What flows ask of the house and are told at once: facts to keep, facts to look up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol

import structlog

from engine.ledger import Ledger
from engine.live import LiveContact
from engine.moments import HOOKS
from flows import (
    Ask,
    Done,
    Event,
    Failed,
    Flow,
    SetAttributes,
    SetContactData,
    SetHook,
    SetQueue,
    SetRecording,
    awaits_answer,
)

log = structlog.get_logger("engine.flow")


class Recorder(Protocol):
    """As engine.recordings."""

    def obstacle(self) -> str | None:
        """Why nothing can be recorded now, where nobody may talk without."""

    def automated(self, live: LiveContact, *, on: bool) -> None: ...


class FlowAnswers:
    """`queues` leads from every reference a flow may use to a queue's name; `library` finds flows
    by what others call them."""

    def __init__(
        self,
        queues: Mapping[str, str],
        library: Callable[[str], Flow | None],
        ledger: Ledger,
        recordings: Recorder,
    ) -> None:
        self._queues, self._library, self._ledger = queues, library, ledger
        self._recordings = recordings

    def answer(self, live: LiveContact, ask: Ask) -> Event | None:
        """None for what gets no answer; Failed for what this house does not do."""
        match ask:
            case SetRecording():
                return self._set_recording(live, ask)
            case SetAttributes(values):
                live.note(datetime.now(UTC), attributes={**live.record.attributes, **values})
                self._ledger.save(live.record)
            case SetContactData(values):
                live.system.update(values)
            case SetQueue(reference):
                return self._set_queue(live, reference)
            case SetHook(hook, flow):
                return self._set_hook(live, hook, flow)
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

    def _set_queue(self, live: LiveContact, reference: str) -> Event:
        queue = self._queues.get(reference)
        if queue is None:
            log.warning("unknown queue", contact_id=live.contact_id, queue=reference)
            return Failed()
        live.target_queue = queue
        live.system["Queue.Name"] = queue
        return Done()

    def _set_hook(self, live: LiveContact, hook: str, flow: str | None) -> Event:
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
