"""Requests we sent and wait for: a table by branch and method (RFC 3261 §17.1.3)."""

from __future__ import annotations

from collections.abc import Callable

from sip.actions import Action, ClientKey, Send
from sip.arrival import MAGIC_COOKIE
from sip.client_transaction import ClientTransaction
from sip.flow import Flow, Here
from sip.locate import Locator
from sip.message import Request, Response
from sip.next_hop import Hop
from sip.outgoing import ClientUser, Outgoing
from sip.timers import Timed, Timers
from sip.transaction import TIMEOUT


class ClientTransactions:
    """The table. `TransactionLayer` keeps it within its limit."""

    def __init__(
        self,
        outbox: list[Action],
        timers: Timers,
        here: Here,
        tokens: Callable[[], str],
        locator: Locator,
    ) -> None:
        self.outbox, self.here, self.locator = outbox, here, locator
        self.searching = 0
        """Requests that wait for DNS."""
        self._timers, self._tokens = timers, tokens
        self._open: dict[ClientKey, ClientTransaction] = {}

    def __len__(self) -> int:
        return len(self._open) + self.searching

    def send(
        self,
        request: Request,
        hops: tuple[Hop, ...],
        user: ClientUser | None,
        now: float,
        patience: float = TIMEOUT,
    ) -> Outgoing:
        """Send a request by the first of `hops` that works; `user` hears what becomes of it.

        Via, and the address in a Contact, are written for each flow it goes by. `patience`:
        seconds, in place of Timer B or F, until a silent peer counts as lost.
        """
        outgoing = Outgoing(self, request, hops, user, patience)
        outgoing.start(now)
        return outgoing

    def send_once(
        self, request: Request, hops: tuple[Hop, ...], now: float, on_sent: Callable[[Send], None]
    ) -> None:
        """Send what has no response, the ACK of a 2xx, by the first of `hops` that leads anywhere.

        `on_sent` is told what went out, so that it can be repeated.
        """

        def found(flows: list[Flow], then: float) -> None:
            if not flows:
                self.send_once(request, hops[1:], then, on_sent)
                return
            flow = self.here.bound(flows[0])
            send = Send(self.write(request, flow, self.mint_branch()), flow)
            self.outbox.append(send)
            on_sent(send)

        if not hops:
            return
        if isinstance(hops[0], Flow):
            found([hops[0]], now)
        else:
            self.locator.locate(hops[0], now, found)

    def open(
        self,
        request: Request,
        data: bytes,
        branch: str,
        flow: Flow,
        owner: Outgoing | None,
        now: float,
        patience: float = TIMEOUT,
    ) -> ClientTransaction:
        """Send `data`, which is `request` as it shall go out, by one flow."""
        transaction = ClientTransaction(self, request, data, branch, flow, owner, now, patience)
        self._open[transaction.key] = transaction
        transaction.send()
        self.settle(transaction)
        return transaction

    def write(self, request: Request, flow: Flow, branch: str) -> bytes:
        """A request as it reads when it goes by `flow`."""
        headers = request.headers
        headers.set("Via", self.here.via(flow, branch))
        contact = headers.get("Contact")
        if contact and contact != "*":
            headers.set("Contact", self.here.moved(contact, flow))
        return request.encode()

    def mint_branch(self) -> str:
        return MAGIC_COOKIE + self._tokens()

    def receive(self, response: Response, source: Flow, now: float) -> None:
        """Find what was asked; a response to nothing is dropped (§18.1.2, §8.1.3.3)."""
        if len(response.headers.all("Via")) > 1:
            return
        transaction = self._open.get((response.via.branch, response.cseq.method))
        if transaction:
            transaction.receive(response, source, now)

    def undelivered(self, send: Send, now: float) -> None:
        transaction = self._open.get(send.request) if send.request else None
        if transaction:
            transaction.undelivered(now)

    def watch(self, timed: Timed) -> None:
        self._timers.watch(timed)

    def settle(self, transaction: ClientTransaction) -> None:
        """Note that `transaction` made a step."""
        if not transaction.over:
            self._timers.watch(transaction)
        elif self._open.pop(transaction.key, None):
            self._timers.forget(transaction)
