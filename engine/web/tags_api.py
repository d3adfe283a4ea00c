"""Tags of whatever has an ARN: TagResource, UntagResource, ListTagsForResource.

To read them takes the permission to view that kind of resource, to change them that to edit it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.directory import Directory, Kind, Resource
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.dispatch import Handler
from engine.web.resource_row import Row
from engine.web.shapes import Json

Given = Mapping[str, Any]

MAX_TAGS = 50
FLOWS = {Kind.CONTACT_FLOW: "ContactFlows", Kind.FLOW_MODULE: "ContactFlowModules"}
"""What the permissions begin with for kinds that have no row."""


class TagsApi:
    """Every operation raises Refused or RecordError."""

    def __init__(self, directory: Directory, rows: Iterable[Row]) -> None:
        self._directory = directory
        self._permissions = {row.kind: row.permission for row in rows} | FLOWS

    def handlers(self) -> dict[str, Handler]:
        return {
            "ListTagsForResource": self.list,
            "TagResource": self.tag,
            "UntagResource": self.untag,
        }

    async def list(self, caller: Caller, given: Given) -> Json:
        return {"tags": self._find(caller, given, "View").facts["Tags"]}

    async def tag(self, caller: Caller, given: Given) -> Json:
        def change(one: Resource) -> Json:
            tags = one.facts["Tags"] | given["tags"]
            if len(tags) > MAX_TAGS:
                raise Refused.invalid(f"tags: at most {MAX_TAGS} of a resource")
            return {"Tags": tags}

        return await self._change(caller, self._find(caller, given, "Edit"), change)

    async def untag(self, caller: Caller, given: Given) -> Json:
        def change(one: Resource) -> Json:
            return {"Tags": without(one.facts["Tags"], given["tagKeys"])}

        return await self._change(caller, self._find(caller, given, "Edit"), change)

    async def _change(
        self, caller: Caller, one: Resource, change: Callable[[Resource], Json]
    ) -> Json:
        def within(former: Resource) -> Json:
            changes = change(former)
            caller.reach.check_stays(one.kind, {**former.facts, **changes})
            return changes

        await self._directory.change(one.kind, one.id, within)
        return {}

    def _find(self, caller: Caller, given: Given, verb: str) -> Resource:
        arn, resources = given["resourceArn"], self._directory.resources
        for kind, permission in self._permissions.items():
            if arn.startswith(f"{resources.instance_arn}/{kind}/"):
                caller.need(f"{permission}.{verb}", f"the tags of a {kind.words}")
                found = resources.get(kind, arn)
                caller.reach.check(found)
                return found
        raise Refused.not_found(f"There is no resource with tags that has the ARN {arn}")


def without(tags: Mapping[str, str], keys: Iterable[str]) -> Json:
    gone = frozenset(keys)
    return {key: value for key, value in tags.items() if key not in gone}
