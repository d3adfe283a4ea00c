"""Phones of the rig keep time like phones: no other program makes them late, where that may be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PRIORITY = 1  # of those for real time the lowest; the mixer's own thread has such a one too


@contextmanager
def prompt() -> Iterator[None]:
    """The calling thread runs as soon as it is due; without the privilege it runs as it did."""
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    with suppress(PermissionError):
        real_time = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, real_time, os.sched_param(PRIORITY))
    try:
        yield
    finally:
        with suppress(PermissionError):
            os.sched_setscheduler(0, policy, parameters)
