"""JSON to Flow. Whatever is wrong is told at once, each problem with its JSON pointer and block.

A document in the console's format of before 2021 is converted first (`legacy.py`).

Tolerated, because exports have it: a byte order mark, any order of keys, Transitions, Errors,
Conditions or Parameters that are absent or null, scalars that are no strings, and parameters
nobody knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches

from flows import legacy
from flows.blocks import GO_ON, ON_A_KEY, READERS, RESULTS
from flows.document import Action, Block, Condition, Flow
from flows.expressions import KEY_EXISTS, OPERATORS
from flows.language import ALLOWED_IN, ERRORS, FLOW_TYPES, VERSION
from flows.legacy import Conversion
from flows.node import FlowError, Node, Problem
from flows.participant_blocks import key_that_chooses
from flows.unavailable import Unavailable

MAX_BYTES = 1024 * 1024  # of UTF-8
MAX_ACTIONS = 250
MAX_IDENTIFIER = 50  # characters
MAX_SUGGESTIONS = 100
FORBIDDEN_CHARACTERS = frozenset("%:(\\/)=$,;[]{}")
FORBIDDEN_IDENTIFIERS = frozenset(
    "__proto__ constructor __defineGetter__ __defineSetter__ toString hasOwnProperty isPrototypeOf"
    " propertyIsEnumerable toLocaleString valueOf".split()
)

ALL_OPERATORS = (*OPERATORS, KEY_EXISTS)


def read(text: str, name: str, flow_type: str | None = None) -> Flow:
    """The flow in `text`; `name`, usually the file's, says in errors which one it is.

    `flow_type`, as the API ("CUSTOMER_QUEUE") or a document ("customerQueue") names it, is what the
    flow is to be used as: then its actions must be such as may stand there. Raises FlowError with
    every problem found.
    """
    root = Node(parse(text, name), [])
    if not isinstance(root.value, dict):
        raise FlowError(name, [Problem("", "a flow must be a JSON object with Actions")])
    places: Mapping[str, str] | None = None
    if "modules" in root.value:
        conversion = converted(root, name)
        places = conversion.pointers
        root = replace(root, value=conversion.document)
    flow = flow_of(root, name, named_type(flow_type))
    if root.problems:
        raise FlowError(name, [in_export(each, places) for each in root.problems])
    warnings = dict.fromkeys(in_export(each, places) for each in root.warnings)
    assert isinstance(root.value, dict), "a conversion is an object too"
    return replace(flow, warnings=tuple(warnings), document=root.value)


def converted(root: Node, name: str) -> Conversion:
    conversion = legacy.convert(root)
    if root.problems:
        raise FlowError(name, root.problems)
    return conversion


def in_export(problem: Problem, places: Mapping[str, str] | None) -> Problem:
    """A problem of a converted document is told of the module it came from, or of the whole."""
    if places is None or problem.pointer.startswith("/modules"):
        return problem
    return replace(problem, pointer=places.get(problem.block, ""))


def named_type(flow_type: str | None) -> str | None:
    """By the name a document uses."""
    name = FLOW_TYPES.get(flow_type or "", flow_type)
    assert name is None or name in FLOW_TYPES.values(), f"{flow_type!r} is no type of flow"
    return name


def parse(text: str, name: str) -> object:
    if len(text) > MAX_BYTES or len(text.encode(errors="replace")) > MAX_BYTES:
        raise FlowError(name, [Problem("", f"is larger than {MAX_BYTES} bytes")])
    try:
        document = json.loads(text.removeprefix("\ufeff"), parse_constant=refuse_constant)
        json.dumps(document, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        reason = f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    except UnicodeEncodeError:
        reason = "holds half of a surrogate pair (\\ud800 to \\udfff), which is no character"
    except ValueError as error:
        reason = f"not JSON: {error}"
    except RecursionError:
        reason = "is nested too deeply"
    else:
        return document
    raise FlowError(name, [Problem("", reason)])


def refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def flow_of(root: Node, name: str, flow_type: str | None) -> Flow:
    root.child("Version").choice(VERSION)
    actions = root.child("Actions")
    elements = actions.elements()
    if not actions.present or actions.value == []:
        root.wrong("has no Actions: a flow needs at least one")
    if len(elements) > MAX_ACTIONS:
        actions.wrong(f"holds {len(elements)} actions, a flow may have {MAX_ACTIONS}")
    named = [name_action(element) for element in elements]
    note_duplicates(named)
    known = {action.block for action in named}
    blocks = [read_block(action, known) for action in named]
    if flow_type:
        note_misplaced(named, flow_type)
    start = read_target(root.child("StartAction"), known)
    return Flow(name, start, {block.identifier: block for block in blocks})


def name_action(action: Node) -> Node:
    """The same, with the block's name for the problems that are found in it."""
    text = action.child("Identifier").filled()
    action = replace(action, block=text)
    identifier = action.child("Identifier")
    if len(text) > MAX_IDENTIFIER:
        identifier.wrong(f"{text!r} is longer than {MAX_IDENTIFIER} characters")
    if forbidden := sorted(FORBIDDEN_CHARACTERS.intersection(text)):
        identifier.wrong(f"{text!r} holds what no identifier may hold: {' '.join(forbidden)}")
    if text in FORBIDDEN_IDENTIFIERS:
        identifier.wrong(f"may not be {text!r}")
    return action


