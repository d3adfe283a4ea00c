"""Runs the flows of chats: prompts become messages, and what only a call can do fails.

What fails takes the branch that its block has for it (ChannelMismatch, NoMatchingError), and is
logged. Which blocks run is not in the flow log.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from engine.agents import OWN
from engine.chat.chat import Chat
from engine.chat.items import MAX_AGENT_CHARS
from engine.chat.state_table import WAITING, Input, State
from engine.flow_answers import FlowAnswers
from engine.flow_facts import FlowFacts
from engine.flow_services import FlowServices
from engine.flow_turns import FlowTurns
from engine.moments import CUSTOMER_QUEUE
from flows import (
    Answer,
    Ask,
    ChangeQueue,
    Converse,
    Disconnect,
    Done,
    End,
    Event,
    Failed,
    Flow,
    Interpreter,
    InvokeFunction,
    Log,
    Play,
    PromptEnded,
    SetRecording,
    Step,
    TransferToAgent,
    TransferToQueue,
    WaitFor,
)

log = structlog.get_logger("engine.chat.flow")


@dataclass(slots=True, eq=False)
class Run:
    """A flow that runs for the customer of a chat, and what it waits for."""

    interpreter: Interpreter
    of_queue: bool
    """It is the flow of the queue: where it ends the customer waits on."""
    working: asyncio.Task[None] | None = None
    timer: asyncio.TimerHandle | None = None


class ChatFlows:
    """`step` feeds an input into a chat, `say` has the system say something in it, `over` ends it
    as its flow wants it. `guarded` does for a chat what a timer or a task of its own begins: if
    that fails, it ends that chat and no other."""

    def __init__(
        self,
        library: Callable[[str], Flow | None],
        facts: FlowFacts,
        answers: FlowAnswers,
        services: FlowServices,
        step: Callable[[Chat, Input], None],
        say: Callable[[Chat, str], None],
        over: Callable[[Chat], None],
        guarded: Callable[[Chat, Callable[[], None]], None],
    ) -> None:
        self._library, self._facts, self._answers = library, facts, answers
        self._services, self._step, self._say = services, step, say
        self._over, self._guarded = over, guarded
        self._loop, self._turns = asyncio.get_running_loop(), FlowTurns()
        self._runs: dict[str, Run] = {}

    def start(self, chat: Chat) -> None:
        """The flow of the contact, by its id; a chat whose flow is gone is over."""
        flow = self._library(chat.flow)
        if flow is None:  # unpublished since
            log.error("no such flow", contact_id=chat.contact_id, flow=chat.flow)
            self._over(chat)
            return
        self._begin(chat, flow, of_queue=False)

    def wait(self, chat: Chat) -> None:
        """The flow for who waits in a queue, if one was set."""
        self.stop(chat)
        name = chat.hooks.get(CUSTOMER_QUEUE.name)
        flow = self._library(name) if name else None
        if flow:
            self._begin(chat, flow, of_queue=True)
        elif name:
            log.error("no such flow", contact_id=chat.contact_id, flow=name)

    def stop(self, chat: Chat) -> None:
        """No further block runs."""
        run = self._runs.pop(chat.contact_id, None)
        if run and run.working:
            run.working.cancel()
        if run and run.timer:
            run.timer.cancel()

    def _begin(self, chat: Chat, flow: Flow, *, of_queue: bool) -> None:
        self.stop(chat)
        username = chat.agent.username if chat.agent else ""
        chat.system |= self._facts.of_contact(chat, username)
        interpreter = Interpreter(flow, chat.record.attributes, chat.system, self._library)
        run = self._runs[chat.contact_id] = Run(interpreter, of_queue)
        self._go_on(chat, run, lambda: interpreter.start(self._loop.time()))

    def _go_on(self, chat: Chat, run: Run, step: Callable[[], list[Ask]]) -> None:
        """As soon as it is the turn of flows, if it was not stopped by then."""

        def act() -> None:
            if self._goes_on(chat, run):
                self._perform(chat, run, step())

        self._turns.take(lambda: self._guarded(chat, act))

    def _goes_on(self, chat: Chat, run: Run) -> bool:
        return self._runs.get(chat.contact_id) is run

    def _feed(self, chat: Chat, run: Run, event: Event) -> None:
        self._go_on(chat, run, lambda: run.interpreter.step(event, self._loop.time()))

    def _perform(self, chat: Chat, run: Run, asks: list[Ask]) -> None:
        """Do what was asked; where the flow waits for the outcome, let it go on at once."""
        pending = list(asks)
        while pending and self._goes_on(chat, run):
            outcome = self._carry_out(chat, run, pending.pop(0))
            if outcome is not None:
                pending += run.interpreter.step(outcome, self._loop.time())

    def _carry_out(self, chat: Chat, run: Run, ask: Ask) -> Event | None:
        match ask:
            case Play(prompt):
                return self._tell(chat, prompt.value if prompt.kind == "text" else "")
            case SetRecording(participants):
                chat.note(datetime.now(UTC), recorded=participants)
                return Done()
            case TransferToQueue():
                return self._to_queue(chat, self._answers.has_room(chat))
            case TransferToAgent():
                return self._to_agent(chat)
            case ChangeQueue():
                return self._to_another_queue(chat, ask)
            case WaitFor(seconds):
                run.timer = self._loop.call_later(
                    seconds, self._feed, chat, run, Answer("WaitCompleted")
                )
            case InvokeFunction() | Converse():
                run.working = asyncio.create_task(self._serve(chat, run, ask))
            case Disconnect():
                self.stop(chat)
                self._over(chat)
            case End():
                self.stop(chat)
                if not run.of_queue:
                    self._over(chat)
            case Log(level, text, block):
                number = logging.getLevelName(level.upper())
                log.log(number, text, contact_id=chat.contact_id, block=block)
            case Step():
                pass
            case _:
                return self._answers.answer(chat, ask)
        return None

    def _tell(self, chat: Chat, text: str) -> Event:
        """A text is a message of the system; what can only be heard fails."""
        if not text:
            return refused(chat, "a chat shows texts only")
        self._say(chat, text[:MAX_AGENT_CHARS])
        return PromptEnded()

    def _to_queue(self, chat: Chat, outcome: Event) -> Event:
        if chat.state is not State.FLOW:
            return refused(chat, "nothing leads to a queue from here")
        if outcome == Done():
            self._step(chat, Input.ENQUEUED)
        return outcome

    def _to_agent(self, chat: Chat) -> Event:
        """To the agent whose own queue was set: the chat waits there until they have a slot."""
        if not (chat.target_queue or "").startswith(OWN):
            return refused(chat, "no agent was chosen to transfer to")
        return self._to_queue(chat, self._answers.has_room(chat))

    def _to_another_queue(self, chat: Chat, ask: ChangeQueue) -> Event:
        if chat.state not in WAITING:
            return refused(chat, "who waits in no queue changes none")
        outcome = self._answers.answer(chat, ask)
        assert outcome, "whoever changes queues is told"
        if outcome == Done():
            self._step(chat, Input.ENQUEUED)
        return outcome

    async def _serve(self, chat: Chat, run: Run, ask: InvokeFunction | Converse) -> None:
        answer = await self._services.serve(chat, ask)
        self._feed(chat, run, answer)


def refused(chat: Chat, why: str) -> Failed:
    log.warning(why, contact_id=chat.contact_id)
    return Failed()
