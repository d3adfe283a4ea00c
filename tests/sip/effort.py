"""What a piece of work costs when nothing else gets in its way."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from sip.errors import PeerError


def cheap(work: Callable[[], object], seconds: float) -> bool:
    """Whether one of up to three runs takes less than so many CPU seconds."""
    return any(_seconds(work) < seconds for _ in range(3))


def least_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of the cheapest of three runs, as a garbage collection may fall into one.

    A PeerError ends a run.
    """
    return min(_seconds(work) for _ in range(3))


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    with suppress(PeerError):
        work()
    return time.process_time() - started
