"""Agent events: each follows from two snapshots of an agent. Specification item 61. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any
from uuid import uuid4

from engine.events.agent_snapshot import Snapshot

Event = Mapping[str, Any]
VERSION = "2017-10-01"
HEART_BEAT_SECONDS = 120.0
"""After so long without another event."""
AFTER_LOGOUT_SECONDS = 3600.0
"""So long hearts beat of those who have logged out."""


@dataclass(slots=True)
class Told:
    snapshot: Snapshot
    arn: str
    logged_in: bool
    at: float
    since: float
    """When they logged in or out; monotonic seconds, as `at`."""


class AgentEvents:
    """Remembers what was told last of each agent; whoever was told of longest ago stands first."""

    def __init__(self, instance_arn: str) -> None:
        self._arn = instance_arn
        self._told: dict[str, Told] = {}

    @property
    def deadline(self) -> float:
        """When tick() is next due, monotonic seconds; inf when never."""
        first = next(iter(self._told.values()), None)
        return first.at + HEART_BEAT_SECONDS if first else inf

    def changed(
        self, name: str, user_id: str, snapshot: Snapshot, *, logged_in: bool, utc: str, now: float
    ) -> Event | None:
        """An agent may be other than before; None where they are not. `utc` is the time of day."""
        former = self._told.get(name)
        if former is None and not logged_in:
            return None  # nobody has been told of them, and there is nothing to tell
        if former and former.snapshot == snapshot and former.logged_in is logged_in:
            return None
        kind = "STATE_CHANGE"
        if former is None or former.logged_in is not logged_in:
            kind = "LOGIN" if logged_in else "LOGOUT"
        since = former.since if former and kind == "STATE_CHANGE" else now
        told = Told(snapshot, f"{self._arn}/agent/{user_id}", logged_in, now, since)
        self._keep(name, told)
        return self._event(kind, told, former.snapshot if former else None, utc)

    def gone(self, name: str) -> None:
        """They are an agent no longer: nothing more is told of them."""
        self._told.pop(name, None)

    def tick(self, utc: str, now: float) -> Iterator[Event]:
        """The heart beats that are due."""
        while self.deadline <= now:
            name, told = next(iter(self._told.items()))
            if not told.logged_in and now >= told.since + AFTER_LOGOUT_SECONDS:
                del self._told[name]
                continue
            told.at = now
            self._keep(name, told)
            yield self._event("HEART_BEAT", told, told.snapshot, utc)

    def _keep(self, name: str, told: Told) -> None:
        """As the one who was told of last."""
        self._told.pop(name, None)
        self._told[name] = told

    def _event(self, kind: str, told: Told, former: Snapshot | None, utc: str) -> Event:
        return {
            "AgentARN": told.arn,
            "AWSAccountId": self._arn.split(":")[4],
            "CurrentAgentSnapshot": told.snapshot,
            "EventId": str(uuid4()),
            "EventTimestamp": utc,
            "EventType": kind,
            "InstanceARN": self._arn,
            "PreviousAgentSnapshot": former,
            "Version": VERSION,
        }
