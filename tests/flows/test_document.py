from __future__ import annotations

from dataclasses import dataclass

from flows.asks import Prompt, SetQueue
from flows.document import Block, Condition, Outcome, failed
from flows.events import Done, Event, Failed, InputTimedOut
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


@dataclass(frozen=True, slots=True)
class Listen(Greet):
    """And one with answered() hears the answer."""

    def answered(self, block: Block, scope: Scope, event: Event) -> Outcome:
        return block.branch("late" if isinstance(event, InputTimedOut) else "in time")


def test_an_action_hears_the_answer_to_its_ask_unless_it_failed() -> None:
    scope, conditions = Scope({}, {}), (Condition("Equals", "late", "sorry"),)
    block = Block("hello", "Any", Listen(), None, conditions, {})
    assert block.answered(scope, InputTimedOut()) == Outcome(target="sorry")
    assert block.answered(scope, Done()) == Outcome(error="NoMatchingCondition")
    assert block.answered(scope, Failed("Odd")) == Outcome(error="Odd")
    assert Block("hello", "Any", Greet(), None, (), {}).answered(scope, Done()) == Outcome()


def test_a_failure_is_a_no_matching_error_unless_it_has_a_name() -> None:
    assert failed("why") == Outcome(error="NoMatchingError", reason="why")


def test_an_outcome_goes_on_at_the_next_action_unless_it_says_otherwise() -> None:
    assert Outcome() == Outcome(asks=(), target=None, error=None, reason="", jump=None)


def test_a_flow_knows_its_prompts_as_they_were_written() -> None:
    beep = action("beep", "MessageParticipant", {"PromptId": "beep.wav"}, leads="hello")
    music = {"Messages": [{"PromptId": "a.wav"}, {"PromptId": "b.wav"}]}
    spoken = flow(
        beep,
        message("hello", "Hello $.Attributes.name"),
        action("wait", "MessageParticipantIteratively", music),
        action("ask", "GetParticipantInput", {"InputTimeLimitSeconds": "5"}),
        action("menu", "GetParticipantInput", {"InputTimeLimitSeconds": "5", "Text": "Press 1"}),
    )
    assert list(spoken.prompts()) == [
        Prompt("prompt_id", "beep.wav"),
        Prompt("text", "Hello $.Attributes.name"),
        Prompt("prompt_id", "a.wav"),
        Prompt("prompt_id", "b.wav"),
        Prompt("text", "Press 1"),
    ]
