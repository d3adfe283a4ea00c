import pytest

from engine.waiting import Line, Place


def place(name: str, since: float, priority: int = 5, added_seconds: float = 0.0) -> Place:
    return Place(name, "support", since, priority=priority, added_seconds=added_seconds)


def order(line: Line) -> str:
    """All of them, as each would be taken."""
    names = ""
    while one := line.first(now=100.0):
        names += one.contact_id
        one.entry = None
    return names


def test_the_first_is_of_the_lowest_priority_number_and_then_the_oldest() -> None:
    line = Line()
    for one in (place("a", 3.0), place("b", 1.0), place("c", 2.0, priority=1), place("d", 2.0)):
        line.put(one)
    assert order(line) == "cbda"


def test_what_is_added_to_its_age_counts_as_waited() -> None:
    line = Line()
    line.put(place("a", 1.0))
    line.put(place("b", 2.0, added_seconds=60.0))
    assert (found := line.first(now=3.0, delay=30.0)) and found.contact_id == "b"
    assert order(line) == "ba"


def test_one_of_first_priority_who_is_too_young_does_not_hide_the_others() -> None:
    line = Line()
    line.put(place("a", 9.0, priority=1))
    line.put(place("b", 1.0))
    assert (found := line.first(now=10.0, delay=5.0)) and found.contact_id == "b"


def test_a_place_in_line_is_one_place() -> None:
    line, one = Line(), place("a", 1.0)
    line.put(one)
    with pytest.raises(AssertionError):
        line.put(one)
    one.entry = None
    line.put(one)
    assert order(line) == "a"
