"""GetCurrentMetricData, as Connect's API has it. Specification item 68.

One of a queue, a routing profile or an agent status is what the figures are of; by CHANNEL there is
VOICE alone. Figures of contacts are those of the queues, whatever agents are asked for. Without
groupings OLDEST_CONTACT_AGE is in milliseconds, as Connect has it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from engine.agents import Agent, Presence
from engine.directory import Kind, Resource, Resources
from engine.directory.reach import Reach
from engine.house import House
from engine.queue_numbers import Staffing, serving
from engine.queues import Floor
from engine.refused import Refused
from engine.wait_estimate import estimate, handle_times
from engine.web.caller import Caller
from engine.web.dispatch import Handler
from engine.web.paging import not_ours, place_of, token_of
from engine.web.shapes import Json

Given = Mapping[str, Any]

DEFAULT_PAGE = 100
OFFSET = "offset"
OLDEST, WAIT = "OLDEST_CONTACT_AGE", "ESTIMATED_WAIT_TIME"
SCHEDULED = "CONTACTS_SCHEDULED"
SECONDS = frozenset({OLDEST, WAIT})
AGENTS: Mapping[str, Callable[[Staffing], int]] = {
    "AGENTS_AFTER_CONTACT_WORK": lambda one: one.after_contact_work,
    "AGENTS_AVAILABLE": lambda one: one.available,
    "AGENTS_ERROR": lambda one: one.missed,
    "AGENTS_NON_PRODUCTIVE": lambda one: one.non_productive,
    "AGENTS_ONLINE": lambda one: one.online,
    "AGENTS_ON_CALL": lambda one: one.busy,
    "AGENTS_ON_CONTACT": lambda one: one.busy,
    "AGENTS_STAFFED": lambda one: one.staffed,
    "SLOTS_ACTIVE": lambda one: one.busy + one.missed + one.after_contact_work,
    "SLOTS_AVAILABLE": lambda one: one.available,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one row of figures is of."""

    dimensions: Json
    agents: Counter[Presence]
    queues: tuple[str, ...]


class MetricsApi:
    """Raises Refused or RecordError."""

    def __init__(self, house: House) -> None:
        self._floor, self._resources = house.router.floor, house.directory.resources
        self._records, self._scheduled = house.records, house.callbacks.scheduled

    def handlers(self) -> dict[str, Handler]:
        return {"GetCurrentMetricData": self.get_current_metric_data}

    async def get_current_metric_data(self, caller: Caller, given: Given) -> Json:
        metrics, grouped = given["CurrentMetrics"], given.get("Groupings", [])
        for each in metrics:
            check(each, grouped)
        cells = Cells(self._floor, self._resources, given, caller.reach)
        rows = [
            {
                "Dimensions": cell.dimensions,
                "Collections": [
                    {"Metric": each, "Value": await self._value(each["Name"], cell, grouped)}
                    for each in metrics
                ],
            }
            for cell in list(cells)
        ]
        for criterion in given.get("SortCriteria", ()):
            rows.sort(key=_by(criterion["SortByMetric"]), reverse=_descends(criterion))
        shown, token = _page(rows, given)
        return {
            "MetricResults": shown,
            "NextToken": token,
            "DataSnapshotTime": datetime.now(UTC),
            "ApproximateTotalCount": len(rows),
        }

    async def _value(self, name: str, cell: Cell, grouped: list[str]) -> float | None:
        if name == SCHEDULED:
            return float(sum(map(self._scheduled, cell.queues)))
        if name != WAIT:
            found = value(name, cell, self._floor, asyncio.get_running_loop().time())
            return found if grouped or name != OLDEST else 1000 * found
        [queue] = cell.queues
        agents = Staffing(serving(self._floor, queue))
        handled = await handle_times(self._records, queue, datetime.now(UTC))
        before = self._floor.contacts_in(queue)
        return estimate(before, agents.staffed, agents.available, handled)


