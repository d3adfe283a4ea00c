"""Who may grant what to whom: the rules of users, security profiles and hierarchy groups. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.directory import Kind, Origin, Resource, Resources
from engine.directory.hierarchy import LEVELS, levels, path
from engine.directory.permission import PERMISSIONS
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.criteria import Field
from engine.web.shapes import Json

USER_SEARCHED: Mapping[str, Field] = {
    "Username": lambda user: user.name,
    "FirstName": lambda user: str(user.facts["IdentityInfo"].get("FirstName", "")),
    "LastName": lambda user: str(user.facts["IdentityInfo"].get("LastName", "")),
    "RoutingProfileId": lambda user: str(user.facts["RoutingProfileId"]),
    "SecurityProfileId": lambda user: " ".join(user.facts["SecurityProfileIds"]),
    "ResourceId": lambda user: user.id,
}


class PeopleRules:
    """Each check raises Refused."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def user(self, caller: Caller, given: Json, former: Resource | None) -> Json:
        """Nobody grants what they do not have."""
        for reference in given.get("SecurityProfileIds") or ():
            profile = self._resources.get(Kind.SECURITY_PROFILE, reference)
            caller.check_grants(profile.facts["Permissions"])
        return given

    def profile(self, caller: Caller, given: Json, former: Resource | None) -> Json:
        """Known permissions, and none that the caller does not have."""
        if former and former.id == "Admin":
            raise Refused.invalid("Admin cannot be changed, or nobody could change anything back")
        if "Permissions" not in given:
            return given
        wanted = set(given["Permissions"])
        if unknown := sorted(wanted - PERMISSIONS):
            text = f"Permissions: there is no {', '.join(unknown)}"
            raise Refused(400, "InvalidParameterException", text)
        caller.check_grants(wanted)
        return {**given, "Permissions": sorted(wanted)}

    def group(self, caller: Caller, given: Json, former: Resource | None) -> Json:
        """At a level that the structure has."""
        above, most = given.get("ParentGroupId"), len(levels(self._resources))
        parent = self._resources.get(Kind.HIERARCHY_GROUP, above) if above else None
        depth = len(path(parent, self._resources)) if parent else 0
        if former is None and depth >= most:
            raise Refused.invalid(f"The hierarchy has {most} levels: name the next one first")
        return given


def profile_type(profile: Resource, _: Resources) -> str:
    return "AWS_MANAGED" if profile.origin is Origin.INSTANCE else "CUSTOMER_MANAGED"


def level_id(group: Resource, resources: Resources) -> str:
    return LEVELS[len(path(group, resources)) - 1]


def hierarchy_path(group: Resource, resources: Resources) -> Mapping[str, Any]:
    return {
        level: {
            "Id": one.id,
            "Arn": resources.arn(one),
            "Name": one.name,
            "LastModifiedTime": one.modified,
        }
        for level, one in zip(LEVELS, path(group, resources), strict=False)
    }
