"""Stage: a media core on a turned clock, in a process of its own, moved order by order.

`tests/native/stage.c` is the process: it has phones that talk all the time and clips that play, and
tells what every phone and every tap heard.
"""

from __future__ import annotations

import struct
import subprocess
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

WAVES, PERIOD = 16, 8000
PHONES, ENDS = range(16), 64  # the first ends are those of phones
SLICE = 40  # positions of a step, 5 ms
ORDER, NUMBER = struct.Struct("5i"), struct.Struct("i")
Wish = IntEnum("Wish", "LEG PLAYER TAP CLOSE ROUTE UNROUTE STEP", start=0)

Samples = NDArray[np.int16]


class Result(IntEnum):
    """Of an order; mx_result."""

    OK = 0
    GONE = -2
    REFUSED = -3


@dataclass(frozen=True, slots=True)
class Reading:
    """Of a tap. `frames` has the shape (frames, 2), left first."""

    frames: Samples
    ended: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """In one step: results of the orders before it, packets of each phone, readings of taps."""

    results: list[int]
    packets: dict[int, list[Samples]]
    readings: dict[int, Reading]


class Stage:
    def __init__(self, program: Path, waves: Samples) -> None:
        """`waves` has the shape (WAVES, PERIOD)."""
        self._process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1 << 16
        )
        assert self._process.stdin and self._process.stdout
        self._orders, self._told = self._process.stdin, self._process.stdout
        self._orders.write(waves.tobytes())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._orders.close()
        self._told.close()
        self._process.wait()

    def order(self, wish: Wish, end: int, a: int = 0, b: int = 0, c: int = 0) -> None:
        self._orders.write(ORDER.pack(wish, end, a, b, c))

    def step(self) -> Heard:
        """Go on by SLICE. Raises EOFError when the process has ended."""
        self.order(Wish.STEP, 0)
        self._orders.flush()
        size = self._told.read(NUMBER.size)
        if not size:
            raise EOFError(f"the stage ended with {self._process.wait()}")
        return read(self._told.read(NUMBER.unpack(size)[0]))


def read(data: bytes) -> Heard:
    at = 0

    def number() -> int:
        nonlocal at
        at += NUMBER.size
        return int(NUMBER.unpack_from(data, at - NUMBER.size)[0])

    def samples(count: int) -> Samples:
        nonlocal at
        found = np.frombuffer(data, np.int16, count, at)
        at += found.nbytes
        return found

    results = [number() for _ in range(number())]
    packets: dict[int, list[Samples]] = {}
    for _ in range(number()):
        packets.setdefault(number(), []).append(samples(number()))
    readings = {}
    for _ in range(number()):
        tap, count, ended = number(), number(), bool(number())
        readings[tap] = Reading(samples(2 * count).reshape(-1, 2), ended)
    return Heard(results, packets, readings)
