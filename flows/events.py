"""What a flow asks for and what it may be told: plain values, both ways.

ask               answered by
Play              PromptEnded or Failed
SetQueue          Done or Failed
TransferToQueue   Done, which ends the flow, or Failed
SetRecording, SetAttributes, Log     nobody: the flow goes on by itself
Disconnect, End                      nobody: the flow is over
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flows.language import ANY

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """`value` is the text, the SSML document, the prompt's id or ARN, or the URI of the media."""

    kind: Literal["text", "ssml", "prompt_id", "media"]
    value: str


@dataclass(frozen=True, slots=True)
class Play:
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class SetRecording:
    """Who is recorded from the bridge on: "Agent", "Customer", both or nobody. Last one wins."""

    participants: frozenset[str]
    ivr: bool | None = None
    """Whether the time before the bridge is recorded too; None leaves that as it is."""


@dataclass(frozen=True, slots=True)
class SetQueue:
    """`queue` is an id, an ARN or a name, as the flow's author wrote it."""

    queue: str


@dataclass(frozen=True, slots=True)
class TransferToQueue:
    """Wait in the queue that was set; Failed("QueueAtCapacity") where it is full."""


@dataclass(frozen=True, slots=True)
class SetAttributes:
    """Contact attributes to add or replace; the others stay."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Hang up on the customer."""


@dataclass(frozen=True, slots=True)
class End:
    """The flow is over; a contact that waits in no queue is over with it."""


@dataclass(frozen=True, slots=True)
class Log:
    """For the flow's author; `block` is the Identifier of the action it is about."""

    level: Level
    text: str
    block: str


Ask = Play | SetRecording | SetQueue | TransferToQueue | SetAttributes | Disconnect | End | Log


@dataclass(frozen=True, slots=True)
class PromptEnded:
    """The prompt was heard to its end."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was asked for is done."""


@dataclass(frozen=True, slots=True)
class Failed:
    """What was asked for could not be done; `error` is an ErrorType of the flow language."""

    error: str = ANY


Event = PromptEnded | Done | Failed

ANSWER: Mapping[type[Ask], type[Event]] = {
    Play: PromptEnded,
    SetQueue: Done,
    TransferToQueue: Done,
}
LAST: frozenset[type[Ask]] = frozenset({Disconnect, End})
