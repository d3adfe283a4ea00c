"""What is dialled in another spelling and is ours all the same. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from config import NumberPlan
from engine.numbering import normal


class OwnNumbers:
    """The numbers and extensions of the house, by what they are in E.164.

    An agent who dials one of them is not to go outside and come back, for money, by a trunk.
    `names` are those of the configuration; `claimed` says of any other, in E.164, whether it is
    ours just now.
    """

    def __init__(
        self,
        names: Iterable[str] = (),
        plan: NumberPlan | None = None,
        claimed: Callable[[str], bool] = lambda number: False,
    ) -> None:
        self._plan, self._claimed = plan or NumberPlan(), claimed
        self._names = frozenset(names)
        normals = {normal(name, self._plan): name for name in sorted(self._names)}
        self._by_number = {number: name for number, name in normals.items() if number}

    def spelled(self, dialled: str) -> str:
        """As it stands in the configuration, or was claimed, when it is one of ours, else as it
        was dialled."""
        if dialled in self._names:
            return dialled
        number = normal(dialled, self._plan) or ""
        return self._by_number.get(number) or (number if self._claimed(number) else dialled)
