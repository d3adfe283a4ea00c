"""The live contacts, and what may be said of them to the outside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator

from engine.involved import Involved
from engine.line import Line
from engine.live import LiveContact
from engine.records import ContactRecord


class Registry:
    def __init__(self) -> None:
        self._contacts: dict[str, LiveContact] = {}
        self._involved = Involved()
        self._listeners: list[Callable[[LiveContact], None]] = []
        self._on_people: list[Callable[[frozenset[str]], None]] = []
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

    def renew(self, live: LiveContact, record: ContactRecord) -> None:
        """From now on it is the contact of this record, and known by its id."""
        del self._contacts[live.contact_id]
        people = self._involved.update(live, lives=False)
        live.record = record
        self._contacts[live.contact_id] = live
        self._tell(live, people | self._involved.update(live, lives=True))

    def listen(self, listener: Callable[[LiveContact], None]) -> None:
        """It is told of a contact that may be other than before, or is no more: it looks later."""
        self._listeners.append(listener)

    def listen_to_people(self, listener: Callable[[frozenset[str]], None]) -> None:
        """The same of those who have a part in it, or had until now: by their names."""
        self._on_people.append(listener)

    def changed(self, live: LiveContact) -> None:
        """Something about the contact, or about who has a part in it."""
        self._tell(live, self._involved.update(live, lives=live.contact_id in self._contacts))

    def _tell(self, live: LiveContact, people: frozenset[str]) -> None:
        for listener in self._listeners:
            listener(live)
        for hears in self._on_people if people else ():
            hears(people)

    def involving(self, username: str) -> Collection[LiveContact]:
        """The contacts that this person has a part in: as agent, by a phone that rings, or as one
        who listens."""
        return self._involved.of(username)

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
