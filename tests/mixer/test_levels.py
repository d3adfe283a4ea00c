"""What the console shows of a leg: its level, who speaks, what was lost, how that sounds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mixer import Bridge, Leg, Mixer, Role, Route
from tests.mixer.phone import Phone, talk
from tests.mixer.waiting import drained
from tests.rig.tones import silence, steady_dbfs, tone


def test_levels_and_speech_are_measured_whether_or_not_anybody_mixes(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    customer, agent = phone("PCMU"), phone("PCMA")
    legs = customer.join(mixer).port, agent.join(mixer).port
    mixer.route("call", {Route(*legs), Route(*reversed(legs))})
    talk([(customer, tone(440.0, 0.6)), (agent, silence(0.6))])
    loud, quiet = map(mixer.stats, legs)
    assert loud.speaking and not quiet.speaking
    assert loud.level_dbov == pytest.approx(-23.0, abs=0.5)  # the mean of a sine of -20 dBFS
    assert quiet.level_dbov < -70
    assert loud.speech_ms > 500 and quiet.speech_ms == 0
    assert loud.mos > 4.3


def test_loss_is_concealed_in_the_recording_and_lowers_the_opinion(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    customer = phone()
    leg = customer.join(mixer).port
    tap = mixer.open_tap()
    mixer.route("call", {Route(leg, tap.left)})
    talk([(customer, tone(160.0, 2.0))], loss=0.1)
    tap.close()
    stats = mixer.stats(leg)
    assert stats.lost > 3 and stats.concealed_ms >= 15 * stats.lost
    assert 2.5 < stats.mos < 4.2
    left = drained(tap)[:, 0]
    assert steady_dbfs(left[1000:15000], 160.0) == pytest.approx(-20, abs=0.5)


def test_a_muted_leg_is_silent_and_its_stream_goes_on(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    customer, agent = phone(), phone()
    one, two = customer.join(mixer).port, agent.join(mixer).port
    muted = Leg(one, Role.CUSTOMER, muted=True), Leg(two, Role.AGENT)
    mixer.route("call", Bridge(muted).routes())
    talk([(customer, tone(440.0, 0.4)), (agent, tone(1000.0, 0.4))])
    assert len(agent.heard) >= 18 and not agent.samples().any()
    assert steady_dbfs(customer.samples(), 1000.0) > -21
