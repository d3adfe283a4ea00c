from __future__ import annotations

from pathlib import Path

import pytest

from engine.agents import Agent
from engine.call import State
from engine.flow_facts import FlowFacts
from engine.queue_book import QueueBook
from engine.queues import Floor
from engine.routing_profile import RoutingProfile
from tests.engine.directory.desk import seeded
from tests.rig.contacts import live_contact
from tests.rig.house import settings

INSTANCE = "arn:aws:connect:local:000000000000:instance/earshot"


@pytest.fixture
def facts(tmp_path: Path) -> FlowFacts:
    resources = seeded(settings(tmp_path))
    agents = [Agent("agent1", RoutingProfile(), 5.0)]
    return FlowFacts(resources, QueueBook(resources, Floor(agents, ["support"])))


def test_a_flow_may_read_who_calls_and_what_was_dialled(facts: FlowFacts) -> None:
    live = live_contact()
    told = facts.of(live)
    assert told["CustomerEndpoint.Address"] == "+15550100"
    assert told["SystemEndpoint.Address"] == "support"
    assert told["ContactId"] == told["InitialContactId"] == live.contact_id
    assert told["PreviousContactId"] == told["RelatedContactId"] == ""
    assert (told["InstanceARN"], told["AwsRegion"]) == (INSTANCE, "local")


def test_a_flow_may_read_which_queue_and_which_agent_have_the_contact(facts: FlowFacts) -> None:
    told = facts.of(live_contact())
    assert (told["Queue.Name"], told["Queue.ARN"]) == ("support", f"{INSTANCE}/queue/support")
    assert (told["Agent.UserName"], told["Agent.ARN"]) == ("agent1", f"{INSTANCE}/agent/agent1")


def test_a_flow_may_read_for_which_agent_a_contact_is_that_nobody_has_yet(
    facts: FlowFacts,
) -> None:
    live = live_contact(State.FLOW)
    assert "Agent.UserName" not in facts.of(live)
    live.target_queue = "agent/agent1"
    assert facts.of(live)["Agent.UserName"] == "agent1"


def test_a_person_without_a_name_has_an_empty_one_and_a_stranger_no_arn(facts: FlowFacts) -> None:
    assert facts.of_agent("agent1")["Agent.FirstName"] == ""
    assert facts.of_agent("nobody") == {
        "Agent.UserName": "nobody",
        "Agent.FirstName": "",
        "Agent.LastName": "",
        "Agent.ARN": "",
    }
