"""A recording that runs: where its instants lie, and what its manifest will say of it.

Pure. `now` is the monotonic clock of the loop: a corrected wall clock must not move a suspension.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Literal

from mixer import Port, PortStats, Tap
from recorder import Channels, Facts, Hold, Loss, Masked, Order, Part, frame_at, frame_from

CHANNELS = {Part.AGENT: Channels(), Part.IVR: Channels(left="prompts", right="customer")}
Side = Enum("Side", "LEFT RIGHT")
Figures = Callable[[Port], PortStats | None]
"""What happened on a port so far; None where it is closed."""


@dataclass(slots=True)
class Tally:
    """Loss on one side, over all phones that were heard there."""

    port: Port | None = None
    at_first: PortStats | None = None
    received: int = 0
    lost: int = 0
    concealed_ms: float = 0.0
    counted: bool = False

    def change(self, port: Port | None, figures: Figures) -> None:
        """From now on that phone is heard here, or nobody."""
        if port == self.port:
            return
        if self.port and self.at_first and (last := figures(self.port)):
            self.received += last.received - self.at_first.received
            self.lost += last.lost - self.at_first.lost
            self.concealed_ms += last.concealed_ms - self.at_first.concealed_ms
        self.port, self.at_first = port, figures(port) if port else None
        self.counted |= port is not None

    def loss(self) -> Loss | None:
        if not self.counted:
            return None
        return Loss(self.received, max(0, self.lost), round(self.concealed_ms))


@dataclass(slots=True, eq=False)
class Track:
    """One of the two recordings of a contact, from the opening of its tap on."""

    contact_id: str
    part: Part
    started: datetime
    """The wall-clock time of frame 0."""
    opened: float
    """The same on the clock of `now`."""
    tap: Tap
    path: Path
    begun: bool = False
    """The file is there; until then orders wait in `orders`."""
    orders: list[Order] = field(default_factory=list)
    suspended: set[str] = field(default_factory=set)
    """The reasons that hold."""
    _holds: list[Hold] = field(default_factory=list)
    _held_since: int | None = None
    _tallies: dict[Side, Tally] = field(default_factory=lambda: {side: Tally() for side in Side})

    def frame_at(self, now: float) -> int:
        """The frame in which this instant lies."""
        return frame_at(self.started, self._instant(now), self.tap.rate)

    def frame_from(self, now: float) -> int:
        """The first frame that begins at this instant or after it."""
        return frame_from(self.started, self._instant(now), self.tap.rate)

    def hold(self, held: bool, now: float) -> None:
        """The customer is on hold, or is not."""
        if held and self._held_since is None:
            self._held_since = self.frame_at(now)
        elif not held and self._held_since is not None:
            self._holds.append(Hold(self._held_since, self.frame_from(now)))
            self._held_since = None

    def hear(self, ports: Mapping[Side, Port | None], figures: Figures) -> None:
        """Who is heard on which side."""
        for side, tally in self._tallies.items():
            tally.change(ports.get(side), figures)

    def end(self, now: float, figures: Figures) -> None:
        """Nothing comes any more."""
        self.hold(False, now)
        self.hear({}, figures)

    def facts(self, frames: int) -> Facts:
        """For the manifest of a recording that came out so long."""
        holds = [Hold(min(one.first, frames), min(one.end, frames)) for one in self._holds]
        return Facts(
            self.started,
            CHANNELS[self.part],
            holds=tuple(one for one in holds if one.first < one.end),
            masked=tuple(self._masked(frames)),
            left_loss=self._tallies[Side.LEFT].loss(),
            right_loss=self._tallies[Side.RIGHT].loss(),
        )

    def _masked(self, frames: int) -> Iterator[Masked]:
        for span in self.tap.masked:
            if span.first < frames:
                channel: Literal["left", "right"] = "right" if span.channel else "left"
                yield Masked(span.first, min(span.end, frames), channel)

    def _instant(self, now: float) -> datetime:
        return self.started + timedelta(seconds=now - self.opened)
