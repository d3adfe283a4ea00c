"""Drives the floor of chats beside that of the phones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from engine.agents import Agent
from engine.chat.desks import Desks, Slots
from engine.queues import Floor, Offer
from engine.routing import Router


class ChatRouter(Router):
    """A router whose agents are seats; `phones` is the one of the phones of the same agents."""

    def __init__(
        self,
        phones: Router,
        on_offer: Callable[[Offer], None],
        on_worked: Callable[[str, datetime, datetime], None] = lambda *_: None,
    ) -> None:
        super().__init__(Floor((), ()), on_offer, on_worked)
        self._phones = phones
        self.desks = Desks(phones.floor, self.floor, self._loop.time, self._wake_desks)

    def seat(self, agent: Agent, slots: Slots) -> None:
        """An agent has these slots from now on."""
        self.settle(self.desks.hire(agent, slots))

    def unseat(self, username: str) -> None:
        self.desks.dismiss(username)

    def _wake_desks(self) -> None:
        self._loop.call_soon(self._settle_desks)

    def _settle_desks(self) -> None:
        calls, chats = self.desks.settle()
        self._phones.settle(calls)
        self.settle(chats)
