"""The resources of an instance in memory: found by id, by ARN and by name. Pure.

A resource is what the API's Describe operation tells of it, in the API's own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any

from engine.refused import Refused


class Kind(StrEnum):
    """The value is the word for it in an ARN."""

    INSTANCE = "instance"
    USER = "agent"
    SECURITY_PROFILE = "security-profile"
    HIERARCHY_GROUP = "agent-group"
    ROUTING_PROFILE = "routing-profile"
    QUEUE = "queue"
    HOURS_OF_OPERATION = "operating-hours"
    AGENT_STATUS = "agent-state"
    QUICK_CONNECT = "transfer-destination"
    ACCESS_KEY = "access-key"
    CONTACT_FLOW = "contact-flow"
    FLOW_MODULE = "flow-module"
    PHONE_NUMBER = "phone-number"
    PROMPT = "prompt"

    @property
    def words(self) -> str:
        return self.name.lower().replace("_", " ")


LIMITS: Mapping[Kind, int] = {
    Kind.INSTANCE: 1,
    Kind.USER: 10_000,
    Kind.SECURITY_PROFILE: 500,
    Kind.HIERARCHY_GROUP: 500,
    Kind.ROUTING_PROFILE: 500,
    Kind.QUEUE: 1_000,
    Kind.HOURS_OF_OPERATION: 200,
    Kind.AGENT_STATUS: 50,
    Kind.QUICK_CONNECT: 1_000,
    Kind.ACCESS_KEY: 20_000,
    Kind.CONTACT_FLOW: 1_000,
    Kind.FLOW_MODULE: 1_000,
    Kind.PHONE_NUMBER: 1_000,
    Kind.PROMPT: 500,
}
"""Of each kind an instance has at most so many."""


class Origin(Enum):
    """Who says that it exists. Only what came by the API can be deleted by it."""

    INSTANCE = "instance"
    CONFIGURATION = "configuration"
    API = "api"


@dataclass(frozen=True, slots=True)
class Resource:
    kind: Kind
    id: str
    name: str
    facts: Mapping[str, Any]
    """Members of the shape that Describe answers, without ids and name."""
    origin: Origin
    modified: datetime
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What no operation answers: digests of a password."""
    version: int = 1
    """One more with each change."""


DUPLICATE = "DuplicateResourceException"


def taken(kind: Kind, name: str) -> Refused:
    return Refused(409, DUPLICATE, f"There is a {kind.words} {name} already")


def place(one: Resource) -> tuple[str, str]:
    """Where it stands in a list of its kind: by name."""
    return one.name.casefold(), one.id


class Resources:
    """All of them. References are ids or ARNs."""

    def __init__(self, instance_arn: str, given: Iterable[Resource] = ()) -> None:
        self.instance_arn = instance_arn
        self._by_id: dict[Kind, dict[str, Resource]] = {kind: {} for kind in Kind}
        self._ids: dict[tuple[Kind, str], str] = {}  # by name
        for one in given:
            self.put(one)

    @property
    def instance(self) -> Resource:
        """The instance itself."""
        return self.get(Kind.INSTANCE, self.instance_arn.rpartition("/")[2])

    def arn(self, one: Resource) -> str:
        if one.kind is Kind.INSTANCE:
            return self.instance_arn
        return f"{self.instance_arn}/{one.kind}/{one.id}"

    def find(self, kind: Kind, reference: str) -> Resource | None:
        return self._by_id[kind].get(reference.removeprefix(f"{self.instance_arn}/{kind}/"))

    def get(self, kind: Kind, reference: str) -> Resource:
        """Raises Refused: there is none."""
        found = self.find(kind, reference)
        if found is None:
            raise Refused.not_found(f"There is no {kind.words} {reference}")
        return found

    def named(self, kind: Kind, name: str) -> Resource | None:
        return self._by_id[kind].get(self._ids.get((kind, name), ""))

    def every(self) -> Iterator[Resource]:
        """Of all kinds, in no order."""
        for ones in self._by_id.values():
            yield from ones.values()

    def all(self, kind: Kind) -> list[Resource]:
        """In their places."""
        return sorted(self._by_id[kind].values(), key=place)

    def check_new(self, kind: Kind, name: str) -> None:
        """Raises Refused where the name is taken or there are too many."""
        self.check_name(kind, name)
        if len(self._by_id[kind]) >= LIMITS[kind]:
            text = f"An instance has at most {LIMITS[kind]} of the kind {kind.words}"
            raise Refused(429, "LimitExceededException", text)

    def check_name(self, kind: Kind, name: str, but: str = "") -> None:
        """Raises Refused where it is the name of another one than that with the id `but`."""
        if (there := self.named(kind, name)) and there.id != but:
            raise taken(kind, name)

    def put(self, one: Resource) -> None:
        """New, or in place of the one with its id; the name was checked."""
        self.remove(one)
        there = self.named(one.kind, one.name)
        assert there is None, f"two of kind {one.kind} are named {one.name}"
        self._by_id[one.kind][one.id] = one
        self._ids[one.kind, one.name] = one.id

    def remove(self, one: Resource) -> None:
        if former := self._by_id[one.kind].pop(one.id, None):
            del self._ids[one.kind, former.name]

    # What a user may do and which queues they serve ------------------------------------------

    def permissions(self, user: Resource) -> frozenset[str]:
        """All that any of the user's security profiles grants."""
        ids = user.facts["SecurityProfileIds"]
        profiles = [one for id_ in ids if (one := self.find(Kind.SECURITY_PROFILE, id_))]
        return frozenset(name for one in profiles for name in one.facts["Permissions"])
