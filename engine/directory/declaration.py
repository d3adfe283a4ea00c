"""What the instance file declares, made resources beside those of `seeding`. Pure.

The name is the id. What the file can say of a resource is as it says at each start; what else the
API has said of it stays. What is gone from the file is gone, but where something still names it:
that is the API's from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from config import ConfigError, Problem, Settings
from config.instance import (
    AgentStatus,
    HierarchyGroup,
    Instance,
    QuickConnect,
    RoutingProfile,
    SecurityProfile,
)
from config.problems import Place, did_you_mean, key_of
from engine.directory.hierarchy import LEVELS, levels, path
from engine.directory.permission import PERMISSIONS
from engine.directory.references import referring
from engine.directory.resources import LIMITS, Kind, Origin, Resource, Resources
from engine.directory.seeding import STATUSES, profile_facts, seed

Facts = dict[str, Any]


def wanted(
    settings: Settings, there: Resources, now: datetime, files: Iterable[Resource] = ()
) -> list[Resource]:
    """All that is to be besides what came by the API. Flows are in the `files`.

    Raises ConfigError with every problem of the instance file.
    """
    instance = settings.instance
    seeds = [_structured(one, instance) for one in (*seed(settings, there, now), *files)]
    names = Names([*(one for one in there.every() if one.origin is Origin.API), *seeds])
    names.problems += taken(instance, seeds)
    declared = [
        _aligned(there, table.kind, row.name, table.facts(names, (key, n), row), now)
        for key, table in TABLES.items()
        for n, row in enumerate(getattr(instance, key))
    ]
    after = _after(there, [*seeds, *declared])
    left = list(_still_named(there, after))
    names.problems += beyond(instance, after)
    if names.problems:
        source = str(settings.directory.instance_file or "")
        raise ConfigError(Problem(source, key_of(at), reason) for at, reason in names.problems)
    return [*seeds, *declared, *left]


class Names:
    """What the file may name; `problems` grow with what it names that is not there."""

    def __init__(self, known: Iterable[Resource]) -> None:
        self._ids: dict[Kind, dict[str, str]] = {kind: {} for kind in Kind}
        for one in known:
            self._ids[one.kind][one.name] = one.id
        self.problems: list[tuple[Place, str]] = []

    def check(self, words: str, name: str, known: Collection[str], place: Place) -> None:
        if name not in known:
            reason = f"there is no {words} {name!r}{did_you_mean(name, known)}"
            self.problems.append((place, reason))

    def id(self, kind: Kind, name: str, place: Place) -> str:
        """The name itself where there is no such resource: then nothing comes of it."""
        known = self._ids[kind]
        self.check(kind.words, name, known, place)
        return known.get(name, name)


def group_facts(names: Names, place: Place, group: HierarchyGroup) -> Facts:
    """The parent is in the file, so its name is its id."""
    return {"ParentGroupId": group.parent}


def security_facts(names: Names, place: Place, profile: SecurityProfile) -> Facts:
    for n, permission in enumerate(profile.permissions):
        names.check("permission", permission, PERMISSIONS, (*place, "permissions", n))
    granted = sorted(set(profile.permissions))
    return {"Description": profile.description or None, "Permissions": granted}


def routing_facts(names: Names, place: Place, profile: RoutingProfile) -> Facts:
    queues = [
        each.model_copy(update={"name": names.id(Kind.QUEUE, each.name, (*place, "queues", n))})
        for n, each in enumerate(profile.queues)
    ]
    outbound = profile.outbound_queue
    return {
        **profile_facts(queues, profile.calls, profile.chats),
        "Description": profile.description or None,
        "DefaultOutboundQueueId": outbound
        and names.id(Kind.QUEUE, outbound, (*place, "outbound_queue")),
    }


def status_facts(names: Names, place: Place, status: AgentStatus) -> Facts:
    """After those that every instance has, in the order of the file."""
    return {
        "Type": "CUSTOM",
        "State": status.state,
        "Description": status.description or None,
        "DisplayOrder": len(STATUSES) + 1 + int(place[-1]),
    }


def quick_facts(names: Names, place: Place, quick: QuickConnect) -> Facts:
    config = destination(names, place, quick)
    return {"Description": quick.description or None, "QuickConnectConfig": config}


def destination(names: Names, place: Place, quick: QuickConnect) -> Facts:
    if quick.phone_number is not None:
        config = {"PhoneNumber": quick.phone_number}
        return {"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": config}
    assert quick.flow is not None
    flow = {"ContactFlowId": names.id(Kind.CONTACT_FLOW, quick.flow, (*place, "flow"))}
    if quick.user is not None:
        user = names.id(Kind.USER, quick.user, (*place, "user"))
        return {"QuickConnectType": "USER", "UserConfig": {"UserId": user, **flow}}
    if quick.queue is not None:
        queue = names.id(Kind.QUEUE, quick.queue, (*place, "queue"))
        return {"QuickConnectType": "QUEUE", "QueueConfig": {"QueueId": queue, **flow}}
    return {"QuickConnectType": "FLOW", "FlowConfig": flow}


class Table(NamedTuple):
    kind: Kind
    facts: Callable[[Names, Place, Any], Facts]
    """Of one of its rows, at a place of the file; what is None has no such member."""


TABLES: Mapping[str, Table] = {
    "hierarchy_groups": Table(Kind.HIERARCHY_GROUP, group_facts),
    "security_profiles": Table(Kind.SECURITY_PROFILE, security_facts),
    "routing_profiles": Table(Kind.ROUTING_PROFILE, routing_facts),
    "agent_statuses": Table(Kind.AGENT_STATUS, status_facts),
    "quick_connects": Table(Kind.QUICK_CONNECT, quick_facts),
}


def taken(instance: Instance, seeds: Iterable[Resource]) -> Iterator[tuple[Place, str]]:
    """Where the file has what every instance has, or what the configuration makes."""
    there = {(one.kind, text) for one in seeds for text in (one.id, one.name)}
    for key, table in TABLES.items():
        for n, row in enumerate(getattr(instance, key)):
            if (table.kind, row.name) in there:
                yield (key, n, "name"), f"the {table.kind.words} {row.name!r} is there anyway"


def beyond(instance: Instance, after: Resources) -> Iterator[tuple[Place, str]]:
    """Where it would be more, with what came by the API, than an instance can have."""
    for key, table in TABLES.items():
        if getattr(instance, key) and len(after.all(table.kind)) > LIMITS[table.kind]:
            yield (key,), f"an instance has at most {LIMITS[table.kind]}, those of the API too"
    for group in after.all(Kind.HIERARCHY_GROUP) if instance.levels else ():
        if len(path(group, after)) > len(levels(after)):
            yield ("levels",), f"the group {group.name!r} is on a level that would be gone"


def _structured(one: Resource, instance: Instance) -> Resource:
    if one.kind is not Kind.INSTANCE or not instance.levels:
        return one
    named = {level: {"Name": name} for level, name in zip(LEVELS, instance.levels, strict=False)}
    return replace(one, facts={**one.facts, "HierarchyStructure": named})


def _aligned(there: Resources, kind: Kind, name: str, said: Facts, now: datetime) -> Resource:
    former = there.find(kind, name)
    before = former.facts if former else {"Tags": {}}
    members = {**before, **said}
    facts = {member: value for member, value in members.items() if value is not None}
    new = Resource(kind, name, name, facts, Origin.CONFIGURATION, now)
    if former and (former.name, former.facts) == (name, facts):
        return replace(new, modified=former.modified)
    return new


def _after(there: Resources, given: Iterable[Resource]) -> Resources:
    """What is given, and what came by the API. Where a name is there twice, the first one has it
    here: the directory refuses both."""
    after = Resources(there.instance_arn)
    for one in (*given, *(each for each in there.every() if each.origin is Origin.API)):
        if not after.find(one.kind, one.id) and not after.named(one.kind, one.name):
            after.put(one)
    return after


def _still_named(there: Resources, after: Resources) -> Iterator[Resource]:
    """Those that only another one that stays has a need of; they stay `after` that."""
    kinds = [table.kind for table in TABLES.values()]
    gone = [one for kind in kinds for one in there.all(kind) if not after.find(kind, one.id)]
    while named := [one for one in gone if next(referring(one, after), None)]:
        gone = [one for one in gone if one not in named]
        for one in named:
            if not after.named(one.kind, one.name):
                after.put(replace(one, origin=Origin.API))
                yield replace(one, origin=Origin.API)
