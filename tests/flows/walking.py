"""Walks a flow with answers drawn by lot, and sees to it that the walk ends."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from flows import (
    Answer,
    Ask,
    DigitsEntered,
    Event,
    Failed,
    Flow,
    Interpreter,
    Metrics,
    Returned,
    awaits_answer,
)
from flows.events import ANSWERS
from flows.interpreter import STEPS_PER_FLOW

ERRORS = ("NoMatchingError", "QueueAtCapacity", "Odd")
WORDS = ("True", "False", "0", "7", "WaitCompleted", "CustomerReturned", "odd")
RETURNED: tuple[object, ...] = (
    *({}, {"a": "b"}, {"a": {"b": [1]}}, None, "odd", [7]),
    {"sessionState": {"dialogAction": {"type": "ElicitIntent"}, "intent": {"slots": {"a": None}}}},
    {"messages": [{"contentType": "PlainText", "content": "hi"}], "interpretations": [{}, 7]},
)
KEYS = ("1", "2", "*", "#", "", "2065550100", "1234")


def walk(
    flow: Flow,
    chance: random.Random,
    attributes: Mapping[str, str],
    flows: Callable[[str], Flow | None] = lambda name: None,
) -> list[Ask]:
    """All asks of a run to its end; four answers of five are no failures."""
    draw = lambda: chance.randint(1, 100)  # noqa: E731
    run = Interpreter(flow, attributes, {"Channel": "VOICE"}, flows, draw)
    every = asks = run.start(0.0)
    answers = 0
    while not run.over:
        answers += 1
        assert answers <= STEPS_PER_FLOW
        assert awaits_answer(asks[-1]) and not any(awaits_answer(ask) for ask in asks[:-1])
        asks = run.step(answer_to(asks[-1], chance), float(answers))
        every += asks
    return every


def answer_to(ask: Ask, chance: random.Random) -> Event:
    kinds = [kind for kind in ANSWERS[type(ask)] if kind is not Failed]
    if chance.random() < 0.2:
        return Failed(chance.choice(ERRORS))
    kind = chance.choice(kinds)
    if kind is DigitsEntered:
        return DigitsEntered(chance.choice(KEYS))
    if kind is Answer:
        return Answer(chance.choice(WORDS))
    if kind is Returned:
        return Returned(chance.choice(RETURNED))
    return Metrics({"Queue.Size": "3"}) if kind is Metrics else kind()  # type: ignore[call-arg]
