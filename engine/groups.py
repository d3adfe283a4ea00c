"""The agents of one routing profile: how many do what, and who has been available longest. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from heapq import heappop, heappush
from itertools import count

from engine.agents import Agent, Presence
from engine.routing_profile import RoutingProfile


class Group:
    """Agents who are offered the same. Entries of who is free no longer stay until they come up."""

    def __init__(self, profile: RoutingProfile) -> None:
        self.levels = tuple(profile.levels())
        self.members: dict[str, Agent] = {}
        self.present: Counter[Presence] = Counter()
        """How many there are of each presence."""
        self._free: list[tuple[float, int, Agent]] = []
        self._serial = count()

    def add(self, agent: Agent) -> None:
        self.members[agent.username] = agent
        self.present[agent.presence] += 1
        self._file(agent)

    def remove(self, agent: Agent) -> None:
        del self.members[agent.username]
        self.present[agent.presence] -= 1

    def moved(self, agent: Agent, before: Presence) -> None:
        """What an agent does is another thing than it was."""
        self.present[before] -= 1
        self.present[agent.presence] += 1
        self._file(agent)

    def first(self) -> Agent | None:
        """Who has been available longest, if anybody is."""
        while self._free:
            since, _, agent = self._free[0]
            if (
                agent.presence is Presence.AVAILABLE
                and agent.since == since
                and self.members.get(agent.username) is agent
            ):
                return agent
            heappop(self._free)
        return None

    def _file(self, agent: Agent) -> None:
        if agent.presence is Presence.AVAILABLE:
            heappush(self._free, (agent.since, next(self._serial), agent))


class Groups:
    """All of them, found by agent and by queue. One lives while it has members."""

    def __init__(self) -> None:
        self._by_profile: dict[RoutingProfile, Group] = {}
        self._by_agent: dict[str, Group] = {}
        self._serving: dict[str, dict[Group, float]] = {}

    def __iter__(self) -> Iterator[Group]:
        return iter(self._by_profile.values())

    def of(self, agent: Agent) -> Group:
        return self._by_agent[agent.username]

    def serving(self, queue: str) -> Mapping[Group, float]:
        """Those that have the queue, each with its delay in seconds."""
        return self._serving.get(queue, {})

    def enrol(self, agent: Agent) -> bool:
        """Whether nobody else has this profile: queues are served in a way they were not before."""
        group = self._by_profile.get(agent.profile)
        fresh = group is None
        if group is None:
            group = self._by_profile[agent.profile] = Group(agent.profile)
            for one in agent.profile.queues:
                self._serving.setdefault(one.queue, {})[group] = one.delay
        self._by_agent[agent.username] = group
        group.add(agent)
        return fresh

    def resign(self, agent: Agent) -> None:
        group = self._by_agent.pop(agent.username)
        group.remove(agent)
        if not group.members:
            del self._by_profile[agent.profile]
            for one in agent.profile.queues:
                del self._serving[one.queue][group]
