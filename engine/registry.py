"""The live contacts, and what may be said of them to the outside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from engine.line import Line
from engine.live import LiveContact


class Registry:
    def __init__(self) -> None:
        self._contacts: dict[str, LiveContact] = {}
        self._listeners: list[Callable[[LiveContact], None]] = []
        self.empty = asyncio.Event()
        """Set while no contact lives."""
        self.empty.set()

    def __len__(self) -> int:
        return len(self._contacts)

    def __iter__(self) -> Iterator[LiveContact]:
        """A copy: the loop over it may end contacts."""
        return iter(tuple(self._contacts.values()))

    def add(self, live: LiveContact) -> None:
        self._contacts[live.contact_id] = live
        self.empty.clear()
        self.changed(live)

    def remove(self, live: LiveContact) -> None:
        self._contacts.pop(live.contact_id, None)
        if not self._contacts:
            self.empty.set()
        self.changed(live)

    def listen(self, listener: Callable[[LiveContact], None]) -> None:
        """It is told of a contact that may be other than before, or is no more: it looks later."""
        self._listeners.append(listener)

    def changed(self, live: LiveContact) -> None:
        for listener in self._listeners:
            listener(live)

    def of_agent(self, username: str) -> LiveContact | None:
        """The contact this agent talks in; not those that they have called."""
        return next((live for live in self if live.agent and live.agent.username == username), None)

    def beside(self, username: str) -> Line | None:
        """The line that one this agent opens now may have to be joined with.

        That is the customer's of the contact they talk in, or of the one that rings at them.
        """
        talks = self.of_agent(username)
        rings = (live for live in self if live.ringing and live.ringing.username == username)
        live = talks or next(rings, None)
        return live.customer if live else None

    def __contains__(self, contact_id: object) -> bool:
        return contact_id in self._contacts

    def get(self, contact_id: str) -> LiveContact | None:
        return self._contacts.get(contact_id)
