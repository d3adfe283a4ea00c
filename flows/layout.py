"""Places boxes and the links between them in columns, left to right, so that links rarely cross.

Sugiyama's way: the links that lead back are set aside; a box stands one column right of the last
one that leads to it; a link over several columns gets a place of its own in each of them; the order
in a column follows the neighbours; then every place moves as near to its neighbours as its own
column lets it. Links that lead back run beneath everything.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

COLUMN_GAP = 90.0
ROW_GAP = 26.0
LANE_GAP = 14.0  # between links that lead back
CLEARANCE = 12.0  # between a box and a link that leads back
SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Box:
    name: str
    width: float
    height: float
    entry: float
    """Where links arrive, from the top of the box."""


@dataclass(frozen=True, slots=True)
class Link:
    """From a port on the right of the source, `port` below its top, to the entry of the target."""

    source: str
    target: str
    port: float


Point = tuple[float, float]
Place = Hashable  # the name of a box, or a link and a column it passes


@dataclass(frozen=True, slots=True)
class Layout:
    """`corners` are the upper left ones; `ways` are the points a link passes, from port to entry.
    Of a link that leads back they are the corners of a way at right angles."""

    corners: Mapping[str, Point]
    ways: Mapping[Link, tuple[Point, ...]]
    backward: frozenset[Link]
    width: float
    height: float


@dataclass(slots=True)
class Places:
    """The columns from left to right, each from top to bottom."""

    columns: list[list[Place]]
    heights: dict[Place, float]
    before: dict[Place, list[tuple[Place, float]]] = field(default_factory=dict)
    """What leads to a place, and the slope of what does: see join."""
    after: dict[Place, list[tuple[Place, float]]] = field(default_factory=dict)
    tops: dict[Place, float] = field(default_factory=dict)

    def join(self, source: Place, target: Place, slope: float) -> None:
        """`slope`: top of the target minus top of the source, where the link would be level."""
        self.before.setdefault(target, []).append((source, slope))
        self.after.setdefault(source, []).append((target, slope))

    def wanted(self, place: Place, rightwards: bool) -> float:
        """The top at which the links from one side would, on average, be level."""
        near = self.before.get(place) if rightwards else self.after.get(place)
        if not near:
            return self.tops[place]
        sign = 1.0 if rightwards else -1.0
        return sum(self.tops[other] + sign * slope for other, slope in near) / len(near)


def arrange(boxes: Sequence[Box], links: Iterable[Link]) -> Layout:
    """Boxes come in the order in which they should be met; the first is the start."""
    links = list(dict.fromkeys(links))
    backward = backward_links([box.name for box in boxes], links)
    forward = [link for link in links if link not in backward]
    column_of = columns_of([box.name for box in boxes], forward)
    places = with_passages(boxes, forward, column_of)
    settle(places)
    return drawn(boxes, links, backward, column_of, places)


def backward_links(names: list[str], links: list[Link]) -> frozenset[Link]:
    """Those that lead to where the walk that follows them first came from."""
    out: dict[str, list[Link]] = {name: [] for name in names}
    for link in links:
        out[link.source].append(link)
    backward: set[Link] = set()
    seen: set[str] = set()
    for name in names:
        if name in seen:
            continue
        seen.add(name)
        open_names = {name}
        walk = [(name, iter(out[name]))]
        while walk:
            here, rest = walk[-1]
            following = next(rest, None)
            if following is None:
                open_names.discard(here)
                walk.pop()
            elif following.target in open_names:
                backward.add(following)
            elif following.target not in seen:
                seen.add(following.target)
                open_names.add(following.target)
                walk.append((following.target, iter(out[following.target])))
    return frozenset(backward)


def columns_of(names: list[str], forward: list[Link]) -> dict[str, int]:
    """The longest way to each; `forward` has no cycle."""
    waiting = dict.fromkeys(names, 0)
    out: dict[str, list[str]] = {name: [] for name in names}
    for link in forward:
        waiting[link.target] += 1
        out[link.source].append(link.target)
    column = dict.fromkeys(names, 0)
    ready = [name for name in names if not waiting[name]]
    for name in ready:
        for target in out[name]:
            column[target] = max(column[target], column[name] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return column


def with_passages(
    boxes: Sequence[Box], forward: list[Link], column_of: Mapping[str, int]
) -> Places:
    columns: list[list[Place]] = [[] for _ in range(max(column_of.values(), default=0) + 1)]
    places = Places(columns, {box.name: box.height for box in boxes})
    entry = {box.name: box.entry for box in boxes}
    for box in boxes:
        columns[column_of[box.name]].append(box.name)
    for link in forward:
        first, last = column_of[link.source], column_of[link.target]
        stops: list[Place] = [(link, column) for column in range(first + 1, last)]
        for column, stop in enumerate(stops, first + 1):
            columns[column].append(stop)
            places.heights[stop] = 0.0
        way: list[Place] = [link.source, *stops, link.target]
        for index, (source, target) in enumerate(pairwise(way)):
            leaves = link.port if index == 0 else 0.0
            arrives = entry[link.target] if index == len(way) - 2 else 0.0
            places.join(source, target, leaves - arrives)
    return places


def settle(places: Places) -> None:
    """Order each column by its neighbours, again and again, then draw near to them."""
    for column in places.columns:
        stack(places, column)
    for sweep in range(SWEEPS):
        rightwards = sweep % 2 == 0
        for column in places.columns if rightwards else reversed(places.columns):
            column.sort(key=lambda place: places.wanted(place, rightwards))
            stack(places, column)
    for sweep in range(SWEEPS):
        rightwards = sweep % 2 == 0
        for column in places.columns if rightwards else reversed(places.columns):
            draw_near(places, column, rightwards)


def stack(places: Places, column: list[Place]) -> None:
    """One below the other around a middle line."""
    heights = [places.heights[place] + ROW_GAP for place in column]
    top = -sum(heights) / 2
    for place, height in zip(column, heights, strict=True):
        places.tops[place] = top
        top += height


def draw_near(places: Places, column: list[Place], rightwards: bool) -> None:
    """Midway between never higher and never lower than wanted: both keep order and distance."""
    wanted = [places.wanted(place, rightwards) for place in column]
    heights = [places.heights[place] + ROW_GAP for place in column]
    down, up = list(wanted), list(wanted)
    for i in range(1, len(column)):
        down[i] = max(down[i], down[i - 1] + heights[i - 1])
    for i in range(len(column) - 2, -1, -1):
        up[i] = min(up[i], up[i + 1] - heights[i])
    for place, low, high in zip(column, down, up, strict=True):
        places.tops[place] = (low + high) / 2


def drawn(
    boxes: Sequence[Box],
    links: list[Link],
    backward: frozenset[Link],
    column_of: Mapping[str, int],
    places: Places,
) -> Layout:
    columns = columns_with_edges(boxes, column_of, len(places.columns))
    highest = min(places.tops.values(), default=0.0)
    tops = {place: top - highest for place, top in places.tops.items()}
    bottom = max((tops[place] + height for place, height in places.heights.items()), default=0.0)
    by_name = {box.name: box for box in boxes}
    ways: dict[Link, tuple[Point, ...]] = {}
    lane = 0
    for link in links:
        source, target = by_name[link.source], by_name[link.target]
        first, last = column_of[link.source], column_of[link.target]
        start = (columns[first][0] + source.width, tops[link.source] + link.port)
        end = (columns[last][0], tops[link.target] + target.entry)
        if link in backward:
            lane += 1
            beside = CLEARANCE + 3 * (lane % 12)
            right, left = columns[first][1] + beside, columns[last][0] - beside
            under = bottom + lane * LANE_GAP
            around = ((right, start[1]), (right, under), (left, under), (left, end[1]))
            ways[link] = (start, *around, end)
        else:
            passed = range(first + 1, last)
            stops = [(edge, tops[link, column]) for column in passed for edge in columns[column]]
            ways[link] = (start, *stops, end)
    corners = {box.name: (columns[column_of[box.name]][0], tops[box.name]) for box in boxes}
    height = bottom + (lane + 1) * LANE_GAP
    return Layout(corners, ways, backward, columns[-1][1], height)


def columns_with_edges(
    boxes: Sequence[Box], column_of: Mapping[str, int], count: int
) -> list[tuple[float, float]]:
    """Left and right edge of each column."""
    widths = [0.0] * count
    for box in boxes:
        widths[column_of[box.name]] = max(widths[column_of[box.name]], box.width)
    edges, left = [], COLUMN_GAP / 2
    for width in widths:
        edges.append((left, left + width))
        left += width + COLUMN_GAP
    return edges
