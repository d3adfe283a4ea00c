"""What of a binding survives a restart."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from sip.binding import Binding
from sip.flow import TCP, UDP, Flow, Here
from sip.kept_binding import KeptBinding
from tests.sip.test_binding import binding

WHOLE = replace(
    binding(q=0.5, instance="urn:x:1", reg_id=2),
    path=("<sip:10.0.0.8;lr>",),
    behind_nat=True,
)
HERE = Here("10.0.0.1", 5060)
CONNECTION = Flow(TCP, "10.0.0.2", 40001, 7)


def after(was: Binding, at: float = 40.0, now: float = 1000.0) -> Binding | None:
    """The same process would be at `at`, the next one is at `now`; in between it was JSON."""
    kept = KeptBinding.of("agent1", was, at)
    facts: dict[str, Any] = json.loads(json.dumps(kept.facts))
    return KeptBinding(kept.username, kept.seconds, facts).binding(HERE, now)


def test_a_udp_phone_is_reached_as_before_for_as_long_as_is_left() -> None:
    assert after(WHOLE) == replace(WHOLE, expires_at=1060.0)


def test_a_listener_that_is_gone_is_not_looked_for() -> None:
    second = replace(WHOLE, flow=WHOLE.flow._replace(listener=2))
    found = after(second)
    assert found and found.flow == WHOLE.flow._replace(listener=None)


def test_what_is_over_is_not_restored() -> None:
    assert after(WHOLE, at=100.0) is None


def test_a_connection_is_gone_so_the_contact_must_do() -> None:
    there = replace(binding("sip:a@10.0.0.2:5070;transport=tcp"), flow=CONNECTION)
    back = after(there)
    assert back and back.flow == Flow(TCP, "10.0.0.2", 5070)
    proxied = after(replace(there, path=("<sip:10.0.0.8:5080;lr>",)))
    assert proxied and proxied.flow == Flow(UDP, "10.0.0.8", 5080)


@pytest.mark.parametrize(("uri", "nat"), [("sip:a@10.0.0.2", True), ("sip:a@phone.example", False)])
def test_who_could_only_be_reached_by_a_connection_is_gone(uri: str, nat: bool) -> None:
    assert after(replace(binding(uri), flow=CONNECTION, behind_nat=nat)) is None


@pytest.mark.parametrize("facts", [{}, {"path": [], "flow": {"of": "another version"}}])
def test_what_another_version_wrote_is_left_out(facts: dict[str, Any]) -> None:
    assert KeptBinding("agent1", 60.0, facts).binding(HERE, 0.0) is None
