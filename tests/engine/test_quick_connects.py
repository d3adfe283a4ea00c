from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.directory import Kind, Origin, Resource
from engine.flow_library import FlowLibrary
from engine.quick_connects import QuickConnects
from engine.transfer import Destination, ToAgent, ToFlow, ToQueue, ToThirdParty
from flows import read
from tests.engine.directory.desk import seeded
from tests.rig.contacts import NOON
from tests.rig.house import settings, to_queue

FLOW = read(json.dumps(to_queue()), "onward")
NUMBER = "+49301234567"


def leads(folder: Path, kind: str, **config: Any) -> Destination | None:
    """Where a quick connect `onward` leads."""
    resources = seeded(settings(folder))
    facts = {"QuickConnectConfig": {"QuickConnectType": kind, **config}}
    resources.put(Resource(Kind.QUICK_CONNECT, "1", "onward", facts, Origin.API, NOON))
    return QuickConnects(resources, FlowLibrary({"onward": FLOW}).find).named("onward")


def user(name: str, flow: str) -> Any:
    return {"UserConfig": {"UserId": name, "ContactFlowId": flow}}


def queue(name: str, flow: str) -> Any:
    return {"QueueConfig": {"QueueId": name, "ContactFlowId": flow}}


@pytest.mark.parametrize(
    ("kind", "config", "destination"),
    [
        ("USER", user("agent2", "onward"), ToFlow("onward", "agent/agent2")),
        ("USER", user("agent2", "unpublished"), ToAgent("agent2")),
        ("USER", user("nobody", "onward"), None),
        ("QUEUE", queue("support", "onward"), ToFlow("onward", "support")),
        ("QUEUE", queue("support", "unpublished"), ToQueue("support")),
        ("QUEUE", queue("gone", "onward"), None),
        ("PHONE_NUMBER", {"PhoneConfig": {"PhoneNumber": NUMBER}}, ToThirdParty(NUMBER)),
        ("FLOW", {"FlowConfig": {"ContactFlowId": "onward"}}, ToFlow("onward", "")),
        ("FLOW", {"FlowConfig": {"ContactFlowId": "unpublished"}}, None),
    ],
)
def test_a_quick_connect_leads_through_its_flow_if_that_is_published(
    tmp_path: Path, kind: str, config: Any, destination: Destination | None
) -> None:
    assert leads(tmp_path, kind, **config) == destination


def test_a_name_that_no_quick_connect_has_leads_nowhere(tmp_path: Path) -> None:
    assert QuickConnects(seeded(settings(tmp_path)), lambda _: FLOW).named("onward") is None
