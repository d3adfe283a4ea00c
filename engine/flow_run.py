"""Runs the contact flow of a contact: what the interpreter asks for becomes sound and facts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf

import structlog

from engine.call import Input
from engine.ledger import Ledger
from engine.live import LiveContact
from engine.prompts import PromptError, Prompts
from engine.records import endpoint
from engine.voice import Voice
from flows import (
    KEYS,
    Ask,
    Collect,
    Collecting,
    Disconnect,
    Done,
    End,
    Event,
    Failed,
    Flow,
    Interpreter,
    Log,
    Play,
    Prompt,
    PromptEnded,
    SetAttributes,
    SetContactData,
    SetQueue,
    SetRecording,
    Step,
    TransferToQueue,
    awaits_answer,
)
from mixer import MixerFull

log = structlog.get_logger("engine.flow")


@dataclass(slots=True, eq=False)
class FlowRun:
    """A flow on one contact, and what it waits for."""

    interpreter: Interpreter
    speaking: asyncio.Task[None] | None = None
    """The prompt that is being made ready."""
    collecting: Collecting | None = None
    """The keys it has asked for."""
    timer: asyncio.TimerHandle | None = None
    """When keys take too long."""


class FlowRunner:
    """Starts, feeds and stops the flows of all contacts.

    `flows` by dialled number, `whispers` by the queue for which an agent calls outside; `queues`
    from every reference a flow may use to a queue's name. `guarded` does for a contact what a
    timer or a task of its own begins: if that fails, it ends that contact and no other.
    """

    def __init__(
        self,
        flows: Mapping[str, Flow],
        whispers: Mapping[str, Flow],
        queues: Mapping[str, str],
        prompts: Prompts,
        voice: Voice,
        ledger: Ledger,
        step: Callable[[LiveContact, Input], None],
        guarded: Callable[[LiveContact, Callable[[], None]], None],
    ) -> None:
        self._flows, self._whispers, self._queues = flows, whispers, queues
        self._prompts, self._voice, self._ledger, self._step = prompts, voice, ledger, step
        self._guarded = guarded
        self._loop = asyncio.get_running_loop()

    def start(self, live: LiveContact) -> None:
        self._begin(live, self._flows[live.number])

    def whisper(self, live: LiveContact) -> None:
        """Before an agent's call to the outside is put through; a queue need have no such flow."""
        assert live.target_queue, "calls to the outside are made for a queue"
        if flow := self._whispers.get(live.target_queue):
            self._begin(live, flow)
        else:
            self._step(live, Input.FLOW_ENDED)

    def _begin(self, live: LiveContact, flow: Flow) -> None:
        live.system |= system_attributes(live)
        run = live.flow = FlowRun(Interpreter(flow, live.record.attributes, live.system))
        self._perform(live, run, run.interpreter.start(self._loop.time()))

    def prompt_ended(self, live: LiveContact) -> None:
        run = live.flow
        if run is None:
            return
        self._voice.silence(live)
        if run.collecting:
            run.collecting.prompt_ended(self._loop.time())
            self._arm(live, run, run.collecting)
        else:
            self._feed(live, run, PromptEnded())

    def pressed(self, live: LiveContact, key: str) -> None:
        """The customer pressed a key; one that the flow has not asked for goes unheard."""
        run = live.flow
        if run is None or run.collecting is None or key not in KEYS:
            return
        self._hush(live, run)
        if entered := run.collecting.press(key, self._loop.time()):
            self._feed(live, run, entered)
        else:
            self._arm(live, run, run.collecting)

    def stop(self, live: LiveContact) -> None:
        """No further block runs and nothing plays."""
        run, live.flow = live.flow, None
        if run:
            self._forget(run)
            self._hush(live, run)
        self._voice.silence(live)

    def _hush(self, live: LiveContact, run: FlowRun) -> None:
        if run.speaking:
            run.speaking.cancel()
        self._voice.silence(live)

    def _forget(self, run: FlowRun) -> None:
        """Whatever it has asked for is answered."""
        run.collecting = None
        if run.timer:
            run.timer.cancel()

    def _feed(self, live: LiveContact, run: FlowRun, event: Event) -> None:
        if live.flow is run:  # a flow that was stopped meanwhile hears nothing more
            self._forget(run)
            self._perform(live, run, run.interpreter.step(event, self._loop.time()))

    def _collect(self, live: LiveContact, run: FlowRun, ask: Collect) -> None:
        run.collecting = Collecting(ask, self._loop.time())
        if ask.prompt:
            self._say(live, run, ask.prompt)
        self._arm(live, run, run.collecting)

    def _arm(self, live: LiveContact, run: FlowRun, collecting: Collecting) -> None:
        if run.timer:
            run.timer.cancel()
        if (due := collecting.deadline) < inf:
            run.timer = self._loop.call_at(due, self._late, live, run, collecting)

    def _late(self, live: LiveContact, run: FlowRun, collecting: Collecting) -> None:
        now = max(collecting.deadline, self._loop.time())  # the loop may wake a hair early
        if answer := collecting.tick(now):
            self._guarded(live, lambda: self._feed(live, run, answer))

    def _perform(self, live: LiveContact, run: FlowRun, asks: list[Ask]) -> None:
        """Do what was asked; where the flow waits for the outcome, let it go on at once."""
        pending = list(asks)
        while pending:
            outcome = self._carry_out(live, run, pending.pop(0))
            if outcome is not None and live.flow is run:
                pending += run.interpreter.step(outcome, self._loop.time())

    def _carry_out(self, live: LiveContact, run: FlowRun, ask: Ask) -> Event | None:
        match ask:
            case Play(prompt):
                self._say(live, run, prompt)
            case Collect():
                self._collect(live, run, ask)
            case SetRecording(participants):
                live.note(datetime.now(UTC), recorded=frozenset(participants))
            case SetAttributes(values):
                live.note(datetime.now(UTC), attributes={**live.record.attributes, **values})
                self._ledger.save(live.record)
            case SetQueue(reference):
                return self._set_queue(live, reference)
            case TransferToQueue():
                return self._transfer(live)
            case Disconnect() | End():
                self._step(live, Input.FLOW_ENDED)
            case Log(level, text, block):
                log.log(
                    logging.getLevelName(level.upper()),
                    text,
                    contact_id=live.contact_id,
                    block=block,
                )
            case Step(flow, block, kind):
                log.info("flow step", contact_id=live.contact_id, flow=flow, block=block, type=kind)
            case SetContactData(values):
                live.system.update(values)
            case _ if awaits_answer(ask):
                return Failed()  # not there yet: the block takes its error branch
        return None

    def _set_queue(self, live: LiveContact, reference: str) -> Event:
        queue = self._queues.get(reference)
        if queue is None:
            log.warning("unknown queue", contact_id=live.contact_id, queue=reference)
            return Failed()
        live.target_queue = queue
        live.system["Queue.Name"] = queue
        return Done()

    def _transfer(self, live: LiveContact) -> Event:
        if live.target_queue is None:
            log.warning("transfer to queue without a queue", contact_id=live.contact_id)
            return Failed()
        self._loop.call_soon(self._step, live, Input.QUEUED)
        return Done()

    def _say(self, live: LiveContact, run: FlowRun, prompt: Prompt) -> None:
        run.speaking = asyncio.create_task(self._speak(live, run, prompt))

    async def _speak(self, live: LiveContact, run: FlowRun, prompt: Prompt) -> None:
        try:
            samples = await self._prompts.get(prompt.kind, prompt.value)
        except PromptError as error:
            log.error("prompt not played", contact_id=live.contact_id, error=str(error))
            self._guarded(live, lambda: self._feed(live, run, Failed()))
        else:
            self._guarded(live, lambda: self._play(live, run, samples))

    def _play(self, live: LiveContact, run: FlowRun, samples: bytes) -> None:
        try:
            self._voice.prompt(live, samples)
        except MixerFull as error:
            log.error("prompt not played", contact_id=live.contact_id, error=str(error))
            self._feed(live, run, Failed())


def system_attributes(live: LiveContact) -> dict[str, str]:
    """What a flow may ask of its contact as $.<name> (specification 4.4)."""
    record = live.record
    return {
        "ContactId": record.contact_id,
        "InitialContactId": record.initial_contact_id,
        "Channel": record.channel,
        "InitiationMethod": record.initiation_method,
        **named("CustomerEndpoint", record.customer_endpoint),
        **named("SystemEndpoint", record.system_endpoint),
        **live.carried.shown,
    }


def named(root: str, address: str) -> dict[str, str]:
    return {f"{root}.{name}": value for name, value in endpoint(address).items()}
