"""How a contact stands for each person who has a part in it, in Connect's words. Pure."""

from __future__ import annotations

from datetime import datetime

from engine.agents import Presence
from engine.call import RINGING, State
from engine.live import LiveContact
from engine.supervision import Stage

TALKS = {
    State.CALLING: "CONNECTING",
    State.CALLING_BACK: "CONNECTING",
    State.BRIEFING: "CONNECTING",
    State.GREETING: "CONNECTING",
    State.WHISPERING: "CONNECTING",
    State.BRIDGED: "CONNECTED",
    State.SENDING: "CONNECTED",
    State.TRANSFERRING: "CONNECTED_ONHOLD",
}
LISTENS = {Stage.DIALLING: "CONNECTING", Stage.LISTENING: "CONNECTED"}
LEFT_OVER = {Presence.MISSED: "MISSED", Presence.AFTER_CONTACT_WORK: "ENDED"}
"""How a contact stands for an agent who has not cleared it."""


def people(live: LiveContact) -> set[str]:
    """All who may have a part in it, for whom it may stand in some state."""
    lines = (live.customer, live.agent, live.ringing)
    return ({line.username for line in lines if line} | {live.offered_to or ""}) - {""}


def agent_contact_state(live: LiveContact, username: str) -> str | None:
    """`AgentContactState`: how a contact stands for this agent; None when it is none of theirs."""
    if live.call.state in RINGING and live.offered_to == username:
        return "INCOMING"
    if live.call.state is State.BRIDGED and live.agent_holds:
        held = live.agent is not None and live.agent.username == username
        return "CONNECTED_ONHOLD" if held else None
    lines = (live.customer, live.agent, live.ringing)
    talking = {line.username for line in lines if line}
    return TALKS.get(live.call.state) if username in talking else None


def stands_since(live: LiveContact, state: str) -> datetime | None:
    """Since when the contact stands so for its agent; None where the contact does not tell."""
    if state == "CONNECTED":
        return live.record.connected_to_agent
    if state == "CONNECTED_ONHOLD":
        return live.held_since or live.record.connected_to_agent
    return None
