"""What the two types of block that set recording do.

`read` checks the parameters and notes what is wrong with them; `run` may rely on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from flows.asks import SetRecording
from flows.document import Block, Outcome, failed
from flows.expressions import Scope
from flows.node import Node


@dataclass(frozen=True, slots=True)
class UpdateContactRecordingBehavior:
    asked: SetRecording
    left_out: tuple[str, ...]

    @classmethod
    def read(cls, parameters: Node) -> Self:
        behavior = parameters.child("RecordingBehavior")
        left_out = [*screen(behavior), *analytics(parameters.child("AnalyticsBehavior"))]
        return cls(read_recording(behavior), tuple(left_out))

    def run(self, block: Block, scope: Scope) -> Outcome:
        return Outcome((*block.not_available(self.left_out), self.asked))


def read_recording(behavior: Node) -> SetRecording:
    recorded = behavior.required("RecordedParticipants")
    ivr = behavior.child("IVRRecordingBehavior")
    return SetRecording(
        frozenset(element.choice("Agent", "Customer") for element in recorded.elements()),
        ivr.choice("Enabled", "Disabled") == "Enabled" if ivr.present else None,
    )


def screen(behavior: Node) -> Iterator[str]:
    if behavior.child("ScreenRecordedParticipants").elements():
        yield "screen recording"


def analytics(behavior: Node) -> Iterator[str]:
    enabled = behavior.child("Enabled")
    if enabled.present and enabled.text() == "True":
        yield "analytics"


@dataclass(frozen=True, slots=True)
class UpdateContactRecordingAndAnalyticsBehavior:
    """`asked` is None where the block is about chats."""

    asked: SetRecording | None
    redacts: bool
    left_out: tuple[str, ...]

    @classmethod
    def read(cls, parameters: Node) -> Self:
        name = parameters.one_of("VoiceBehavior", "ChatBehavior") or "VoiceBehavior"
        behavior = parameters.child(name)
        left_out = list(screen(parameters.child("ScreenRecordingBehavior")))
        if name == "ChatBehavior":
            found = behavior.child("ChatAnalyticsBehavior")
            redacts = found.child("InFlightChatRedactionConfiguration").present
            return cls(None, redacts, (*left_out, *analytics(found)))
        left_out += analytics(behavior.child("VoiceAnalyticsBehavior"))
        recording = behavior.child("VoiceRecordingBehavior")
        return cls(read_recording(recording), False, tuple(left_out))

    def run(self, block: Block, scope: Scope) -> Outcome:
        if scope.is_chat is not (self.asked is None):
            channel = "a chat" if scope.is_chat else "no chat"
            return failed(f"this contact is {channel}", "ChannelMismatch")
        if self.redacts:
            reason = "redaction of messages is not available"
            return failed(reason, "InFlightRedactionConfigurationFailed")
        asked = (self.asked,) if self.asked else ()
        return Outcome((*block.not_available(self.left_out), *asked))
