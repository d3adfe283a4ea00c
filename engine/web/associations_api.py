"""What belongs to what: the queues of a routing profile, the quick connects of a queue.

Also the permissions of a security profile, which are listed the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.directory import Directory, Kind, Resource, place
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.dispatch import Handler
from engine.web.paging import page
from engine.web.routing_rules import quick_connect_type
from engine.web.shapes import Json

Given = Mapping[str, Any]
Served = tuple[str, str]
"""A queue by its id, and the channel it is served on."""

MAX_QUEUES = 100  # of a routing profile, each channel counted
MAX_QUICK_CONNECTS = 700  # of a queue


class AssociationsApi:
    """Every operation raises Refused or RecordError."""

    def __init__(self, directory: Directory) -> None:
        self._directory, self._resources = directory, directory.resources

    def handlers(self) -> dict[str, Handler]:
        return {
            "AssociateRoutingProfileQueues": self.associate_queues,
            "DisassociateRoutingProfileQueues": self.disassociate_queues,
            "UpdateRoutingProfileQueues": self.update_queues,
            "ListRoutingProfileQueues": self.list_queues,
            "AssociateQueueQuickConnects": self.associate_quick_connects,
            "DisassociateQueueQuickConnects": self.disassociate_quick_connects,
            "ListQueueQuickConnects": self.list_quick_connects,
            "ListSecurityProfilePermissions": self.list_permissions,
        }

    async def associate_queues(self, caller: Caller, given: Given) -> Json:
        """One that is served already is served as it says now."""
        _check_automatic(given, "ManualAssignmentQueueConfigs")
        return await self._configure(given, new=True)

    async def update_queues(self, caller: Caller, given: Given) -> Json:
        return await self._configure(given, new=False)

    async def _configure(self, given: Given, *, new: bool) -> Json:
        configs = {
            self._served(one["QueueReference"]): one for one in given.get("QueueConfigs", ())
        }

        def change(profile: Resource) -> Json:
            kept = {self._served(one["QueueReference"]): one for one in _configs(profile)}
            if missing := [queue for queue, _ in configs.keys() - kept.keys()]:
                if not new:
                    text = f"{profile.name} does not have the queue {min(missing)}"
                    raise Refused.not_found(text)
            if len(kept | configs) > MAX_QUEUES:
                raise Refused.invalid(f"A routing profile has at most {MAX_QUEUES} queues")
            return {"QueueConfigs": [*(kept | configs).values()]}

        await self._directory.change(Kind.ROUTING_PROFILE, given["RoutingProfileId"], change)
        return {}

    async def disassociate_queues(self, caller: Caller, given: Given) -> Json:
        """Those that it does not have are as good as gone."""
        _check_automatic(given, "ManualAssignmentQueueReferences")
        gone = {self._served(one) for one in given.get("QueueReferences", ())}

        def change(profile: Resource) -> Json:
            kept = [
                one for one in _configs(profile) if self._served(one["QueueReference"]) not in gone
            ]
            return {"QueueConfigs": kept}

        await self._directory.change(Kind.ROUTING_PROFILE, given["RoutingProfileId"], change)
        return {}

    async def list_queues(self, caller: Caller, given: Given) -> Json:
        profile = self._resources.get(Kind.ROUTING_PROFILE, given["RoutingProfileId"])
        rows = sorted(map(self._queue_row, _configs(profile)), key=_queue_place)
        found, token = page(rows, given, _queue_place)
        return {
            "RoutingProfileQueueConfigSummaryList": found,
            "NextToken": token,
            "LastModifiedTime": profile.modified,
        }

    def _queue_row(self, config: Given) -> Json:
        queue = self._resources.get(Kind.QUEUE, config["QueueReference"]["QueueId"])
        return {
            "QueueId": queue.id,
            "QueueArn": self._resources.arn(queue),
            "QueueName": queue.name,
            "Priority": config["Priority"],
            "Delay": config["Delay"],
            "Channel": config["QueueReference"]["Channel"],
        }

    def _served(self, reference: Given) -> Served:
        return self._resources.get(Kind.QUEUE, reference["QueueId"]).id, reference["Channel"]

    async def associate_quick_connects(self, caller: Caller, given: Given) -> Json:
        wanted = self._quick_connects(given["QuickConnectIds"])

        def change(queue: Resource) -> Json:
            ids = {one: None for one in (*queue.facts.get("QuickConnectIds", ()), *wanted)}
            if len(ids) > MAX_QUICK_CONNECTS:
                text = f"A queue has at most {MAX_QUICK_CONNECTS} quick connects"
                raise Refused(429, "LimitExceededException", text)
            return {"QuickConnectIds": [*ids]}

        await self._directory.change(Kind.QUEUE, given["QueueId"], change)
        return {}

    async def disassociate_quick_connects(self, caller: Caller, given: Given) -> Json:
        gone = self._quick_connects(given["QuickConnectIds"])

        def change(queue: Resource) -> Json:
            ids = queue.facts.get("QuickConnectIds", ())
            return {"QuickConnectIds": [one for one in ids if one not in gone]}

        await self._directory.change(Kind.QUEUE, given["QueueId"], change)
        return {}

    def _quick_connects(self, references: Sequence[str]) -> list[str]:
        return [self._resources.get(Kind.QUICK_CONNECT, one).id for one in references]

    async def list_quick_connects(self, caller: Caller, given: Given) -> Json:
        queue = self._resources.get(Kind.QUEUE, given["QueueId"])
        ids = queue.facts.get("QuickConnectIds", ())
        there = sorted((self._resources.get(Kind.QUICK_CONNECT, one) for one in ids), key=place)
        found, token = page(there, given, place)
        rows = [
            {
                "Id": one.id,
                "Arn": self._resources.arn(one),
                "Name": one.name,
                "QuickConnectType": quick_connect_type(one, self._resources),
                "LastModifiedTime": one.modified,
            }
            for one in found
        ]
        return {
            "QuickConnectSummaryList": rows,
            "NextToken": token,
            "LastModifiedTime": queue.modified,
        }

    async def list_permissions(self, caller: Caller, given: Given) -> Json:
        profile = self._resources.get(Kind.SECURITY_PROFILE, given["SecurityProfileId"])
        found, token = page(profile.facts["Permissions"], given, lambda one: (one, ""))
        return {
            "Permissions": found,
            "NextToken": token,
            "LastModifiedTime": profile.modified,
        }


def _configs(profile: Resource) -> list[Json]:
    configs: list[Json] = profile.facts["QueueConfigs"]
    return configs


def _queue_place(row: Json) -> tuple[str, str]:
    return row["QueueName"].casefold(), f"{row['QueueId']} {row['Channel']}"


def _check_automatic(given: Given, member: str) -> None:
    """Contacts are assigned by the router alone. Raises Refused."""
    if given.get(member):
        raise Refused.invalid(f"{member}: not implemented by Earshot, so not taken")
