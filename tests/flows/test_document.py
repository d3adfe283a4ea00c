from __future__ import annotations

from dataclasses import dataclass

from flows.document import Block, Outcome
from flows.events import Prompt, SetQueue
from flows.expressions import Scope
from tests.flows.writing import action, flow, message


@dataclass(frozen=True, slots=True)
class Greet:
    """Any class with run() is an action."""

    def run(self, block: Block, scope: Scope) -> Outcome:
        return Outcome((SetQueue(f"{block.identifier} {scope.attributes['name']}"),))


def test_a_block_runs_its_action_with_itself_and_the_scope() -> None:
    block = Block("hello", "Any", Greet(), None, (), {})
    assert block.run(Scope({"name": "you"}, {})).asks == (SetQueue("hello you"),)


def test_an_outcome_goes_on_at_the_next_action_unless_it_says_otherwise() -> None:
    assert Outcome() == Outcome(asks=(), target=None, error=None, reason="")


def test_a_flow_knows_its_prompts_as_they_were_written() -> None:
    beep = action("beep", "MessageParticipant", {"PromptId": "beep.wav"}, leads="hello")
    spoken = flow(beep, message("hello", "Hello $.Attributes.name"))
    assert list(spoken.prompts()) == [
        Prompt("prompt_id", "beep.wav"),
        Prompt("text", "Hello $.Attributes.name"),
    ]
