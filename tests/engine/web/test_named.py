from typing import Any

import pytest

from engine.directory import Kind, Resources
from engine.directory.reach import reach
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.named import check_named
from tests.engine.directory.people import THERE, resource, user

RED, BLUE = user("red1", team="red"), user("blue1", team="blue")
QUEUE = resource(Kind.QUEUE, "sales", Tags={"team": "blue"})
KNOWN = Resources(THERE.instance_arn, [*THERE.all(Kind.SECURITY_PROFILE), RED, BLUE, QUEUE])
REFUSED: list[dict[str, Any]] = [
    {"UserId": "blue1"},
    {"UserId": KNOWN.arn(BLUE)},
    {"Filters": {"Agents": ["red1", "blue1"]}},
    {"QueueConfigs": [{"QueueReference": {"QueueId": "sales", "Channel": "VOICE"}}]},
]


@pytest.mark.parametrize("given", REFUSED)
def test_whatever_is_named_at_any_depth_has_to_be_reached(given: dict[str, Any]) -> None:
    check_named(Caller("ann", frozenset()), given, KNOWN)
    ann = Caller("ann", frozenset(), reach(user("ann", "red"), KNOWN))
    with pytest.raises(Refused, match="ann does not have access to"):
        check_named(ann, given, KNOWN)


def test_what_there_is_not_is_for_the_operation_to_say() -> None:
    ann = Caller("ann", frozenset(), reach(user("ann", "red"), KNOWN))
    check_named(ann, {"UserId": "nobody", "Queues": ["red1"], "Name": "blue1"}, KNOWN)
    check_named(ann, {"ContactFlowId": "none:$SAVED", "AgentIds": "red1"}, KNOWN)
