"""What it costs to find a contact for an agent, and an agent for a contact.

    python -m bench.routing --agents 10000 --waiting 50000 --json

A floor in virtual time: every agent has one of PROFILES routing profiles, each with QUEUES_EACH of
QUEUES queues, in three priorities, some with a delay. Every agent talks and so many contacts wait,
some of them with another priority and age; then one agent after the other comes free, takes what is
offered, and a new contact joins. Some agents miss it first. The figures:

routed_per_cpu_s   contacts offered and taken in a second of CPU, with all the changes around them
us_per_join        CPU microseconds until a contact that finds nobody free stands in line
us_per_offer       the same until an agent who is free has a contact and has taken it
waiting_at_end     as many as at the beginning: nothing is lost and nothing routed twice
problems           why the exit code is 1
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from random import Random
from time import process_time
from typing import Any

from bench.usage import machine
from engine.agents import Agent, Presence
from engine.queues import Floor
from engine.routing_profile import RoutingProfile, Served

QUEUES, PROFILES, QUEUES_EACH = 100, 100, 10
DELAYS = (0.0, 0.0, 30.0)
PREFERRED = 0.05  # of the contacts that wait
MISSED = 0.05  # of the offers
SEED = 7

Json = dict[str, Any]


@dataclass(slots=True)
class Figures:
    routed: int = 0
    routing_s: float = 0.0
    joining_s: float = 0.0
    offering_s: float = 0.0
    waiting: int = 0


class Day:
    """One floor, and what its agents and customers do."""

    def __init__(self, agents: int, waiting: int, seed: int = SEED) -> None:
        self._random, self.now, self._joined = Random(seed), 0.0, 0
        profiles = [self._profile() for _ in range(PROFILES)]
        staff = [Agent(f"agent{n}", profiles[n % PROFILES], 5.0) for n in range(agents)]
        self.floor = Floor(staff, map(str, range(QUEUES)))
        for agent in staff:
            self.floor.register(agent.username, self.now)
            self.floor.engage(agent.username, self.now)
        self.waiting: dict[str, None] = {}
        self.figures = Figures()
        before = process_time()
        for _ in range(waiting):
            self._join()
        self.figures.joining_s = process_time() - before

    def _profile(self) -> RoutingProfile:
        queues = self._random.sample(range(QUEUES), QUEUES_EACH)
        return RoutingProfile(
            tuple(Served(str(q), 1 + n % 3, DELAYS[n % 3]) for n, q in enumerate(queues))
        )

    def _join(self) -> None:
        contact_id = f"contact{self._joined}"
        self._joined += 1
        self.now += 0.001
        self.waiting[contact_id] = None
        queue = str(self._random.randrange(QUEUES))
        assert not self.floor.join(contact_id, queue, self.now), "somebody was free"
        if self._random.random() < PREFERRED:
            priority = self._random.choice((1, 3, 9))
            self.floor.prefer(contact_id, self.now, priority=priority, added_seconds=60.0)

    def run(self, contacts: int) -> None:
        """So many are routed."""
        usernames = list(self.floor.agents)
        before = process_time()
        while self.figures.routed < contacts:
            self._turn(self._random.choice(usernames))
        self.figures.routing_s = process_time() - before
        self.figures.waiting = len(self.waiting)

    def _turn(self, username: str) -> None:
        """An agent hangs up and takes the next contact; another customer calls."""
        self.now += 0.01
        offers = self.floor.release(username, self.now)
        if offers and self._random.random() < MISSED:
            assert not self.floor.miss(offers[0].contact_id, self.now), "somebody was free"
            offers = self.floor.clear(username, self.now)
        if not offers:
            self.floor.engage(username, self.now)
            return
        [offer] = offers
        assert offer.agent == username and offer.contact_id in self.waiting
        self.floor.take(offer.contact_id, self.now)
        del self.waiting[offer.contact_id]
        self.figures.routed += 1
        self._join()

    def offer(self, contacts: int) -> None:
        """So many come to a floor on which nobody waits and everybody is free."""
        before = process_time()
        for n in range(contacts):
            self.now += 0.01
            contact_id = f"lucky{n}"
            offers = self.floor.join(contact_id, str(n % QUEUES), self.now)
            if offers:
                self.floor.take(contact_id, self.now)
                self.floor.release(offers[0].agent, self.now)
            else:
                self.floor.leave(contact_id, self.now)
        self.figures.offering_s = process_time() - before


def run(agents: int, waiting: int, contacts: int) -> Json:
    day = Day(agents, waiting)
    day.run(contacts)
    quiet = Day(agents, 0)
    for username in quiet.floor.agents:
        quiet.floor.release(username, quiet.now)
    quiet.offer(contacts)
    figures = day.figures
    talking = [one for one in day.floor.agents.values() if one.presence is Presence.ON_CONTACT]
    problems = []
    if figures.waiting != waiting:
        problems.append(f"{figures.waiting} wait of {waiting}")
    if len(talking) != agents:
        problems.append(f"{len(talking)} agents talk of {agents}")
    return {
        "routed_per_cpu_s": round(figures.routed / figures.routing_s),
        "us_per_join": round(1e6 * figures.joining_s / max(1, waiting), 1),
        "us_per_offer": round(1e6 * quiet.figures.offering_s / contacts, 1),
        "agents": agents,
        "waiting": waiting,
        "waiting_at_end": figures.waiting,
        "routed": figures.routed,
        "machine": machine(),
        "problems": problems,
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--agents", type=int, default=10_000)
    parser.add_argument("--waiting", type=int, default=50_000)
    parser.add_argument("--contacts", type=int, default=50_000, help="that are routed")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    report = run(given.agents, given.waiting, given.contacts)
    if given.json:
        print(json.dumps(report))
    else:
        for name, value in report.items():
            print(f"{name:18} {value}")
    return 1 if report["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
