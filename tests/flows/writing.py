"""Writes small flows, and walks them, so that a test holds nothing but what it is about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flows import Ask, Disconnect, Flow, FlowError, Interpreter, Log, Problem, read

Document = dict[str, Any]
HANG_UP = {"Identifier": "hang up", "Type": "DisconnectParticipant"}
SORRY = {"Identifier": "sorry", "Type": "EndFlowExecution"}  # where first() leads errors


def action(identifier: str, type_name: str, parameters: Any = None, **transitions: Any) -> Document:
    """`leads`: the next action; `errors`: target by ErrorType; `conditions`: (operator, operand,
    target)."""
    written: Document = {}
    if "leads" in transitions:
        written["NextAction"] = transitions["leads"]
    if "errors" in transitions:
        written["Errors"] = [
            {"ErrorType": error, "NextAction": target}
            for error, target in transitions["errors"].items()
        ]
    if "conditions" in transitions:
        written["Conditions"] = [
            {"Condition": {"Operator": operator, "Operands": [operand]}, "NextAction": target}
            for operator, operand, target in transitions["conditions"]
        ]
    return {
        "Identifier": identifier,
        "Type": type_name,
        "Parameters": parameters or {},
        "Transitions": written,
    }


def message(identifier: str, text: str, leads: str = "hang up", **transitions: Any) -> Document:
    return action(identifier, "MessageParticipant", {"Text": text}, leads=leads, **transitions)


def document(*actions: Document) -> Document:
    """Starts at the first; has an action "hang up" at its end."""
    every = [*actions, dict(HANG_UP)]
    return {"Version": "2019-10-30", "StartAction": every[0]["Identifier"], "Actions": every}


def flow(*actions: Document) -> Flow:
    return read(json.dumps(document(*actions)), "test.json")


def interpreter(
    actions: Sequence[Document],
    attributes: Mapping[str, str] | None = None,
    system: Mapping[str, str] | None = None,
    **injected: Any,
) -> Interpreter:
    return Interpreter(flow(*actions), attributes or {}, system or {}, **injected)


def start(
    *actions: Document,
    attributes: Mapping[str, str] | None = None,
    system: Mapping[str, str] | None = None,
    **injected: Any,
) -> list[Ask]:
    return interpreter(actions, attributes, system, **injected).start(now=0.0)


def first(type_name: str, parameters: Any, **given: Any) -> list[Ask]:
    """What a block asks for first; End() where it fails."""
    errors = {"NoMatchingError": "sorry", "NoMatchingCondition": "sorry"}
    block = action("block", type_name, parameters, leads="hang up", errors=errors)
    return [ask for ask in start(block, SORRY, **given) if not isinstance(ask, Log | Disconnect)]


def reasons(type_name: str, parameters: Any, **transitions: Any) -> list[str]:
    """What the reader has against a block."""
    transitions.setdefault("leads", "hang up")
    block = action("block", type_name, parameters, **transitions)
    return [reason for _, reason in problems_of_actions(block)]


def said(asks: Sequence[Ask]) -> list[str]:
    return [ask.text for ask in asks if isinstance(ask, Log)]


def problems_of(written: Any) -> tuple[Problem, ...]:
    """What the reader has against it; none when it loads."""
    try:
        read(written if isinstance(written, str) else json.dumps(written), "test.json")
    except FlowError as error:
        return error.problems
    return ()


def problems_of_actions(*actions: Document) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.reason) for problem in problems_of(document(*actions))]
