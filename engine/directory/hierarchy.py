"""The hierarchy of users: groups within groups, five levels at most. Pure."""

from __future__ import annotations

from engine.directory.resources import Kind, Resource, Resources

LEVELS = ("LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive")


def levels(resources: Resources) -> list[str]:
    """Names of the levels that the instance has, from the top."""
    structure = resources.instance.facts["HierarchyStructure"]
    return [structure[level]["Name"] for level in LEVELS if level in structure]


def path(group: Resource, resources: Resources) -> list[Resource]:
    """From the top down to this group."""
    above = group.facts.get("ParentGroupId")
    parent = resources.find(Kind.HIERARCHY_GROUP, above) if above else None
    return [*(path(parent, resources) if parent else ()), group]


def hierarchy(user: Resource, resources: Resources) -> tuple[str, ...]:
    """Ids of the groups that a user is in, from the top."""
    group = resources.find(Kind.HIERARCHY_GROUP, user.facts.get("HierarchyGroupId") or "")
    return tuple(one.id for one in path(group, resources)) if group else ()


def below(group_id: str, resources: Resources) -> frozenset[str]:
    """The id of this group, and of all that are in it."""
    groups = resources.all(Kind.HIERARCHY_GROUP)
    return frozenset(
        each.id for each in groups if group_id in [one.id for one in path(each, resources)]
    )
