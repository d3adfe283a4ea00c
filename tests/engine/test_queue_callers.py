from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from config import Settings
from engine.directory import Kind, Origin, Resource, Resources
from engine.hunt import Shown
from engine.queue_callers import QueueCallers
from flows import read
from tests.rig.house import to_queue

ARN = "arn:aws:connect:local:000000000000:instance/earshot"
OURS, CLAIMED = "+49305550100", "+49305550101"
FILE, PUBLISHED = (read(json.dumps(to_queue()), name, "CONTACT_FLOW") for name in "fp")


def callers(**config: Any) -> QueueCallers:
    """The configuration says number, name and flow of "support", the API what is given."""
    queue = {"name": "support", "caller_id": OURS, "caller_name": "File"}
    facts = {"OutboundCallerConfig": config} if config else {}
    now = datetime.now(UTC)
    there = [
        Resource(Kind.QUEUE, "support", "support", facts, Origin.CONFIGURATION, now),
        Resource(Kind.PHONE_NUMBER, "n1", CLAIMED, {"Tags": {}}, Origin.API, now),
    ]
    settings, flows = Settings(queues=[queue]), {"published": PUBLISHED}
    return QueueCallers(settings, Resources(ARN, there), {"support": FILE}, flows.get)


def test_what_the_api_says_goes_before_the_configuration() -> None:
    one = callers(
        OutboundCallerIdNumberId="n1", OutboundCallerIdName="API", OutboundFlowId="published"
    )
    assert one.shown("support") == Shown(CLAIMED, "API")
    assert one.whisper("support") is PUBLISHED


def test_each_part_that_it_leaves_open_is_that_of_the_configuration() -> None:
    assert callers(OutboundCallerIdName="API").shown("support") == Shown(OURS, "API")
    assert callers(OutboundCallerIdNumberId="n1").whisper("support") is FILE
    assert callers().shown("support").caller_id == OURS


def test_nothing_is_shown_for_no_queue_and_for_one_that_nobody_knows() -> None:
    for queue in (None, "nowhere", "agent/agent1"):
        assert callers().shown(queue) == Shown()
    assert callers().whisper("nowhere") is None
