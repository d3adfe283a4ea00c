from __future__ import annotations

from typing import Any

import pytest

from flows import StreamMedia
from tests.flows.writing import action, first, flow, reasons

KIND = "UpdateContactMediaStreamingBehavior"


def given(state: str, *directions: str) -> dict[str, Any]:
    customer = {"ParticipantType": "Customer", "MediaDirections": list(directions)}
    return {"MediaStreamingState": state, "MediaStreamType": "Audio", "Participants": [customer]}


@pytest.mark.parametrize("directions", [("From",), ("To",), ("From", "To")])
def test_directions_are_streamed_that_the_block_names(directions: tuple[str, ...]) -> None:
    assert first(KIND, given("Enabled", *directions)) == [StreamMedia(frozenset(directions))]


def test_streaming_ends_whole() -> None:
    assert first(KIND, given("Disabled", "From")) == [StreamMedia(frozenset())]


def test_a_chat_has_no_sound() -> None:
    asks = first(KIND, given("Enabled", "From"), system={"Channel": "CHAT"})
    assert [type(ask).__name__ for ask in asks] == ["End"]


def test_what_streams_nothing_is_doubtful_and_what_does_not_exist_is_wrong() -> None:
    [warning] = flow(action("x", KIND, given("Enabled"), leads="hang up")).warnings
    assert "stream nothing" in warning.reason
    wrong = given("Maybe", "Up") | {"MediaStreamType": "Video"}
    found = [each.partition(" ")[0] for each in reasons(KIND, wrong)]
    assert found == ["MediaStreamingState", "MediaStreamType", "MediaDirections[0]"]
