"""What an agent has of chats just now, and could have: for pages, metrics and events. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.agents import Activity, Agent, Presence
from engine.chat.chat import Chat
from engine.chat.desks import Desks, person

STATES = {
    Activity.RINGING: "INCOMING",
    Activity.TALKING: "CONNECTED",
    Activity.MISSED: "MISSED",
    Activity.AFTER_CONTACT_WORK: "ENDED",
}
"""How a chat stands for its agent, in Connect's words."""


@dataclass(frozen=True, slots=True)
class Held:
    """A chat at one of an agent's seats; `chat` is None where nobody knows it any more."""

    contact_id: str
    state: str
    seat: Agent
    chat: Chat | None


@dataclass(frozen=True, slots=True)
class Load:
    most: int = 0
    free: int = 0
    held: tuple[Held, ...] = ()

    def presence(self, agent: Agent) -> Presence:
        """What the agent does, on the phone or else with chats."""
        if agent.presence is Presence.ON_CONTACT and agent.conversations == 1:
            doing = {one.seat.activity for one in self.held}
            return next((SHOWN[each] for each in SHOWN if each in doing), agent.presence)
        return agent.presence


SHOWN = {
    Activity.TALKING: Presence.ON_CONTACT,
    Activity.RINGING: Presence.RINGING,
    Activity.MISSED: Presence.MISSED,
    Activity.AFTER_CONTACT_WORK: Presence.AFTER_CONTACT_WORK,
}
"""Of several things the first of these."""
NO_CHATS = Load()


class Loads:
    """`known` finds a chat that goes on, or was over a moment ago."""

    def __init__(self, desks: Desks, known: Callable[[str], Chat | None]) -> None:
        self._desks, self._known = desks, known

    def of(self, username: str) -> Load:
        seats = list(self._desks.seats(username))
        return Load(
            self._desks.most(username),
            sum(one.presence is Presence.AVAILABLE for one in seats),
            tuple(
                Held(one.contact_id, state, one, self._known(one.contact_id))
                for one in seats
                if one.contact_id and (state := STATES.get(one.activity))
            ),
        )

    def listen(self, listener: Callable[[str], None]) -> None:
        """It is told of an agent who may have other chats than before: it looks later."""
        self._desks.chats.listen(lambda seat: listener(person(seat)))
