from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.layout import Box, Layout, Link, arrange


def boxes(names: str) -> list[Box]:
    return [Box(name, 100.0, 40.0, 10.0) for name in names]


def links(*pairs: str) -> list[Link]:
    return [Link(pair[0], pair[1], 20.0) for pair in pairs]


def columns(layout: Layout) -> list[str]:
    """Names by column, each from top to bottom."""
    found: dict[float, list[tuple[float, str]]] = {}
    for name, (x, y) in layout.corners.items():
        found.setdefault(x, []).append((y, name))
    return ["".join(name for _, name in sorted(found[x])) for x in sorted(found)]


def test_a_box_stands_right_of_everything_that_leads_to_it() -> None:
    assert columns(arrange(boxes("abcd"), links("ab", "ac", "bd", "cd", "ad"))) == ["a", "bc", "d"]


def test_the_order_in_a_column_spares_crossings() -> None:
    layout = arrange(boxes("abcdef"), links("ab", "ac", "bf", "ce", "bd", "cd"))
    b, c, e, f = (layout.corners[name][1] for name in "bcef")
    assert (b < c) == (f < e)


def test_a_cycle_has_one_link_that_leads_back_and_runs_beneath() -> None:
    layout = arrange(boxes("abc"), links("ab", "bc", "ca"))
    assert columns(layout) == ["a", "b", "c"]
    (back,) = layout.backward
    assert (back.source, back.target) == ("c", "a")
    lowest = max(y for _, y in layout.ways[back])
    assert lowest > max(y for _, y in layout.corners.values()) + 40.0
    assert lowest < layout.height


def test_a_box_may_lead_to_itself() -> None:
    layout = arrange(boxes("a"), links("aa"))
    assert layout.backward == frozenset(links("aa"))


def test_a_link_leaves_at_its_port_and_arrives_at_the_entry() -> None:
    layout = arrange(boxes("ab"), [Link("a", "b", 33.0)])
    (x, y), (to_x, to_y) = layout.corners["a"], layout.corners["b"]
    (way,) = layout.ways.values()
    assert (way[0], way[-1]) == ((x + 100.0, y + 33.0), (to_x, to_y + 10.0))


def test_a_long_link_passes_no_box() -> None:
    layout = arrange(boxes("abcd"), links("ab", "bc", "cd", "ad"))
    way = layout.ways[Link("a", "d", 20.0)]
    for name in "bc":
        x, y = layout.corners[name]
        assert all(not (x <= px <= x + 100.0 and y <= py <= y + 40.0) for px, py in way)


def test_nothing_is_drawn_of_nothing_linked() -> None:
    assert columns(arrange(boxes("abc"), [])) == ["abc"]


@given(st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40))
@settings(deadline=None, max_examples=200)
def test_boxes_never_overlap_and_links_never_lead_left_unless_they_lead_back(
    pairs: set[tuple[int, int]],
) -> None:
    every = [Box(str(n), 100.0, 20.0 + 10 * n, 10.0) for n in range(12)]
    given_links = [Link(str(a), str(b), 5.0) for a, b in pairs]
    layout = arrange(every, given_links)
    assert layout.ways.keys() == set(given_links)
    for one, other in combinations(every, 2):
        (x, y), (ox, oy) = layout.corners[one.name], layout.corners[other.name]
        assert x != ox or y + one.height <= oy + 1e-6 or oy + other.height <= y + 1e-6
    for link, way in layout.ways.items():
        rising = all(a[0] <= b[0] for a, b in pairwise(way))
        assert rising or link in layout.backward
        assert all(0.0 <= x <= layout.width + 60 and 0.0 <= y <= layout.height for x, y in way)
