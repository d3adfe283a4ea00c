"""The conditions of Connect's Search operations, held against a resource. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.directory import Resource
from engine.refused import Refused

Field = Callable[[Resource], str]

MAX_DEPTH = 8
COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "STARTS_WITH": str.startswith,
    "CONTAINS": str.__contains__,
    "EXACT": str.__eq__,
}


def search(
    all_there_are: Iterable[Resource], given: Mapping[str, Any], fields: Mapping[str, Field]
) -> list[Resource]:
    """Those that SearchCriteria and SearchFilter of an operation's input let through."""
    criteria, filters = given.get("SearchCriteria", {}), given.get("SearchFilter", {})
    return [one for one in all_there_are if matches(one, criteria, fields) and tagged(one, filters)]


def matches(
    one: Resource, criteria: Mapping[str, Any], fields: Mapping[str, Field], depth: int = 0
) -> bool:
    """`fields` are those of this kind that can be searched, by the names the API has for them.

    No condition at all is met by everything. Case does not matter. Raises Refused.
    """
    if depth > MAX_DEPTH:
        raise Refused.invalid(f"SearchCriteria: at most {MAX_DEPTH} levels")
    return all(_holds(one, name, asked, fields, depth) for name, asked in criteria.items())


def _holds(
    one: Resource, condition: str, asked: Any, fields: Mapping[str, Field], depth: int
) -> bool:
    match condition:
        case "OrConditions":
            return any(matches(one, each, fields, depth + 1) for each in asked)
        case "AndConditions":
            return all(matches(one, each, fields, depth + 1) for each in asked)
        case "StringCondition":
            return _compared(one, asked, fields)
        case "HierarchyGroupCondition":
            return bool(one.facts.get("HierarchyGroupId") == asked.get("Value"))
        case _:
            raise Refused.invalid(f"SearchCriteria: {condition} is not implemented by Earshot")


def _compared(one: Resource, asked: Mapping[str, Any], fields: Mapping[str, Field]) -> bool:
    field = fields.get(asked.get("FieldName", ""))
    if field is None:
        raise Refused.invalid(f"StringCondition/FieldName: one of {', '.join(fields)} is expected")
    compare = COMPARISONS[asked.get("ComparisonType", "EXACT")]
    return compare(field(one).casefold(), asked.get("Value", "").casefold())


def tagged(one: Resource, search_filter: Mapping[str, Any]) -> bool:
    """TagFilter: a list of lists is OR of AND, a list is AND, one condition is one."""
    tag_filter = search_filter.get("TagFilter", {})
    groups = tag_filter.get("OrConditions")
    every = [*tag_filter.get("AndConditions", ())]
    if "TagCondition" in tag_filter:
        every.append(tag_filter["TagCondition"])
    return _tags(one, every) and (groups is None or any(_tags(one, each) for each in groups))


def _tags(one: Resource, conditions: list[Mapping[str, str]]) -> bool:
    tags = one.facts["Tags"]
    return all(
        key in tags and each.get("TagValue", tags[key]) == tags[key]
        for each in conditions
        if (key := each.get("TagKey"))
    )
