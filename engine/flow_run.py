"""Runs the flows of contacts: what an interpreter asks for becomes sound, keys and facts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf

import structlog

from engine.call import Input
from engine.flow_answers import FlowAnswers
from engine.flow_facts import FlowFacts
from engine.flow_log import Entry, FlowLog, begun
from engine.flow_moves import FlowMoves, Move
from engine.flow_services import FlowServices, Served
from engine.flow_turns import FlowTurns
from engine.line import Party
from engine.live import LiveContact
from engine.moments import CONTACT, CUSTOMER_REMAINING, OUTBOUND_WHISPER, Moment
from engine.prompts import PromptError, Prompts
from engine.voice import Voice
from flows import (
    KEYS,
    Ask,
    Collect,
    Collecting,
    Converse,
    DigitsEntered,
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
    PlayRepeatedly,
    Prompt,
    PromptEnded,
    Step,
    StreamMedia,
)
from mixer import MixerFull

log = structlog.get_logger("engine.flow")


@dataclass(slots=True, eq=False)
class Repeating:
    """Prompts that are played in turn, again and again."""

    prompts: tuple[Prompt, ...]
    keep_playing: bool
    """Whether they go on when the flow does."""
    sounds: dict[Prompt, bytes] = field(default_factory=dict)
    turn: int = 0


@dataclass(slots=True, eq=False)
class FlowRun:
    """A flow that a party of a contact hears, and what it waits for."""

    interpreter: Interpreter
    moment: Moment
    working: asyncio.Task[None] | None = None
    """What makes the prompt ready, or asks a service."""
    collecting: Collecting | None = None
    """The keys it has asked for."""
    repeating: Repeating | None = None
    entry: Entry | None = None
    """The block that runs, if that is to be logged, and since when."""
    began: float = 0.0
    timer: asyncio.TimerHandle | None = None
    """When keys take too long, or prompts are to be interrupted."""

    @property
    def party(self) -> Party:
        return self.moment.party


class FlowRunner:
    """Starts, feeds and stops the flows of all contacts.

    `flows` by dialled number, `whisper` by the queue for which an agent calls outside; `library`
    finds any other by what flows call it. Blocks are written into `flow_log`: those of all flows
    with `trace`, else of those that ask for it. `guarded` does for a contact what a timer or a task
    of its own begins: if that fails, it ends that contact and no other.
    """

    def __init__(
        self,
        flows: Mapping[str, Flow],
        whisper: Callable[[str], Flow | None],
        library: Callable[[str], Flow | None],
        prompts: Prompts,
        voice: Voice,
        facts: FlowFacts,
        answers: FlowAnswers,
        services: FlowServices,
        moves: FlowMoves,
        flow_log: FlowLog | None,
        trace: bool,
        step: Callable[[LiveContact, Input], None],
        guarded: Callable[[LiveContact, Callable[[], None]], None],
    ) -> None:
        self._flows, self._whisper, self._library = flows, whisper, library
        self._prompts, self._voice = prompts, voice
        self._facts, self._answers = facts, answers
        self._log, self._trace, self._step, self._guarded = flow_log, trace, step, guarded
        self._services, self._moves = services, moves
        self._loop, self._turns = asyncio.get_running_loop(), FlowTurns()

    def start(self, live: LiveContact) -> None:
        flow = self._flows.get(live.number)
        if flow is None:  # released, or published no longer, since it was dialled
            log.error("no flow for the number", contact_id=live.contact_id, number=live.number)
            self._step(live, Input.FLOW_ENDED)
            return
        live.record = replace(live.record, flow=live.record.flow or flow.name)
        self._begin(live, flow, CONTACT)

    def whisper(self, live: LiveContact) -> None:
        """Before an agent's call to the outside is put through; a queue need have no such flow."""
        assert live.target_queue, "calls to the outside are made for a queue"
        if flow := self._whisper(live.target_queue):
            self._begin(live, flow, OUTBOUND_WHISPER)
        else:
            self._step(live, Input.FLOW_ENDED)

    def remain(self, live: LiveContact) -> None:
        """The agent has hung up; the customer has not."""
        if not self.hook(live, CUSTOMER_REMAINING):
            self._step(live, Input.FLOW_ENDED)

    def hook(self, live: LiveContact, moment: Moment) -> bool:
        """Run the flow that was set for this moment; False where there is none."""
        name = live.hooks.get(moment.name)
        flow = self._library(name) if name else None
        if flow:
            self._begin(live, flow, moment)
        elif name:
            log.error("no such flow", contact_id=live.contact_id, moment=moment.name, flow=name)
        return flow is not None

    def _begin(self, live: LiveContact, flow: Flow, moment: Moment) -> None:
        self.stop(live, moment.party)
        live.system |= self._facts.of(live)
        interpreter = Interpreter(
            *(flow, live.record.attributes, live.system, self._library), trace=self._trace
        )
        run = live.heard[moment.party].flow = FlowRun(interpreter, moment)
        self._go_on(live, run, lambda: interpreter.start(self._loop.time()))

    def prompt_ended(self, live: LiveContact, party: Party) -> None:
        run = live.heard[party].flow
        if run is None:
            return
        self._voice.silence(live, party)
        if run.collecting:
            run.collecting.prompt_ended(self._loop.time())
            self._arm(live, run, run.collecting)
        elif run.repeating:
            self._repeat(live, run, run.repeating)
        else:
            self._feed(live, run, PromptEnded())

    def pressed(self, live: LiveContact, party: Party, key: str) -> None:
        """A party pressed a key; one that the flow they hear has not asked for goes unheard."""
        run = live.heard[party].flow
        if run is None or run.collecting is None or key not in KEYS:
            return
        self._hush(live, run)
        if entered := run.collecting.press(key, self._loop.time()):
            self._feed(live, run, entered)
        else:
            self._arm(live, run, run.collecting)

    def went(self, live: LiveContact, event: Event) -> None:
        """What became of the third party whom the customer's flow has called."""
        self._voice.silence(live)
        if live.flow:
            self._feed(live, live.flow, event)

    def said(self, live: LiveContact, text: str) -> None:
        """What the customer said, told by somebody who hears them; heard where a flow listens."""
        run = live.flow
        if run and run.collecting and run.collecting.ask.speech:
            self._hush(live, run)
            self._guarded(live, lambda: self._feed(live, run, DigitsEntered(text)))

    def stop(self, live: LiveContact, party: Party = Party.CUSTOMER) -> None:
        """No further block runs and nothing plays to this party."""
        hearing = live.heard[party]
        run, hearing.flow = hearing.flow, None
        if run:
            self._forget(run)
            self._hush(live, run)
            self._note(live, run, None)
        self._voice.silence(live, party)

    def _note(self, live: LiveContact, run: FlowRun, entry: Entry | None) -> None:
        """The block that ran is over; the next one runs, if there is one."""
        now = self._loop.time()
        if run.entry and self._log:
            run.entry.seconds = round(now - run.began, 3)
            run.entry.led_to = entry.block if entry else ""
            self._log.add(run.entry)
        run.entry, run.began = entry, now

    def _tell(self, run: FlowRun, event: Event) -> list[Ask]:
        """What the flow asks for next."""
        if run.entry:
            error = f" {event.error}" if isinstance(event, Failed) else ""
            run.entry.answer = type(event).__name__ + error
        return run.interpreter.step(event, self._loop.time())

    def _hush(self, live: LiveContact, run: FlowRun) -> None:
        if run.working:
            run.working.cancel()
        self._voice.silence(live, run.party)

    def _forget(self, run: FlowRun) -> None:
        """Whatever it has asked for is answered."""
        run.collecting = run.repeating = None
        if run.timer:
            run.timer.cancel()

    def _feed(self, live: LiveContact, run: FlowRun, event: Event) -> None:
        if self._goes_on(live, run):  # a flow that was stopped meanwhile hears nothing more
            self._forget(run)
            self._go_on(live, run, lambda: self._tell(run, event))

    def _go_on(self, live: LiveContact, run: FlowRun, step: Callable[[], list[Ask]]) -> None:
        """As soon as it is the turn of flows, if it was not stopped by then."""

        def act() -> None:
            if self._goes_on(live, run):
                self._perform(live, run, step())

        self._turns.take(lambda: self._guarded(live, act))

    def _goes_on(self, live: LiveContact, run: FlowRun) -> bool:
        return live.heard[run.party].flow is run

    def _perform(self, live: LiveContact, run: FlowRun, asks: list[Ask]) -> None:
        """Do what was asked; where the flow waits for the outcome, let it go on at once."""
        pending = list(asks)
        while pending:
            outcome = self._carry_out(live, run, pending.pop(0))
            if outcome is not None and self._goes_on(live, run):
                pending += self._tell(run, outcome)

    def _carry_out(self, live: LiveContact, run: FlowRun, ask: Ask) -> Event | None:
        match ask:
            case Play(prompt):
                self._say(live, run, prompt)
            case Collect():
                self._collect(live, run, ask)
            case PlayRepeatedly():
                self._play_repeatedly(live, run, ask)
            case Disconnect():
                self._over(live, run, run.moment.disconnected)
            case End():
                self._over(live, run, run.moment.ended)
            case Log(level, text, block):
                number = logging.getLevelName(level.upper())
                log.log(number, text, contact_id=live.contact_id, block=block)
            case Step(flow, block, kind):
                self._note(live, run, begun(live.contact_id, run.moment.name, flow, block, kind))
            case InvokeFunction() | Converse() | StreamMedia():
                run.working = asyncio.create_task(self._serve(live, run, ask))
            case _ if isinstance(ask, Move):
                return self._moves.move(live, run.moment, ask)
            case _:
                return self._answers.answer(live, ask)
        return None

    async def _serve(self, live: LiveContact, run: FlowRun, ask: Served) -> None:
        answer = await self._services.serve(live, ask)
        self._guarded(live, lambda: self._feed(live, run, answer))

    def _over(self, live: LiveContact, run: FlowRun, event: Input | None) -> None:
        """The flow has ended; the call goes on, or the customer hears music instead."""
        self.stop(live, run.party)
        if event:
            self._step(live, event)
        elif run.party is Party.CUSTOMER:
            self._voice.hold_music(live)

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

    def _play_repeatedly(self, live: LiveContact, run: FlowRun, ask: PlayRepeatedly) -> None:
        run.repeating = Repeating(ask.prompts, ask.keep_playing)
        if ask.interrupt_seconds is not None:
            run.timer = self._loop.call_later(
                ask.interrupt_seconds, self._interrupt, live, run, run.repeating
            )
        self._repeat(live, run, run.repeating)

    def _repeat(self, live: LiveContact, run: FlowRun, repeating: Repeating) -> None:
        prompt = repeating.prompts[repeating.turn % len(repeating.prompts)]
        repeating.turn += 1
        if sound := repeating.sounds.get(prompt):
            self._play(live, run, sound)
        else:
            self._say(live, run, prompt)

    def _interrupt(self, live: LiveContact, run: FlowRun, repeating: Repeating) -> None:
        if not repeating.keep_playing:
            self._hush(live, run)
        self._guarded(live, lambda: self._feed(live, run, Done()))

    def _say(self, live: LiveContact, run: FlowRun, prompt: Prompt) -> None:
        run.working = asyncio.create_task(self._speak(live, run, prompt))

    async def _speak(self, live: LiveContact, run: FlowRun, prompt: Prompt) -> None:
        try:
            samples = await self._prompts.get(prompt.kind, prompt.value)
        except PromptError as error:
            log.error("prompt not played", contact_id=live.contact_id, error=str(error))
            self._guarded(live, lambda: self._feed(live, run, Failed()))
            return
        if run.repeating:
            run.repeating.sounds[prompt] = samples
        self._guarded(live, lambda: self._play(live, run, samples))

    def _play(self, live: LiveContact, run: FlowRun, samples: bytes) -> None:
        try:
            self._voice.prompt(live, samples, run.party)
        except MixerFull as error:
            log.error("prompt not played", contact_id=live.contact_id, error=str(error))
            self._feed(live, run, Failed())
