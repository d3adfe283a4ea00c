"""What the contact actions do to the contact: its queue, attributes, data, tags, voice, hooks; and
to the one it was begun from.

`read` checks the parameters and notes what is wrong with them; `run` may rely on them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from flows.asks import (
    ChangeQueue,
    HoldPrevious,
    SetAttributes,
    SetContactData,
    SetHook,
    SetQueue,
    SetRouting,
)
from flows.document import Block, Outcome, failed
from flows.expressions import Scope
from flows.node import Node

MAX_ATTRIBUTE_BYTES = 32 * 1024  # all attributes of a contact, names and values, in UTF-8
MAX_TAGS = 6  # set by one block
MAX_TAG_NAME = 128  # characters
MAX_TAG_VALUE = 256
HOOKS = (
    "AgentHold",
    "AgentWhisper",
    "CustomerHold",
    "CustomerQueue",
    "CustomerRemaining",
    "CustomerWhisper",
    "DefaultAgentUI",
    "DisconnectAgentUI",
    "PauseContact",
    "ResumeContact",
)
DATA: Mapping[str, str] = {
    "Name": "Name",
    "Description": "Description",
    "LanguageCode": "LanguageCode",
    "CustomerId": "CustomerId",
    "WisdomSessionArn": "Wisdom.SessionArn",
}
"""Parameters of UpdateContactData, and what their value is read as."""
HELD: Mapping[str, str] = {"AgentOnHold": "Agent", "CustomerOnHold": "Customer", "OffHold": ""}
WHOLE = re.compile(r"-?[0-9]{1,9}")
MAX_DATA = 4096  # characters of one of them


def keep(values: Mapping[str, str], scope: Scope) -> Outcome:
    """Known from here on to this flow, and, if it is asked, to those after it."""
    scope.contact.update(values)
    return Outcome((SetContactData(values),))


def is_related(parameters: Node) -> bool:
    target = parameters.child("TargetContact")
    return target.present and target.choice("Current", "Related") == "Related"


@dataclass(frozen=True, slots=True)
class ChooseQueue:
    """The block that sets the target queue, and the one that changes it in the queue: `ask` is
    which. `parameter` is QueueId, or AgentId where an agent's own queue is meant."""

    ask: type[SetQueue] | type[ChangeQueue]
    reference: str
    parameter: str

    def run(self, block: Block, scope: Scope) -> Outcome:
        name = scope.single(self.reference)
        if not name:
            return failed(f"no queue is named: {self.parameter} {self.reference!r} is empty")
        of_agent = self.parameter == "AgentId"
        return Outcome((self.ask("", name) if of_agent else self.ask(name),))


def queue_choice(
    ask: type[SetQueue] | type[ChangeQueue],
) -> Callable[[Node], ChooseQueue]:
    def read(parameters: Node) -> ChooseQueue:
        # Templates and exports of unfinished flows leave it empty: that fails when it is reached.
        parameter = parameters.one_of("QueueId", "AgentId")
        reference = parameters.child(parameter).text() if parameter else ""
        return ChooseQueue(ask, reference, parameter or "")

    return read


@dataclass(frozen=True, slots=True)
class UpdateContactAttributes:
    """All of them or none."""

    values: Mapping[str, str]
    related: bool

    @classmethod
    def read(cls, parameters: Node) -> Self:
        attributes = parameters.required("Attributes")
        return cls(related=is_related(parameters), values=attributes.texts())

    def run(self, block: Block, scope: Scope) -> Outcome:
        if self.related:
            return failed("attributes of the related contact are not available")
        values = {scope.text(key): scope.text(value) for key, value in self.values.items()}
        if "" in values:
            return failed("an attribute has an empty name")
        size = size_of({**scope.attributes, **values})
        if size > MAX_ATTRIBUTE_BYTES:
            return failed(f"attributes would hold {size} bytes, more than {MAX_ATTRIBUTE_BYTES}")
        scope.attributes.update(values)
        return Outcome((SetAttributes(values),))


def size_of(attributes: Mapping[str, str]) -> int:
    """Bytes of all names and values in UTF-8."""
    return sum(len((key + value).encode(errors="replace")) for key, value in attributes.items())


@dataclass(frozen=True, slots=True)
class UpdateContactData:
    """`values` by what they are read as; `left_out` asks for what nothing here does."""

    values: Mapping[str, str]
    related: bool
    left_out: tuple[str, ...]

    @classmethod
    def read(cls, parameters: Node) -> Self:
        members = parameters.members()
        values = {DATA[name]: node.text() for name, node in members.items() if name in DATA}
        for key, reference in parameters.child("References").members().items():
            values |= {f"References.{key}.{part}": v for part, v in reference.texts().items()}
        rest = members.keys() - DATA.keys() - {"References", "TargetContact"}
        if not values and not rest:
            parameters.wrong("names nothing to update")
        return cls(values, is_related(parameters), tuple(sorted(rest)))

    def run(self, block: Block, scope: Scope) -> Outcome:
        if self.related:
            return failed("data of the related contact are not available")
        values = {name: scope.text(value) for name, value in self.values.items()}
        if long := [name for name, value in values.items() if len(value) > MAX_DATA]:
            return failed(f"{long[0]} is longer than {MAX_DATA} characters")
        if not values:
            return failed(f"{', '.join(self.left_out)}: not available")
        asks = keep(values, scope).asks
        return Outcome((*asks, *block.not_available(self.left_out)))


