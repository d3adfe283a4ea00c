"""What each kind of block does: one small class a kind, and one table of them.

`read` checks the parameters and notes what is wrong with them; `run` may rely on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from flows.document import Action, Block, Outcome
from flows.events import (
    Ask,
    Disconnect,
    End,
    Log,
    Play,
    Prompt,
    SetAttributes,
    SetQueue,
    SetRecording,
    TransferToQueue,
)
from flows.expressions import Scope, holds, is_reference, leads_to_a_value
from flows.language import ANY, NO_CONDITION, general_error
from flows.node import Node

MAX_ATTRIBUTE_BYTES = 32 * 1024  # all attributes of a contact, names and values, in UTF-8
MAX_LOOPS = 100


def failed(reason: str) -> Outcome:
    return Outcome(error=ANY, reason=reason)


def one_of(parameters: Node, *names: str) -> str | None:
    """The one of them that is there; None, and noted, when it is none or several."""
    found = [name for name in names if parameters.child(name).present]
    if len(found) == 1:
        return found[0]
    parameters.wrong(f"must hold exactly one of {', '.join(names)}, not {len(found)}")
    return None


@dataclass(frozen=True, slots=True)
class MessageParticipant:
    prompt: Prompt

    @classmethod
    def read(cls, parameters: Node) -> Self:
        match one_of(parameters, "PromptId", "Text", "SSML", "Media"):
            case "Media":
                media = parameters.child("Media")
                media.child("SourceType").choice("S3")
                media.child("MediaType").choice("Audio")
                return cls(Prompt("media", media.child("Uri").filled()))
            case "PromptId":
                return cls(Prompt("prompt_id", parameters.child("PromptId").filled()))
            case "SSML":
                return cls(Prompt("ssml", parameters.child("SSML").filled()))
            case "Text":
                return cls(Prompt("text", parameters.child("Text").filled()))
        return cls(Prompt("text", ""))

    def run(self, block: Block, scope: Scope) -> Outcome:
        resolve = {"prompt_id": scope.single, "ssml": scope.ssml}.get(self.prompt.kind, scope.text)
        value = resolve(self.prompt.value)
        if not value.strip():
            return failed(f"there is nothing to play: {self.prompt.value!r} is empty")
        return Outcome((Play(Prompt(self.prompt.kind, value)),))


@dataclass(frozen=True, slots=True)
class UpdateContactRecordingBehavior:
    asked: SetRecording
    left_out: tuple[str, ...]

    @classmethod
    def read(cls, parameters: Node) -> Self:
        behavior = parameters.child("RecordingBehavior")
        recorded = behavior.child("RecordedParticipants")
        if not recorded.present:
            recorded.wrong("is missing")
        ivr = behavior.child("IVRRecordingBehavior")
        asked = SetRecording(
            frozenset(element.choice("Agent", "Customer") for element in recorded.elements()),
            ivr.choice("Enabled", "Disabled") == "Enabled" if ivr.present else None,
        )
        return cls(asked, tuple(not_available(parameters)))

    def run(self, block: Block, scope: Scope) -> Outcome:
        asks: list[Ask] = [self.asked]
        for feature in self.left_out:
            text = f"{block.type} '{block.identifier}': {feature} is not available"
            asks.append(Log("warning", text, block.identifier))
        return Outcome(tuple(asks))


def not_available(parameters: Node) -> Iterator[str]:
    """What a recording block may also switch on, and nothing here does."""
    if parameters.child("RecordingBehavior").child("ScreenRecordedParticipants").elements():
        yield "screen recording"
    analytics = parameters.child("AnalyticsBehavior").child("Enabled")
    if analytics.present and analytics.text() == "True":
        yield "analytics"


@dataclass(frozen=True, slots=True)
class UpdateContactTargetQueue:
    queue: str | None
    """None: the flow asks for an agent's own queue."""

    @classmethod
    def read(cls, parameters: Node) -> Self:
        # Templates and exports of unfinished flows leave it empty: that fails when it is reached.
        name = one_of(parameters, "QueueId", "AgentId")
        return cls(parameters.child(name).text() if name == "QueueId" else None)

    def run(self, block: Block, scope: Scope) -> Outcome:
        if self.queue is None:
            return failed("the queue of one agent (AgentId) is not available")
        queue = scope.single(self.queue)
        if not queue:
            return failed(f"no queue is named: QueueId {self.queue!r} is empty")
        return Outcome((SetQueue(queue),))


