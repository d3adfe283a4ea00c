"""What a flow may be told, and which of its asks waits for what: plain values.

ask               answered by
Play              PromptEnded
Collect           DigitsEntered or InputTimedOut
PlayRepeatedly    Done, when the interrupt is due; never, where there is none
SetRecording      Done
SetQueue          Done
SetHook           Done
TransferToQueue   Done, which ends the flow
ChangeQueue       Done, which ends the flow
TransferToAgent   Done, which ends the flow
CallThirdParty    Done, when they have hung up; never, where the contact does not come back
CheckDialable     Done
CreateCallback    Done
CheckHours        Answer("True" or "False")
CheckMetric       Answer of a number
GetMetrics        Metrics
WaitFor           Answer of what it waited for
InvokeFunction    Returned, with what the function answered
Converse          Returned, with what the bot has understood
StreamMedia       Done
HoldPrevious      Done
SetAttributes, SetContactData, SetRouting, Step, Log       nobody: the flow goes on by itself
Disconnect, End                                            nobody: the flow is over

Each may be answered by Failed instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    Play,
    PlayRepeatedly,
    SetHook,
    SetQueue,
    SetRecording,
    StreamMedia,
    TransferToAgent,
    TransferToQueue,
    WaitFor,
)
from flows.language import ANY


@dataclass(frozen=True, slots=True)
class PromptEnded:
    """The prompt was heard to its end."""


@dataclass(frozen=True, slots=True)
class DigitsEntered:
    """Or words, where speech is heard. It may be a card number or a PIN: its repr does not say."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InputTimedOut:
    """Nobody pressed a key."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was asked for is done."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked about."""

    value: str


@dataclass(frozen=True, slots=True)
class Metrics:
    """By what stands after $.Metrics: "Queue.Size", "Agents.Available.Count" ..."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Returned:
    """What a function or a bot answered, as JSON has it; maybe a secret: its repr does not say."""

    value: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """What was asked for could not be done; `error` is an ErrorType of the flow language."""

    error: str = ANY


Event = PromptEnded | DigitsEntered | InputTimedOut | Done | Answer | Metrics | Returned | Failed

ANSWERS: Mapping[type[Ask], tuple[type[Event], ...]] = {
    Play: (PromptEnded, Failed),
    Collect: (DigitsEntered, InputTimedOut, Failed),
    PlayRepeatedly: (Done, Failed),
    SetRecording: (Done, Failed),
    SetQueue: (Done, Failed),
    SetHook: (Done, Failed),
    TransferToQueue: (Done, Failed),
    ChangeQueue: (Done, Failed),
    TransferToAgent: (Done, Failed),
    CallThirdParty: (Done, Failed),
    CheckDialable: (Done, Failed),
    CreateCallback: (Done, Failed),
    CheckHours: (Answer, Failed),
    CheckMetric: (Answer, Failed),
    GetMetrics: (Metrics, Failed),
    WaitFor: (Answer, Failed),
    InvokeFunction: (Returned, Failed),
    Converse: (Returned, Failed),
    StreamMedia: (Done, Failed),
    HoldPrevious: (Done, Failed),
}
LEAVES: frozenset[type[Ask]] = frozenset({TransferToQueue, ChangeQueue, TransferToAgent})
"""Done ends the flow."""
LAST: frozenset[type[Ask]] = frozenset({Disconnect, End})


def awaits_answer(ask: Ask) -> bool:
    """Whether the flow stands still until it is told what came of this."""
    return type(ask) in ANSWERS
