"""A flow with a customer and a house that do as they are told, in virtual time.

A text takes as long as it would take to read it out, other prompts take PROMPT_SECONDS; what is
asked of the house is done at once. The customer hangs up when the patience is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from flows.asks import (
    Ask,
    CallThirdParty,
    ChangeQueue,
    CheckDialable,
    CheckHours,
    CheckMetric,
    Collect,
    Converse,
    CreateCallback,
    Disconnect,
    End,
    GetMetrics,
    HoldPrevious,
    InvokeFunction,
    Log,
    Play,
    PlayRepeatedly,
    Prompt,
    SetAttributes,
    SetContactData,
    SetHook,
    SetQueue,
    SetRecording,
    SetRouting,
    Step,
    StreamMedia,
    TransferToAgent,
    TransferToQueue,
    WaitFor,
)
from flows.collecting import Collecting
from flows.document import Flow
from flows.events import Answer, DigitsEntered, Done, Event, Failed, Metrics, PromptEnded, Returned
from flows.expressions import percent
from flows.interpreter import Interpreter, no_flows

CHARACTERS_PER_SECOND = 14.0  # about 150 words a minute
PROMPT_SECONDS = 4.0
KEY_SECONDS = 0.5
THIRD_PARTY_SECONDS = 60.0  # that a third party talks
CUSTOMER = {
    "Channel": "VOICE",
    "InitiationMethod": "INBOUND",
    "CustomerEndpoint.Address": "+15550100",
    "CustomerEndpoint.Type": "TELEPHONE_NUMBER",
    "SystemEndpoint.Address": "+15550199",
    "SystemEndpoint.Type": "TELEPHONE_NUMBER",
}


@dataclass(frozen=True, slots=True)
class Script:
    """What happens to the flow."""

    keys: tuple[str, ...] = ()
    """Pressed when keys are asked for, one of these a time; "" is silence, and so is the rest."""
    answered_by: str = ""
    """The agent who answers once the contact is in a queue; "" when nobody does."""
    is_open: bool = True
    queue_is_full: bool = False
    patience: float = 3600.0
    """Seconds after which the customer hangs up."""
    functions: Mapping[str, object] = field(default_factory=dict)
    """What each function answers, by its name or ARN; every other one fails."""
    intents: tuple[str, ...] = ()
    """What bots understand, one of these for each conversation; after the last one they fail."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    system: Mapping[str, str] = field(default_factory=lambda: CUSTOMER)


class Ending(Enum):
    DISCONNECTED = "the flow hangs up"
    ENDED = "the flow is over"
    QUEUED = "the contact waits in the queue; nobody answers"
    ANSWERED = "an agent answers"
    FORWARDED = "a third party has the contact"
    GAVE_UP = "the customer hangs up"
    BROKE_OFF = "the flow breaks off: the contact is disconnected"


@dataclass(frozen=True, slots=True)
class Moment:
    """`at` is seconds from the start. `step` is told where a block begins, `ending` at the last."""

    at: float
    text: str
    step: Step | None = None
    ending: Ending | None = None


def rehearse(
    flow: Flow,
    script: Script,
    flows: Callable[[str], Flow | None] = no_flows,
    draw: Callable[[], int] = percent,
) -> Iterator[Moment]:
    """What happens, in order; the last moment has the ending."""
    house = House(script)
    run = Interpreter(flow, script.attributes, house.system, flows, draw, trace=True)
    asks = run.start(0.0)
    while True:
        for ask in asks:
            yield Moment(house.now, told(ask), step=ask if isinstance(ask, Step) else None)
        ending = how_it_ended(asks) if run.over else None
        if ending is None:
            event = house.answer(asks[-1])
            ending = house.ending
        if ending is not None:
            yield Moment(house.now, house.last_words(ending), ending=ending)
            return
        yield Moment(house.now, f"-> {said(event)}")
        asks = run.step(event, house.now)


def how_it_ended(asks: list[Ask]) -> Ending:
    if isinstance(asks[-1], End):
        return Ending.ENDED
    before = asks[-2] if len(asks) > 1 else None
    broken = isinstance(before, Log) and before.level == "error"
    return Ending.BROKE_OFF if broken else Ending.DISCONNECTED


