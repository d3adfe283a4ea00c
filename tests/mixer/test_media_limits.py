"""What a mixer has room for, and that all of it comes back."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from itertools import count

import pytest

from config import MediaSettings
from mixer import (
    Bridge,
    Event,
    Leg,
    Mixer,
    MixerFull,
    NoFreePort,
    PortGone,
    Role,
    Route,
    RtpPort,
    Tap,
)
from tests.mixer.phone import Phone, every_frame
from tests.mixer.waiting import await_media_threads, drained, media_threads, settings, until
from tests.rig.free_ports import free_media_port


def test_a_full_mixer_says_so_and_every_slot_comes_back(mixer: Mixer) -> None:
    for _ in range(3):
        ports, taps = all_taken(mixer)
        for attempt in (mixer.open_rtp, mixer.open_tap):
            with pytest.raises(MixerFull):
                attempt()
        assert mixer.totals().ports_open == 64
        for tap in taps:
            tap.close()
            assert not len(drained(tap)) > 8000
        for port in ports:
            mixer.close_port(port.port)
            mixer.close_port(port.port)  # nothing
        assert mixer.totals().ports_open == 0


def all_taken(mixer: Mixer) -> tuple[list[RtpPort], list[Tap]]:
    """Every slot there is: that of a tap comes back with a visit, every 200 ms."""
    taps: list[Tap] = []

    def opened() -> bool:
        with suppress(MixerFull):
            taps.append(mixer.open_tap())
        return len(taps) == 4

    ports = [mixer.open_rtp() for _ in range(60)]
    until(opened, mixer)
    return ports, taps


def test_a_tap_nobody_reads_gives_its_slot_back_when_it_is_dropped() -> None:
    mixer = Mixer(settings(max_ports=4), print)
    dropped = count(1)

    def the_twelfth_is_dropped() -> bool:
        with suppress(MixerFull):
            mixer.open_tap().close()
            return next(dropped) == 12
        return False

    until(the_twelfth_is_dropped, mixer)
    mixer.close()


def test_when_every_udp_port_is_taken_it_says_so_until_one_is_free() -> None:
    even = free_media_port()
    mixer = Mixer(settings(port_min=even - 1, port_max=even + 4), print)
    ports = [mixer.open_rtp(), mixer.open_rtp()]
    assert {port.rtp_port for port in ports} == {even, even + 2}
    with pytest.raises(NoFreePort):
        mixer.open_rtp()
    opened: list[int] = []

    def opens_again() -> bool:
        with suppress(NoFreePort):
            opened.append(mixer.open_rtp().rtp_port)
        return bool(opened)

    mixer.close_port(ports[0].port)
    until(opens_again, mixer)
    assert opened == [ports[0].rtp_port]
    mixer.close()


def test_a_closed_port_is_gone(mixer: Mixer, phone: Callable[..., Phone]) -> None:
    customer, agent = phone(), phone()
    leg, other = customer.join(mixer).port, agent.join(mixer).port
    mixer.route("call", {Route(leg, other)})
    mixer.close_port(leg)
    with pytest.raises(PortGone):
        mixer.set_remote(leg, customer.remote())
    with pytest.raises(PortGone):
        mixer.stats(leg)
    with pytest.raises(PortGone):
        mixer.route("call", {Route(other, leg)})
    mixer.route("call", set())  # its routes went with it


def test_nothing_is_left_open_after_closing(phone: Callable[..., Phone]) -> None:
    customer = phone()
    before, threads = set(os.listdir("/proc/self/fd")), media_threads()
    mixer = Mixer(settings(), print)
    customer.join(mixer)
    tap = mixer.open_tap()
    mixer.open_player(mixer.load_clip(bytes(320)))
    mixer.close()
    assert set(os.listdir("/proc/self/fd")) == before
    await_media_threads(threads)
    assert tap.read(100) == b"" and tap.ended
    tap.close()


def test_a_recorded_call_takes_less_than_four_tenths_of_a_megabyte() -> None:
    def resident() -> int:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    mixer = Mixer(settings(max_ports=512), print)
    ports = [mixer.open_rtp() for _ in range(4)]  # whatever is loaded once
    before = resident()
    taps = []
    for _ in range(100):
        ports += [mixer.open_rtp(), mixer.open_rtp()]
        taps.append(mixer.open_tap())
    per_call = (resident() - before) / 100
    assert per_call < 400_000
    mixer.close()


def test_ticks_are_counted_and_timed(mixer: Mixer) -> None:
    every_frame(0.5, lambda _: None)
    totals = mixer.totals()
    assert 23 <= totals.ticks <= 100 and totals.late_ticks <= totals.ticks
    assert 0 < totals.p99_ms and 0 < totals.cpu_seconds < 0.4


def test_there_is_room_for_a_conference_of_sixty_four(events: list[Event]) -> None:
    mixer = Mixer(settings(max_ports=MediaSettings().max_ports), events.append)
    legs = tuple(Leg(mixer.open_rtp().port, Role.AGENT) for _ in range(64))
    mixer.route("conference", Bridge(legs).routes())
    mixer.route("conference", set())
    mixer.close()
