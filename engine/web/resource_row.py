"""How the API speaks of a kind of resource: the words of its operations and members, its own rules.

Pure. Which shapes the answers have, the service model says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from engine.directory import Kind, Resource, Resources
from engine.web.caller import Caller
from engine.web.criteria import Field
from engine.web.shapes import Json

Check = Callable[[Caller, Json, Resource | None], Json]
"""What a caller gives of a resource, and what there is (None: it is new), to what is kept of it.

Raises Refused."""
Computed = Callable[[Resource, Resources], Any]
"""A member that follows from what is kept."""
Hold = Callable[[Resource], str]
"""Why it cannot be deleted now; empty where nothing is in the way."""
Secrets = Callable[[str, Mapping[str, Any]], Mapping[str, str]]
"""By name and input of Create, what is kept and never answered."""

SEARCHED: Mapping[str, Field] = {
    "name": lambda one: one.name,
    "description": lambda one: str(one.facts.get("Description", "")),
    "resourceID": lambda one: one.id,
}


def as_given(_: Caller, given: Json, former: Resource | None) -> Json:
    return given


@dataclass(frozen=True, slots=True)
class Row:
    kind: Kind
    noun: str
    """As in CreateQueue, DescribeQueue, DeleteQueue."""
    plural: str
    """As in ListQueues, SearchQueues."""
    id: str
    """The member with its id in inputs: `QueueId`."""
    permission: str
    """What its permissions begin with: `Queues` of Queues.View, Queues.Create, Queues.Edit."""
    name: str = "Name"
    """The member with its name in inputs."""
    updates: tuple[str, ...] = ()
    """Operations that change the members they are given."""
    clearing: tuple[str, ...] = ()
    """Those that also take away what they are not given."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    check: Check = as_given
    computed: Mapping[str, Computed] = field(default_factory=dict)
    unsupported: tuple[str, ...] = ()
    """Members that would have no effect: taking them would be a promise not kept."""
    secrets: Secrets = lambda name, given: {}
    held: Hold = lambda one: ""
    searched: Mapping[str, Field] = field(default_factory=lambda: SEARCHED)
    alias: str = ""
    """What may stand behind its id, and means nothing where only the resource is meant."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """Members of List's input that hold what is wanted, to the member with the value."""


def shown(row: Row, one: Resource, resources: Resources, shape: Shape) -> Json:
    """A resource in any of the shapes that the model has for it."""
    instance = resources.instance_arn
    arn, stem = resources.arn(one), row.id.removesuffix("Id")
    members = {
        **one.facts,
        **{"Id": one.id, row.id: one.id, "InstanceId": instance.rpartition("/")[2]},
        **{"Arn": arn, f"{stem}Arn": arn, f"{stem}ARN": arn},
        **{"Name": one.name, row.name: one.name},
        **{"LastModifiedTime": one.modified, "LastModifiedRegion": instance.split(":")[3]},
    }
    for name in row.computed.keys() & getattr(shape, "members", {}).keys():
        members[name] = row.computed[name](one, resources)
    found = fitted(shape, members)
    assert isinstance(found, dict)
    return found


def fitted(shape: Shape, value: Any) -> Any:
    """What of a value the shape has a member for, at every depth."""
    match shape:
        case StructureShape():
            members = shape.members
            return {name: fitted(members[name], value[name]) for name in members if name in value}
        case ListShape():
            return [fitted(shape.member, each) for each in value]
        case _:
            return value


def listed(shape: StructureShape) -> tuple[str, Shape]:
    """The one member of an answer that is a list, and the shape of what is in it."""
    [(name, found)] = [
        (name, member.member)
        for name, member in shape.members.items()
        if isinstance(member, ListShape)
    ]
    return name, found


def described(shape: StructureShape) -> tuple[str, Shape]:
    """The one member of an answer that is a structure."""
    [found] = [each for each in shape.members.items() if isinstance(each[1], StructureShape)]
    return found
