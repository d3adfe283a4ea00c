"""Users: Create, Describe, Update, Delete, List, Search, as Connect's API has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.directory import Directory, Kind, Resource
from engine.refused import Refused
from engine.web.caller import OWN_ONLY, Caller
from engine.web.criteria import Field, search
from engine.web.dispatch import Handler
from engine.web.paging import page
from engine.web.shapes import Json

Given = Mapping[str, Any]
Digests = Callable[[str, str], Mapping[str, str]]
"""What is kept of a password, by user name and password; never the password itself."""

FACTS = (
    *("IdentityInfo", "PhoneConfig", "DirectoryUserId", "SecurityProfileIds", "RoutingProfileId"),
    *("HierarchyGroupId", "Tags", "AutoAcceptConfigs", "AfterContactWorkConfigs"),
    *("PhoneNumberConfigs", "PersistentConnectionConfigs", "VoiceEnhancementConfigs"),
)
EMPTY: Json = {"IdentityInfo": {}, "PhoneConfig": {}, "Tags": {}}
MAX_NAMED = 5  # permissions in one error
SEARCHED_IDENTITY = ("FirstName", "LastName")
FIELDS: Mapping[str, Field] = {
    "Username": lambda user: user.name,
    "FirstName": lambda user: str(user.facts["IdentityInfo"].get("FirstName", "")),
    "LastName": lambda user: str(user.facts["IdentityInfo"].get("LastName", "")),
    "RoutingProfileId": lambda user: str(user.facts["RoutingProfileId"]),
    "SecurityProfileId": lambda user: " ".join(user.facts["SecurityProfileIds"]),
    "ResourceId": lambda user: user.id,
}


class UsersApi:
    """Every operation raises Refused or RecordError."""

    def __init__(self, directory: Directory, digests: Digests) -> None:
        self._directory, self._resources = directory, directory.resources
        self._digests = digests

    def handlers(self) -> dict[str, Handler]:
        return {
            "CreateUser": self.create,
            "DeleteUser": self.delete,
            "DescribeUser": self.describe,
            "ListUsers": self.list,
            "SearchUsers": self.search,
            "UpdateUserIdentityInfo": self.update,
            "UpdateUserPhoneConfig": self.update,
            "UpdateUserRoutingProfile": self.update,
            "UpdateUserSecurityProfiles": self.update,
        }

    async def create(self, caller: Caller, given: Given) -> Json:
        facts: Json = {"IdentityInfo": {}, "PhoneConfig": {}, "Tags": {}} | self._facts(
            caller, given
        )
        name = given["Username"]
        secrets = self._digests(name, given["Password"]) if "Password" in given else {}
        user = await self._directory.create(Kind.USER, name, facts, secrets)
        return {"UserId": user.id, "UserArn": self._resources.arn(user)}

    async def describe(self, caller: Caller, given: Given) -> Json:
        return {"User": self._shape(self._resources.get(Kind.USER, given["UserId"]))}

    async def update(self, caller: Caller, given: Given) -> Json:
        """Whichever members the operation carries."""
        facts = self._facts(caller, given)
        await self._directory.change(Kind.USER, given["UserId"], facts)
        return {}

    async def delete(self, caller: Caller, given: Given) -> Json:
        await self._directory.delete(Kind.USER, given["UserId"])
        return {}

    async def list(self, caller: Caller, given: Given) -> Json:
        users, token = page(self._resources.all(Kind.USER), given)
        rows = [
            {
                "Id": user.id,
                "Arn": self._resources.arn(user),
                "Username": user.name,
                "LastModifiedTime": user.modified,
            }
            for user in users
        ]
        return {"UserSummaryList": rows, "NextToken": token}

    async def search(self, caller: Caller, given: Given) -> Json:
        found = search(self._resources.all(Kind.USER), given, FIELDS)
        users, token = page(found, given)
        rows = [self._summary(user) for user in users]
        return {"Users": rows, "NextToken": token, "ApproximateTotalCount": len(found)}

    def _facts(self, caller: Caller, given: Given) -> Json:
        """What is given, profiles as ids, whatever they were given as; they have to be there.

        Nobody grants what they do not have.
        """
        found = {name: given[name] for name in FACTS if name in given}
        if "SecurityProfileIds" in given:
            wanted = given["SecurityProfileIds"]
            profiles = [self._resources.get(Kind.SECURITY_PROFILE, one) for one in wanted]
            for profile in profiles:
                check_grant(caller, profile.facts["Permissions"])
            found["SecurityProfileIds"] = [profile.id for profile in profiles]
        if "RoutingProfileId" in given:
            routing = self._resources.get(Kind.ROUTING_PROFILE, given["RoutingProfileId"])
            found["RoutingProfileId"] = routing.id
        return found

    def _shape(self, user: Resource) -> Json:
        return {
            **user.facts,
            "Id": user.id,
            "Arn": self._resources.arn(user),
            "Username": user.name,
            "LastModifiedTime": user.modified,
        }

    def _summary(self, user: Resource) -> Json:
        identity = user.facts["IdentityInfo"]
        shown = self._shape(user) | {
            "IdentityInfo": {name: identity[name] for name in SEARCHED_IDENTITY if name in identity}
        }
        del shown["LastModifiedTime"]
        return shown


def check_grant(caller: Caller, permissions: Iterable[str]) -> None:
    """Raises Refused where somebody would grant what they do not have themselves."""
    if beyond := sorted(set(permissions) - caller.permissions - OWN_ONLY):
        named = ", ".join(beyond[:MAX_NAMED]) + (" and more" if len(beyond) > MAX_NAMED else "")
        text = f"{caller.name} cannot grant what they do not have: {named}"
        raise Refused(403, "AccessDeniedException", text)
