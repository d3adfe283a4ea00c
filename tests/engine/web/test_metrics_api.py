from collections import Counter

import pytest

from engine.agents import Agent, Presence
from engine.queues import Floor
from engine.refused import Refused
from engine.routing_profile import RoutingProfile
from engine.web.metrics_api import Cell, check, value


def test_figures_are_of_the_agents_and_the_queues_of_a_cell() -> None:
    floor = Floor([Agent("a", RoutingProfile.of(["support"]), 5.0)], ["support", "sales"])
    floor.join("one", "support", 1.0)
    floor.join("two", "sales", 4.0)
    present = Counter({Presence.AVAILABLE: 1, Presence.ON_CONTACT: 2, Presence.MISSED: 1})
    cell = Cell({}, present, ("support", "sales"))
    figures = {
        name: value(name, cell, floor, 9.5)
        for name in ("AGENTS_ONLINE", "AGENTS_STAFFED", "AGENTS_ERROR", "SLOTS_ACTIVE")
    }
    assert figures == {
        "AGENTS_ONLINE": 4,
        "AGENTS_STAFFED": 3,
        "AGENTS_ERROR": 1,
        "SLOTS_ACTIVE": 3,
    }
    assert value("CONTACTS_IN_QUEUE", cell, floor, 9.5) == 2
    assert value("OLDEST_CONTACT_AGE", cell, floor, 9.5) == 8


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ({"Name": "AGENTS_ASLEEP", "Unit": "COUNT"}, "not implemented"),
        ({"Name": "ESTIMATED_WAIT_TIME", "Unit": "SECONDS"}, "needs the grouping QUEUE"),
        ({"Name": "AGENTS_ONLINE", "Unit": "PERCENT"}, "the unit COUNT"),
        ({"Unit": "COUNT"}, "Name"),
    ],
)
def test_what_is_not_computed_is_refused(metric: dict[str, str], said: str) -> None:
    with pytest.raises(Refused, match=said):
        check(metric, ["CHANNEL"])
