"""A Contact that is registered, and all that goes with it; the bindings of one user.

RFC 3261 §10, Path (RFC 3327), instances and flows (RFC 5626), public GRUUs (RFC 5627).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf

from sip.flow import Flow, flow_to
from sip.grammar import quote
from sip.timers import Timed


@dataclass(frozen=True, slots=True)
class Binding:
    """Until when it holds is on the clock of `now`.

    A phone `behind_nat` is only reached by the flow its REGISTER came by. `path` holds values of
    Route, the first hop first. `instance` is the URN of a device, "" for one that did not say;
    `reg_id` tells its flows apart, 0 without outbound.
    """

    uri: str
    flow: Flow
    behind_nat: bool
    call_id: str
    cseq: int
    expires_at: float
    q: float = 1.0
    path: tuple[str, ...] = ()
    instance: str = ""
    reg_id: int = 0

    @property
    def is_stranded(self) -> bool:
        """Whether it leads nowhere once its connection is closed.

        A Contact with the port a client connected from is one where nobody listens.
        """
        if self.path or self.flow.connection is None:
            return False
        direct = flow_to(self.uri)
        theirs = (self.flow.host, self.flow.port)
        return self.behind_nat or (direct is not None and (direct.host, direct.port) == theirs)

    def written(self, gruu: str, now: float) -> str:
        """The value of Contact in the 200 to a REGISTER."""
        params = [f";expires={ceil(self.expires_at - now)}"]
        if self.q < 1:
            params.append(f";q={self.q:g}")
        if self.instance:
            params.append(f";+sip.instance={quote(f'<{self.instance}>')}")
        if self.reg_id:
            params.append(f";reg-id={self.reg_id}")
        if self.instance and gruu:
            params.append(f";pub-gruu={quote(gruu)}")
        return f"<{self.uri}>{''.join(params)}"


class Bindings(Timed):
    """Those of one user, the one refreshed last at the end."""

    __slots__ = ("_on_expiry", "held", "username")

    def __init__(self, username: str, on_expiry: Callable[[Bindings, float], None]) -> None:
        super().__init__()
        self.username, self._on_expiry = username, on_expiry
        self.held: tuple[Binding, ...] = ()

    @property
    def deadline(self) -> float:
        return min((binding.expires_at for binding in self.held), default=inf)

    def tick(self, now: float) -> None:
        self._on_expiry(self, now)

    def in_order(self) -> tuple[Binding, ...]:
        """As they are called: by q, then the one refreshed last."""
        return tuple(sorted(reversed(self.held), key=lambda binding: -binding.q))
