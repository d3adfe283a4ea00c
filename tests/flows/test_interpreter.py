from __future__ import annotations

from typing import Any

import pytest

from flows import (
    Ask,
    Disconnect,
    Done,
    End,
    Event,
    Failed,
    Log,
    Play,
    Prompt,
    PromptEnded,
    SetQueue,
    Step,
    TransferToQueue,
)
from flows.interpreter import MODULES_DEEP, STEPS_AT_ONCE, STEPS_PER_FLOW
from tests.flows.writing import action, flow, interpreter, message, said

TRANSFER = action(
    "transfer",
    "TransferContactToQueue",
    errors={"QueueAtCapacity": "busy", "NoMatchingError": "sorry"},
)
BUSY, SORRY = message("busy", "Busy"), message("sorry", "Sorry")


def say(text: str) -> Play:
    return Play(Prompt("text", text))


def without_log(asks: list[Ask]) -> list[Ask]:
    return [ask for ask in asks if not isinstance(ask, Log)]


def test_a_prompt_is_heard_to_its_end_before_the_flow_goes_on() -> None:
    run = interpreter([message("hello", "Hello", leads="bye"), message("bye", "Bye")])
    assert run.start(now=0.0) == [say("Hello")]
    assert run.step(PromptEnded(), now=2.0) == [say("Bye")]
    assert run.step(PromptEnded(), now=4.0) == [Disconnect()]
    assert run.over


def test_a_transfer_that_succeeds_ends_the_flow() -> None:
    run = interpreter([TRANSFER, BUSY, SORRY])
    assert run.start(now=0.0) == [TransferToQueue()]
    assert not run.over
    assert run.step(Done(), now=1.0) == []
    assert run.over


def test_a_failure_takes_the_branch_of_its_name() -> None:
    run = interpreter([TRANSFER, BUSY, SORRY])
    run.start(now=0.0)
    assert without_log(run.step(Failed("QueueAtCapacity"), now=1.0)) == [say("Busy")]


def test_a_failure_without_a_branch_of_its_name_takes_no_matching_error() -> None:
    run = interpreter([TRANSFER, BUSY, SORRY])
    run.start(now=0.0)
    assert without_log(run.step(Failed("SomethingElse"), now=1.0)) == [say("Sorry")]


def test_a_failure_without_any_branch_disconnects_and_says_why() -> None:
    run = interpreter([message("hello", "Hello")])
    run.start(now=0.0)
    asks = run.step(Failed(), now=1.0)
    assert asks == [
        Log(
            "error",
            "MessageParticipant 'hello': failed (NoMatchingError) without a branch for it:"
            " the contact is disconnected",
            "hello",
        ),
        Disconnect(),
    ]
    assert run.over


def test_a_failure_with_a_branch_is_told_to_the_author() -> None:
    run = interpreter([TRANSFER, BUSY, SORRY])
    run.start(now=0.0)
    assert run.step(Failed("QueueAtCapacity"), now=1.0)[0] == Log(
        "warning",
        "TransferContactToQueue 'transfer': failed (QueueAtCapacity), goes on at 'busy'",
        "transfer",
    )


def test_end_flow_execution_ends_without_hanging_up() -> None:
    run = interpreter([action("end", "EndFlowExecution")])
    assert run.start(now=0.0) == [End()]
    assert run.over


@pytest.mark.parametrize("late", [PromptEnded(), Done(), Failed()])
def test_an_answer_after_the_end_is_ignored(late: Event) -> None:
    run = interpreter([message("hello", "Hello")])
    run.start(now=0.0)
    run.step(PromptEnded(), now=1.0)
    assert run.step(late, now=2.0) == []


def test_an_answer_to_another_question_is_ignored() -> None:
    run = interpreter([message("hello", "Hello"), BUSY])
    run.start(now=0.0)
    assert run.step(Done(), now=1.0) == []
    assert run.step(PromptEnded(), now=2.0) == [Disconnect()]


def test_the_queue_is_set_before_the_transfer_is_tried() -> None:
    choose = action("choose", "UpdateContactTargetQueue", {"QueueId": "support"}, leads="transfer")
    run = interpreter([choose, TRANSFER, BUSY, SORRY])
    assert run.start(now=0.0) == [SetQueue("support")]
    assert run.step(Done(), now=0.1) == [TransferToQueue()]


def pass_over(identifier: str, **transitions: Any) -> dict[str, Any]:
    return action(identifier, "UpdateContactAttributes", {"Attributes": {"a": "b"}}, **transitions)


def test_a_block_that_leads_nowhere_disconnects_and_says_so() -> None:
    run = interpreter([action("dial", "CompleteOutboundCall")])
    asks = run.start(now=0.0)
    assert isinstance(asks[-2], Log) and "leads nowhere" in asks[-2].text
    assert asks[-1] == Disconnect()


def test_a_cycle_that_waits_for_nothing_is_stopped() -> None:
    run = interpreter([pass_over("a", leads="b"), pass_over("b", leads="a")])
    asks = run.start(now=0.0)
    assert len(asks) == STEPS_AT_ONCE + 2
    assert isinstance(asks[-2], Log) and asks[-2].level == "error"
    assert f"ran {STEPS_AT_ONCE} blocks" in asks[-2].text
    assert asks[-1] == Disconnect()
    assert run.over


