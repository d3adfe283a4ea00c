"""From the routes there are to those that are wanted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mixer.graph import Difference, Graph, Route
from mixer.ports import Port

A, B, C = (Port(slot, 1) for slot in range(3))
routes = st.frozensets(
    st.builds(Route, st.sampled_from([A, B, C]), st.sampled_from([A, B, C])), max_size=9
)


def test_only_the_difference_is_asked_for() -> None:
    graph = Graph()
    graph.settle("call", {Route(A, B), Route(B, A)})
    change = graph.difference("call", {Route(A, B), Route(A, C)})
    assert change == Difference(removed=(Route(B, A),), added=(Route(A, C),))


def test_a_new_gain_changes_a_route_and_does_not_break_it() -> None:
    graph = Graph()
    graph.settle("call", {Route(A, B)})
    assert graph.difference("call", {Route(A, B, 128)}) == Difference((), (Route(A, B, 128),))


def test_owners_do_not_see_each_other() -> None:
    graph = Graph()
    graph.settle("one", {Route(A, B)})
    assert graph.difference("two", set()) == Difference((), ())
    assert graph.routes("one") == {Route(A, B)} and graph.routes("two") == set()


def test_two_sides_of_a_tap_are_two_sinks() -> None:
    left, right = Port(7, 1, 0), Port(7, 1, 1)
    graph = Graph()
    graph.settle("call", {Route(A, left)})
    assert graph.difference("call", {Route(A, right)}).removed == (Route(A, left),)


@given(routes, routes)
def test_the_difference_leads_from_what_is_to_what_is_wanted(
    current: frozenset[Route], wanted: frozenset[Route]
) -> None:
    graph = Graph()
    graph.settle("call", current)
    change = graph.difference("call", wanted)
    assert (current - set(change.removed)) | set(change.added) == wanted
    assert not set(change.removed) & wanted and not set(change.added) & current
    graph.settle("call", wanted)
    assert graph.difference("call", wanted) == Difference((), ())
