"""SRTP as the engine uses it: two legs of one mixer speak with each other under keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from mixer import Mixer, PortStats, Remote, Route, RtpPort, SrtpKeys
from tests.mixer.phone import HOST, Phone, talk
from tests.mixer.waiting import until
from tests.rig.tones import dominant_frequency, tone

ONE, OTHER = bytes(range(30)), bytes(range(100, 130))
KEYS = SrtpKeys("AES_CM_128_HMAC_SHA1_80", send=ONE, receive=OTHER)


def leg_to(other: RtpPort, keys: SrtpKeys | None) -> Remote:
    return Remote(HOST, other.rtp_port, "PCMU", 0, 0, srtp=keys)


def between(mixer: Mixer, near: Phone, far: Phone, *keys: SrtpKeys | None) -> list[RtpPort]:
    """near - open leg - [leg under keys - leg under keys] - open leg - far"""
    near_leg, far_leg = near.join(mixer), far.join(mixer)
    there, back = mixer.open_rtp(), mixer.open_rtp()
    mixer.set_remote(there.port, leg_to(back, keys[0]))
    mixer.set_remote(back.port, leg_to(there, keys[1]))
    pairs = ((near_leg, there), (back, far_leg))
    ways = {Route(a.port, b.port) for pair in pairs for a, b in (pair, pair[::-1])}
    mixer.route("call", ways)
    return [there, back]


def test_what_is_said_under_keys_is_heard_under_the_same_keys(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    near, far = phone(), phone()
    other_side = replace(KEYS, send=OTHER, receive=ONE)
    there, back = between(mixer, near, far, KEYS, other_side)
    talk([(near, tone(440, 0.6)), (far, tone(1000, 0.6))])
    assert dominant_frequency(far.samples()[1600:]) == pytest.approx(440, abs=10)
    assert dominant_frequency(near.samples()[1600:]) == pytest.approx(1000, abs=10)
    for leg in (there, back):
        assert mixer.stats(leg.port).forged == 0 and mixer.stats(leg.port).received >= 29


@pytest.mark.parametrize("theirs", [None, replace(KEYS, send=bytes(30), receive=ONE)])
def test_without_the_key_nothing_is_heard(
    mixer: Mixer, phone: Callable[..., Phone], theirs: SrtpKeys | None
) -> None:
    near, far = phone(), phone()
    there, _ = between(mixer, near, far, KEYS, theirs)
    talk([(far, np.zeros(1600, np.int16))])

    def stats() -> PortStats:
        return mixer.stats(there.port)

    until(lambda: stats().forged >= 10, mixer)
    assert stats().received == 0 and not near.hear()


@pytest.mark.parametrize(
    "keys",
    [
        replace(KEYS, suite="NULL_HMAC_SHA1_80"),
        replace(KEYS, suite="AEAD_AES_256_GCM"),
        replace(KEYS, send=ONE[:16], receive=OTHER[:16]),
        replace(KEYS, send=ONE[:16]),
    ],
)
def test_keys_that_do_not_fit_their_suite_are_refused(mixer: Mixer, keys: SrtpKeys) -> None:
    port = mixer.open_rtp()
    with pytest.raises(ValueError, match="out of range"):
        mixer.set_remote(port.port, leg_to(port, keys))


def test_no_text_shows_a_key() -> None:
    assert "x02" not in repr(leg_to(RtpPort(None, 1), KEYS))  # type: ignore[arg-type]
