"""Agent presence: who may be offered a contact.

    OFFLINE <-> AVAILABLE -> RINGING -> ON_CONTACT -> AVAILABLE
                    ^           |            |
                    +- MISSED <-+            +-> LEAVING -> OFFLINE

An agent is present while their phone is registered. One who missed a contact rests for a moment,
so that a phone nobody sits at does not take every contact in turn. LEAVING is an agent whose
registration ended in the middle of a conversation: the conversation goes on.

An agent may have several conversations: a contact, and a colleague who is asked about it. The last
one to end sets them free.
"""

from __future__ import annotations

from enum import Enum
from math import inf

Presence = Enum("Presence", "OFFLINE AVAILABLE RINGING ON_CONTACT MISSED LEAVING")
Signal = Enum(
    "Signal",
    "REGISTERED UNREGISTERED OFFERED WITHDRAWN MISSED ANSWERED CALLED RELEASED EXPIRED",
)

TABLE: dict[tuple[Presence, Signal], Presence] = {
    (Presence.OFFLINE, Signal.REGISTERED): Presence.AVAILABLE,
    (Presence.AVAILABLE, Signal.UNREGISTERED): Presence.OFFLINE,
    (Presence.AVAILABLE, Signal.OFFERED): Presence.RINGING,
    (Presence.AVAILABLE, Signal.CALLED): Presence.ON_CONTACT,
    (Presence.RINGING, Signal.ANSWERED): Presence.ON_CONTACT,
    (Presence.RINGING, Signal.MISSED): Presence.MISSED,
    (Presence.RINGING, Signal.WITHDRAWN): Presence.AVAILABLE,  # the customer gave up first
    (Presence.RINGING, Signal.UNREGISTERED): Presence.LEAVING,
    (Presence.MISSED, Signal.EXPIRED): Presence.AVAILABLE,
    (Presence.MISSED, Signal.UNREGISTERED): Presence.OFFLINE,
    (Presence.MISSED, Signal.CALLED): Presence.ON_CONTACT,
    (Presence.ON_CONTACT, Signal.RELEASED): Presence.AVAILABLE,
    (Presence.ON_CONTACT, Signal.MISSED): Presence.AVAILABLE,  # came back while still ringing
    (Presence.ON_CONTACT, Signal.WITHDRAWN): Presence.AVAILABLE,
    (Presence.ON_CONTACT, Signal.UNREGISTERED): Presence.LEAVING,
    (Presence.LEAVING, Signal.REGISTERED): Presence.ON_CONTACT,
    (Presence.LEAVING, Signal.RELEASED): Presence.OFFLINE,
    (Presence.LEAVING, Signal.MISSED): Presence.OFFLINE,
    (Presence.LEAVING, Signal.WITHDRAWN): Presence.OFFLINE,
}
TALKING = {
    Presence.AVAILABLE: Presence.ON_CONTACT,
    Presence.MISSED: Presence.ON_CONTACT,
    Presence.OFFLINE: Presence.LEAVING,
}
"""What an agent is instead who has a conversation."""
OWN = "agent/"
"""What the name of an agent's own queue begins with."""
CONVERSATIONS = {Signal.ANSWERED: 1, Signal.CALLED: 1, Signal.RELEASED: -1}


def own_queue(username: str) -> str:
    """The queue of one agent, as the end of its ARN has it."""
    return f"{OWN}{username}"


class Agent:
    """One agent and since when they are as they are (monotonic seconds)."""

    def __init__(self, username: str, queues: tuple[str, ...], rest_seconds: float) -> None:
        self.username = username
        self.queues = queues
        self.presence = Presence.OFFLINE
        self.conversations = 0
        self.since = -inf
        self._rest_seconds = rest_seconds

    def serves(self, queue: str | None) -> bool:
        """Those that were given to them, and always the one of their own."""
        return queue in self.queues or queue == own_queue(self.username)

    @property
    def deadline(self) -> float:
        """When a missed contact is forgiven; inf when nothing is due."""
        return self.since + self._rest_seconds if self.presence is Presence.MISSED else inf

    def step(self, signal: Signal, now: float) -> None:
        """A signal that means nothing in this presence is dropped."""
        self.conversations = max(0, self.conversations + CONVERSATIONS.get(signal, 0))
        presence = TABLE.get((self.presence, signal), self.presence)
        if self.conversations:
            presence = TALKING.get(presence, presence)
        if presence is not self.presence:
            self.presence, self.since = presence, now

    def tick(self, now: float) -> None:
        if now >= self.deadline:
            self.step(Signal.EXPIRED, now)
