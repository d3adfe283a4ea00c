"""What the input of an operation names: whoever asks has to reach it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.directory import Kind, Resources
from engine.web.caller import Caller

NAMED: Mapping[str, Kind] = {
    "AgentIds": Kind.USER,
    "AgentStatusId": Kind.AGENT_STATUS,
    "Agents": Kind.USER,
    "ContactFlowId": Kind.CONTACT_FLOW,
    "ContactFlowModuleId": Kind.FLOW_MODULE,
    "DefaultOutboundQueueId": Kind.QUEUE,
    "HoursOfOperationId": Kind.HOURS_OF_OPERATION,
    "OutboundCallerIdNumberId": Kind.PHONE_NUMBER,
    "OutboundFlowId": Kind.CONTACT_FLOW,
    "PhoneNumberId": Kind.PHONE_NUMBER,
    "PromptId": Kind.PROMPT,
    "QueueId": Kind.QUEUE,
    "QueueIds": Kind.QUEUE,
    "Queues": Kind.QUEUE,
    "QuickConnectId": Kind.QUICK_CONNECT,
    "QuickConnectIds": Kind.QUICK_CONNECT,
    "RoutingProfileId": Kind.ROUTING_PROFILE,
    "RoutingProfiles": Kind.ROUTING_PROFILE,
    "SecurityProfileId": Kind.SECURITY_PROFILE,
    "SecurityProfileIds": Kind.SECURITY_PROFILE,
    "UserId": Kind.USER,
}
"""Members with an id or ARN, or a list of them, at whatever depth."""
ALIAS = ":$"  # begins what may stand behind the id of a flow


def check_named(caller: Caller, given: Mapping[str, Any], resources: Resources) -> None:
    """Raises Refused. What there is not, is for the operation to say."""
    if caller.reach.restrictions:
        for kind, reference in _references(given):
            if found := resources.find(kind, reference.partition(ALIAS)[0]):
                caller.reach.check(found)


def _references(value: Any) -> Iterator[tuple[Kind, str]]:
    if isinstance(value, list):
        for each in value:
            yield from _references(each)
    elif isinstance(value, Mapping):
        for name, member in value.items():
            if kind := NAMED.get(name):
                listed = member if isinstance(member, list) else [member]
                yield from ((kind, each) for each in listed if isinstance(each, str))
            yield from _references(member)
