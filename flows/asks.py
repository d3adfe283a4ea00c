"""What a flow asks for: plain values. What each is answered by is in `events`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """`value` is the text, the SSML document, the prompt's id or ARN, or the URI of the media."""

    kind: Literal["text", "ssml", "prompt_id", "media"]
    value: str
    voice: str = ""
    """Who speaks a text, such as "Joanna"; "" leaves that to whoever plays it."""


@dataclass(frozen=True, slots=True)
class Play:
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Collect:
    """Play the prompt, if any, until the first key; gather keys (0-9 * #) until one of the limits.

    The terminator is not one of the digits. InputTimedOut means that no key was pressed at all.
    """

    prompt: Prompt | None
    max_digits: int
    first_digit_seconds: float
    """From the end of the prompt."""
    next_digit_seconds: float
    terminator: str = ""
    """The keys that end the input, one after the other; "" when none do."""
    cancel: bool = False
    """Whether * drops what was entered before it."""
    speech: bool = False
    """Whether what the customer says is entered too, once somebody recognises it."""


@dataclass(frozen=True, slots=True)
class PlayRepeatedly:
    """Play all of them, in this order, again and again."""

    prompts: tuple[Prompt, ...]
    interrupt_seconds: float | None = None
    """When to interrupt them and let the flow go on; None is never."""
    keep_playing: bool = False
    """Whether they go on beneath what the flow does when it is let go on."""


@dataclass(frozen=True, slots=True)
class SetRecording:
    """Who is recorded from the bridge on: "Agent", "Customer", both or nobody. Last one wins.

    Failed where nobody may talk unrecorded, and nothing can be recorded now.
    """

    participants: frozenset[str]
    ivr: bool | None = None
    """Whether the time before the bridge is recorded too; None leaves that as it is."""


@dataclass(frozen=True, slots=True)
class SetQueue:
    """`queue` is an id, an ARN or a name, as the flow's author wrote it; or `agent` is, and that
    agent's own queue is meant."""

    queue: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class SetHook:
    """The flow to run at that moment of the contact, by id, ARN or name; None is no flow at all."""

    hook: str
    """One of blocks' HOOKS, such as "CustomerQueue"."""
    flow: str | None


@dataclass(frozen=True, slots=True)
class TransferToQueue:
    """Wait in the queue that was set; Failed("QueueAtCapacity") where it is full."""


@dataclass(frozen=True, slots=True)
class ChangeQueue:
    """Leave the queue the contact waits in for another, or for an agent's own one;
    Failed("QueueAtCapacity") where that is full."""

    queue: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class TransferToAgent:
    """Connect with the agent whom this transfer is for."""


@dataclass(frozen=True, slots=True)
class CallThirdParty:
    """Call somebody outside, who talks with the participant as soon as they answer.

    Failed("CallFailed") or Failed("ConnectionTimeLimitExceeded") where they do not.
    """

    number: str
    """In E.164."""
    seconds: float
    """How long they may be rung; 0 leaves that to whoever rings them."""
    comes_back: bool
    """Whether the flow goes on when they have hung up; else that is the end of the contact."""
    keys: str = field(default="", repr=False)
    """Pressed when they have answered, of 0-9 * #; "," is a pause."""
    caller_id: str = ""
    """The number they see, in E.164; "" leaves that to whoever calls."""
    caller_name: str = ""


@dataclass(frozen=True, slots=True)
class CheckDialable:
    """May this number be called? Failed("CallbackNumberNotDialable") where not."""

    number: str


@dataclass(frozen=True, slots=True)
class CreateCallback:
    """Have an agent call this number, once it is the contact's turn in that queue, or in the own
    one of an agent; in the target queue if both are ""."""

    number: str
    """In E.164."""
    queue: str
    agent: str
    delay_seconds: float
    """Until it waits in the queue."""
    retry_seconds: float
    """Until it waits there again after a call that nobody answered."""
    attempts: int
    """How often the number is called, if nobody answers."""


@dataclass(frozen=True, slots=True)
class CheckHours:
    """Is it open? `hours` are an id, an ARN or a name; "" are the hours of the target queue."""

    hours: str


@dataclass(frozen=True, slots=True)
class CheckMetric:
    """A number as it is now, of a queue or of an agent's own queue; of the target queue if both
    are "". Ages are in seconds."""

    metric: str
    queue: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class GetMetrics:
    """All numbers as they are now; of whom, see CheckMetric. `channel` is "Voice", "Chat" or ""."""

    queue: str = ""
    agent: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Answered "WaitCompleted" after `seconds`, or by the name of an event that came before."""

    seconds: float
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class InvokeFunction:
    """Call the function of that name or ARN; where nobody `waits`, Returned() comes at once."""

    function: str
    parameters: Mapping[str, str] = field(repr=False)
    seconds: float
    waits: bool = True


@dataclass(frozen=True, slots=True)
class Converse:
    """Tell the bot of that name or alias ARN what was said, "" for nothing: the answer is that of
    Lex V2's RecognizeText, its sessionState the `session` of the next one. None only asks whether
    there is such a bot, which is answered Returned({"sessionState": session}).
    """

    bot: str
    said: str | None = field(repr=False)
    session: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StreamMedia:
    """Stream what the customer says ("From") and hears ("To") from now on; of neither no more."""

    directions: frozenset[str]


@dataclass(frozen=True, slots=True)
class HoldPrevious:
    """In the contact because of which an agent has begun this one, the "Agent" is held, or the
    "Customer"; or nobody is, ""."""

    participant: str


@dataclass(frozen=True, slots=True)
class SetAttributes:
    """Contact attributes to add or replace; the others stay."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SetContactData:
    """What later flows of the contact shall read as $.<name>; an empty value takes it away.

    "Name", "Tags.colour", "References.order.Value", "TextToSpeechVoiceId", "StoredCustomerInput",
    "CustomerCallbackNumber" ...; and "FlowLoggingBehavior", which later flows inherit.
    """

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SetRouting:
    """Where the contact will stand in its queue: the lower `priority` goes first, and of two with
    the same the one that is older, to whose age `added_seconds` count. None leaves it as it is."""

    priority: int | None = None
    added_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Hang up on the customer."""


@dataclass(frozen=True, slots=True)
class End:
    """The flow is over; a contact that waits in no queue is over with it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A block is about to run; told only where the flow's author switched flow logging on."""

    flow: str
    block: str
    type: str


@dataclass(frozen=True, slots=True)
class Log:
    """For the flow's author; `block` is the Identifier of the action it is about."""

    level: Level
    text: str
    block: str


Ask = (
    Play
    | Collect
    | PlayRepeatedly
    | SetRecording
    | SetQueue
    | SetHook
    | TransferToQueue
    | ChangeQueue
    | TransferToAgent
    | CallThirdParty
    | CheckDialable
    | CreateCallback
    | CheckHours
    | CheckMetric
    | GetMetrics
    | WaitFor
    | InvokeFunction
    | Converse
    | StreamMedia
    | HoldPrevious
    | SetAttributes
    | SetContactData
    | SetRouting
    | Disconnect
    | End
    | Step
    | Log
)