class Cells:
    """The rows that are asked for, one after the other."""

    def __init__(self, floor: Floor, resources: Resources, given: Given, reach: Reach) -> None:
        """Raises Refused."""
        self._floor, self._resources, self._reach = floor, resources, reach
        filters = given["Filters"]
        self._channels = filters.get("Channels") or ["VOICE"]
        self._queues = self._found(Kind.QUEUE, filters.get("Queues"))
        self._profiles = self._found(Kind.ROUTING_PROFILE, filters.get("RoutingProfiles"))
        self._grouped = given.get("Groupings", [])
        if unknown := sorted(set(self._grouped) - {"QUEUE", "CHANNEL", "ROUTING_PROFILE"}):
            raise Refused.invalid(f"Groupings: {', '.join(unknown)}: not implemented by Earshot")
        if not self._queues and not self._profiles:
            raise Refused.invalid("Filters: Queues or RoutingProfiles are required")
        if {"QUEUE", "ROUTING_PROFILE"} <= set(self._grouped):
            raise Refused.invalid("Groupings: QUEUE or ROUTING_PROFILE, not both")

    def __iter__(self) -> Iterator[Cell]:
        if "VOICE" not in self._channels:
            return
        channel = {"Channel": "VOICE"} if "CHANNEL" in self._grouped else {}
        if "QUEUE" in self._grouped:
            for queue in self._queues or self._all(Kind.QUEUE):
                yield self._of_queue(queue, channel)
        elif "ROUTING_PROFILE" in self._grouped:
            for profile in self._profiles or self._all(Kind.ROUTING_PROFILE):
                yield self._of_profile(profile, channel)
        else:
            agents = {one.username: one for one in self._everybody(self._queues)}
            present = Counter(one.presence for one in agents.values())
            yield Cell(channel, present, tuple(one.id for one in self._queues))

    def _of_queue(self, queue: Resource, channel: Json) -> Cell:
        reference = {"Queue": {"Id": queue.id, "Arn": self._resources.arn(queue)}}
        if self._profiles or self._reach.restricts(Kind.USER):
            agents = Counter(
                one.presence for one in self._everybody((queue,)) if one.serves(queue.id)
            )
        else:
            agents = serving(self._floor, queue.id)
        return Cell(reference | channel, agents, (queue.id,))

    def _of_profile(self, profile: Resource, channel: Json) -> Cell:
        reference = {"RoutingProfile": {"Id": profile.id, "Arn": self._resources.arn(profile)}}
        agents = [one for one in self._members(profile) if self._serves(one)]
        queues = tuple(one.id for one in self._queues)
        return Cell(reference | channel, Counter(one.presence for one in agents), queues)

    def _everybody(self, queues: Iterable[Resource]) -> Iterable[Agent]:
        """Of the profiles that are asked for, else whoever serves one of these queues."""
        if self._profiles:
            chosen = chain.from_iterable(map(self._members, self._profiles))
            return (one for one in chosen if self._serves(one))
        groups = {group for q in queues for group in self._floor.groups.serving(q.id)}
        agents = chain.from_iterable(group.members.values() for group in groups)
        return (one for one in agents if self._reach.sees_user(one.username, self._resources))

    def _all(self, kind: Kind) -> list[Resource]:
        return [one for one in self._resources.all(kind) if self._reach.sees(one)]

    def _serves(self, agent: Agent) -> bool:
        return not self._queues or any(agent.serves(queue.id) for queue in self._queues)

    def _members(self, profile: Resource) -> Iterator[Agent]:
        for user in self._resources.all(Kind.USER):
            agent = self._floor.agents.get(user.name)
            within = agent and self._reach.sees(user)
            if agent and within and user.facts["RoutingProfileId"] == profile.id:
                yield agent

    def _found(self, kind: Kind, references: list[str] | None) -> list[Resource]:
        return [self._resources.get(kind, each) for each in references or ()]


def check(metric: Json, grouped: list[str]) -> None:
    """Raises Refused for one that is not computed, not by these groupings, or has another unit."""
    name = metric.get("Name", "")
    if name == WAIT and "QUEUE" not in grouped:
        raise Refused.invalid(f"CurrentMetrics: {WAIT} needs the grouping QUEUE")
    if name not in AGENTS and name not in CONTACTS and name not in (WAIT, SCHEDULED):
        raise Refused.invalid(f"CurrentMetrics: {name or 'Name'} is not implemented by Earshot")
    unit = "SECONDS" if name in SECONDS else "COUNT"
    if metric.get("Unit", unit) != unit:
        raise Refused.invalid(f"CurrentMetrics: {name} has the unit {unit}")


def value(name: str, cell: Cell, floor: Floor, now: float) -> float:
    if name in AGENTS:
        return float(AGENTS[name](Staffing(cell.agents)))
    return CONTACTS[name](floor, cell.queues, now)


CONTACTS: Mapping[str, Callable[[Floor, tuple[str, ...], float], float]] = {
    "CONTACTS_IN_QUEUE": lambda floor, queues, _: float(sum(map(floor.contacts_in, queues))),
    OLDEST: lambda floor, queues, now: float(
        max((int(floor.oldest_in(queue, now)) for queue in queues), default=0)
    ),
}


def _by(metric: str) -> Callable[[Json], float]:
    def key(row: Json) -> float:
        found = (each for each in row["Collections"] if each["Metric"]["Name"] == metric)
        collection = next(found, None)
        if collection is None:
            raise Refused.invalid(f"SortCriteria: {metric} is not among the CurrentMetrics")
        return float(collection["Value"] or 0)

    return key


def _descends(criterion: Json) -> bool:
    return bool(criterion.get("SortOrder", "DESCENDING") == "DESCENDING")


def _page(rows: list[Json], given: Given) -> tuple[list[Json], str | None]:
    """By position: figures change from page to page, and their order with them."""
    start, size = 0, given.get("MaxResults") or DEFAULT_PAGE
    if token := given.get("NextToken"):
        kind, position = place_of(token)
        if kind != OFFSET or not position.isdecimal():
            raise not_ours()
        start = int(position)
    end = start + size
    return rows[start:end], token_of(OFFSET, str(end)) if end < len(rows) else None
