from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows import (
    Ask,
    Disconnect,
    Done,
    End,
    Failed,
    Interpreter,
    Log,
    Play,
    PromptEnded,
    SetAttributes,
    SetQueue,
    SetRecording,
    TransferToQueue,
    read,
)
from flows.events import ANSWERS

SAMPLES = Path(__file__).parents[2] / "flows" / "samples"


class Run:
    """A sample with its answers; every ask but Log is kept in `asks`."""

    def __init__(self, sample: str, transfers: list[Done | Failed], **system: Any) -> None:
        self.asks: list[Ask] = []
        loaded = read((SAMPLES / sample).read_text(), sample)
        run = Interpreter(
            loaded, {}, {key.replace("_", "."): value for key, value in system.items()}
        )
        asks = run.start(now=0.0)
        while True:
            self.asks += [ask for ask in asks if not isinstance(ask, Log)]
            if run.over:
                break
            is_transfer = isinstance(asks[-1], TransferToQueue)
            answer = transfers.pop(0) if is_transfer else ANSWERS[type(asks[-1])][0]()
            asks = run.step(answer, now=0.0)

    def said(self) -> list[str]:
        return [ask.prompt.value for ask in self.asks if isinstance(ask, Play)]


@pytest.mark.parametrize("sample", sorted(path.name for path in SAMPLES.glob("*.json")))
def test_every_sample_loads(sample: str) -> None:
    assert read((SAMPLES / sample).read_text(), sample)


def test_support_greets_sets_recording_and_queue_and_transfers() -> None:
    greeting, *rest = Run("support.json", [Done()]).asks
    assert isinstance(greeting, Play)
    assert rest == [
        SetRecording(frozenset({"Agent", "Customer"})),
        SetQueue("support"),
        TransferToQueue(),
    ]


@pytest.mark.parametrize(("error", "words"), [("QueueAtCapacity", "busy"), ("", "sorry")])
def test_support_says_why_it_cannot_transfer_and_hangs_up(error: str, words: str) -> None:
    run = Run("support.json", [Failed(error or "NoMatchingError")])
    assert words in run.said()[-1]
    assert run.asks[-1] == Disconnect()


def test_support_without_recording_differs_in_the_recording_only() -> None:
    _, *with_it = Run("support.json", [Done()]).asks
    _, *without = Run("support-without-recording.json", [Done()]).asks
    assert [ask for ask in with_it if not isinstance(ask, SetRecording)] == without


def test_a_vip_is_greeted_as_one_and_tried_three_times_more() -> None:
    full = [Failed("QueueAtCapacity") for _ in range(4)]
    run = Run("vip.json", full, CustomerEndpoint_Address="+15550100")
    assert run.asks[0] == SetAttributes({"tier": "VIP", "callback": "+15550100"})
    assert "VIP" in run.said()[0]
    assert run.asks.count(TransferToQueue()) == 4
    assert run.asks[-1] == Disconnect()


def test_anyone_else_is_tried_once() -> None:
    run = Run("vip.json", [Failed("QueueAtCapacity")], CustomerEndpoint_Address="+4930123456")
    assert run.asks[0] == SetAttributes({"tier": "standard"})
    assert run.asks.count(TransferToQueue()) == 1


def test_a_waiting_caller_hears_three_messages_and_keeps_waiting() -> None:
    run = Run("waiting.json", [], Queue_Name="support")
    assert len(run.said()) == 3 and "support" in run.said()[0]
    assert run.asks[-1] == End()


def test_a_prompt_that_cannot_be_played_does_not_cost_the_call() -> None:
    run = Interpreter(read((SAMPLES / "support.json").read_text(), "support.json"), {}, {})
    run.start(now=0.0)
    assert isinstance(run.step(Failed(), now=0.0)[-1], SetRecording)
    assert run.step(Done(), now=0.0) == [SetQueue("support")]
    assert run.step(PromptEnded(), now=0.0) == []
