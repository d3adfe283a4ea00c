"""The media core and the recorder alone, as a process: calls without signalling, for bench.media.

    python -m bench.media_host      a Setup as JSON on standard input, one line

Says "ready" and waits for it; answers with one line, the UDP ports of the legs. The calls are up
until standard input ends. Then it prints one line more, an Outcome, and is gone.
"""

from __future__ import annotations

import json
import sys
import wave
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np

from config import MediaSettings, RecordingSettings
from mixer import Bridge, Ear, Leg, Mixer, Port, Remote, Role, Tap
from recorder import Finished, Writer

HOST = "127.0.0.1"
PORT_MIN, PORT_MAX = 10000, 29999  # limit; below the ports the system gives away
GAP_SAMPLES = 40  # so long a silence, 5 ms, where the generator never is silent


@dataclass(frozen=True, slots=True)
class Setup:
    """`phones` are UDP ports: two for each call, then `listeners` for each call."""

    phones: list[list[int]]
    listeners: int
    recorded: bool
    folder: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of the recordings."""

    overruns: int
    gaps: int
    files: int


class Host:
    """All calls, from the first port to the last file."""

    def __init__(self, setup: Setup) -> None:
        calls, seats = len(setup.phones), 3 + setup.listeners
        self._setup = setup
        self._finished: list[Finished] = []
        self._mixer = Mixer(
            MediaSettings(
                host=HOST, port_min=PORT_MIN, port_max=PORT_MAX, max_ports=max(4, calls * seats)
            ),
            lambda event: None,
        )
        self._writer = Writer(
            RecordingSettings(directory=Path(setup.folder), min_free_bytes=0), self._finished.append
        )
        self._taps: list[Tap] = []

    def open(self) -> list[int]:
        """The UDP ports of the legs, in the order of the calls."""
        self._writer.start()
        return [port for number in range(len(self._setup.phones)) for port in self._call(number)]

    def close(self) -> Outcome:
        for tap in self._taps:
            tap.close()
        self._writer.stop()
        self._mixer.close()
        return Outcome(
            overruns=sum(one.overruns for one in self._finished),
            gaps=sum(gaps(one.path) for one in self._finished),
            files=sum(one.error is None for one in self._finished),
        )

    def _call(self, number: int) -> Iterator[int]:
        customer, agent, *ears = self._setup.phones[number]
        legs = []
        for phone, role in ((customer, Role.CUSTOMER), (agent, Role.AGENT)):
            port, rtp_port = self._join(phone, listen_only=False)
            legs.append(Leg(port, role))
            yield rtp_port
        listeners = [Ear(self._join(phone, listen_only=True)[0]) for phone in ears]
        bridge = Bridge(tuple(legs), (*self._recorder(), *listeners))
        self._mixer.route(str(number), bridge.routes())

    def _join(self, phone: int, *, listen_only: bool) -> tuple[Port, int]:
        rtp = self._mixer.open_rtp(listen_only=listen_only)
        self._mixer.set_remote(rtp.port, Remote(HOST, phone, "PCMU", 0, 0))
        return rtp.port, rtp.rtp_port

    def _recorder(self) -> list[Ear]:
        if not self._setup.recorded:
            return []
        tap = self._mixer.open_tap()
        self._taps.append(tap)
        self._writer.start_recording(str(uuid4()), datetime.now(UTC), tap)
        return [Ear(tap.left, frozenset({Role.CUSTOMER})), Ear(tap.right, frozenset({Role.AGENT}))]


def gaps(path: Path) -> int:
    """Silences in a stereo file, between the first sound and the last of each side."""
    with wave.open(str(path), "rb") as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    found = 0
    for side in frames.T:
        loud = np.flatnonzero(side)
        found += int(np.count_nonzero(np.diff(loud) > GAP_SAMPLES)) if len(loud) else 1
    return found


def main() -> None:
    print("ready", flush=True)
    host = Host(Setup(**json.loads(sys.stdin.readline())))
    print(json.dumps(host.open()), flush=True)
    sys.stdin.read()
    print(json.dumps(asdict(host.close())))


if __name__ == "__main__":
    main()
