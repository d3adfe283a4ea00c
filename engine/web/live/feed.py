"""Drives a board: its timer, and the bus that its changes go out on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf

import structlog

from engine.bus import Bus
from engine.web.live.board import Board
from engine.web.live.topic import Row, Topic, Viewer

PACE_SECONDS = 0.25
log = structlog.get_logger("engine.web.live")


def subject_of(topic: str) -> str:
    """Where the bus carries the changes of a topic."""
    return f"live.{topic}"


class Feed:
    """A topic whose rows `make` gives by key; who changes anything calls `touch`."""

    def __init__(
        self,
        name: str,
        permissions: tuple[str, ...],
        make: Callable[[str], Row | None],
        view: Callable[[Row, Viewer], Row | None],
        bus: Bus,
        pace_seconds: float = PACE_SECONDS,
    ) -> None:
        self._make, self._bus, self._subject = make, bus, subject_of(name)
        self._board = Board(self._made, pace_seconds)
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self.topic = Topic(name, permissions, self._board.rows.values, view)

    def touch(self, *keys: str) -> None:
        """These rows may be other than they were. Never waits, never raises."""
        self._board.touch(keys, self._loop.time())
        if self._timer is None:
            self._arm()

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _arm(self) -> None:
        due = self._board.deadline
        self._timer = self._loop.call_at(due, self._wake, due) if due < inf else None

    def _wake(self, due: float) -> None:
        change = self._board.tick(max(due, self._loop.time()))  # the loop may wake a hair early
        self._arm()
        if change:
            self._bus.publish(self._subject, {"rows": change.rows, "gone": change.gone})

    def _made(self, key: str) -> Row | None:
        """One row that cannot be made is shown as it was, and harms no other."""
        try:
            return self._make(key)
        except Exception:
            log.exception("row not made", subject=self._subject, key=key)
            return self._board.rows.get(key)
