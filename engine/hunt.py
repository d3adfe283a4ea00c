"""One call to the outside, and the ways that are left to make it: trunk after trunk. Pure.

What a redirection names is taken for numbers: each must be one that this agent may dial, and is
called by our own trunks, never at the host that was named (RFC 3261 §8.1.3.4).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from config import Trunk
from engine.dialling import Denied, Dialler, DialPlan, Route, tries_next
from engine.numbering import normal
from sip import PeerError
from sip.uri import Uri

MAX_REDIRECTIONS: Final = 5
"""In one call; the next one ends it."""
NO_TRUNK: Final = 503
NOT_NOW: Final = 480
OF_THE_CALLED: Final = frozenset(
    {403, 404, 408, 410, 480, 484, 486, 487, 488, 500, 502, 503, 504, 600, 603, 604, 606}
)
"""What a phone is told as it was said; others ask for something that is ours to do."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the called see of who calls; a number in E.164, or None for that of the trunk."""

    caller_id: str | None = None
    caller_name: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A number, and the trunk to call it by."""

    number: str
    trunk: Trunk


class Hunt:
    """A call that an agent, or a flow, makes for `queue`; `first` is the way to try first.

    `private`: the called are not to know who calls. `shown`: what they see of it.
    """

    def __init__(self, plan: DialPlan, agent: Dialler, route: Route, *, private: bool) -> None:
        assert agent.outbound_queue is not None, "a route is for a queue"
        self.agent, self.queue, self.private = agent, agent.outbound_queue, private
        self.shown = Shown()
        self.keys = ""
        """What a flow wants keyed once they have answered."""
        self.first = Way(route.number, route.trunks[0])
        self.status = NO_TRUNK
        """SIP status for who dialled, when no way is left."""
        self._plan, self._redirections = plan, 0
        self._ways = deque(Way(route.number, trunk) for trunk in route.trunks)
        self._seen = {route.number}
        self._now = self.first

    def next(self, unusable: Collection[str]) -> Way | None:
        """The best way that is left; `unusable` names trunks that are down or full."""
        while self._ways:
            way = self._ways.popleft()
            if way.trunk.name not in unusable:
                self._now = way
                return way
        return None

    def failed(
        self, status: int | None, contacts: Iterable[str], unusable: Collection[str]
    ) -> None:
        """The way taken last led nowhere.

        `status` is what was heard, None for nothing; `contacts` are the URIs of a redirection.
        """
        if status is not None and 300 <= status < 400:
            self._redirect(self._now.trunk, contacts, unusable)
            return
        self.status = status if status in OF_THE_CALLED else NO_TRUNK
        if not tries_next(status):
            self._ways.clear()

    def _redirect(self, trunk: Trunk, contacts: Iterable[str], unusable: Collection[str]) -> None:
        """Numbers are written as the trunk writes those that it sends us."""
        self._redirections += 1
        self._ways.clear()
        self.status = NOT_NOW
        if self._redirections > MAX_REDIRECTIONS:
            return
        for user in _users(contacts):
            found = self._plan.route(normal(user, trunk) or user, self.agent, unusable)
            if isinstance(found, Denied):
                self.status = found.status
            elif found.number not in self._seen:
                self._seen.add(found.number)
                self._ways.extend(Way(found.number, each) for each in found.trunks)


def _users(contacts: Iterable[str]) -> Iterable[str]:
    for contact in contacts:
        with suppress(PeerError):
            yield Uri.parse(contact).user or ""
