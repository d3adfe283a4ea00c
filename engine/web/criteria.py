"""The conditions of Connect's Search operations, held against a resource. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.directory import Kind, Resource, Resources
from engine.directory.hierarchy import below
from engine.refused import Refused

Field = Callable[[Resource], str]
Given = Mapping[str, Any]

MAX_DEPTH = 8
COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "STARTS_WITH": str.startswith,
    "CONTAINS": str.__contains__,
    "EXACT": str.__eq__,
}


def search(
    resources: Resources, kind: Kind, given: Given, fields: Mapping[str, Field]
) -> list[Resource]:
    """Those that SearchCriteria and SearchFilter of an operation's input let through."""
    held = Criteria(resources, fields)
    criteria, filters = given.get("SearchCriteria", {}), given.get("SearchFilter", {})
    found = resources.all(kind)
    return [one for one in found if held.matches(one, criteria) and held.passes(one, filters)]


class Criteria:
    """`fields` are those of a kind that can be searched, by the names the API has for them, or for
    the condition that asks for nothing else.

    No condition at all is met by everything. Case does not matter. Methods raise Refused.
    """

    def __init__(self, resources: Resources, fields: Mapping[str, Field]) -> None:
        self._resources, self._names = resources, ", ".join(fields)
        self._fields = {name.casefold(): field for name, field in fields.items()}

    def matches(self, one: Resource, criteria: Given, depth: int = 0) -> bool:
        """SearchCriteria."""
        if depth > MAX_DEPTH:
            raise Refused.invalid(f"SearchCriteria: at most {MAX_DEPTH} levels")
        return all(self._holds(one, name, asked, depth) for name, asked in criteria.items())

    def _holds(self, one: Resource, condition: str, asked: Any, depth: int) -> bool:
        named = condition.casefold()
        match condition:
            case "OrConditions":
                return any(self.matches(one, each, depth + 1) for each in asked)
            case "AndConditions":
                return all(self.matches(one, each, depth + 1) for each in asked)
            case "StringCondition":
                return self._compared(one, asked)
            case "HierarchyGroupCondition":
                return self._grouped(one, asked)
            case "TypeCondition" | "StateCondition" | "StatusCondition" if named in self._fields:
                return bool(self._fields[named](one) == asked)
            case "QueueTypeCondition":
                return bool(asked == "STANDARD")  # the queue of an agent is none of the directory
            case _:
                raise Refused.invalid(f"SearchCriteria: {condition} is not implemented by Earshot")

    def _compared(self, one: Resource, asked: Given) -> bool:
        field = self._fields.get(asked.get("FieldName", "").casefold())
        if field is None:
            raise Refused.invalid(f"StringCondition/FieldName: one of {self._names} is expected")
        compare = COMPARISONS[asked.get("ComparisonType", "EXACT")]
        return compare(field(one).casefold(), asked.get("Value", "").casefold())

    def _grouped(self, one: Resource, asked: Given) -> bool:
        wanted, group = asked.get("Value", ""), one.facts.get("HierarchyGroupId")
        if asked.get("HierarchyGroupMatchType", "EXACT") == "EXACT":
            return bool(group == wanted)
        return group in below(wanted, self._resources)

    def passes(self, one: Resource, search_filter: Given) -> bool:
        """SearchFilter."""
        return all(
            tagged(one, asked) if name == "TagFilter" else self._has_attributes(one, asked)
            for name, asked in search_filter.items()
        )

    def _has_attributes(self, one: Resource, asked: Given) -> bool:
        """AttributeFilter and UserAttributeFilter."""
        groups = asked.get("OrConditions")
        return (
            self._has_all(one, asked)
            and self._has_all(one, asked.get("AndCondition", {}))
            and (groups is None or any(self._has_all(one, each) for each in groups))
        )

    def _has_all(self, one: Resource, asked: Given) -> bool:
        tags = [*asked.get("TagConditions", ()), asked.get("TagCondition", {})]
        group = asked.get("HierarchyGroupCondition")
        return _tags(one, tags) and (group is None or self._grouped(one, group))


def tagged(one: Resource, tag_filter: Given) -> bool:
    """TagFilter: a list of lists is OR of AND, a list is AND, one condition is one."""
    groups = tag_filter.get("OrConditions")
    every = [*tag_filter.get("AndConditions", ()), tag_filter.get("TagCondition", {})]
    return _tags(one, every) and (groups is None or any(_tags(one, each) for each in groups))


def _tags(one: Resource, conditions: Iterable[Given]) -> bool:
    tags = one.facts["Tags"]
    return all(
        key in tags and each.get("TagValue", tags[key]) == tags[key]
        for each in conditions
        if (key := each.get("TagKey"))
    )
