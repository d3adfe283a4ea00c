from engine.directory.hierarchy import below, hierarchy, levels, path
from tests.engine.directory.people import KIEL, NORTH, SOUTH, THERE, user


def test_a_group_has_a_path_from_the_top() -> None:
    assert path(KIEL, THERE) == [NORTH, KIEL]
    assert path(SOUTH, THERE) == [SOUTH]
    assert levels(THERE) == ["Land", "Town"]


def test_below_a_group_are_it_and_all_that_are_in_it() -> None:
    assert below("north", THERE) == {"north", "kiel"}
    assert below("kiel", THERE) == {"kiel"}
    assert below("nowhere", THERE) == frozenset()


def test_a_user_is_in_a_group_and_in_all_above_it() -> None:
    assert hierarchy(user("ann", group="kiel"), THERE) == ("north", "kiel")
    assert hierarchy(user("ann", group=""), THERE) == ()
