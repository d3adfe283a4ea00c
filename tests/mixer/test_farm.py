"""Several mixers as one: calls are spread, each stays whole, and nobody shares a UDP port."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from mixer import Event, Farm, MediaStarted, MixerFull, PlayerEnded, PortGone, Route, RouteRefused
from mixer.farm import share
from tests.mixer.phone import Phone, every_frame, talk
from tests.mixer.waiting import await_media_threads, drained, media_threads, settings
from tests.rig.tones import heard, tone

THREADS = 3


@pytest.fixture
def farm(events: list[Event]) -> Iterator[Farm]:
    farm = Farm(settings(threads=THREADS), events.append)
    yield farm
    farm.close()


def test_calls_are_spread_and_what_belongs_to_one_stays_together(farm: Farm) -> None:
    calls = []
    for _ in range(2 * THREADS):
        customer = farm.open_rtp().port
        agent = farm.open_rtp(beside=customer).port
        tap = farm.open_tap(beside=customer)
        player = farm.open_player(farm.load_clip(bytes(320)), beside=agent)
        assert {customer.thread} == {one.thread for one in (agent, tap.left, tap.right, player)}
        calls.append(customer.thread)
    assert sorted(calls) == sorted(2 * list(range(THREADS)))
    assert farm.totals().ports_open == 4 * len(calls)
    farm.close_port(customer)
    with pytest.raises(PortGone):
        farm.stats(customer)
    assert farm.open_rtp().port.thread == customer.thread


def test_a_call_is_bridged_recorded_and_told_about_on_its_thread(
    farm: Farm, events: list[Event], phone: Callable[..., Phone]
) -> None:
    farm.open_rtp()  # the first thread is not the emptiest any more
    customer, agent = phone(), phone()
    one = farm.open_rtp()
    two = farm.open_rtp(beside=one.port)
    for leg, rtp in ((customer, one), (agent, two)):
        farm.set_remote(rtp.port, leg.remote())
        leg.target = rtp.rtp_port
    tap = farm.open_tap(beside=one.port)
    farm.route("call", {Route(one.port, two.port), Route(one.port, tap.left)})
    talk([(customer, tone(440.0, 0.4))], listeners=[agent])
    farm.route("call", set())
    tap.close()
    assert one.port.thread > 0
    assert heard(agent.samples(), 440.0, -25) and heard(drained(tap)[1600:, 0], 440.0, -25)
    for _, read in farm.readers():
        read()
    assert events == [MediaStarted(one.port)]


def test_a_clip_is_played_on_every_thread(
    farm: Farm, events: list[Event], phone: Callable[..., Phone]
) -> None:
    clip = farm.load_clip(tone(440.0, 0.1).tobytes())
    players = []
    for number in range(THREADS):
        customer = phone()
        rtp = farm.open_rtp()
        farm.set_remote(rtp.port, customer.remote())
        players.append(farm.open_player(clip, beside=rtp.port))
        farm.route(f"call{number}", {Route(players[-1], rtp.port)})
    clip.close()
    every_frame(0.3, lambda _: None)
    for _, read in farm.readers():
        read()
    assert set(events) == {PlayerEnded(player) for player in players}


def test_a_bridge_across_threads_is_refused_and_changes_nothing(farm: Farm) -> None:
    one, other = farm.open_rtp().port, farm.open_rtp().port
    beside = farm.open_rtp(beside=one).port
    farm.route("call", {Route(one, beside)})
    with pytest.raises(RouteRefused, match="spans threads"):
        farm.route("call", {Route(one, other)})
    farm.route("call", {Route(one, beside), Route(beside, one)})


def test_udp_ports_and_slots_are_dealt_out_without_rest_or_overlap() -> None:
    whole = settings(port_min=33001, port_max=33020, max_ports=13, threads=THREADS)
    shares = [share(whole, thread) for thread in range(THREADS)]
    ports = [port for one in shares for port in range(one.port_min, one.port_max + 1)]
    assert ports == list(range(33002, 33020)) and sum(one.max_ports for one in shares) == 13


@pytest.fixture
def few_descriptors() -> Iterator[None]:
    """Six, and a mixer takes four."""
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = {int(name) for name in os.listdir("/proc/self/fd")}
    limit = next(n for n in count() if n - len([fd for fd in taken if fd < n]) == 6)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, usual[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, usual)


@pytest.mark.usefixtures("few_descriptors")
def test_when_one_cannot_be_opened_none_is_left() -> None:
    before = media_threads()
    with pytest.raises(MixerFull):
        Farm(settings(threads=THREADS), print)
    await_media_threads(before)
