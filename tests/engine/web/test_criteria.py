from typing import Any

import pytest

from engine.directory import Kind, Origin, Resource, Resources
from engine.refused import Refused
from engine.web.criteria import MAX_DEPTH, Criteria, tagged
from tests.engine.directory.desk import ARN, NOON

ANN = Resource(
    *(Kind.USER, "1", "Ann"),
    {"Tags": {"team": "a", "site": "x"}, "HierarchyGroupId": "north"},
    *(Origin.API, NOON),
)
GROUPS = [
    Resource(Kind.HIERARCHY_GROUP, "land", "land", {"Tags": {}}, Origin.API, NOON),
    Resource(Kind.HIERARCHY_GROUP, "north", "north", {"ParentGroupId": "land"}, Origin.API, NOON),
]
CRITERIA = Criteria(Resources(ARN, GROUPS), {"Username": lambda one: one.name})


def said(value: str, comparison: str = "EXACT") -> dict[str, Any]:
    condition = {"FieldName": "Username", "Value": value, "ComparisonType": comparison}
    return {"StringCondition": condition}


@pytest.mark.parametrize(
    ("criteria", "met"),
    [
        ({}, True),
        (said("ann"), True),
        (said("an"), False),
        (said("AN", "STARTS_WITH"), True),
        (said("nn", "STARTS_WITH"), False),
        (said("nn", "CONTAINS"), True),
        ({"OrConditions": [said("bob"), said("ann")]}, True),
        ({"AndConditions": [said("bob"), said("ann")]}, False),
        ({"AndConditions": [{"OrConditions": [said("ann")]}, said("n", "CONTAINS")]}, True),
        ({"HierarchyGroupCondition": {"Value": "north"}}, True),
        ({"HierarchyGroupCondition": {"Value": "south"}}, False),
        ({"HierarchyGroupCondition": {"Value": "land"}}, False),
        (
            {
                "HierarchyGroupCondition": {
                    "Value": "land",
                    "HierarchyGroupMatchType": "WITH_CHILD_GROUPS",
                }
            },
            True,
        ),
        ({"StringCondition": {"FieldName": "userNAME", "Value": "ann"}}, True),
        ({"QueueTypeCondition": "AGENT"}, False),
    ],
)
def test_conditions_and_how_they_combine(criteria: dict[str, Any], met: bool) -> None:
    assert CRITERIA.matches(ANN, criteria) is met


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({"StringCondition": {"FieldName": "Shoe", "Value": "43"}}, "one of Username"),
        ({"StringCondition": {"Value": "43"}}, "one of Username"),
        ({"ListCondition": {}}, "ListCondition is not implemented"),
    ],
)
def test_what_cannot_be_searched_is_refused(criteria: dict[str, Any], expected: str) -> None:
    with pytest.raises(Refused, match=expected):
        CRITERIA.matches(ANN, criteria)


def test_conditions_are_nested_only_so_deep() -> None:
    criteria = said("ann")
    for _ in range(MAX_DEPTH + 1):
        criteria = {"AndConditions": [criteria]}
    with pytest.raises(Refused, match="levels"):
        CRITERIA.matches(ANN, criteria)


@pytest.mark.parametrize(
    ("tag_filter", "met"),
    [
        ({"TagCondition": {"TagKey": "team", "TagValue": "a"}}, True),
        ({"TagCondition": {"TagKey": "team", "TagValue": "b"}}, False),
        ({"TagCondition": {"TagKey": "team"}}, True),
        ({"TagCondition": {"TagKey": "color"}}, False),
        ({"AndConditions": [{"TagKey": "team"}, {"TagKey": "color"}]}, False),
        ({"OrConditions": [[{"TagKey": "color"}], [{"TagKey": "team"}]]}, True),
        ({"OrConditions": [[{"TagKey": "color"}]]}, False),
    ],
)
def test_tags(tag_filter: dict[str, Any], met: bool) -> None:
    assert tagged(ANN, tag_filter) is met
    assert CRITERIA.passes(ANN, {"TagFilter": tag_filter}) is met


TEAM, COLOR = {"TagKey": "team", "TagValue": "a"}, {"TagKey": "color"}


@pytest.mark.parametrize(
    ("attributes", "met"),
    [
        ({"TagCondition": TEAM}, True),
        ({"TagCondition": COLOR}, False),
        ({"AndCondition": {"TagConditions": [TEAM, COLOR]}}, False),
        ({"OrConditions": [{"TagConditions": [COLOR]}, {"TagConditions": [TEAM]}]}, True),
        ({"OrConditions": [{"TagConditions": [COLOR]}]}, False),
        ({"HierarchyGroupCondition": {"Value": "north"}}, True),
        ({"AndCondition": {"HierarchyGroupCondition": {"Value": "south"}}}, False),
    ],
)
def test_filters_by_attributes(attributes: dict[str, Any], met: bool) -> None:
    assert CRITERIA.passes(ANN, {"UserAttributeFilter": attributes}) is met
    assert CRITERIA.passes(ANN, {"AttributeFilter": attributes, "TagFilter": {}}) is met
    assert CRITERIA.passes(ANN, {})
