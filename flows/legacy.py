"""The console's export format of before 2021 (`modules`), converted into the flow language.

One module becomes one action of the same identifier; only a check of a queue by age and by size
becomes two. Numbers and booleans become texts, namespaces become references. A branch that leads
nowhere is left out. A module of a type that is in no table becomes a comparison that nothing meets,
so that it takes its Error branch; that is told as a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flows.language import ANY, NO_CONDITION, VERSION
from flows.legacy_module import Branch, Module
from flows.legacy_types import NEXT, Parameters, Way, row_of
from flows.node import Node

Document = dict[str, Any]

OPERATORS: Mapping[str, str] = {
    "Equals": "Equals",
    "Contains": "TextContains",
    "StartsWith": "TextStartsWith",
    "EndsWith": "TextEndsWith",
    "GreaterThan": "NumberGreaterThan",
    "GreaterThanOrEqualTo": "NumberGreaterOrEqualTo",
    "LessThan": "NumberLessThan",
    "LessThanOrEqualTo": "NumberLessOrEqualTo",
}
QUEUE_METRICS: Mapping[str, str] = {
    "CheckQueueTime": "OldestContactInQueueAgeSeconds",  # in ms, in both formats
    "CheckQueueSize": "NumberOfContactsInQueue",
}
RESOURCES: Mapping[str, str] = {
    "Queue": "QueueId",
    "Hours": "HoursOfOperationId",
    "ContactFlowId": "ContactFlowId",
    "AudioPrompt": "PromptId",
    "FunctionArn": "LambdaFunctionARN",
}
"""Parameters whose value stands for a resource with a name, and what they are called now."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """`pointers` leads back: JSON pointer of the module by the Identifier of an action."""

    document: Document
    pointers: Mapping[str, str]


def convert(root: Node) -> Conversion:
    """What is wrong, or doubtful, with the export itself is noted in the node's lists."""
    metadata = root.child("metadata")
    flow_type = first_text(root.child("type"), metadata.child("type")) or "contactFlow"
    modules = [Module.read(each, flow_type) for each in root.child("modules").elements()]
    actions: list[Document] = []
    followers: list[Document] = []  # last: the others keep the places of their modules
    pointers: dict[str, str] = {}
    for module in modules:
        first, *more = actions_of(module)
        actions.append(first)
        followers += more
        pointers |= {each["Identifier"]: module.node.pointer for each in (first, *more)}
    document = {
        "Version": VERSION,
        "StartAction": root.child("start").text(),
        "Metadata": {
            **{name: member.value for name, member in metadata.members().items()},
            "type": flow_type,
            "ActionMetadata": {module.identifier: metadata_of(module) for module in modules},
        },
        "Actions": actions + followers,
    }
    return Conversion(document, pointers)


def first_text(*nodes: Node) -> str:
    return next((node.text() for node in nodes if node.present), "")


def actions_of(module: Module) -> Iterator[Document]:
    row = row_of(module)
    if row is None:
        yield outside(module)
    elif module.type == "CheckQueueStatus":
        yield from queue_checks(module, row.parameters(module), row.ways)
    else:
        branches = cumulated(module) if module.type == "PercentileBranching" else module.branches
        transitions = transitions_of(branches, row.ways)
        if row.type == "Loop":  # the service refuses one without NextAction
            done = (each.target for each in branches if each.condition == "Complete")
            if target := next(done, ""):
                transitions["NextAction"] = target
        yield action(module.identifier, row.type, row.parameters(module), transitions)


def action(
    identifier: str, type_name: str, parameters: Parameters, transitions: Document
) -> Document:
    return {
        "Identifier": identifier,
        "Type": type_name,
        "Parameters": parameters,
        "Transitions": transitions,
    }


def outside(module: Module) -> Document:
    module.node.child("type").doubtful(
        f"{module.type!r} (block {module.identifier!r}) is no type of the older format that can be"
        " converted: the block takes its Error branch"
    )
    ways: Mapping[str, Way] = {"Error": NO_CONDITION}
    errors = tuple(branch for branch in module.branches if branch.condition == "Error")
    compared = {"ComparisonValue": "$.Channel"}
    return action(module.identifier, "Compare", compared, transitions_of(errors, ways))


def transitions_of(branches: tuple[Branch, ...], ways: Mapping[str, Way]) -> Document:
    found: Document = {}
    for branch in branches:
        way = way_of(branch, ways)
        if way is None:
            branch.node.doubtful(f"{branch.condition!r} is left out: nothing can lead there")
        elif isinstance(way, tuple):
            found.setdefault("Conditions", []).append(condition(*way, branch.target))
        elif way == NEXT:
            found["NextAction"] = branch.target
        else:
            error = {"NextAction": branch.target, "ErrorType": way}
            found.setdefault("Errors", []).append(error)
    return found


def way_of(branch: Branch, ways: Mapping[str, Way]) -> Way | None:
    if branch.condition != "Evaluate" and branch.condition not in QUEUE_METRICS:
        return ways.get(branch.condition)
    operator = OPERATORS.get(branch.operator)
    return (operator, branch.value) if operator else None


def condition(operator: str, operand: str, target: str) -> Document:
    return {"NextAction": target, "Condition": {"Operator": operator, "Operands": [operand]}}


def queue_checks(module: Module, whose: Parameters, ways: Mapping[str, Way]) -> Iterator[Document]:
    """One check a metric: what meets none of the first goes on to the next."""
    compared = dict.fromkeys(each.condition for each in module.branches)
    metrics = [name for name in compared if name in QUEUE_METRICS] or ["CheckQueueSize"]
    others = tuple(each for each in module.branches if each.condition not in QUEUE_METRICS)
    names = [module.identifier, *(f"{module.identifier[:40]} {name[5:]}" for name in metrics[1:])]
    for index, name in enumerate(metrics):
        branches = tuple(each for each in module.branches if each.condition == name) + others
        transitions = transitions_of(branches, ways)
        if index + 1 < len(metrics):
            errors = [e for e in transitions.get("Errors", ()) if e["ErrorType"] == ANY]
            further = {"NextAction": names[index + 1], "ErrorType": NO_CONDITION}
            transitions["Errors"] = [*errors, further]
        parameters = {"MetricType": QUEUE_METRICS[name], **whose}
        yield action(names[index], "CheckMetricData", parameters, transitions)


def cumulated(module: Module) -> tuple[Branch, ...]:
    """Shares of a hundred as bounds: 50 % and 30 % are less than 51, less than 81."""
    total, found = 0, []
    for branch in module.branches:
        if branch.condition == "Evaluate":
            share = branch.value.removesuffix("%")
            if not share.isascii() or not share.isdigit() or len(share) > 3:
                branch.node.wrong(f"must be a share of a hundred, not {branch.value!r}")
                continue
            total += int(share)
            branch = replace(branch, operator="LessThan", value=str(total + 1))
        found.append(branch)
    return tuple(found)


def metadata_of(module: Module) -> Document:
    """The console's own, with the names of resources where it looks for them."""
    names = {
        RESOURCES[each.name]: {"displayName": each.resource}
        for each in module.parameters
        if each.name in RESOURCES and each.resource
    }
    metadata = {
        name: member.value for name, member in module.node.child("metadata").members().items()
    }
    return {**metadata, **({"parameters": names} if names else {})}
