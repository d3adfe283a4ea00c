from engine.directory import Kind, Origin, Resource, Resources
from engine.directory.hierarchy import below, levels, path
from tests.engine.directory.desk import ARN, NOON

STRUCTURE = {"LevelOne": {"Name": "Land"}, "LevelTwo": {"Name": "Town"}}


def resource(kind: Kind, identifier: str, **facts: object) -> Resource:
    return Resource(kind, identifier, identifier, facts, Origin.API, NOON)


def group(identifier: str, **facts: object) -> Resource:
    return resource(Kind.HIERARCHY_GROUP, identifier, **facts)


NORTH, SOUTH = group("north"), group("south")
KIEL, BONN = group("kiel", ParentGroupId="north"), group("bonn", ParentGroupId="south")
INSTANCE = resource(Kind.INSTANCE, "earshot", HierarchyStructure=STRUCTURE)
THERE = Resources(ARN, [NORTH, SOUTH, KIEL, BONN, INSTANCE])


def test_a_group_has_a_path_from_the_top() -> None:
    assert path(KIEL, THERE) == [NORTH, KIEL]
    assert path(SOUTH, THERE) == [SOUTH]
    assert levels(THERE) == ["Land", "Town"]


def test_below_a_group_are_it_and_all_that_are_in_it() -> None:
    assert below("north", THERE) == {"north", "kiel"}
    assert below("kiel", THERE) == {"kiel"}
    assert below("nowhere", THERE) == frozenset()
