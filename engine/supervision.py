"""Monitoring: who may listen to what, and the life of one supervisor's leg.

    DIALLING -> LISTENING -> ENDED

Who listens may speak where that was allowed from the start: to the agent alone, or to both.

Sources: specification items 2, 16-20, 48 and the decisions of its section 8. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from engine.call import State
from engine.refused import Refused
from mixer import Mode

BOTH = frozenset({"Agent", "Customer"})
TALKS = frozenset({State.BRIDGED, State.TRANSFERRING})
"""CONNECTED and CONNECTED_ONHOLD."""
MODES: Mapping[str, Mode] = {
    "SILENT_MONITOR": Mode.LISTEN,
    "WHISPER": Mode.COACH,
    "BARGE": Mode.BARGE,
}
"""By the API's words; WHISPER is ours."""
MODE_NAMES: Mapping[Mode, str] = {mode: name for name, mode in MODES.items()}
KEYS: Mapping[str, Mode] = {"4": Mode.LISTEN, "5": Mode.COACH, "6": Mode.BARGE, "0": Mode.LISTEN}
"""What the keys of the supervisor's phone switch to; 0 mutes, which is to listen again."""
ENHANCED_LISTENERS = 2
NO_CONVERSATION = "invalid_target_state: the contact has no live conversation"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the rules look at."""

    state: State
    recorded: Collection[str]
    """Participants the flow asked to be recorded: "Agent", "Customer"."""
    listeners: Collection[str]
    """Supervisors whose leg to this contact is up or being dialled."""


def check(
    contact: Candidate,
    supervisor: str,
    *,
    reachable: bool,
    max_listeners: int,
    enhanced: bool = False,
) -> None:
    """Raise Refused unless `supervisor` may start listening to this contact now.

    `enhanced` is the attribute of the instance: nothing has to be recorded then, and fewer may
    listen (specification items 2 and 20).
    """
    if enhanced:
        max_listeners = min(max_listeners, ENHANCED_LISTENERS)
    if contact.state not in TALKS:
        raise Refused.invalid(NO_CONVERSATION)
    if not enhanced and frozenset(contact.recorded) != BOTH:
        raise Refused.invalid("Monitoring failed, please enable call recording")
    check_listeners(supervisor, contact.listeners, max_listeners)
    if not reachable:
        raise Refused.invalid(f"The phone of {supervisor} is not registered")


def check_listeners(supervisor: str, listeners: Collection[str], max_listeners: int) -> None:
    """Raise Refused unless there is room for `supervisor` beside these."""
    if supervisor in listeners:
        raise Refused.invalid(f"{supervisor} is already monitoring this contact")
    if len(listeners) >= max_listeners:
        raise Refused(
            402,
            "ServiceQuotaExceededException",
            f"The contact already has {max_listeners} listeners, the most a contact may have",
        )


Stage = Enum("Stage", "DIALLING LISTENING ENDED")
Change = Enum("Change", "ANSWERED LEFT")

TABLE: dict[tuple[Stage, Change], Stage] = {
    (Stage.DIALLING, Change.ANSWERED): Stage.LISTENING,
    (Stage.DIALLING, Change.LEFT): Stage.ENDED,
    (Stage.LISTENING, Change.LEFT): Stage.ENDED,
}


SILENT = frozenset({Mode.LISTEN})


class Monitor:
    """One supervisor's ear on one contact, and who hears its voice, of those that `allowed` has."""

    def __init__(self, supervisor: str, allowed: frozenset[Mode] = SILENT) -> None:
        self.supervisor, self.allowed = supervisor, allowed
        self.stage, self.mode = Stage.DIALLING, Mode.LISTEN

    def switch(self, mode: Mode) -> None:
        """From now on speak so. Raises Refused."""
        if self.stage is not Stage.LISTENING:
            raise Refused.invalid(f"{self.supervisor} does not monitor this contact")
        if mode not in self.allowed:
            raise Refused.invalid(f"{self.supervisor} may not {mode.name.lower()} in this contact")
        self.mode = mode

    def step(self, change: Change) -> bool:
        """True when the change meant something in this stage."""
        stage = TABLE.get((self.stage, change), self.stage)
        moved, self.stage = stage is not self.stage, stage
        return moved
