from __future__ import annotations

import json

import pytest

from engine.flow_library import FlowLibrary
from flows import read
from tests.rig.house import to_queue

FLOW = read(json.dumps(to_queue()), "menu")
INSTANCE = "arn:aws:connect:eu-west-2:123456789012:instance/i"


@pytest.mark.parametrize(
    "reference",
    [
        "menu",
        "menu:$LATEST",
        f"{INSTANCE}/contact-flow/menu",
        f"{INSTANCE}/flow-module/menu:3",
        "Main menu: open",
    ],
)
def test_a_flow_is_found_by_its_id_name_or_arn(reference: str) -> None:
    assert FlowLibrary({"menu": FLOW, "Main menu: open": FLOW}).find(reference) is FLOW


@pytest.mark.parametrize("reference", ["", "other", f"{INSTANCE}/contact-flow/other", "arn:"])
def test_another_is_not(reference: str) -> None:
    assert FlowLibrary({"menu": FLOW}).find(reference) is None
