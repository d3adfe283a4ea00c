"""Security profiles as Connect's API has them; routing profiles and queues can be listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.directory import Directory, Kind, Origin, Resource
from engine.directory.permission import PERMISSIONS
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.criteria import Field, search
from engine.web.dispatch import Handler
from engine.web.paging import page
from engine.web.shapes import Json
from engine.web.users_api import check_grant

Given = Mapping[str, Any]

UNSUPPORTED = (
    *("AllowedAccessControlTags", "TagRestrictedResources", "HierarchyRestrictedResources"),
    *("AllowedAccessControlHierarchyGroupId", "Applications", "AllowedFlowModules"),
    *("AllowedAIAgents", "GranularAccessControlConfiguration"),
)
"""What would restrict a user and is not enforced yet; taking it would be a promise not kept."""

FIELDS: Mapping[str, Field] = {
    "name": lambda profile: profile.name,
    "description": lambda profile: str(profile.facts.get("Description", "")),
    "resourceId": lambda profile: profile.id,
}


class ProfilesApi:
    """Every operation raises Refused or RecordError."""

    def __init__(self, directory: Directory) -> None:
        self._directory, self._resources = directory, directory.resources

    def handlers(self) -> dict[str, Handler]:
        return {
            "CreateSecurityProfile": self.create,
            "DeleteSecurityProfile": self.delete,
            "DescribeSecurityProfile": self.describe,
            "ListQueues": self.list_queues,
            "ListRoutingProfiles": self.list_routing_profiles,
            "ListSecurityProfilePermissions": self.list_permissions,
            "ListSecurityProfiles": self.list,
            "SearchSecurityProfiles": self.search,
            "UpdateSecurityProfile": self.update,
        }

    async def create(self, caller: Caller, given: Given) -> Json:
        facts: Json = {"Permissions": [], "Tags": {}} | checked(caller, given)
        if "Tags" in given:
            facts["Tags"] = given["Tags"]
        name = given["SecurityProfileName"]
        profile = await self._directory.create(Kind.SECURITY_PROFILE, name, facts)
        return {
            "SecurityProfileId": profile.id,
            "SecurityProfileArn": self._resources.arn(profile),
        }

    async def update(self, caller: Caller, given: Given) -> Json:
        """A default profile can be changed too, as in Connect; Admin keeps its permissions."""
        profile = self._resources.get(Kind.SECURITY_PROFILE, given["SecurityProfileId"])
        if profile.id == "Admin":
            raise Refused.invalid("Admin cannot be changed, or nobody could change anything back")
        await self._directory.change(profile.kind, profile.id, checked(caller, given))
        return {}

    async def delete(self, caller: Caller, given: Given) -> Json:
        await self._directory.delete(Kind.SECURITY_PROFILE, given["SecurityProfileId"], self._users)
        return {}

    async def describe(self, caller: Caller, given: Given) -> Json:
        profile = self._resources.get(Kind.SECURITY_PROFILE, given["SecurityProfileId"])
        shown = self._summary(profile) | {"LastModifiedTime": profile.modified}
        return {"SecurityProfile": shown}

    async def list_permissions(self, caller: Caller, given: Given) -> Json:
        profile = self._resources.get(Kind.SECURITY_PROFILE, given["SecurityProfileId"])
        return {
            "Permissions": profile.facts["Permissions"],
            "LastModifiedTime": profile.modified,
        }

    async def list(self, caller: Caller, given: Given) -> Json:
        return self._list(Kind.SECURITY_PROFILE, "SecurityProfileSummaryList", given)

    async def list_routing_profiles(self, caller: Caller, given: Given) -> Json:
        return self._list(Kind.ROUTING_PROFILE, "RoutingProfileSummaryList", given)

    async def list_queues(self, caller: Caller, given: Given) -> Json:
        return self._list(Kind.QUEUE, "QueueSummaryList", given)

    async def search(self, caller: Caller, given: Given) -> Json:
        found = search(self._resources.all(Kind.SECURITY_PROFILE), given, FIELDS)
        profiles, token = page(found, given)
        rows = [self._summary(profile) for profile in profiles]
        return {"SecurityProfiles": rows, "NextToken": token, "ApproximateTotalCount": len(found)}

    def _list(self, kind: Kind, member: str, given: Given) -> Json:
        found, token = page(self._resources.all(kind), given)
        rows = [
            {
                "Id": one.id,
                "Arn": self._resources.arn(one),
                "Name": one.name,
                "LastModifiedTime": one.modified,
            }
            for one in found
        ]
        return {member: rows, "NextToken": token}

    def _summary(self, profile: Resource) -> Json:
        return {
            "Id": profile.id,
            "Arn": self._resources.arn(profile),
            "SecurityProfileName": profile.name,
            "Description": profile.facts.get("Description"),
            "Tags": profile.facts["Tags"],
            "Type": "AWS_MANAGED" if profile.origin is Origin.INSTANCE else "CUSTOMER_MANAGED",
        }

    def _users(self, profile: Resource) -> Iterator[Resource]:
        for user in self._resources.all(Kind.USER):
            if profile.id in user.facts["SecurityProfileIds"]:
                yield user


def checked(caller: Caller, given: Given) -> Json:
    """Description and permissions: known ones, and none that the caller does not have."""
    if ignored := [name for name in UNSUPPORTED if given.get(name)]:
        raise Refused.invalid(f"{', '.join(ignored)}: not implemented by Earshot, so not taken")
    facts = {name: given[name] for name in ("Description",) if name in given}
    if "Permissions" in given:
        wanted = given["Permissions"]
        if unknown := sorted(set(wanted) - PERMISSIONS):
            text = f"Permissions: there is no {', '.join(unknown)}"
            raise Refused(400, "InvalidParameterException", text)
        check_grant(caller, wanted)
        facts["Permissions"] = sorted(set(wanted))
    return facts
