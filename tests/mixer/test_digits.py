"""DTMF as the engine uses it: digits are told, sent, and looked for in the sound when asked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mixer import DigitReceived, Event, Mixer, NoTelephoneEvents, Route
from tests.mixer.phone import FRAME, Phone, every_frame
from tests.mixer.waiting import drained, settings, until
from tests.rig.tones import Samples, silence, tone

EVENT = 101
FIVE = tone(770.0, 0.1, -10) + tone(1336.0, 0.1, -10)


def test_a_digit_is_told_once_and_recorded_by_nobody(
    mixer: Mixer, events: list[Event], phone: Callable[..., Phone]
) -> None:
    customer = phone(telephone_event=EVENT)
    leg = customer.join(mixer).port
    tap = mixer.open_tap()
    mixer.route("call", {Route(leg, tap.left)})
    every_frame(0.16, lambda n: customer.press(11, min(n + 1, 5) * FRAME, end=n >= 4))
    until(lambda: DigitReceived(leg, "#", 100) in events, mixer)
    tap.close()
    assert not drained(tap).any()
    assert [event for event in events if isinstance(event, DigitReceived)] == [
        DigitReceived(leg, "#", 100)
    ]
    assert mixer.stats(leg).digits == 1


def test_digits_that_are_sent_arrive_at_the_phone(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    customer = phone(telephone_event=EVENT)
    leg = customer.join(mixer).port
    mixer.send_digits(leg, "4A", duration_ms=60, gap_ms=60)
    every_frame(0.4, lambda _: None)
    packets = customer.hear()
    assert {packet.payload_type for packet in packets} == {EVENT}
    ends = [packet.payload for packet in packets if packet.payload[1] & 0x80]
    assert ends == [b"\4\x8a\x01\xe0"] * 3 + [b"\x0c\x8a\x01\xe0"] * 3
    assert [packet.marker for packet in packets].count(True) == 2


def test_digits_cannot_be_sent_to_a_phone_that_knows_none(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    with pytest.raises(NoTelephoneEvents):
        mixer.send_digits(phone().join(mixer).port, "1")
    leg = phone(telephone_event=EVENT).join(mixer).port
    for digits, changes in (("1x", {}), ("", {}), ("1", {"duration_ms": 10}), ("1", {"gap_ms": 1})):
        with pytest.raises(ValueError, match="out of range"):
            mixer.send_digits(leg, digits, **changes)


@pytest.mark.parametrize("asked", [False, True])
def test_tones_are_looked_for_when_asked(
    mixer: Mixer, events: list[Event], phone: Callable[..., Phone], asked: bool
) -> None:
    customer = phone("PCMA")
    leg = customer.join(mixer).port
    mixer.detect_tones(leg, asked)
    sound: Samples = np.concatenate([silence(0.04), FIVE.astype(np.int16), silence(0.06)])
    every_frame(0.2, lambda n: customer.send(sound[n * FRAME : (n + 1) * FRAME]) and None)
    mixer.read_events()
    digits = [event.digit for event in events if isinstance(event, DigitReceived)]
    assert digits == (["5"] if asked else [])


@pytest.mark.parametrize("masks", [True, False])
def test_a_digit_that_sounds_is_silence_in_a_recording_which_says_where(
    events: list[Event], phone: Callable[..., Phone], masks: bool
) -> None:
    mixer = Mixer(settings(recorded_dtmf="silent" if masks else "heard"), events.append)
    customer = phone("PCMA")
    leg = customer.join(mixer).port
    tap = mixer.open_tap()
    mixer.route("call", {Route(leg, tap.right)})
    sound: Samples = np.concatenate([silence(0.04), FIVE.astype(np.int16), silence(0.36)])
    every_frame(0.5, lambda n: customer.send(sound[n * FRAME : (n + 1) * FRAME]) and None)
    tap.close()
    heard = drained(tap)
    mixer.close()
    assert bool(np.abs(heard).max() > 1000) != masks
    if masks:
        [span] = tap.masked
        assert (span.channel, 800 <= span.end - span.first <= 1600) == (1, True)
    else:
        assert tap.masked == []
