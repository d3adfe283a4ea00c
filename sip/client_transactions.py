"""Requests we sent and wait for: a table by branch and method (RFC 3261 §17.1.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from sip.actions import Action, ClientKey, Send
from sip.arrival import MAGIC_COOKIE
from sip.flow import TCP, UDP, Flow, Here
from sip.headers import Fields, Headers
from sip.invite_client import Do, InviteClient
from sip.message import DEFAULT_MAX_FORWARDS, Request, Response
from sip.request_client import RequestClient
from sip.timers import Timed, Timers
from sip.transaction import TIMEOUT

MAX_DATAGRAM: Final = 1300  # octets of a request over UDP: RFC 3261 §18.1.1


class ClientUser(Protocol):
    """Who asked: the transaction user of RFC 3261 §5."""

    def responded(self, request: Request, response: Response, source: Flow, now: float) -> None: ...
    def unanswered(self, request: Request, now: float) -> None: ...
    def unreachable(self, request: Request, now: float) -> None: ...


class ClientTransaction(Timed):
    """A request on its way by the first of `hops` that works."""

    __slots__ = ("_data", "_hops", "_machine", "_patience", "_table", "_user", "branch", "request")

    def __init__(
        self,
        table: ClientTransactions,
        request: Request,
        branch: str,
        hops: tuple[Flow, ...],
        user: ClientUser | None,
        patience: float,
    ) -> None:
        super().__init__()
        self._table, self._user = table, user
        self.request, self.branch = request, branch
        self._hops, self._patience = hops, patience
        self._data = b""
        self._machine: InviteClient | RequestClient

    @property
    def key(self) -> ClientKey:
        return self.branch, self.request.method

    @property
    def hop(self) -> Flow:
        """The way it goes now."""
        return self._hops[0]

    @property
    def deadline(self) -> float:
        return self._machine.deadline

    @property
    def over(self) -> bool:
        return self._machine.over

    def start(self, now: float) -> None:
        """Send by the present hop; one that does not fit a datagram goes by TCP first."""
        self._write(self.hop)
        if self.hop.transport == UDP and len(self._data) > MAX_DATAGRAM:
            stream = Flow(TCP, self.hop.host, self.hop.port)
            self._hops = (stream, *self._hops)
            self._write(stream)
        self._begin(now)

    def receive(self, response: Response, source: Flow, now: float) -> None:
        self._perform(self._machine.receive(response.status, now), now, response, source)

    def tick(self, now: float) -> None:
        self._perform(self._machine.tick(now), now)

    def undelivered(self, flow: Flow, now: float) -> None:
        """Nothing could be sent to `flow`: go on with the next hop, RFC 3261 §8.1.3.1."""
        if flow != self.hop:
            return
        todo = self._machine.undelivered(now)
        if todo and len(self._hops) > 1:
            self._hops = self._hops[1:]
            self._write(self.hop)
            self._begin(now)
        else:
            self._perform(todo, now)

    def cancel(self, now: float, fields: Fields = ()) -> None:
        """Send a CANCEL after this INVITE, which has had a provisional response: §9.1."""
        assert isinstance(self._machine, InviteClient), "only an INVITE is cancelled"
        self._machine.cancel(now)
        self._table.settle(self)
        cancel = _like(self.request, "CANCEL")
        for name, value in fields:
            cancel.headers.set(name, value)
        self._table.open(cancel, self.branch, (self.hop,), None, now)

    def _write(self, hop: Flow) -> None:
        self.request.headers.set("Via", self._table.here.via(hop.transport, self.branch))
        self._data = self.request.encode()

    def _begin(self, now: float) -> None:
        machine = InviteClient if self.request.method == "INVITE" else RequestClient
        self._machine = machine(now, self.hop.reliable)
        self._machine.expire_at(now + self._patience)
        self._send()
        self._table.settle(self)

    def _send(self) -> None:
        self._table.outbox.append(Send(self._data, self.hop, self.key))

    def _perform(
        self,
        todo: tuple[Do, ...],
        now: float,
        response: Response | None = None,
        source: Flow | None = None,
    ) -> None:
        self._table.settle(self)
        for do in todo:
            if do is Do.SEND:
                self._send()
            elif do is Do.SEND_ACK and response:
                self._acknowledge(response)
            elif self._user:
                self._tell(self._user, do, now, response, source)

    def _tell(
        self,
        user: ClientUser,
        do: Do,
        now: float,
        response: Response | None,
        source: Flow | None,
    ) -> None:
        if do is Do.GIVE_UP:
            user.unanswered(self.request, now)
        elif do is Do.UNREACHABLE:
            user.unreachable(self.request, now)
        elif response and source:
            user.responded(self.request, response, source, now)

    def _acknowledge(self, refusal: Response) -> None:
        """ACK a 300-699, hop by hop: §17.1.1.3."""
        ack = _like(self.request, "ACK")
        ack.headers.take(refusal.headers, "To")
        self._table.outbox.append(Send(ack.encode(), self.hop))


class ClientTransactions:
    """The table. `TransactionLayer` keeps it within its limit."""

    def __init__(
        self, outbox: list[Action], timers: Timers, here: Here, tokens: Callable[[], str]
    ) -> None:
        self.outbox, self.here = outbox, here
        self._timers, self._tokens = timers, tokens
        self._open: dict[ClientKey, ClientTransaction] = {}

    def __len__(self) -> int:
        return len(self._open)

    def send(
        self,
        request: Request,
        hops: tuple[Flow, ...],
        user: ClientUser | None,
        now: float,
        patience: float = TIMEOUT,
    ) -> ClientTransaction:
        """Send a request by the first of `hops` that works; `user` hears what becomes of it.

        `patience`: seconds, in place of Timer B or F, until a silent peer counts as lost.
        """
        return self.open(request, self.mint_branch(), hops, user, now, patience)

    def open(
        self,
        request: Request,
        branch: str,
        hops: tuple[Flow, ...],
        user: ClientUser | None,
        now: float,
        patience: float = TIMEOUT,
    ) -> ClientTransaction:
        transaction = ClientTransaction(self, request, branch, hops, user, patience)
        self._open[transaction.key] = transaction
        transaction.start(now)
        return transaction

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
            transaction.undelivered(send.flow, now)

    def settle(self, transaction: ClientTransaction) -> None:
        """Note that `transaction` made a step."""
        if not transaction.over:
            self._timers.watch(transaction)
        elif self._open.pop(transaction.key, None):
            self._timers.forget(transaction)


def _like(request: Request, method: str) -> Request:
    """The CANCEL or the ACK that belongs to an INVITE: its URI, number, route and parties."""
    headers = Headers()
    headers.take(request.headers, "Via", "Route", "From", "To", "Call-ID", "Session-ID")
    headers.set("Max-Forwards", str(DEFAULT_MAX_FORWARDS))
    headers.set("CSeq", f"{request.cseq.number} {method}")
    return Request(method, request.uri, headers)