def note_duplicates(named: list[Node]) -> None:
    first: dict[str, Node] = {}
    for action in named:
        earlier = first.setdefault(action.block, action)
        if action.block and earlier is not action:
            action.child("Identifier").wrong(f"{action.block!r} is used by {earlier.pointer} too")


def note_misplaced(named: list[Node], flow_type: str) -> None:
    for action in named:
        node = action.child("Type")
        allowed = ALLOWED_IN.get(str(node.value))
        if allowed is not None and flow_type not in allowed:
            where = ", ".join(sorted(allowed))
            node.wrong(f"{node.value!r} may not stand in a flow of type {flow_type}, but: {where}")


def read_block(action: Node, known: set[str]) -> Block:
    type_name = read_type(action.child("Type"))
    transitions = action.child("Transitions")
    next_action = transitions.child("NextAction")
    if type_name in GO_ON and not next_action.present:
        transitions.wrong(f"has no NextAction, but {type_name} does not end a flow")
    return Block(
        identifier=action.block,
        type=type_name,
        action=read_action(type_name, action.child("Parameters")),
        next_action=read_target(next_action, known) if next_action.present else None,
        conditions=read_conditions(type_name, transitions, known),
        errors=read_errors(transitions, known),
    )


def read_type(node: Node) -> str:
    name = node.filled()
    if name and name not in ERRORS:
        suggestion = did_you_mean(node, name, ERRORS)
        node.wrong(f"{name!r} is no action type of the flow language{suggestion}")
    return name


def read_action(type_name: str, parameters: Node) -> Action:
    read_parameters = READERS.get(type_name)
    if read_parameters is None:
        parameters.members()  # whatever they are, they stand in an object
        return Unavailable()
    return read_parameters(parameters)


def read_conditions(type_name: str, transitions: Node, known: set[str]) -> tuple[Condition, ...]:
    """Of a type that is not executed only the targets are looked at."""
    found: list[Condition] = []
    for node in transitions.child("Conditions").elements():
        target = read_target(node.child("NextAction"), known)
        if type_name in ON_A_KEY:
            found.append(Condition("Equals", key_that_chooses(node.child("Condition")), target))
        elif type_name in READERS:
            found.append(Condition(*read_comparison(node.child("Condition")), target))
    for result in RESULTS.get(type_name, ()):
        if result not in {condition.operand for condition in found}:
            transitions.wrong(f"has no condition for {result}, one of the results of {type_name}")
    return tuple(found)


def read_comparison(condition: Node) -> tuple[str, str]:
    """Operator and operand: the language has no condition with two of them, and none nested."""
    name = condition.child("Operator")
    operator = name.filled()
    if operator and operator not in ALL_OPERATORS:
        name.wrong(f"{operator!r} is no operator{did_you_mean(name, operator, ALL_OPERATORS)}")
    operands = condition.child("Operands")
    elements = operands.elements()
    if len(elements) != 1:
        operands.wrong(f"must hold one operand, not {len(elements)}")
        return operator, ""
    return operator, elements[0].filled()


def read_errors(transitions: Node, known: set[str]) -> dict[str, str]:
    """The first branch of an error counts."""
    found: dict[str, str] = {}
    for node in transitions.child("Errors").elements():
        error = node.child("ErrorType").filled()
        found.setdefault(error, read_target(node.child("NextAction"), known))
    return found


def read_target(node: Node, known: set[str]) -> str:
    target = node.filled()
    if target and target not in known:
        suggestion = did_you_mean(node, target, known)
        node.wrong(f"leads to {target!r}, and there is no such action{suggestion}")
    return target


def did_you_mean(node: Node, name: str, known: Iterable[str]) -> str:
    """Searching takes time: a document with thousands of problems gets no thousands of hints."""
    if len(node.problems) >= MAX_SUGGESTIONS:
        return ""
    close = get_close_matches(name, known, n=1, cutoff=0.75)
    return f"; did you mean {close[0]!r}?" if close else ""
