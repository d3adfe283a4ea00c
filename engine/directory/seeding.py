"""What every instance begins with, and what its configuration says, as resources. Pure.

A person of the configuration is a user with the name as id. What the API has changed about them
stays; a person who is gone from the configuration is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from config import Settings
from engine.directory.permission import DEFAULT_PROFILES
from engine.directory.resources import Kind, Origin, Resource, Resources

PERSON = {"IdentityInfo": {}, "PhoneConfig": {"PhoneType": "DESK_PHONE"}, "Tags": {}}
NO_QUEUES = "No queues"


def seed(settings: Settings, there: Resources, now: datetime) -> Iterator[Resource]:
    """All that is to be, besides what came by the API; what is there already as it was left."""
    for name, permissions in DEFAULT_PROFILES.items():
        facts = {"Permissions": sorted(permissions), "Tags": {}}
        yield kept(there, Resource(Kind.SECURITY_PROFILE, name, name, facts, Origin.INSTANCE, now))
    for queue in settings.queues:
        yield kept(there, _configured(Kind.QUEUE, queue.name, {"Tags": {}}, now))
    for profile, queues in routing_profiles(settings).items():
        facts = {"QueueIds": list(queues), "Tags": {}}
        yield _configured(Kind.ROUTING_PROFILE, profile, facts, now)
    yield from people(settings, there, now)


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
