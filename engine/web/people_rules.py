"""Who may grant what to whom: the rules of users, security profiles and hierarchy groups. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from engine.directory import Kind, Origin, Resource, Resources
from engine.directory.hierarchy import LEVELS, levels, path
from engine.directory.permission import PERMISSIONS
from engine.directory.reach import (
    IN_HIERARCHY,
    MAX_TAGS,
    TAGGED,
    beyond,
    of_profile,
    restrictions,
)
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.criteria import Field
from engine.web.shapes import Json

GROUP = "AllowedAccessControlHierarchyGroupId"
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
        ids = given.get("SecurityProfileIds")
        profiles = [self._resources.get(Kind.SECURITY_PROFILE, each) for each in ids or ()]
        for profile in profiles:
            caller.check_grants(profile.facts["Permissions"])
        if ids is not None:
            check_restricted_once(profiles)
            caller.check_restricts(restrictions([one.id for one in profiles], self._resources))
        itself = former is not None and former.name == caller.name
        if itself and "HierarchyGroupId" in given and caller.reach.contact_groups:
            raise beyond(caller.name, "another hierarchy group than their own")
        return given

    def profile(self, caller: Caller, given: Json, former: Resource | None) -> Json:
        """Known permissions, and none that the caller does not have."""
        if former and former.id == "Admin":
            raise Refused.invalid("Admin cannot be changed, or nobody could change anything back")
        given = self._restricted(caller, given, former)
        if "Permissions" not in given:
            return given
        wanted = set(given["Permissions"])
        check_known("Permissions", wanted, PERMISSIONS)
        caller.check_grants(wanted)
        return {**given, "Permissions": sorted(wanted)}

    def _restricted(self, caller: Caller, given: Json, former: Resource | None) -> Json:
        """What it restricts makes sense, and the caller's own restrictions stay in it."""
        check_known("TagRestrictedResources", given.get("TagRestrictedResources", ()), TAGGED)
        hierarchical = given.get("HierarchyRestrictedResources", ())
        check_known("HierarchyRestrictedResources", hierarchical, IN_HIERARCHY)
        if GROUP in given:  # an empty one takes it away
            group = given[GROUP] and self._resources.get(Kind.HIERARCHY_GROUP, given[GROUP]).id
            given = {**given, GROUP: group or None}
        before = former.facts if former else {"Permissions": []}
        after = {**before, **given}
        for pair in (
            ("AllowedAccessControlTags", "TagRestrictedResources"),
            (GROUP, "HierarchyRestrictedResources"),
        ):
            if len({bool(after.get(member)) for member in pair}) > 1:
                raise Refused(400, "InvalidParameterException", f"{' and '.join(pair)}: or neither")
        if len(after.get("AllowedAccessControlTags") or ()) > MAX_TAGS:
            text = f"AllowedAccessControlTags: at most {MAX_TAGS}"
            raise Refused(400, "InvalidParameterException", text)
        kept = {*of_profile(after)} | caller.reach.restrictions - {*of_profile(before)}
        caller.check_restricts(kept)
        return given

    def group(self, caller: Caller, given: Json, former: Resource | None) -> Json:
        """At a level that the structure has."""
        above, most = given.get("ParentGroupId"), len(levels(self._resources))
        parent = self._resources.get(Kind.HIERARCHY_GROUP, above) if above else None
        depth = len(path(parent, self._resources)) if parent else 0
        if former is None and depth >= most:
            raise Refused.invalid(f"The hierarchy has {most} levels: name the next one first")
        return given


def check_known(member: str, given: Iterable[str], known: Container[str]) -> None:
    if unknown := sorted(each for each in given if each not in known):
        text = f"{member}: there is no {', '.join(unknown)}"
        raise Refused(400, "InvalidParameterException", text)


def check_restricted_once(profiles: Iterable[Resource]) -> None:
    """Of the profiles of a user one restricts by tags at most, and one by hierarchy."""
    for member in ("TagRestrictedResources", "HierarchyRestrictedResources"):
        if sum(bool(one.facts.get(member)) for one in profiles) > 1:
            raise Refused.invalid(f"SecurityProfileIds: more than one has {member}")


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
