"""Which members of a resource name others: those have to be there, and stay while they are named.

Pure. A path leads to such a member: names of members, and `[]` behind that of a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from engine.directory.resources import Kind, Resource, Resources

REFERENCES: Mapping[Kind, Mapping[str, Kind]] = {
    Kind.USER: {
        "SecurityProfileIds[]": Kind.SECURITY_PROFILE,
        "RoutingProfileId": Kind.ROUTING_PROFILE,
        "HierarchyGroupId": Kind.HIERARCHY_GROUP,
    },
    Kind.SECURITY_PROFILE: {"AllowedAccessControlHierarchyGroupId": Kind.HIERARCHY_GROUP},
    Kind.HIERARCHY_GROUP: {"ParentGroupId": Kind.HIERARCHY_GROUP},
    Kind.ROUTING_PROFILE: {
        "DefaultOutboundQueueId": Kind.QUEUE,
        "QueueConfigs[].QueueReference.QueueId": Kind.QUEUE,
    },
    Kind.QUEUE: {
        "HoursOfOperationId": Kind.HOURS_OF_OPERATION,
        "QuickConnectIds[]": Kind.QUICK_CONNECT,
        "OutboundCallerConfig.OutboundFlowId": Kind.CONTACT_FLOW,
        "OutboundCallerConfig.OutboundCallerIdNumberId": Kind.PHONE_NUMBER,
    },
    Kind.PHONE_NUMBER: {"ContactFlowId": Kind.CONTACT_FLOW},
    Kind.QUICK_CONNECT: {
        "QuickConnectConfig.UserConfig.UserId": Kind.USER,
        "QuickConnectConfig.UserConfig.ContactFlowId": Kind.CONTACT_FLOW,
        "QuickConnectConfig.QueueConfig.QueueId": Kind.QUEUE,
        "QuickConnectConfig.QueueConfig.ContactFlowId": Kind.CONTACT_FLOW,
        "QuickConnectConfig.FlowConfig.ContactFlowId": Kind.CONTACT_FLOW,
    },
}


def resolved(kind: Kind, facts: Mapping[str, Any], resources: Resources) -> dict[str, Any]:
    """The same facts with every reference as an id. Raises Refused where it leads nowhere."""
    found = dict(facts)
    for path, target in REFERENCES.get(kind, {}).items():

        def id_of(reference: str, target: Kind = target) -> str:
            return resources.get(target, reference).id

        found = _replaced(found, _steps(path), id_of)
    return found


def referring(one: Resource, resources: Resources) -> Iterator[Resource]:
    """Those that name this one, by its id."""
    for kind, paths in REFERENCES.items():
        wanted = [_steps(path) for path, target in paths.items() if target is one.kind]
        for each in resources.all(kind) if wanted else ():
            if any(one.id in _leaves(each.facts, steps) for steps in wanted):
                yield each


def _steps(path: str) -> list[str]:
    return path.replace("[]", ".[]").split(".")


def _replaced(value: Any, steps: Sequence[str], change: Callable[[str], str]) -> Any:
    """A copy in which what the steps lead to is changed; what is not there stays away."""
    if value is None or not steps:
        return value if value is None else change(value)
    step, rest = steps[0], steps[1:]
    if step == "[]":
        return [_replaced(each, rest, change) for each in value]
    return {**value, step: _replaced(value[step], rest, change)} if step in value else value


def _leaves(value: Any, steps: Sequence[str]) -> Iterator[str]:
    if value is None or not steps:
        yield from () if value is None else (value,)
    elif steps[0] == "[]":
        for each in value:
            yield from _leaves(each, steps[1:])
    else:
        yield from _leaves(value.get(steps[0]), steps[1:])
