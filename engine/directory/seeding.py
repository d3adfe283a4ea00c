"""What every instance begins with, and what its configuration says, as resources. Pure.

A person of the configuration is a user with the name as id. What the API has changed about them
stays; a person who is gone from the configuration is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from config import Queue, Settings
from config.instance import ProfileQueue
from engine.directory.opening_hours import facts_of
from engine.directory.permission import DEFAULT_PROFILES
from engine.directory.resources import Kind, Origin, Resource, Resources
from engine.numbering import is_e164

PERSON = {"IdentityInfo": {}, "PhoneConfig": {"PhoneType": "DESK_PHONE"}, "Tags": {}}
NO_QUEUES = "No queues"
STATUSES = {"Available": "ROUTABLE", "Offline": "OFFLINE"}
"""Of agents, by name: their types."""
CALLER_NAME = "ConfiguredCallerName"
"""Fact of a queue: what the configuration said at the last start. No operation shows it."""


def seed(settings: Settings, there: Resources, now: datetime) -> Iterator[Resource]:
    """All but what came by the API and what is declared; what is there already as it was left."""
    for kind, identifier, name, facts in instance(there.instance_arn):
        yield kept(there, Resource(kind, identifier, name, facts, Origin.INSTANCE, now))
    for hours in settings.hours:
        yield _configured(Kind.HOURS_OF_OPERATION, hours.name, facts_of(hours), now)
    for queue in settings.queues:
        yield seeded_queue(there, queue, now)
    for number in settings.numbers:
        if is_e164(number.number):  # the others are extensions, which nobody outside can dial
            new = _configured(Kind.PHONE_NUMBER, number.number, {"Tags": {}}, now)
            yield kept(there, new)
    for profile, queues in routing_profiles(settings).items():
        served = [ProfileQueue(name=queue) for queue in queues]
        facts = profile_facts(served, 1, settings.chat.slots) | {"Tags": {}}
        yield _configured(Kind.ROUTING_PROFILE, profile, facts, now)
    yield from people(settings, there, now)


def instance(arn: str) -> Iterator[tuple[Kind, str, str, dict[str, Any]]]:
    """What there is without any configuration, by id and name."""
    alias = arn.rpartition("/")[2]
    facts: dict[str, Any] = {"Attributes": {}, "HierarchyStructure": {}, "Tags": {}}
    yield Kind.INSTANCE, alias, alias, facts
    for name, permissions in DEFAULT_PROFILES.items():
        yield Kind.SECURITY_PROFILE, name, name, {"Permissions": sorted(permissions), "Tags": {}}
    for order, (name, kind) in enumerate(STATUSES.items(), 1):
        facts = {"Type": kind, "State": "ENABLED", "DisplayOrder": order, "Tags": {}}
        yield Kind.AGENT_STATUS, name.lower(), name, facts


def seeded_queue(there: Resources, queue: Queue, now: datetime) -> Resource:
    """As it was left, but for a caller name that the configuration has changed since."""
    one = kept(there, _configured(Kind.QUEUE, queue.name, queue_facts(queue), now))
    if one.facts[CALLER_NAME] == queue.caller_name:
        return one
    caller = {
        **one.facts.get("OutboundCallerConfig", {}),
        "OutboundCallerIdName": queue.caller_name,
    }
    if not queue.caller_name:
        del caller["OutboundCallerIdName"]
    facts = {**one.facts, CALLER_NAME: queue.caller_name, "OutboundCallerConfig": caller}
    return replace(one, facts=facts)


def queue_facts(queue: Queue) -> dict[str, Any]:
    caller = {"OutboundCallerIdName": queue.caller_name} if queue.caller_name else {}
    return {
        **{"Status": "ENABLED", "QueueType": "STANDARD", "Tags": {}},
        CALLER_NAME: queue.caller_name,
        **({"HoursOfOperationId": queue.hours} if queue.hours else {}),
        **({"MaxContacts": queue.max_contacts} if queue.max_contacts is not None else {}),
        **({"OutboundCallerConfig": caller} if caller else {}),
    }


def profile_facts(queues: Sequence[ProfileQueue], calls: int, chats: int) -> dict[str, Any]:
    """So many at a time; each queue, here by its id, for both, unless there are none of them."""
    slots = {channel: n for channel, n in (("VOICE", calls), ("CHAT", chats)) if n}
    return {
        "QueueConfigs": [
            {
                "QueueReference": {"QueueId": each.name, "Channel": channel},
                "Priority": each.priority,
                "Delay": each.delay,
            }
            for channel in slots
            for each in queues
        ],
        "MediaConcurrencies": [
            {"Channel": channel, "Concurrency": most} for channel, most in slots.items()
        ],
    }


def people(settings: Settings, there: Resources, now: datetime) -> Iterator[Resource]:
    """Agents have the profile Agent, supervisors CallCenterManager and, for the phone, Agent."""
    for agent in settings.agents:
        yield user(there, agent.username, ["Agent"], agent.queues, now)
    for supervisor in settings.supervisors:
        yield user(there, supervisor.username, ["CallCenterManager", "Agent"], (), now)


def user(
    there: Resources, name: str, profiles: list[str], queues: tuple[str, ...], now: datetime
) -> Resource:
    """Which queues somebody serves is the configuration's to say, at each start."""
    facts = PERSON | {"SecurityProfileIds": profiles}
    found = kept(there, _configured(Kind.USER, name, facts, now))
    return replace(found, facts={**found.facts, "RoutingProfileId": profile_name(queues)})


def kept(there: Resources, new: Resource) -> Resource:
    """As it was left, if it is there; facts it did not have yet come from `new`."""
    former = there.find(new.kind, new.id)
    return replace(former, facts={**new.facts, **former.facts}) if former else new


def routing_profiles(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """One for each set of queues that an agent of the configuration serves, and one for none."""
    served = {(), *(agent.queues for agent in settings.agents)}
    return {profile_name(queues): queues for queues in sorted(served)}


def profile_name(queues: tuple[str, ...]) -> str:
    return ", ".join(queues) or NO_QUEUES


def _configured(kind: Kind, name: str, facts: Mapping[str, Any], now: datetime) -> Resource:
    return Resource(kind, name, name, facts, Origin.CONFIGURATION, now)
