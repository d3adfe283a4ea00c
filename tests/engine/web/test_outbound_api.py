from __future__ import annotations

from typing import Any

import pytest

from engine.refused import Refused
from engine.web.outbound_api import check_taken, refusal
from sip import PeerError


@pytest.mark.parametrize(
    "given",
    [
        {"AnswerMachineDetectionConfig": {"AwaitAnswerMachinePrompt": True}},
        {"AnswerMachineDetectionConfig": {"EnableAnswerMachineDetection": True}},
        {"TrafficType": "CAMPAIGN"},
        {"CampaignId": "c"},
        {"OutboundStrategy": {"Type": "AGENT_FIRST"}},
    ],
)
def test_what_would_have_no_effect_is_refused_by_its_name(given: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=next(iter(given))):
        check_taken(given)


def test_what_says_nothing_is_taken() -> None:
    nothing = {"EnableAnswerMachineDetection": False, "AwaitAnswerMachinePrompt": False}
    check_taken({"AnswerMachineDetectionConfig": nothing, "TrafficType": "GENERAL"})


@pytest.mark.parametrize(
    ("status", "told"),
    [(503, (429, "LimitExceededException")), (403, (403, "DestinationNotAllowedException"))],
)
def test_a_refusal_says_whether_it_is_the_number_or_the_moment(
    status: int, told: tuple[int, str]
) -> None:
    refused = refusal(PeerError("why", status=status), "+49301234567")
    assert (refused.status, refused.error) == told
