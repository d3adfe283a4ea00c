"""Which queues an agent serves, in which order and after how long. Pure.

Specification section 3.3: MediaConcurrencies and QueueConfigs of a routing profile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Self


@dataclass(frozen=True, slots=True)
class Served:
    """One queue of a profile. Those of priority 1 go before those of 2; who has waited less than
    `delay` seconds is left to others."""

    queue: str
    priority: int = 1
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class RoutingProfile:
    """By its queues alone: what else it is called makes no difference to who is offered what."""

    queues: tuple[Served, ...] = ()

    @classmethod
    def of(cls, names: Iterable[str]) -> Self:
        """All of these alike, at once."""
        return cls(tuple(map(Served, names)))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.queue for one in self.queues)

    def levels(self) -> Iterator[tuple[Served, ...]]:
        """The queues of each priority, the first first."""
        ranked = sorted(self.queues, key=lambda one: one.priority)
        for _, level in groupby(ranked, key=lambda one: one.priority):
            yield tuple(level)
