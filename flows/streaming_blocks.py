"""What the block does that has the sound of the customer's side streamed to somebody, or no longer.

`read` checks the parameters and notes what is wrong with them; `run` may rely on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from flows.asks import StreamMedia
from flows.document import Block, Outcome, failed
from flows.expressions import Scope
from flows.node import Node

DIRECTIONS = ("From", "To")


@dataclass(frozen=True, slots=True)
class UpdateContactMediaStreamingBehavior:
    """Streaming ends whole, whichever directions are written where it is disabled."""

    directions: frozenset[str]

    @classmethod
    def read(cls, parameters: Node) -> Self:
        state = parameters.child("MediaStreamingState").choice("Enabled", "Disabled")
        kind = parameters.child("MediaStreamType")
        if kind.present:
            kind.choice("Audio")
        directions: set[str] = set()
        for participant in parameters.child("Participants").elements():
            participant.child("ParticipantType").choice("Customer")
            for direction in participant.child("MediaDirections").elements():
                directions.add(direction.choice(*DIRECTIONS))
        if state == "Enabled" and not directions:
            parameters.doubtful("stream nothing: Participants name no MediaDirections")
        return cls(frozenset(directions) if state == "Enabled" else frozenset())

    def run(self, block: Block, scope: Scope) -> Outcome:
        if scope.is_chat:
            return failed("a chat has no sound")
        return Outcome((StreamMedia(self.directions),))
