"""Ports are values."""

from __future__ import annotations

from dataclasses import fields

from config.settings import MediaSettings
from mixer import Mixer
from mixer.ports import Event, MediaStarted, PlayerEnded, Port, PortStats, Totals


def test_a_port_is_equal_by_value_and_its_side_is_part_of_it() -> None:
    assert Port(3, 7) == Port(3, 7, 0) and hash(Port(3, 7)) == hash(Port(3, 7, 0))
    assert len({Port(3, 7), Port(3, 8), Port(4, 7), Port(3, 7, 1)}) == 4


def test_events_of_different_kinds_differ() -> None:
    port = Port(1, 1)
    events: set[Event] = {PlayerEnded(port), PlayerEnded(port), MediaStarted(port)}
    assert len(events) == 2


def test_figures_start_at_zero() -> None:
    mixer = Mixer(MediaSettings(port_min=34100, port_max=34199, max_ports=4), print)
    stats = mixer.stats(mixer.open_rtp().port)
    assert stats.level_dbov == -127
    assert stats.playout_ms == 60
    others = {one.name for one in fields(PortStats)} - {"level_dbov", "playout_ms"}
    assert all(getattr(stats, name) == 0 for name in others)
    assert mixer.totals().ports_open == 1
    assert {one.name for one in fields(Totals)} >= {"cpu_seconds", "ticks", "late_ticks", "p99_ms"}
    mixer.close()
