"""Users in a hierarchy, and security profiles that restrict what they reach."""

from __future__ import annotations

from typing import Any

from engine.directory import Kind, Origin, Resource, Resources
from engine.directory.permission import DEFAULT_PROFILES
from tests.engine.directory.desk import ARN, NOON

STRUCTURE = {"LevelOne": {"Name": "Land"}, "LevelTwo": {"Name": "Town"}}


def resource(kind: Kind, identifier: str, **facts: Any) -> Resource:
    return Resource(kind, identifier, identifier, facts, Origin.API, NOON)


def group(identifier: str, **facts: Any) -> Resource:
    return resource(Kind.HIERARCHY_GROUP, identifier, **facts)


def user(name: str, *profiles: str, group: str = "north", **tags: str) -> Resource:
    facts = {"SecurityProfileIds": [*profiles], "HierarchyGroupId": group, "Tags": tags}
    return resource(Kind.USER, name, **facts)


def profile(name: str, *permissions: str, **facts: Any) -> Resource:
    return resource(Kind.SECURITY_PROFILE, name, Permissions=[*permissions], **facts)


def within(name: str, group_id: str) -> Resource:
    """Restricts to users of this group."""
    return profile(
        name,
        AllowedAccessControlHierarchyGroupId=group_id,
        HierarchyRestrictedResources=["User"],
    )


def tagged(name: str, *names: str, **tags: str) -> Resource:
    """Restricts resources of these names to those with all the tags."""
    return profile(name, AllowedAccessControlTags=tags, TagRestrictedResources=[*names])


NORTH, SOUTH = group("north"), group("south")
KIEL, BONN = group("kiel", ParentGroupId="north"), group("bonn", ParentGroupId="south")
INSTANCE = resource(Kind.INSTANCE, "earshot", HierarchyStructure=STRUCTURE)
THERE = Resources(
    ARN,
    [
        *(NORTH, SOUTH, KIEL, BONN, INSTANCE),
        *(profile(name, *granted) for name, granted in DEFAULT_PROFILES.items()),
        profile("Nothing"),
        within("north", "north"),
        within("kiel", "kiel"),
        tagged("red", "User", "Queue", team="red"),
        tagged("red and big", "User", team="red", size="big"),
        profile("own", "MyContacts.View"),
        profile("own group", "RestrictContactAccessByHierarchy.View"),
    ],
)
