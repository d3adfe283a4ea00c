from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from engine.agents import Agent
from engine.directory import Kind, Origin, Resource, Resources
from engine.instants import Instants
from engine.queue_tally import QueueTally
from engine.queues import Floor
from engine.routing_profile import RoutingProfile
from engine.web.live import Viewer
from engine.web.live.queue_rows import QueueRows, view
from tests.rig.contacts import NOON, contact_record


def test_a_queues_row_says_who_is_there_what_waits_and_what_became_of_the_rest() -> None:
    arn = "arn:aws:connect:local:000000000000:instance/earshot"
    resources = Resources(arn, [Resource(Kind.QUEUE, "q1", "Support", {}, Origin.API, NOON)])
    names = ("free", "rings", "away")
    floor = Floor([Agent(name, RoutingProfile.of(["q1"]), 5.0) for name in names], ["q1"])
    tally = QueueTally(NOON)
    waited = replace(contact_record(), queue="q1", enqueue=NOON)
    tally.saved(replace(waited, dequeue=NOON + timedelta(seconds=18)), NOON)
    rows = QueueRows(
        floor, Floor((), ()), resources, tally, lambda queue: 4, Instants(NOON, 0.0).of
    )
    floor.register("rings", 1.0)
    floor.join("c1", "q1", 2.5)
    floor.join("c2", "q1", 3.0)
    row = rows.row("q1")
    assert row
    assert {name: row[name] for name in ("online", "available", "on_contact", "in_queue")} == {
        **{"online": 1, "available": 0},
        **{"on_contact": 1, "in_queue": 2},
    }
    assert row["oldest_since"] == "2026-11-22T12:00:02.500Z"
    assert (row["name"], row["scheduled"], row["handled"], row["abandoned"]) == ("Support", 4, 1, 0)
    assert (row["answered_within"]["15"], row["answered_within"]["20"]) == (0, 1)
    assert row["counted_since"] == "2026-11-22T12:00:00.000Z"
    assert rows.row("none") is None


def test_who_is_bound_to_some_queues_sees_those_alone() -> None:
    row = {"key": "q1"}
    assert view(row, Viewer("m", frozenset())) is row
    assert view(row, Viewer("m", frozenset(), queues=frozenset({"q1"}))) is row
    assert view(row, Viewer("m", frozenset(), queues=frozenset({"q2"}))) is None