def test_as_many_blocks_as_the_budget_allows_run_without_waiting() -> None:
    blocks = [pass_over(str(n), leads=str(n + 1)) for n in range(200)]
    counted = action(
        "200",
        "Loop",
        {"LoopCount": "3"},
        conditions=[
            ("Equals", "ContinueLooping", "0"),
            ("Equals", "DoneLooping", "hang up"),
        ],
    )
    asks = interpreter([*blocks, counted]).start(now=0.0)
    assert len(asks) == 4 * 200 + 1
    assert asks[-1] == Disconnect()


def test_even_a_flow_that_waits_ends_after_its_whole_budget() -> None:
    run = interpreter([message("a", "again", leads="a")])
    asks, prompts = run.start(now=0.0), 0
    while not run.over:
        prompts += 1
        asks = run.step(PromptEnded(), now=float(prompts))
    assert prompts == STEPS_PER_FLOW
    assert asks[-1] == Disconnect()


def test_a_prompt_that_always_fails_back_to_itself_ends_too() -> None:
    run = interpreter([message("a", "again", errors={"NoMatchingError": "a"})])
    run.start(now=0.0)
    while not run.over:
        asks = run.step(Failed(), now=0.0)
    assert asks[-1] == Disconnect()


def test_two_runs_of_one_flow_know_nothing_of_each_other() -> None:
    once = action(
        "once",
        "Loop",
        {"LoopCount": "1"},
        conditions=[("Equals", "ContinueLooping", "hello"), ("Equals", "DoneLooping", "hang up")],
    )
    actions = [once, message("hello", "Hello", leads="once")]
    first, second = interpreter(actions), interpreter(actions)
    assert first.start(now=0.0) == second.start(now=0.0) == [say("Hello")]


# -- flows within and after one another

INVOKE = action(
    "invoke",
    "InvokeFlowModule",
    {"FlowModuleId": "inner"},
    leads="hang up",
    errors={"NoMatchingError": "sorry"},
)
BACK = action("back", "EndFlowModuleExecution")


@pytest.mark.parametrize(
    "broken",
    [
        message("hello", "$.Attributes.unset", leads="back"),
        action("dial", "CompleteOutboundCall"),
        action("check", "Compare", {"ComparisonValue": "$.Channel"}),
    ],
)
def test_a_module_that_cannot_go_on_makes_its_invoker_fail(broken: dict[str, Any]) -> None:
    run = interpreter([INVOKE, SORRY], flows={"inner": flow(broken, BACK)}.get)
    asks = run.start(now=0.0)
    assert asks[-1] == say("Sorry")
    assert any("the module fails" in text for text in said(asks))
    assert run.step(PromptEnded(), now=1.0) == [Disconnect()]


def test_a_module_that_disconnects_ends_the_whole_run() -> None:
    run = interpreter([INVOKE, SORRY], flows={"inner": flow(message("bye", "Bye"))}.get)
    assert run.start(now=0.0) == [say("Bye")]
    assert run.step(PromptEnded(), now=1.0) == [Disconnect()]
    assert run.over


@pytest.mark.parametrize(("depth", "fits"), [(MODULES_DEEP, True), (MODULES_DEEP + 1, False)])
def test_modules_are_five_deep_at_most(depth: int, fits: bool) -> None:
    left = [depth]

    def deeper(name: str) -> Any:
        left[0] -= 1
        invoke = action("invoke", "InvokeFlowModule", {"FlowModuleId": "inner"}, leads="back")
        return flow(invoke, BACK) if left[0] > 0 else flow(BACK)

    asks = interpreter([INVOKE, SORRY], flows=deeper).start(now=0.0)
    assert asks[-1] == (Disconnect() if fits else say("Sorry"))


def test_a_module_that_invokes_itself_for_ever_is_stopped() -> None:
    inner = flow(INVOKE, SORRY)
    asks = interpreter([INVOKE, SORRY], flows={"inner": inner}.get).start(now=0.0)
    assert any("more than 5 modules" in text for text in said(asks))
    assert asks[-1] == say("Sorry")


def test_flows_that_transfer_to_one_another_for_ever_are_stopped() -> None:
    errors = {"NoMatchingError": "hang up"}
    there = action("there", "TransferToFlow", {"ContactFlowId": "b"}, errors=errors)
    back = action("back", "TransferToFlow", {"ContactFlowId": "a"}, errors=errors)
    flows = {"a": flow(there), "b": flow(back)}
    asks = interpreter([there], flows=flows.get).start(now=0.0)
    assert f"ran {STEPS_AT_ONCE} blocks" in said(asks)[-1]
    assert asks[-1] == Disconnect()


def test_a_transfer_out_of_a_module_leaves_its_invoker_behind() -> None:
    errors = {"NoMatchingError": "hang up"}
    leave = action("leave", "TransferToFlow", {"ContactFlowId": "other"}, errors=errors)
    flows = {"inner": flow(leave, BACK), "other": flow(message("hello", "Other"))}
    run = interpreter([INVOKE, SORRY], flows=flows.get)
    assert run.start(now=0.0) == [say("Other")]
    assert run.step(PromptEnded(), now=1.0) == [Disconnect()]


def test_a_traced_run_tells_every_block_it_comes_to() -> None:
    inner = flow(BACK)
    asks = interpreter([INVOKE, SORRY], flows={"inner": inner}.get, trace=True).start(now=0.0)
    assert asks == [
        Step("test.json", "invoke", "InvokeFlowModule"),
        Step("test.json", "back", "EndFlowModuleExecution"),
        Step("test.json", "hang up", "DisconnectParticipant"),
        Disconnect(),
    ]
