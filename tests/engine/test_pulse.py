from engine.pulse import SILENT_SECONDS, Health, Pulse

KEEP = 20.0


def test_who_sends_is_there() -> None:
    pulse = Pulse(KEEP, 0.0)
    assert {pulse.beat(count, 2.0 * count) for count in range(1, 60)} == {Health.UP}


def test_who_falls_silent_is_lost_within_15_seconds_and_over_when_it_does_not_come_back() -> None:
    assert SILENT_SECONDS < 15
    pulse = Pulse(KEEP, 0.0)
    pulse.beat(7, 1.0)
    lost_at = 1.0 + SILENT_SECONDS
    assert pulse.beat(7, lost_at - 0.1) is Health.UP
    assert pulse.beat(7, lost_at) is Health.LOST
    assert pulse.beat(7, lost_at + KEEP - 0.1) is Health.LOST
    assert pulse.beat(7, lost_at + KEEP) is Health.OVER


def test_who_says_that_it_goes_is_lost_at_once_and_nothing_late_brings_it_back() -> None:
    pulse = Pulse(KEEP, 0.0)
    pulse.lost(5.0)
    pulse.lost(9.0)
    assert pulse.beat(1, 6.0) is Health.LOST
    assert pulse.beat(2, 5.0 + KEEP) is Health.OVER
