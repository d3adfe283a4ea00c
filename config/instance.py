"""What an operator declares of the instance besides people, queues and numbers. Pure.

It stands in a file of its own, without secrets. Words and limits are those of Amazon Connect's
API; whatever is named is named by its name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.section import E164, Name, Section

ResourceName = Annotated[str, Field(min_length=1, max_length=127)]
Description = Annotated[str, Field(max_length=250)]
MAX_LEVELS = 5


class DirectorySettings(Section):
    instance_file: Path | None = None
    """Has all of Instance; None is `instance.toml` beside the configuration, if there is one."""


class HierarchyGroup(Section):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    parent: str | None = None
    """A group that stands above this one in the file; without one it is on the first level."""


class SecurityProfile(Section):
    name: Annotated[str, Field(pattern=r"^[ a-zA-Z0-9_@-]{1,127}$")]
    description: Description = ""
    permissions: tuple[str, ...] = ()


class ProfileQueue(Section):
    name: str
    priority: Annotated[int, Field(ge=1, le=99)] = 1
    """Contacts of priority 1 go before those of 2."""
    delay: Annotated[int, Field(ge=0, le=9999)] = 0
    """Who has waited less than so many seconds is left to others."""


class RoutingProfile(Section):
    name: ResourceName
    description: Description = ""
    calls: Annotated[int, Field(ge=0, le=1)] = 1
    chats: Annotated[int, Field(ge=0, le=10)] = 0
    """At a time. Each queue is served for both, unless there are none of them."""
    queues: tuple[ProfileQueue, ...] = ()
    outbound_queue: str | None = None
    """Calls to the outside are made for it."""

    @model_validator(mode="after")
    def _each_queue_once(self) -> Self:
        if len({each.name for each in self.queues}) < len(self.queues):
            raise ValueError("each queue once in queues")
        return self


class AgentStatus(Section):
    name: ResourceName
    description: Description = ""
    state: Literal["ENABLED", "DISABLED"] = "ENABLED"


class QuickConnect(Section):
    name: ResourceName
    description: Description = ""
    user: Name | None = None
    queue: Name | None = None
    phone_number: E164 | None = None
    flow: Name | None = None
    """Runs when somebody is transferred there."""

    @model_validator(mode="after")
    def _one_destination(self) -> Self:
        members = ("user", "queue", "phone_number", "flow")
        given = {name for name in members if getattr(self, name) is not None}
        if given not in ({"phone_number"}, {"flow"}, {"flow", "user"}, {"flow", "queue"}):
            raise ValueError("a phone_number, or a flow, or a flow and either a user or a queue")
        return self


class Instance(Section):
    levels: Annotated[tuple[Name, ...], Field(max_length=MAX_LEVELS)] = ()
    """Of the hierarchy, from the top; empty: those that it has."""
    hierarchy_groups: tuple[HierarchyGroup, ...] = ()
    security_profiles: tuple[SecurityProfile, ...] = ()
    routing_profiles: tuple[RoutingProfile, ...] = ()
    agent_statuses: tuple[AgentStatus, ...] = ()
    """In the order in which agents see them."""
    quick_connects: tuple[QuickConnect, ...] = ()
