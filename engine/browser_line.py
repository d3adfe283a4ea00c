"""A browser as a phone: one leg of media for a login, and the lines of its contacts on it. Pure.

    RINGING -> UP -> ENDED        a contact is offered to the page
    DIALLING -> UP -> ENDED       the page calls somebody

The leg is kept over contacts, and outlives a page that is loaded again: the next offer of the same
login takes it over with all its lines. Two lines may be up, a contact and a call because of it; who
talks on one holds the other, or has joined the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from engine.line import Line
from mixer import Port
from sip import Codec

Stage = Enum("Stage", "RINGING DIALLING UP ENDED")


@dataclass(slots=True, eq=False)
class Leg:
    """The media of one login's browser."""

    username: str
    port: Port
    codec: Codec
    listen_only: bool
    """The page offered no microphone: the media core drops whatever it may send."""
    is_up: bool = True
    """False while nothing comes from the page; what it talks in waits for it to come back."""
    muted: bool = False
    """Nobody hears the microphone, on whatever line, while there is one."""
    lines: list[BrowserLine] = field(default_factory=list)
    """Those that are not ended, in the order in which they came."""

    def talks_beside(self, line: BrowserLine) -> bool:
        """Whether who is at the browser speaks on another line than this one."""
        others = (one for one in self.lines if one is not line)
        return any(one.stage is Stage.UP and not one.held for one in others)


@dataclass(slots=True, eq=False)
class BrowserLine(Line):
    leg: Leg
    stage: Stage = Stage.RINGING
    held: bool = False
    since: datetime | None = None
    """When it began to be as it is."""

    @property
    def port(self) -> Port:
        return self.leg.port

    @property
    def codec(self) -> Codec | None:
        return self.leg.codec

    @property
    def may_send(self) -> bool:
        """Who holds is still heard by recorder and supervisors, but not while talking elsewhere."""
        if self.leg.listen_only or self.leg.muted:
            return False
        return not (self.held and self.leg.talks_beside(self))

    @property
    def may_hear(self) -> bool:
        return not self.held

    @property
    def may_fall_silent(self) -> bool:
        """The leg is watched instead: who only listens sends no RTP at all."""
        return True
