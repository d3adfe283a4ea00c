"""Both transaction tables, the clock they share, and what they ask the driver to do (§5, §17)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from zlib import crc32

from sip.actions import Action, Report, Resolve, Send
from sip.client_transactions import ClientTransactions
from sip.events import Event
from sip.flow import Flow, Here
from sip.locate import Locator
from sip.message import Request, Response
from sip.server_transactions import ServerTransactions
from sip.timers import Timers

RESERVED: Final = 8  # one place in so many is kept for requests inside of dialogs


class TransactionLayer:
    """What every part of the endpoint stands on. Actions gather in `outbox` until drained.

    `preloaded` are the routes of requests outside of dialogs that have none of their own.
    """

    def __init__(
        self, here: Here, tokens: Callable[[], str], limit: int, preloaded: tuple[str, ...] = ()
    ) -> None:
        self.here, self.tokens, self.preloaded = here, tokens, preloaded
        self.outbox: list[Action] = []
        self.timers = Timers()
        self.servers = ServerTransactions(self.outbox, self.timers)
        self.locator = Locator(
            lambda question: self.outbox.append(Resolve(question)), self.draw, here.speaks
        )
        self.clients = ClientTransactions(self.outbox, self.timers, here, tokens, self.locator)
        self._limit = limit

    @property
    def open(self) -> int:
        return len(self.servers) + len(self.clients)

    def has_room(self, in_dialog: bool) -> bool:
        """Whether one more may be opened; strangers leave some room to calls that are up."""
        return self.open < self._limit - (0 if in_dialog else self._limit // RESERVED)

    def draw(self, below: int) -> int:
        """A number from 0 on that nobody can foresee."""
        return crc32(self.tokens().encode()) % below

    def send(self, message: Request | Response, flow: Flow) -> None:
        """Send outside of any transaction: an ACK, or the response of a stateless server."""
        self.outbox.append(Send(message.encode(), flow))

    def undelivered(self, send: Send, now: float) -> None:
        """It did not reach the wire: a response goes by its spare way, once."""
        if send.spare:
            self.outbox.append(Send(send.data, send.spare))
        else:
            self.clients.undelivered(send, now)

    def report(self, event: Event) -> None:
        self.outbox.append(Report(event))

    def tick(self, now: float) -> None:
        for timed in self.timers.due(now):
            timed.tick(now)

    def drain(self) -> list[Action]:
        actions = self.outbox.copy()
        self.outbox.clear()
        return actions
