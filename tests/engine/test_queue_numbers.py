from __future__ import annotations

from engine.agents import Agent, Status, StatusType
from engine.queue_numbers import METRICS, numbers
from engine.queues import Floor
from engine.routing_profile import RoutingProfile
from flows.control_blocks import METRICS as KNOWN


def test_agents_are_counted_by_what_they_do_and_contacts_by_how_long_they_wait() -> None:
    agents = [Agent(name, RoutingProfile.of(["support"]), 5.0) for name in "abcde"]
    floor = Floor([*agents, Agent("f", RoutingProfile.of(["sales"]), 5.0)], ["support", "sales"])
    for name in "abcdf":
        floor.register(name, 0.0)
    floor.engage("a", 1.0)
    floor.join("one", "support", 2.0)  # rings at b
    floor.miss("one", 3.0)  # and then at c
    found = numbers(floor, "support", 10.5)
    assert {name.split(".")[1]: n for name, n in found.items() if n} == {
        "Size": 1,
        "OldestContactAge": 8,
        "Online": 4,
        "Available": 1,
        "Staffed": 3,
        "Busy": 2,
        "Missed": 1,
    }
    assert not any(numbers(floor, "nowhere", 10.5).values())


def test_work_and_breaks_are_counted_and_an_agents_own_queue_has_one_agent() -> None:
    here = RoutingProfile.of(["support"])
    floor = Floor([Agent("a", here, 5.0, work_seconds=30.0), Agent("b", here, 5.0)], ["support"])
    for name in "ab":
        floor.register(name, 0.0)
    floor.choose("b", Status("lunch", "Lunch", StatusType.CUSTOM), 1.0)
    floor.join("one", "support", 1.0)
    floor.take("one", 2.0)
    floor.release("a", 3.0, "one")
    found = numbers(floor, "support", 4.0)
    assert {name.split(".")[1]: n for name, n in found.items() if n} == {
        "Online": 2,
        "Staffed": 1,
        "AfterContactWork": 1,
        "NonProductive": 1,
    }
    assert numbers(floor, "agent/b", 4.0)["Agents.NonProductive.Count"] == 1


def test_flows_may_check_every_metric_of_the_language() -> None:
    floor = Floor([], ["support"])
    assert METRICS.keys() == set(KNOWN)
    assert set(METRICS.values()) <= numbers(floor, "support", 0.0).keys()