@dataclass(frozen=True, slots=True)
class UpdateContactAttributes:
    """All of them or none."""

    values: Mapping[str, str]
    related: bool

    @classmethod
    def read(cls, parameters: Node) -> Self:
        attributes = parameters.child("Attributes")
        if not attributes.present:
            attributes.wrong("is missing")
        target = parameters.child("TargetContact")
        related = target.present and target.choice("Current", "Related") == "Related"
        return cls({key: node.text() for key, node in attributes.members().items()}, related)

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
class Compare:
    reference: str

    @classmethod
    def read(cls, parameters: Node) -> Self:
        value = parameters.child("ComparisonValue")
        reference = value.text()
        if value.present and not leads_to_a_value(reference):
            value.wrong(f"must be one reference, such as $.Attributes.tier, not {reference!r}")
        return cls(reference)

    def run(self, block: Block, scope: Scope) -> Outcome:
        for condition in block.conditions:
            if holds(scope, self.reference, condition.operator, condition.operand):
                return Outcome(target=condition.next_action)
        return Outcome(error=NO_CONDITION)


@dataclass(frozen=True, slots=True)
class Loop:
    """Continues as often as it says, then is done once, then counts anew."""

    count: str

    @classmethod
    def read(cls, parameters: Node) -> Self:
        count = parameters.child("LoopCount")
        text = count.text()
        if count.present and not is_reference(text) and loops(text) is None:
            count.wrong(f"must be a number from 0 to {MAX_LOOPS} or one reference, not {text!r}")
        return cls(text)

    def run(self, block: Block, scope: Scope) -> Outcome:
        wanted = loops(scope.single(self.count))
        if wanted is None:
            return failed(f"LoopCount {self.count!r} yields no number from 0 to {MAX_LOOPS}")
        passes = scope.loops.pop(block.identifier, 0)
        if passes < wanted:
            scope.loops[block.identifier] = passes + 1
        return branch(block, "ContinueLooping" if passes < wanted else "DoneLooping")


def loops(text: str) -> int | None:
    valid = text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= MAX_LOOPS
    return int(text) if valid else None


def branch(block: Block, result: str) -> Outcome:
    """The condition that equals the result."""
    targets = [each.next_action for each in block.conditions if each.operand == result]
    return Outcome(target=targets[0]) if targets else Outcome(error=NO_CONDITION)


@dataclass(frozen=True, slots=True)
class Simple:
    """A block without parameters: it asks for one thing."""

    asked: Ask

    def run(self, block: Block, scope: Scope) -> Outcome:
        return Outcome((self.asked,))


@dataclass(frozen=True, slots=True)
class NotAvailable:
    """A block of a type that this version does not execute: it fails where its type can fail.

    A type for which the language has no error, such as UpdateFlowLoggingBehavior, has no branch
    to take either: the flow goes on without what it would have changed.
    """

    def run(self, block: Block, scope: Scope) -> Outcome:
        error = general_error(block.type) or (ANY if ANY in block.errors else None)
        if error:
            return Outcome(error=error, reason="this version does not execute that type")
        text = f"{block.type} '{block.identifier}': passed over, this version does not execute it"
        return Outcome((Log("warning", text, block.identifier),))


READERS: Mapping[str, Callable[[Node], Action]] = {
    "MessageParticipant": MessageParticipant.read,
    "DisconnectParticipant": lambda _: Simple(Disconnect()),
    "TransferContactToQueue": lambda _: Simple(TransferToQueue()),
    "UpdateContactTargetQueue": UpdateContactTargetQueue.read,
    "UpdateContactAttributes": UpdateContactAttributes.read,
    "UpdateContactRecordingBehavior": UpdateContactRecordingBehavior.read,
    "Compare": Compare.read,
    "Loop": Loop.read,
    "EndFlowExecution": lambda _: Simple(End()),
}
"""What is executed; a type of the language that is not here is `NotAvailable`."""

GO_ON = frozenset(
    {
        "MessageParticipant",
        "UpdateContactTargetQueue",
        "UpdateContactAttributes",
        "UpdateContactRecordingBehavior",
    }
)
"""Types that need a NextAction: they neither end the flow nor choose among conditions."""

RESULTS: Mapping[str, tuple[str, ...]] = {"Loop": ("ContinueLooping", "DoneLooping")}
"""Results that need a condition each."""
