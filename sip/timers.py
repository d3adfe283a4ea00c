"""The earliest of many deadlines, without looking at all of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf
from typing import Final

SLACK: Final = 64  # dead alarms not worth a sweep
MAX_RINGS: Final = 16  # of one owner at one moment


class Timed(ABC):
    """Something with a deadline of its own that `Timers` watches."""

    __slots__ = ("_alarm", "_alarm_at")

    def __init__(self) -> None:
        self._alarm = 0
        self._alarm_at = inf

    @property
    @abstractmethod
    def deadline(self) -> float:
        """When tick() is next due; inf when never."""

    @abstractmethod
    def tick(self, now: float) -> None:
        """Do what is due at `now`."""


class Timers:
    """A heap of alarms, one for each owner.

    An alarm that comes too early is set again, so a deadline that moves back, as most do, costs
    nothing. One that is switched off lets go of its owner; its place in the heap is swept up when
    such places are the majority.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int]] = []
        self._owners: dict[int, Timed] = {}
        self._numbers = count(1)

    def __len__(self) -> int:
        """Alarms held, dead ones included."""
        return len(self._heap)

    @property
    def deadline(self) -> float:
        """When due() may next have something; inf when never."""
        return self._heap[0][0] if self._heap else inf

    def watch(self, owner: Timed) -> None:
        """Note the deadline of `owner`; call again whenever it may have come nearer."""
        deadline = owner.deadline
        if deadline < owner._alarm_at:
            self._owners.pop(owner._alarm, None)
            owner._alarm, owner._alarm_at = next(self._numbers), deadline
            self._owners[owner._alarm] = owner
            heappush(self._heap, (deadline, owner._alarm))

    def forget(self, owner: Timed) -> None:
        self._owners.pop(owner._alarm, None)
        owner._alarm_at = inf
        if len(self._heap) > 2 * len(self._owners) + SLACK:
            self._heap = [alarm for alarm in self._heap if alarm[1] in self._owners]
            heapify(self._heap)

    def due(self, now: float) -> Iterator[Timed]:
        """Each owner whose deadline has come, to be ticked before the next one is taken.

        One that is due again after MAX_RINGS of its ticks is not watched any more: a bug of ours,
        which must not keep the others from their turn for ever.
        """
        rings: dict[Timed, int] = {}
        while self._heap and self._heap[0][0] <= now:
            _, alarm = heappop(self._heap)
            owner = self._owners.pop(alarm, None)
            if owner is None:
                continue
            owner._alarm_at = inf
            if owner.deadline <= now:
                yield owner
                if owner.deadline <= now:
                    rings[owner] = rings.get(owner, 0) + 1
                    assert rings[owner] < MAX_RINGS, f"{owner!r} stays due"
            self.watch(owner)
