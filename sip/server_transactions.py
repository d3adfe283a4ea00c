"""Requests we were sent and have kept: a table by branch, sent-by and method (RFC 3261 §17.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.actions import Action, Send
from sip.arrival import Arrival, MergeKey, TransactionKey
from sip.invite_server import Do, InviteServer
from sip.message import Response
from sip.request_server import RequestServer
from sip.timers import Timed, Timers

if TYPE_CHECKING:
    from sip.session import Session


class ServerTransaction(Timed):
    """The last response to a request, and for how long copies get it; the request is not kept.

    `session` is the one an INVITE made or belongs to, until its final response: from then on a
    CANCEL changes nothing (RFC 3261 §9.2), and a call that is over does not wait for Timer L.
    `tag` is that of our responses, which the one to a CANCEL gets as well.
    """

    __slots__ = (
        *("_last", "_machine", "_reply", "_spare", "_table", "key", "merge_key", "session"),
        "tag",
    )

    def __init__(self, table: ServerTransactions, arrival: Arrival) -> None:
        super().__init__()
        machine = InviteServer if arrival.request.method == "INVITE" else RequestServer
        self._machine = machine(arrival.now, arrival.reply.reliable)
        self._table = table
        self._last = b""
        self._reply, self._spare = arrival.reply, arrival.spare
        self.key, self.merge_key = arrival.key, arrival.merge_key
        self.session: Session | None = None
        self.tag = ""

    @property
    def deadline(self) -> float:
        return self._machine.deadline

    @property
    def over(self) -> bool:
        return self._machine.over

    def belong_to(self, session: Session) -> None:
        self.session, self.tag = session, session.dialog.local_tag

    def respond(self, response: Response, now: float) -> None:
        self._last = response.encode()
        if response.status >= 200:
            self.session = None
        self._perform(self._machine.respond(response.status, now))

    def repeat(self, status: int, now: float) -> None:
        """Send the last response to an INVITE, which had this status, once more.

        That is the session's duty for a 2xx (RFC 3261 §13.3.1.4) and a reliable 1xx (RFC 3262 §3).
        """
        self._perform(self._machine.respond(status, now))

    def absorb(self, method: str, now: float) -> bool:
        """Take a copy of the request, or its ACK; false when that ACK is for the session."""
        todo = self._machine.receive(method, now)
        self._perform(todo)
        return Do.DELIVER_ACK not in todo

    def tick(self, now: float) -> None:
        self._perform(self._machine.tick(now))

    def _perform(self, todo: tuple[Do, ...]) -> None:
        if Do.SEND in todo and self._last:
            self._table.outbox.append(Send(self._last, self._reply, spare=self._spare))
        self._table.settle(self)


class ServerTransactions:
    """The table. `TransactionLayer` keeps it within its limit."""

    def __init__(self, outbox: list[Action], timers: Timers) -> None:
        self.outbox, self._timers = outbox, timers
        self._open: dict[TransactionKey, ServerTransaction] = {}
        self._seen: dict[MergeKey, TransactionKey] = {}

    def __len__(self) -> int:
        return len(self._open)

    def find(self, key: TransactionKey) -> ServerTransaction | None:
        return self._open.get(key)

    def is_merged(self, arrival: Arrival) -> bool:
        """Whether the same request came by another way already: RFC 3261 §8.2.2.2."""
        return self._seen.get(arrival.merge_key, arrival.key) != arrival.key

    def open(self, arrival: Arrival) -> ServerTransaction:
        """Wait for the response to a request, and for copies of it."""
        transaction = ServerTransaction(self, arrival)
        self._open[arrival.key] = transaction
        self._seen[arrival.merge_key] = arrival.key
        self._timers.watch(transaction)
        return transaction

    def settle(self, transaction: ServerTransaction) -> None:
        """Note that `transaction` made a step."""
        if not transaction.over:
            self._timers.watch(transaction)
        elif self._open.pop(transaction.key, None):
            self._timers.forget(transaction)
            self._seen.pop(transaction.merge_key, None)
