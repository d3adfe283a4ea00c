"""Agent presence: who may be offered a contact.

    IDLE -> RINGING -> TALKING -> AFTER_CONTACT_WORK -> IDLE
     ^         |          |
     +- MISSED-+          +-> IDLE

An agent is present while their phone is registered, and as the status says that they chose: one of
the kind ROUTABLE is offered contacts. A status that is chosen in the middle of a contact is the
next one: no other contact is offered, and it holds when the last one is over.

One who missed a contact rests for a moment, so that a phone nobody sits at does not take every
contact in turn. LEAVING is an agent whose registration ended in the middle of a conversation: the
conversation goes on. After-contact work follows where the agent has a limit for it, and ends with
that limit or when the contact is cleared.

An agent may have several conversations: a contact, and a colleague who is asked about it. The last
one to end sets them free. Specification sections 2.5, 2.6 and 3.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from math import inf

from engine.routing_profile import RoutingProfile

Activity = Enum("Activity", "IDLE RINGING TALKING MISSED AFTER_CONTACT_WORK")
Presence = Enum(
    "Presence", "OFFLINE AVAILABLE BREAK RINGING ON_CONTACT MISSED AFTER_CONTACT_WORK LEAVING"
)
Signal = Enum("Signal", "OFFERED WITHDRAWN MISSED ANSWERED CALLED RELEASED FINISHED EXPIRED")

TABLE: dict[tuple[Activity, Signal], Activity] = {
    (Activity.IDLE, Signal.OFFERED): Activity.RINGING,
    (Activity.IDLE, Signal.CALLED): Activity.TALKING,
    (Activity.RINGING, Signal.ANSWERED): Activity.TALKING,
    (Activity.RINGING, Signal.MISSED): Activity.MISSED,
    (Activity.RINGING, Signal.WITHDRAWN): Activity.IDLE,  # the customer gave up first
    (Activity.MISSED, Signal.EXPIRED): Activity.IDLE,
    (Activity.MISSED, Signal.CALLED): Activity.TALKING,
    (Activity.TALKING, Signal.RELEASED): Activity.IDLE,
    (Activity.TALKING, Signal.FINISHED): Activity.AFTER_CONTACT_WORK,
    (Activity.AFTER_CONTACT_WORK, Signal.EXPIRED): Activity.IDLE,
    (Activity.AFTER_CONTACT_WORK, Signal.CALLED): Activity.TALKING,
}
CONVERSATIONS = {
    Signal.ANSWERED: 1,
    Signal.CALLED: 1,
    Signal.RELEASED: -1,
    Signal.FINISHED: -1,
}
BUSY = frozenset({Activity.RINGING, Activity.TALKING})
OWN = "agent/"
"""What the name of an agent's own queue begins with."""


def own_queue(username: str) -> str:
    """The queue of one agent, as the end of its ARN has it."""
    return f"{OWN}{username}"


class StatusType(StrEnum):
    ROUTABLE = "ROUTABLE"
    CUSTOM = "CUSTOM"
    OFFLINE = "OFFLINE"


@dataclass(frozen=True, slots=True)
class Status:
    """An agent status that can be chosen, by the id of its ARN."""

    id: str
    name: str
    type: StatusType


AVAILABLE = Status("available", "Available", StatusType.ROUTABLE)
OFFLINE = Status("offline", "Offline", StatusType.OFFLINE)
AT_REST = {
    StatusType.ROUTABLE: Presence.AVAILABLE,
    StatusType.CUSTOM: Presence.BREAK,
    StatusType.OFFLINE: Presence.OFFLINE,
}
AT_WORK = {
    Activity.RINGING: Presence.RINGING,
    Activity.TALKING: Presence.ON_CONTACT,
    Activity.MISSED: Presence.MISSED,
    Activity.AFTER_CONTACT_WORK: Presence.AFTER_CONTACT_WORK,
}


class Agent:
    """One agent and since when they are as they are (monotonic seconds).

    `rest_seconds` follow a missed contact; `work_seconds` limits after-contact work: inf until the
    contact is cleared, None for none. With `auto_accept` the phone is asked to answer by itself.
    `hierarchy`: ids of the groups that they are in, from the top.
    """

    def __init__(
        self,
        username: str,
        profile: RoutingProfile,
        rest_seconds: float,
        work_seconds: float | None = None,
        *,
        auto_accept: bool = False,
        hierarchy: tuple[str, ...] = (),
    ) -> None:
        self.username, self.profile = username, profile
        self.rest_seconds, self.work_seconds = rest_seconds, work_seconds
        self.auto_accept, self.hierarchy = auto_accept, hierarchy
        self.registered = False
        self.activity = Activity.IDLE
        self.status, self.status_since = AVAILABLE, -inf
        self.next_status: Status | None = None
        self.conversations = 0
        self.contact_id: str | None = None
        """What was offered, missed or finished last."""
        self.presence = Presence.OFFLINE
        self.since = -inf

    def serves(self, queue: str | None) -> bool:
        """Those that were given to them, and always the one of their own."""
        return queue in self.profile.names or queue == own_queue(self.username)

    @property
    def deadline(self) -> float:
        """When a missed contact is forgiven or after-contact work is over; inf when never."""
        if self.activity is Activity.MISSED:
            return self.since + self.rest_seconds
        if self.activity is Activity.AFTER_CONTACT_WORK and self.work_seconds is not None:
            return self.since + self.work_seconds
        return inf

    def register(self, now: float, *, registered: bool) -> None:
        """The phone has come, or gone."""
        self.registered = registered
        self._settle(now)

    def choose(self, status: Status, now: float) -> None:
        """A status: at once, or as the next one. It ends the rest after a contact."""
        self.next_status = status
        if self.activity not in BUSY:
            self.activity = Activity.IDLE
        self._settle(now)

    def step(self, signal: Signal, now: float) -> None:
        """A signal that means nothing in this activity is dropped."""
        self.conversations = max(0, self.conversations + CONVERSATIONS.get(signal, 0))
        self.activity = TABLE.get((self.activity, signal), self.activity)
        if self.conversations and self.activity is not Activity.RINGING:
            self.activity = Activity.TALKING
        self._settle(now)

    def tick(self, now: float) -> None:
        if now >= self.deadline:
            self.step(Signal.EXPIRED, now)

    def _settle(self, now: float) -> None:
        if not self.registered and self.activity not in BUSY:
            self.activity = Activity.IDLE
        if self.next_status and self.activity not in BUSY | {Activity.AFTER_CONTACT_WORK}:
            self.status, self.status_since = self.next_status, now
            self.next_status = None
        presence = self._present()
        if presence is not self.presence:
            self.presence, self.since = presence, now

    def _present(self) -> Presence:
        if not self.registered:
            return Presence.LEAVING if self.activity in BUSY else Presence.OFFLINE
        return AT_WORK.get(self.activity) or AT_REST[self.status.type]
