from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.track import Side, Track
from mixer import Masked, Port, PortStats
from recorder import Hold, Loss, Part
from recorder.manifest import Masked as MaskedChannel

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
OPENED = 50.0  # on the monotonic clock
NOTHING = PortStats(**dict.fromkeys(PortStats.__slots__, 0))


class OpenTap:
    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.masked = [Masked(100, 200, 0), Masked(150, 300, 1)]


def track(rate: int = 8000, part: Part = Part.AGENT) -> Track:
    tap = OpenTap(rate)
    return Track("c", part, NOON, OPENED, tap, Path("a.wav"))  # type: ignore[arg-type]


@pytest.mark.parametrize("rate", [8000, 16_000])
def test_an_instant_lies_in_a_frame_of_the_recordings_own_rate(rate: int) -> None:
    one = track(rate)
    assert one.frame_at(OPENED + 1.5) == one.frame_from(OPENED + 1.5) == 3 * rate // 2
    assert one.frame_at(OPENED - 1) == one.frame_from(OPENED - 1) == 0


def test_holds_are_as_long_as_they_lasted_and_said_once() -> None:
    one = track()
    for held, at in ((False, 0), (True, 1), (True, 2), (False, 3), (False, 4), (True, 9)):
        one.hold(held, OPENED + at)
    one.end(OPENED + 10, lambda port: None)
    assert one.facts(80_000).holds == (Hold(8000, 24_000), Hold(72_000, 80_000))
    assert one.facts(76_000).holds == (Hold(8000, 24_000), Hold(72_000, 76_000))
    assert one.facts(9000).holds == (Hold(8000, 9000),)


def test_loss_is_that_of_all_phones_on_a_side_while_they_were_heard() -> None:
    figures = {
        1: replace(NOTHING, received=100, lost=10, concealed_ms=40.0),
        2: replace(NOTHING, received=7, lost=0),
    }
    one, read = track(), lambda port: figures.get(port.slot)
    first, second = Port(1, 1), Port(2, 1)
    one.hear({Side.LEFT: None, Side.RIGHT: first}, read)
    figures[1] = replace(NOTHING, received=150, lost=13, concealed_ms=100.6)
    one.hear({Side.LEFT: None, Side.RIGHT: first}, read)
    one.hear({Side.LEFT: None, Side.RIGHT: second}, read)  # another agent
    figures[2] = replace(NOTHING, received=27, lost=1)
    one.end(OPENED + 1, read)
    facts = one.facts(8000)
    assert facts.left_loss is None
    assert facts.right_loss == Loss(received=70, lost=4, concealed_ms=61)


def test_digits_that_were_silenced_are_told_as_far_as_the_file_goes() -> None:
    left = MaskedChannel(100, 200, "left")
    assert track().facts(8000).masked == (left, MaskedChannel(150, 300, "right"))
    assert track().facts(180).masked == (
        MaskedChannel(100, 180, "left"),
        MaskedChannel(150, 180, "right"),
    )
    assert track().facts(150).masked == (MaskedChannel(100, 150, "left"),)


def test_a_phone_that_is_gone_has_lost_its_figures_and_no_others() -> None:
    one = track()
    one.hear({Side.LEFT: Port(1, 1)}, lambda port: NOTHING)
    one.end(OPENED + 1, lambda port: None)
    assert one.facts(8000).left_loss == Loss(0, 0, 0)


def test_prompts_are_left_and_the_customer_is_right_in_the_automated_part() -> None:
    channels = track(part=Part.IVR).facts(0).channels
    assert (channels.left, channels.right) == ("prompts", "customer")
