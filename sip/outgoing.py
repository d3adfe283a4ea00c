"""A request of ours looking for a hop that works: RFC 3261 §8.1.2 and RFC 3263 §4.3.

Each hop tried is a transaction of its own. What cannot be sent goes by the next hop there is; after
silence or 503 only another server of the same name is tried, as the others are ways to the same.
"""

from __future__ import annotations

import re
from math import inf
from typing import TYPE_CHECKING, Final, Protocol

from sip.client_transaction import ClientTransaction
from sip.flow import TCP, UDP, Flow
from sip.headers import Fields
from sip.invite_client import Do
from sip.locate import DEAD_SECONDS
from sip.message import Request, Response
from sip.next_hop import Destination, Hop
from sip.timers import Timed

if TYPE_CHECKING:
    from sip.client_transactions import ClientTransactions

MAX_DATAGRAM: Final = 1300  # octets of a request over UDP: RFC 3261 §18.1.1
MAX_DEAD_SECONDS: Final = 3600.0  # however long a Retry-After is

_SECONDS = re.compile(r"[0-9]{1,6}")


class ClientUser(Protocol):
    """Who asked: the transaction user of RFC 3261 §5."""

    def responded(self, request: Request, response: Response, source: Flow, now: float) -> None: ...
    def unanswered(self, request: Request, now: float) -> None: ...
    def unreachable(self, request: Request, now: float) -> None: ...


class Outgoing(Timed):
    """The ways that are left, and the transaction that goes one of them now."""

    __slots__ = (
        *("_carrier", "_given_up", "_hops", "_lost_at", "_others", "_patience"),
        *("_table", "_twin", "_user", "request"),
    )

    def __init__(
        self,
        table: ClientTransactions,
        request: Request,
        hops: tuple[Hop, ...],
        user: ClientUser | None,
        patience: float,
    ) -> None:
        super().__init__()
        self._table, self._user, self._patience = table, user, patience
        self.request, self._hops = request, hops
        self._others: list[Flow] | None = None  # servers of the present name; None without a name
        self._twin: Flow | None = None  # UDP while a large request goes by TCP
        self._carrier: ClientTransaction | None = None
        self._given_up = False  # by our user: no other way is tried
        self._lost_at = inf

    @property
    def deadline(self) -> float:
        return self._lost_at

    def start(self, now: float) -> None:
        """Go the first way. The user hears of nothing before a message comes, or tick()."""
        self._next_hop(now)

    def tick(self, now: float) -> None:
        """No way is left."""
        self._lost_at = inf
        if self._user:
            self._user.unreachable(self.request, now)

    def cancel(self, now: float, fields: Fields = ()) -> None:
        """Send a CANCEL after this INVITE, §9.1; while it waits for DNS it is never sent itself.

        The user hears of the end as of any other.
        """
        self._hops, self._given_up = (), True
        if self._others:
            self._others.clear()
        if self._carrier:
            self._carrier.cancel(now, fields)

    def heard(
        self,
        carrier: ClientTransaction,
        do: Do,
        now: float,
        response: Response | None,
        source: Flow | None,
    ) -> None:
        """What came of a transaction; those before the present one have no say."""
        if carrier is not self._carrier:
            return
        refused = response is not None and response.status == 503
        if self._others is not None:
            self._remember(carrier.flow, refused, response, now)
        if do is Do.UNREACHABLE:
            self._detour(now)
        elif self._others and (refused or do is Do.GIVE_UP):
            self._carry(self._others.pop(0), now)
        elif self._user and response and source:
            self._user.responded(self.request, response, source, now)
        elif self._user:
            self._user.unanswered(self.request, now)

    def _remember(self, flow: Flow, refused: bool, response: Response | None, now: float) -> None:
        """Whether a server of a name is alive counts for the next request as well."""
        if response and not refused:
            self._table.locator.works(flow)
        else:
            self._table.locator.failed(flow, now, _retry_after(response))

    def _detour(self, now: float) -> None:
        """It could not be sent: §8.1.3.1."""
        if self._twin:
            twin, self._twin = self._twin, None
            self._carry(twin, now, by_datagram=True)
        elif self._others:
            self._carry(self._others.pop(0), now)
        else:
            self._next_hop(now)

    def _next_hop(self, now: float) -> None:
        self._others = None
        if not self._hops:
            self._lost_at = now
            self._table.watch(self)
            return
        hop, *rest = self._hops
        self._hops = tuple(rest)
        if isinstance(hop, Destination):
            self._table.searching += 1
            self._table.locator.locate(hop, now, self._found)
        else:
            self._carry(hop, now)

    def _found(self, flows: list[Flow], now: float) -> None:
        self._table.searching -= 1
        self._others = [] if self._given_up else flows
        self._detour(now)

    def _carry(self, flow: Flow, now: float, *, by_datagram: bool = False) -> None:
        """Send by `flow`; what does not fit a datagram goes by TCP first."""
        branch, flow = self._table.mint_branch(), self._table.here.bound(flow)
        data = self._table.write(self.request, flow, branch)
        if flow.transport == UDP and len(data) > MAX_DATAGRAM and not by_datagram:
            self._twin, flow = flow, self._table.here.bound(Flow(TCP, flow.host, flow.port))
            data = self._table.write(self.request, flow, branch)
        self._carrier = self._table.open(
            self.request, data, branch, flow, self, now, self._patience
        )


def _retry_after(response: Response | None) -> float:
    """Seconds to leave a server alone that answered 503: §21.5.4."""
    said = _SECONDS.match(response.headers.get("Retry-After") or "") if response else None
    return min(float(said[0]), MAX_DEAD_SECONDS) if said else DEAD_SECONDS
