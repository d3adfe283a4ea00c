from __future__ import annotations

from math import inf
from typing import Any

from engine.events.agent_events import AFTER_LOGOUT_SECONDS, HEART_BEAT_SECONDS, AgentEvents

ARN = "arn:aws:connect:local:000000000000:instance/earshot"
UTC = "2026-11-22T12:00:00.000Z"


class Stream:
    def __init__(self) -> None:
        self.events = AgentEvents(ARN)

    def is_now(self, does: str, now: float, *, logged_in: bool = True, name: str = "ann") -> Any:
        """What is told of an agent who does this."""
        snapshot = {"does": does}
        return self.events.changed(
            name, f"{name}-id", snapshot, logged_in=logged_in, utc=UTC, now=now
        )

    def beats(self, now: float) -> list[tuple[str, str]]:
        return [(each["EventType"], each["AgentARN"]) for each in self.events.tick(UTC, now)]


def test_a_login_a_change_and_a_logout_are_told_with_what_was_before() -> None:
    stream = Stream()
    assert stream.is_now("nothing", 0.0, logged_in=False) is None
    login = stream.is_now("waits", 1.0)
    assert (login["EventType"], login["PreviousAgentSnapshot"]) == ("LOGIN", None)
    assert (login["AgentARN"], login["InstanceARN"]) == (f"{ARN}/agent/ann-id", ARN)
    assert (login["AWSAccountId"], login["Version"]) == ("000000000000", "2017-10-01")
    assert stream.is_now("waits", 2.0) is None
    change = stream.is_now("talks", 3.0)
    assert change["EventType"] == "STATE_CHANGE"
    assert change["PreviousAgentSnapshot"] == {"does": "waits"}
    assert change["CurrentAgentSnapshot"] == {"does": "talks"}
    logout = stream.is_now("nothing", 4.0, logged_in=False)
    assert logout["EventType"] == "LOGOUT"
    assert logout["EventId"] != change["EventId"]


def test_a_heart_beats_when_nothing_else_was_told_for_two_minutes() -> None:
    stream = Stream()
    assert stream.events.deadline == inf
    stream.is_now("waits", 0.0)
    stream.is_now("waits", 50.0, name="bob")
    stream.is_now("talks", 100.0)
    assert stream.events.deadline == 50.0 + HEART_BEAT_SECONDS
    assert stream.beats(50.0 + HEART_BEAT_SECONDS) == [("HEART_BEAT", f"{ARN}/agent/bob-id")]
    assert stream.beats(100.0 + HEART_BEAT_SECONDS) == [("HEART_BEAT", f"{ARN}/agent/ann-id")]
    assert stream.events.deadline == 50.0 + 2 * HEART_BEAT_SECONDS


def test_it_beats_for_an_hour_after_a_logout_and_no_longer() -> None:
    stream = Stream()
    stream.is_now("waits", 0.0)
    stream.is_now("nothing", 10.0, logged_in=False)
    beats = 0
    while (now := stream.events.deadline) < inf:
        beats += len(stream.beats(now))
    assert beats == AFTER_LOGOUT_SECONDS / HEART_BEAT_SECONDS - 1


def test_of_an_agent_who_is_gone_nothing_more_is_told() -> None:
    stream = Stream()
    stream.is_now("waits", 0.0)
    stream.events.gone("ann")
    stream.events.gone("never was")
    assert stream.events.deadline == inf
