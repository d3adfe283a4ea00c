"""Which live contacts each person has a part in, kept as contacts change. Pure."""

from __future__ import annotations

from collections.abc import Collection

from engine.agent_contacts import people
from engine.live import LiveContact


class Involved:
    """Agents, those whose phones ring, and those who listen in."""

    def __init__(self) -> None:
        self._people: dict[str, frozenset[str]] = {}
        self._contacts: dict[str, dict[str, LiveContact]] = {}

    def of(self, username: str) -> Collection[LiveContact]:
        return self._contacts.get(username, {}).values()

    def update(self, live: LiveContact, *, lives: bool) -> frozenset[str]:
        """The contact has changed, or is over: all who have a part in it, or had until now."""
        listeners = {one.monitor.supervisor for one in live.listeners}
        now = frozenset(people(live) | listeners if lives else ())
        before = self._people.pop(live.contact_id, frozenset())
        for username in before - now:
            del self._contacts[username][live.contact_id]
            if not self._contacts[username]:
                del self._contacts[username]
        for username in now - before:
            self._contacts.setdefault(username, {})[live.contact_id] = live
        if now:
            self._people[live.contact_id] = now
        return before | now