class House:
    """Answers what the flow asks for, and keeps the time."""

    def __init__(self, script: Script) -> None:
        self.system = dict(script.system)
        self.now = 0.0
        self.ending: Ending | None = None
        self._script, self._queue = script, ""
        self._keys, self._intents = iter(script.keys), iter(script.intents)

    def last_words(self, ending: Ending) -> str:
        if ending is Ending.ANSWERED:
            return f"{self._script.answered_by} answers"
        return str(ending.value)

    def answer(self, ask: Ask) -> Event:
        """What comes of it; `ending` is set where the flow hears nothing more."""
        event = self._answer(ask)
        if self.ending is None and self.now >= self._script.patience:
            self.now, self.ending = self._script.patience, Ending.GAVE_UP
        return event

    def _answer(self, ask: Ask) -> Event:
        match ask:
            case Play(prompt):
                self.now += seconds_of(prompt)
                return PromptEnded()
            case Collect():
                return self._collect(ask)
            case PlayRepeatedly(_, interrupt):
                self.now += interrupt or self._script.patience
            case WaitFor(seconds):
                self.now += seconds
                return Answer("WaitCompleted")
            case SetQueue(queue, agent):
                self._queue = self.system["Queue.Name"] = queue or agent
            case ChangeQueue(queue, agent):
                self._queue = queue or agent
                return self._transfer()
            case TransferToQueue():
                return self._transfer()
            case TransferToAgent():
                self.ending = Ending.ANSWERED if self._script.answered_by else None
                return Done() if self._script.answered_by else Failed()
            case CallThirdParty(comes_back=comes_back):
                self.now += THIRD_PARTY_SECONDS if comes_back else 0.0
                self.ending = None if comes_back else Ending.FORWARDED
            case CheckHours():
                return Answer(str(self._script.is_open))
            case CheckMetric(metric):
                staffed = bool(self._script.answered_by) and metric.startswith("NumberOfAgents")
                return Answer(str(int(staffed)))
            case GetMetrics():
                return Metrics({"Queue.Name": self._queue, "Queue.Size": "0"})
            case Converse():
                return self._converse(ask)
            case InvokeFunction(function):
                known = self._script.functions
                return Returned(known[function]) if function in known else Failed()
        return Done()

    def _converse(self, ask: Converse) -> Event:
        if ask.said is None:
            return Returned({"sessionState": ask.session}) if self._script.intents else Failed()
        name = next(self._intents, None)
        return Returned({"sessionState": {"intent": {"name": name}}}) if name else Failed()

    def _collect(self, ask: Collect) -> Event:
        collecting = Collecting(ask, self.now)
        if ask.prompt:
            self.now += seconds_of(ask.prompt)
            collecting.prompt_ended(self.now)
        for key in next(self._keys, ""):
            self.now += KEY_SECONDS
            if entered := collecting.press(key, self.now):
                return entered
        self.now = collecting.deadline
        late = collecting.tick(self.now)
        assert late, "who presses nothing more is waited for until the deadline"
        return late

    def _transfer(self) -> Event:
        if not self._queue:
            return Failed()
        if self._script.queue_is_full:
            return Failed("QueueAtCapacity")
        self.ending = Ending.ANSWERED if self._script.answered_by else Ending.QUEUED
        return Done()


def seconds_of(prompt: Prompt) -> float:
    spoken = prompt.kind in ("text", "ssml")
    return len(prompt.value) / CHARACTERS_PER_SECOND if spoken else PROMPT_SECONDS


def told(ask: Ask) -> str:
    match ask:
        case Step(_, block, type_name):
            return f"{type_name} '{block}'"
        case Log(level, text, _):
            return f"{level}: {text}"
        case Disconnect():
            return "disconnects"
        case End():
            return "ends"
        case Play(prompt):
            return f"plays {spelt(prompt)}"
        case Collect(prompt, digits):
            said = f"plays {spelt(prompt)} and " if prompt else ""
            return f"{said}asks for {'a key' if digits == 1 else f'up to {digits} keys'}"
        case PlayRepeatedly(prompts, interrupt):
            until = "" if interrupt is None else f" for {interrupt:g} s"
            return f"plays {', '.join(map(spelt, prompts))} again and again{until}"
        case SetRecording(participants):
            return f"records {' and '.join(sorted(participants)) or 'nobody'}"
        case SetAttributes(values) | SetContactData(values):
            return ", ".join(f"{name} = {value!r}" for name, value in values.items())
        case SetQueue(queue, agent):
            return f"chooses the queue {queue or agent!r}"
        case ChangeQueue(queue, agent):
            return f"changes to the queue {queue or agent!r}"
        case SetHook(hook, hooked):
            return f"{hook}: {hooked or 'no flow'}"
        case InvokeFunction(function):
            return f"calls the function {function!r}"
        case StreamMedia(directions):
            return f"streams {' and '.join(sorted(directions)) or 'nothing'}"
        case Converse(bot, said):
            return f"asks for the bot {bot!r}" if said is None else f"tells the bot {said!r}"
    return _elsewhere(ask)


def _elsewhere(ask: Ask) -> str:
    """Where else the contact, or a call, is to go."""
    match ask:
        case TransferToQueue():
            return "transfers to the queue"
        case TransferToAgent():
            return "transfers to the agent"
        case SetRouting(priority, seconds):
            changed = f"priority {priority}" if seconds is None else f"{seconds:+g} s of waiting"
            return f"will stand in its queue with {changed}"
        case CallThirdParty(number, comes_back=comes_back):
            return f"calls {number}{', and goes on afterwards' if comes_back else ''}"
        case HoldPrevious(participant):
            return f"holds {participant or 'nobody'} in the contact before"
        case CheckDialable(number):
            return f"may {number} be called?"
        case CreateCallback(number, queue, agent):
            return f"has {number} called back for {queue or agent or 'its queue'}"
    return str(ask)


def said(event: Event) -> str:
    return f"{event.digits!r} entered" if isinstance(event, DigitsEntered) else str(event)


def spelt(prompt: Prompt) -> str:
    return f"{prompt.kind} {prompt.value!r}{f' as {prompt.voice}' if prompt.voice else ''}"
