"""Hearing: who hears whom, sample by sample, as a plain model of what mixer.h promises.

It knows routes, gains, delays and the two ways in which a phone is served (a packet as it came, or
a mix), and says for each sample between which two values it must lie. They are one value, but for
5 ms around a change: there any slope is right that contains nobody who was, or is, not routed.
Positions are samples since the start. Every change is made at a multiple of SLICE.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.mixer.stage import SLICE, Heard, Reading, Samples

TICK, RAMP = 160, 40
MIX_DELAY = 480  # of a mix behind a phone, 60 ms
LINGERS = 3600  # a tap that reads 120 ms late, every 200 ms, may want a source so long after it
KEPT = 8000  # positions; more than any reader is late; whole ticks
UNITY = 256
SHARES_BYTES = {"PCMU", "PCMA"}  # one is turned into the other code by code

Range = tuple[NDArray[np.int32], NDArray[np.int32]]  # least and most, of each sample
Routes = Mapping["Source", int]  # gain of each, Q8


class Source:
    """What was said, at each of the last KEPT positions."""

    peak = (0, 0)  # least and most there can ever be

    def __init__(self) -> None:
        self._said = np.zeros((2, KEPT), np.int32)

    def say(self, position: int, least: NDArray[np.int32], most: NDArray[np.int32]) -> None:
        at = position % KEPT
        self._said[0, at : at + TICK], self._said[1, at : at + TICK] = least, most

    def said(self, position: int, count: int) -> Range:
        at = position % KEPT
        if at + count <= KEPT:
            return self._said[0, at : at + count], self._said[1, at : at + count]
        least, most = np.take(self._said, np.arange(at, at + count), axis=1, mode="wrap")
        return least, most


class Player(Source):
    """A clip that plays while somebody hears it, and stands still meanwhile."""

    def __init__(self, clip: Samples, *, loop: bool) -> None:
        super().__init__()
        self._clip, self._loop = clip.astype(np.int32), loop
        self.peak = min(0, int(clip.min())), max(0, int(clip.max()))
        self._start: int | None = None
        self._played = 0
        self.interrupted = False  # nobody heard it for a moment

    def interrupt(self, position: int) -> None:
        """Whoever hears it next does so from the next tick on, or from now on."""
        self.interrupted = True
        at = position % KEPT
        rest = self._said[:, at : at + TICK - position % TICK]
        np.minimum(rest[0], 0, out=rest[0])
        np.maximum(rest[1], 0, out=rest[1])

    def play(self, position: int, heard: bool) -> None:
        soft = self.interrupted and heard
        self.interrupted = False
        if heard and self._start is None:
            self._start, soft = position - self._played, True
        elif not heard and self._start is not None:
            self._played, self._start = position - self._start, None
        least, most = self._sound(position)
        if soft:
            least[:RAMP], most[:RAMP] = np.minimum(least[:RAMP], 0), np.maximum(most[:RAMP], 0)
        self.say(position, least, most)

    def _sound(self, position: int) -> Range:
        if self._start is None:
            return np.zeros(TICK, np.int32), np.zeros(TICK, np.int32)
        at, length = np.arange(TICK) + (position - self._start), len(self._clip)
        sound = self._clip[at % length]
        if self._loop:
            return sound.copy(), sound
        sound[at >= length] = 0
        ending = at >= length - RAMP
        return np.where(ending, np.minimum(sound, 0), sound), np.where(
            ending, np.maximum(sound, 0), sound
        )


class Side:
    """Routes to one sink, and all there were since somebody looked."""

    def __init__(self) -> None:
        self.routes: Routes = {}
        self.ever: dict[Source, int] = {}
        self.changed = False

    def set(self, source: Source, gain: int | None) -> None:
        routes = dict(self.routes)
        if gain is None:
            del routes[source]
        else:
            routes[source] = gain
            self.ever[source] = max(gain, self.ever.get(source, 0))
        self.routes, self.changed = routes, True

    def look(self) -> Routes | None:
        """All that were there since the last look, when there was a change; else None."""
        ever = self.ever if self.changed else None
        self.ever, self.changed = dict(self.routes), False
        return ever


class Leg(Source):
    """A phone: it says one wave for ever, and hears packets."""

    def __init__(self, codec: str, heard_as: Samples, wave: Samples, *, listen_only: bool) -> None:
        """`heard_as`: what its codec makes of each sample, by sample + 32768."""
        super().__init__()
        self.codec, self.listen_only = codec, listen_only
        self.heard_as = heard_as
        self.wave = self.through(wave.astype(np.int32)).astype(np.int32)
        self.peak = min(0, int(self.wave.min())), max(0, int(self.wave.max()))
        self.side = Side()
        self.wanted_until = 0  # by a tap that has lost it
        self._last = 0

    def through(self, samples: NDArray[np.int32]) -> Samples:
        found: Samples = self.heard_as[np.clip(samples, -32768, 32767) + 32768]
        return found

    def talk(self, position: int, needed: bool) -> None:
        """A packet; it is kept only while somebody mixes or records it."""
        said = self.packet(position)
        if needed:
            self.say(position, said, said)
        elif position < self.wanted_until:
            self.say(position, np.minimum(said, 0), np.maximum(said, 0))
        else:
            self.say(position, np.zeros_like(said), np.zeros_like(said))

    def packet(self, position: int) -> NDArray[np.int32]:
        at = position % len(self.wave)
        return self.wave[at : at + TICK]

    @property
    def relayed(self) -> Leg | None:
        """The one phone whose packets come here as they are."""
        if len(self.side.routes) != 1:
            return None
        ((source, gain),) = self.side.routes.items()
        same = isinstance(source, Leg) and (
            source.codec == self.codec or {source.codec, self.codec} <= SHARES_BYTES
        )
        return source if isinstance(source, Leg) and same and gain == UNITY else None

    def hear(self, position: int, packets: Sequence[Samples]) -> None:
        """Raises AssertionError."""
        ever = self.side.look()
        relayed = self.relayed
        if not self.side.routes:
            assert len(packets) <= (ever is not None), "somebody is heard"
        else:
            assert len(packets) == 1, f"{len(packets)} packets in a tick"
        for packet in packets:
            if relayed:
                least, most = relayed.packet(position).copy(), relayed.packet(position).copy()
            else:
                least, most = total(self.side.routes, position, TICK, MIX_DELAY)
            if ever is not None:
                some = slope(ever)
                least[:RAMP] = min(self._last, 0) + some[0]
                most[:RAMP] = max(self._last, 0) + some[1]
            self._check(packet, least, most)

    def _check(self, packet: Samples, least: NDArray[np.int32], most: NDArray[np.int32]) -> None:
        assert len(packet) == TICK
        inside = (self.through(least) <= packet) & (packet <= self.through(most))
        assert inside.all(), f"sample {np.argmin(inside)} is somebody else's"
        self._last = int(packet[-1])


@dataclass(slots=True)
class Cell:
    """SLICE positions of one side of a tap; `slope`: what may be heard besides, when it changes."""

    routes: Routes
    slope: Routes | None


@dataclass(slots=True)
class Tap:
    """Both sides of a recording, from `next` on."""

    next: int
    closed: bool = False
    sides: tuple[Side, Side] = field(default_factory=lambda: (Side(), Side()))
    cells: tuple[deque[Cell], deque[Cell]] = field(default_factory=lambda: (deque(), deque()))

    def go_on(self) -> None:
        """What is routed now is heard in the next SLICE."""
        for side, cells in zip(self.sides, self.cells, strict=True):
            cells.append(Cell(side.routes, soften(side, cells)))

    def close(self) -> None:
        self.closed = True
        for side, cells in zip(self.sides, self.cells, strict=True):
            soften(side, cells)

    def hear(self, reading: Reading) -> None:
        """Raises AssertionError."""
        count = len(reading.frames) // SLICE
        assert count * SLICE == len(reading.frames)
        assert not reading.ended or (self.closed and count == len(self.cells[0]))
        for channel, cells in enumerate(self.cells):
            heard = [cells.popleft() for _ in range(count)]
            self._check(reading.frames[:, channel], heard)
        self.next += count * SLICE

    def _check(self, frames: Samples, cells: Sequence[Cell]) -> None:
        at = 0
        while at < len(cells):
            alike = 1
            if not cells[at].slope:
                while at + alike < len(cells) and alone(cells[at + alike], cells[at].routes):
                    alike += 1
            least, most = total(cells[at].routes, self.next + at * SLICE, alike * SLICE, 0)
            if cells[at].slope is not None:
                some = slope(cells[at].slope or {})
                least, most = np.minimum(least, some[0]), np.maximum(most, some[1])
            part = frames[at * SLICE : (at + alike) * SLICE]
            inside = (np.clip(least, -32768, 32767) <= part) & (
                part <= np.clip(most, -32768, 32767)
            )
            assert inside.all(), f"frame {self.next + at * SLICE + np.argmin(inside)} of a tap"
            at += alike


def soften(side: Side, cells: deque[Cell]) -> Routes | None:
    """What was routed, if that has changed: it has begun to change in the SLICE before."""
    ever = side.look()
    if ever is not None and cells:
        before = cells[-1].slope or cells[-1].routes
        cells[-1].slope = {
            source: max(before.get(source, 0), ever.get(source, 0)) for source in {*before, *ever}
        }
    return ever


def alone(cell: Cell, routes: Routes) -> bool:
    return cell.slope is None and cell.routes is routes


def total(routes: Routes, position: int, count: int, delay: int) -> Range:
    """The sum; phones are heard `delay` late, players at once."""
    least, most = np.zeros(count, np.int32), np.zeros(count, np.int32)
    for source, gain in routes.items():
        late = delay if isinstance(source, Leg) else 0
        some = source.said(position - late, count)
        least += scaled(some[0], gain)
        most += scaled(some[1], gain)
    return least, most


def slope(routes: Routes) -> tuple[int, int]:
    """What a sum that changes lies between: nobody but these, at most as loud as ever."""
    least = sum(source.peak[0] * gain for source, gain in routes.items())
    most = sum(source.peak[1] * gain for source, gain in routes.items())
    return least // UNITY - len(routes), most // UNITY + len(routes)


def scaled(samples: NDArray[np.int32], gain: int) -> NDArray[np.int32]:
    if gain == UNITY:
        return samples
    product = samples * np.int32(gain)
    return (product + (product >> 31 & UNITY - 1)) >> 8  # towards zero


class Hearing:
    """All that speaks and hears, by the number of its end on the stage."""

    def __init__(self) -> None:
        self.now = 0
        self.legs: dict[int, Leg] = {}
        self.players: dict[int, Player] = {}
        self.taps: dict[int, Tap] = {}

    def source(self, end: int) -> Source | None:
        return self.legs.get(end) or self.players.get(end)

    def side(self, end: int, channel: int) -> Side | None:
        if tap := self.taps.get(end):
            return None if tap.closed else tap.sides[channel]
        leg = self.legs.get(end)
        return leg.side if leg and channel == 0 else None

    def set(self, source: Source, side: Side, gain: int | None) -> None:
        """Route, or with None unroute."""
        if gain is None and source not in side.routes:
            return
        side.set(source, gain)
        if gain is not None:
            return
        if isinstance(source, Leg) and any(side in tap.sides for tap in self.taps.values()):
            source.wanted_until = self.now + LINGERS
        if isinstance(source, Player) and not any(source in one.routes for one in self.sides()):
            source.interrupt(self.now)

    def sides(self) -> list[Side]:
        of_taps = [side for tap in self.taps.values() if not tap.closed for side in tap.sides]
        return [leg.side for leg in self.legs.values()] + of_taps

    def close(self, end: int) -> None:
        source = self.source(end)
        if source:
            for side in self.sides():
                self.set(source, side, None)
        if tap := self.taps.get(end):
            tap.close()
            for side in tap.sides:
                for one in side.routes:
                    self.set(one, side, None)
        elif leg := self.legs.pop(end, None):
            for one in leg.side.routes:
                self.set(one, leg.side, None)
        self.players.pop(end, None)

    def go_on(self) -> None:
        """Before a step: what was changed takes effect at this instant."""
        for tap in self.taps.values():
            if not tap.closed:
                tap.go_on()
        self.now += SLICE

    def hear(self, heard: Heard) -> None:
        """What came of the step. Raises AssertionError."""
        if self.now % TICK == 0:
            self._tick()
            for end, leg in self.legs.items():
                leg.hear(self.now, heard.packets.get(end, ()))
        else:
            assert not heard.packets
        for end, reading in heard.readings.items():
            self.taps[end].hear(reading)
            if reading.ended:
                del self.taps[end]

    def _tick(self) -> None:
        needed: set[Source] = set()
        heard: set[Source] = set()
        for leg in self.legs.values():
            heard.update(leg.side.routes)
            if not leg.relayed:
                needed.update(leg.side.routes)
        for tap in self.taps.values():
            for side in () if tap.closed else tap.sides:
                heard.update(side.routes)
                needed.update(side.routes)
        for leg in self.legs.values():
            leg.talk(self.now, leg in needed)
        for player in self.players.values():
            player.play(self.now, player in heard)