@dataclass(frozen=True, slots=True)
class TagContact:
    tags: Mapping[str, str]

    @classmethod
    def read(cls, parameters: Node) -> Self:
        tags = parameters.required("Tags")
        if len(tags.members()) > MAX_TAGS:
            tags.wrong(f"holds {len(tags.members())} tags, a block may set {MAX_TAGS}")
        return cls(tags.texts())

    def run(self, block: Block, scope: Scope) -> Outcome:
        tags = {scope.text(key): scope.text(value) for key, value in self.tags.items()}
        for key, value in tags.items():
            if not 0 < len(key) <= MAX_TAG_NAME or len(value) > MAX_TAG_VALUE:
                return failed(f"the tag {key[:MAX_TAG_NAME]!r} is empty or too long")
        return keep({f"Tags.{key}": value for key, value in tags.items()}, scope)


@dataclass(frozen=True, slots=True)
class UntagContact:
    keys: tuple[str, ...]

    @classmethod
    def read(cls, parameters: Node) -> Self:
        keys = parameters.required("TagKeys")
        return cls(tuple(element.text() for element in keys.elements()))

    def run(self, block: Block, scope: Scope) -> Outcome:
        return keep({f"Tags.{scope.text(key)}": "" for key in self.keys}, scope)


@dataclass(frozen=True, slots=True)
class UpdateContactTextToSpeechVoice:
    """Engine and style are read past: which voices there are is up to whoever speaks."""

    voice: str

    @classmethod
    def read(cls, parameters: Node) -> Self:
        voice = parameters.child("TextToSpeechVoice")
        if not voice.present:
            voice.doubtful("is missing: the voice stays as it was")
        return cls(voice.text() if voice.present else "")

    def run(self, block: Block, scope: Scope) -> Outcome:
        voice = scope.text(self.voice)
        if voice:
            return keep({"TextToSpeechVoiceId": voice}, scope)
        reason = "no voice is named: TextToSpeechVoice is empty"
        # The language knows no error for this type, though some exports draw a branch for one.
        return failed(reason) if block.errors else Outcome((block.log(reason),))


@dataclass(frozen=True, slots=True)
class UpdateContactRoutingBehavior:
    """`parameter` is QueuePriority or QueueTimeAdjustmentSeconds."""

    parameter: str
    number: str

    @classmethod
    def read(cls, parameters: Node) -> Self:
        parameter = parameters.one_of("QueuePriority", "QueueTimeAdjustmentSeconds") or ""
        return cls(parameter, parameters.child(parameter).text() if parameter else "")

    def run(self, block: Block, scope: Scope) -> Outcome:
        """The language knows no error for this type: what is no number changes nothing."""
        text = scope.single(self.number)
        number = int(text) if WHOLE.fullmatch(text) else None
        is_priority = self.parameter == "QueuePriority"
        if number is None or (is_priority and number < 1):
            return Outcome((block.log(f"{self.parameter} is {text!r}: nothing is changed"),))
        asked = SetRouting(priority=number) if is_priority else SetRouting(None, float(number))
        return Outcome((asked,))


@dataclass(frozen=True, slots=True)
class UpdateContactEventHooks:
    hook: str
    flow: str | None
    """None: nothing is to run then."""

    @classmethod
    def read(cls, parameters: Node) -> Self:
        hooks = parameters.child("EventHooks")
        hook = hooks.one_of(*HOOKS) or ""
        configuration = parameters.child("EventHooksConfiguration").child(hook)
        disabled = configuration.child("DisableExecution").flag()
        return cls(hook, None if disabled else hooks.child(hook).text() if hook else "")

    def run(self, block: Block, scope: Scope) -> Outcome:
        if self.flow is None:
            return Outcome((SetHook(self.hook, None),))
        flow = scope.text(self.flow)
        if not flow:
            return failed(f"no flow is named: {self.hook} {self.flow!r} is empty")
        return Outcome((SetHook(self.hook, flow),))


@dataclass(frozen=True, slots=True)
class UpdatePreviousContactParticipantState:
    state: str

    @classmethod
    def read(cls, parameters: Node) -> Self:
        return cls(parameters.child("PreviousContactParticipantState").choice(*HELD))

    def run(self, block: Block, scope: Scope) -> Outcome:
        return Outcome((HoldPrevious(HELD[self.state]),))
