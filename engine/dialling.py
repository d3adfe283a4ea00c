"""What is dialled: which number it is, whether it may be called, and by which trunks. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from config import DiallingSettings, Trunk
from engine.numbering import normal
from engine.toll_policy import permits


class Dialler(Protocol):
    """Who calls the outside: an agent, or the flows of this house."""

    @property
    def username(self) -> str: ...
    @property
    def may_dial(self) -> tuple[str, ...]: ...
    @property
    def outbound_queue(self) -> str | None:
        """For which the call is made; None where none may be."""


@dataclass(frozen=True, slots=True)
class Denied:
    """Nobody is called; `status` is what the phone gets that dialled."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Route:
    """A number in E.164, or a short one, and the trunks to try, the best first."""

    number: str
    trunks: tuple[Trunk, ...]


class DialPlan:
    """The rules of one house."""

    def __init__(self, settings: DiallingSettings, trunks: Iterable[Trunk]) -> None:
        self._settings = settings
        self._trunks = sorted(trunks, key=lambda trunk: trunk.priority)

    @property
    def leads_outside(self) -> bool:
        """Whether anybody could be called at all."""
        return any(trunk.allowed for trunk in self._trunks)

    def route(
        self, dialled: str, agent: Dialler | None, unusable: Collection[str]
    ) -> Route | Denied:
        """Where a call goes that `agent` makes; None is somebody who is no agent.

        `unusable` names trunks that are down or full.
        """
        if agent is None or agent.outbound_queue is None or not agent.may_dial:
            return Denied(403, "Calls to the outside are not permitted")
        number = normal(dialled, self._settings)
        if number is None:
            return Denied(404, "Not a telephone number")
        may = [trunk for trunk in self._trunks if self._permits(number, agent, trunk)]
        if not may:
            return Denied(403, "This destination is not permitted")
        up = tuple(trunk for trunk in may if trunk.name not in unusable)
        return Route(number, up) if up else Denied(503, "No trunk is available")

    def _permits(self, number: str, agent: Dialler, trunk: Trunk) -> bool:
        denied = self._settings.denied
        return permits(number, agent=agent.may_dial, trunk=trunk.allowed, denied=denied)


FAILS_OVER = frozenset({408, 500, 502, 503, 504})
"""What a trunk says of itself; every other refusal is that of the called, and final."""


def tries_next(status: int | None) -> bool:
    """Whether another trunk may do better; `status` is None when nothing was heard."""
    return status is None or status in FAILS_OVER
