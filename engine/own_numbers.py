"""What is dialled in another spelling and is ours all the same. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from config import NumberPlan
from engine.numbering import normal


class OwnNumbers:
    """The numbers and extensions of the house, by what they are in E.164.

    An agent who dials one of them is not to go outside and come back, for money, by a trunk.
    """

    def __init__(self, names: Iterable[str] = (), plan: NumberPlan | None = None) -> None:
        self._plan = plan or NumberPlan()
        self._names = frozenset(names)
        normals = {normal(name, self._plan): name for name in sorted(self._names)}
        self._by_number = {number: name for number, name in normals.items() if number}

    def spelled(self, dialled: str) -> str:
        """As it stands in the configuration when it is one of ours, else as it was dialled."""
        if dialled in self._names:
            return dialled
        return self._by_number.get(normal(dialled, self._plan) or "", dialled)
