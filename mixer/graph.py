"""Routes, and what must change to get from those there are to those that are wanted."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from mixer.ports import Port

UNITY_GAIN = 256
"""Q8: 256 is 0 dB."""


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """`sink` hears `source`."""

    source: Port
    sink: Port
    gain: int = UNITY_GAIN

    @property
    def ends(self) -> tuple[Port, Port]:
        return self.source, self.sink


@dataclass(frozen=True, slots=True)
class Difference:
    """Removals come first: nobody hears, even for a tick, what neither set contains."""

    removed: tuple[Route, ...]
    added: tuple[Route, ...]
    """New ones, and old ones with a new gain."""


class Graph:
    """Who hears whom at present. Each route belongs to one owner, such as a contact."""

    def __init__(self) -> None:
        self._routes: dict[str, frozenset[Route]] = {}

    def routes(self, owner: str) -> frozenset[Route]:
        return self._routes.get(owner, frozenset())

    def difference(self, owner: str, wanted: Set[Route]) -> Difference:
        current = self.routes(owner)
        ends = {route.ends for route in wanted}
        return Difference(
            removed=tuple(sorted(route for route in current - wanted if route.ends not in ends)),
            added=tuple(sorted(wanted - current)),
        )

    def settle(self, owner: str, routes: Set[Route]) -> None:
        """These are the owner's routes now; one without routes is forgotten."""
        if routes:
            self._routes[owner] = frozenset(routes)
        else:
            self._routes.pop(owner, None)
