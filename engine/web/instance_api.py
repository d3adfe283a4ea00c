"""The instance itself: what it is, its attributes, the names of the levels of its hierarchy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.directory import Directory, Kind, Resource
from engine.directory.attributes import ALWAYS, attributes
from engine.directory.hierarchy import LEVELS, path
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.dispatch import Handler
from engine.web.paging import page
from engine.web.shapes import Json

Given = Mapping[str, Any]


class InstanceApi:
    """Every operation raises Refused or RecordError."""

    def __init__(self, directory: Directory) -> None:
        self._directory, self._resources = directory, directory.resources

    def handlers(self) -> dict[str, Handler]:
        return {
            "DescribeInstance": self.describe,
            "ListInstances": self.list,
            "DescribeInstanceAttribute": self.describe_attribute,
            "ListInstanceAttributes": self.list_attributes,
            "UpdateInstanceAttribute": self.update_attribute,
            "DescribeUserHierarchyStructure": self.describe_structure,
            "UpdateUserHierarchyStructure": self.update_structure,
        }

    async def describe(self, caller: Caller, given: Given) -> Json:
        return {"Instance": self._summary() | {"Tags": self._resources.instance.facts["Tags"]}}

    async def list(self, caller: Caller, given: Given) -> Json:
        """One engine is one instance."""
        return {"InstanceSummaryList": [self._summary()]}

    def _summary(self) -> Json:
        one = self._resources.instance
        return {
            "Id": one.id,
            "Arn": self._resources.arn(one),
            "IdentityManagementType": "CONNECT_MANAGED",
            "InstanceAlias": one.name,
            "InstanceStatus": "ACTIVE",
            "InboundCallsEnabled": True,
            "OutboundCallsEnabled": True,
        }

    async def describe_attribute(self, caller: Caller, given: Given) -> Json:
        name = given["AttributeType"]
        return {"Attribute": {"AttributeType": name, "Value": attributes(self._resources)[name]}}

    async def list_attributes(self, caller: Caller, given: Given) -> Json:
        found, token = page(sorted(attributes(self._resources).items()), given, lambda one: one)
        rows = [{"AttributeType": name, "Value": value} for name, value in found]
        return {"Attributes": rows, "NextToken": token}

    async def update_attribute(self, caller: Caller, given: Given) -> Json:
        name, value = given["AttributeType"], given["Value"].lower()
        if value not in ("true", "false"):
            raise Refused.invalid("Value: true or false is expected")
        if value != ALWAYS.get(name, value):
            raise Refused.invalid(f"{name} is always {ALWAYS[name]}")

        def change(one: Resource) -> Json:
            return {"Attributes": one.facts["Attributes"] | {name: value}}

        await self._change(change)
        return {}

    async def describe_structure(self, caller: Caller, given: Given) -> Json:
        one = self._resources.instance
        structure = one.facts["HierarchyStructure"]
        levels = {
            level: {
                "Id": level,
                "Arn": f"{self._resources.instance_arn}/agent-group-level/{level}",
                "Name": structure[level]["Name"],
                "LastModifiedTime": one.modified,
            }
            for level in LEVELS
            if level in structure
        }
        return {"HierarchyStructure": levels}

    async def update_structure(self, caller: Caller, given: Given) -> Json:
        """The levels it has from now on: without a gap, and as many as there are groups on."""
        wanted = given["HierarchyStructure"]
        if [*wanted] != [*LEVELS[: len(wanted)]]:
            raise Refused.invalid("HierarchyStructure: the levels from LevelOne on, without a gap")

        def change(_: Resource) -> Json:
            for group in self._resources.all(Kind.HIERARCHY_GROUP):
                if len(path(group, self._resources)) > len(wanted):
                    text = f"The group {group.name} is on a level that would be gone"
                    raise Refused(409, "ResourceInUseException", text)
            return {"HierarchyStructure": wanted}

        await self._change(change)
        return {}

    async def _change(self, change: Any) -> None:
        await self._directory.change(Kind.INSTANCE, self._resources.instance.id, change)
