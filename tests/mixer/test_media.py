"""The mixer as the engine uses it: real sockets, its own thread, real time. Tones say who hears."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import numpy as np
import pytest

from mixer import (
    Bridge,
    Ear,
    Event,
    Leg,
    MediaStarted,
    MediaTimedOut,
    Mixer,
    PlayerEnded,
    Port,
    Role,
    Route,
    RouteRefused,
    Tap,
)
from tests.mixer.phone import FRAME, Phone, decode, every_frame, talk
from tests.mixer.waiting import drained, settings, until
from tests.rig.patience import PATIENCE_SECONDS
from tests.rig.tones import dominant_frequency, heard, leaked_dbfs, silence, steady_dbfs, tone

CUSTOMER_HZ, AGENT_HZ, SUPERVISOR_HZ = 440.0, 1000.0, 1730.0
INAUDIBLE_DBFS = -60.0
RAMP = 40  # samples, 5 ms


def conversation(customer: Port, agent: Port, *ears: Ear) -> set[Route]:
    return Bridge((Leg(customer, Role.CUSTOMER), Leg(agent, Role.AGENT)), ears).routes()


def recorder(tap: Tap) -> tuple[Ear, Ear]:
    return Ear(tap.left, frozenset({Role.CUSTOMER})), Ear(tap.right, frozenset({Role.AGENT}))


def test_a_relayed_payload_is_bit_exact_and_numbers_go_on_when_the_source_changes(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    first, second, listener = phone(), phone(), phone()
    one, two, sink = first.join(mixer), second.join(mixer), listener.join(mixer)
    noise = np.random.default_rng(1).integers(0, 256, (50, FRAME), np.uint8)
    mixer.route("call", {Route(one.port, sink.port)})

    def frame(number: int) -> None:
        if number == 25:
            mixer.route("call", {Route(two.port, sink.port)})
        (first if number < 25 else second).send_codes(noise[number].tobytes())

    every_frame(1.0, frame)
    packets = listener.hear()
    heard = [packet.payload for packet in packets]
    said = [row.tobytes() for row in noise]
    assert heard[:25] == said[:25] and heard[26:] == said[26:]
    assert heard[25][RAMP:] == said[25][RAMP:]  # 5 ms that lead from one to the other
    assert [packet.marker for packet in packets] == [number in (0, 25) for number in range(50)]
    assert len({packet.ssrc for packet in packets}) == 1
    steps = np.diff([packet.sequence for packet in packets]) % 65536
    assert (steps == 1).all()
    passed = np.diff([packet.timestamp for packet in packets]) % 2**32
    assert (np.delete(passed, 24) == FRAME).all()
    assert FRAME <= passed[24] <= 3 * FRAME


def test_ulaw_and_alaw_phones_understand_each_other(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    customer, agent = phone("PCMU"), phone("PCMA")
    mixer.route("call", conversation(customer.join(mixer).port, agent.join(mixer).port))
    talk([(customer, tone(CUSTOMER_HZ, 0.6)), (agent, tone(AGENT_HZ, 0.6))])
    assert abs(dominant_frequency(agent.samples()) - CUSTOMER_HZ) < 2
    assert abs(dominant_frequency(customer.samples()) - AGENT_HZ) < 2
    assert steady_dbfs(agent.samples(), CUSTOMER_HZ) == pytest.approx(-20, abs=0.3)
    assert {packet.payload_type for packet in agent.heard} == {8}
    assert {packet.payload_type for packet in customer.heard} == {0}


def test_a_supervisor_hears_both_and_nobody_hears_the_supervisor(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    customer, agent, supervisor = phone("PCMU"), phone("PCMA"), phone("PCMU")
    ear = supervisor.join(mixer, listen_only=True)
    tap = mixer.open_tap()
    routes = conversation(
        customer.join(mixer).port, agent.join(mixer).port, Ear(ear.port), *recorder(tap)
    )
    mixer.route("call", routes)
    everybody = [(customer, CUSTOMER_HZ), (agent, AGENT_HZ), (supervisor, SUPERVISOR_HZ)]
    talk([(one, tone(frequency, 1.0)) for one, frequency in everybody])
    tap.close()
    at_supervisor = supervisor.samples()[2 * FRAME * 3 :]  # what is on its way at first
    assert heard(at_supervisor, CUSTOMER_HZ, -25) and heard(at_supervisor, AGENT_HZ, -25)
    for samples in (customer.samples(), agent.samples(), *drained(tap).T):
        assert leaked_dbfs(samples, SUPERVISOR_HZ) < INAUDIBLE_DBFS
    assert mixer.stats(ear.port).received >= 45


def test_a_listen_only_port_cannot_be_a_source_and_a_refusal_adds_nothing(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    customer, supervisor, agent = phone(), phone(), phone()
    leg, ear = customer.join(mixer).port, supervisor.join(mixer, listen_only=True).port
    other = agent.join(mixer).port
    mixer.route("call", {Route(leg, ear)})
    with pytest.raises(RouteRefused):
        mixer.route("call", {Route(leg, ear), Route(leg, other), Route(ear, leg)})
    talk([(customer, tone(CUSTOMER_HZ, 0.3)), (supervisor, tone(SUPERVISOR_HZ, 0.3))], 0, [agent])
    assert agent.heard == [] and customer.heard == [] and len(supervisor.heard) >= 13


def test_a_stranger_reaches_neither_the_peer_nor_the_recording(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    customer, agent, stranger = phone(), phone(), phone()
    leg = customer.join(mixer)
    tap = mixer.open_tap()
    mixer.route("call", conversation(leg.port, agent.join(mixer).port, *recorder(tap)))
    stranger.target, stranger.ssrc = customer.target, customer.ssrc
    intruder = (stranger, tone(SUPERVISOR_HZ, 0.6))
    talk([(customer, tone(CUSTOMER_HZ, 0.6)), (agent, tone(AGENT_HZ, 0.6)), intruder])
    tap.close()

    def hears_the_last() -> bool:
        agent.hear()
        return len(agent.heard) >= 30

    until(hears_the_last, mixer)
    assert len(agent.heard) == 30
    assert leaked_dbfs(agent.samples(), SUPERVISOR_HZ) < INAUDIBLE_DBFS
    assert leaked_dbfs(drained(tap)[:, 0], SUPERVISOR_HZ) < INAUDIBLE_DBFS


@pytest.mark.parametrize("loss", [0.0, 0.1, 0.3])
def test_a_tap_is_as_long_as_it_was_open_and_its_sides_are_aligned(
    mixer: Mixer, phone: Callable[..., Phone], loss: float
) -> None:
    customer, agent = phone("PCMU"), phone("PCMA")
    legs = customer.join(mixer).port, agent.join(mixer).port
    bursts = np.concatenate([silence(0.5), tone(CUSTOMER_HZ, 0.2, -6), silence(0.5)])
    opened = time.monotonic()
    tap = mixer.open_tap()
    mixer.route("call", conversation(*legs, *recorder(tap)))
    talk([(customer, bursts), (agent, bursts)], loss)
    least = time.monotonic() - opened
    tap.close()
    most = time.monotonic() - opened
    frames = drained(tap)
    assert least - 0.02 <= len(frames) / 8000 <= most + 0.02 and tap.overruns == 0
    onsets = [int(np.argmax(np.abs(side) > 6000)) for side in frames.T]
    assert abs(onsets[0] - onsets[1]) <= (FRAME if loss == 0 else 5 * FRAME)
    assert abs(onsets[0] / 8000 - 0.5) < (0.1 if loss == 0 else 0.18)
    assert not np.abs(frames[: 4000 - FRAME]).max() > 100


def test_a_wide_tap_has_twice_as_many_frames_of_the_same_sound(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    customer = phone()
    leg = customer.join(mixer).port
    narrow, wide = mixer.open_tap(), mixer.open_tap(wide=True)
    mixer.route("call", {Route(leg, narrow.left), Route(leg, wide.right)})
    talk([(customer, tone(CUSTOMER_HZ, 0.5))])
    narrow.close()
    wide.close()
    one, two = drained(narrow), drained(wide)
    assert (narrow.rate, wide.rate) == (8000, 16_000)
    assert abs(len(two) / 2 - len(one)) <= FRAME
    assert np.abs(one[2000:3000, 0] - two[4000:6000:2, 1]).max() < 3000
    assert not two[:, 0].any()


def test_a_new_ssrc_goes_on_in_the_same_recording(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    customer = phone()
    leg = customer.join(mixer).port
    tap = mixer.open_tap()
    mixer.route("call", {Route(leg, tap.left)})
    sound = tone(CUSTOMER_HZ, 0.5)
    talk([(customer, sound)])
    customer.ssrc, customer.timestamp, customer.sequence = 1, 2**31, 7
    talk([(customer, sound)])
    tap.close()
    left = drained(tap)[:, 0]
    assert len(left) >= 8000 - 2 * FRAME
    quiet = [np.abs(left[at : at + FRAME]).max() < 100 for at in range(400, 7600, FRAME)]
    assert sum(quiet) <= 1
    assert mixer.stats(leg).epochs == 1


def test_a_prompt_is_heard_whole_and_its_end_is_told_once(
    mixer: Mixer, events: list[Event], phone: Callable[..., Phone]
) -> None:
    customer = phone()
    leg = customer.join(mixer).port
    prompt = tone(CUSTOMER_HZ, 0.25)
    player = mixer.open_player(clip := mixer.load_clip(prompt.tobytes()))
    clip.close()
    mixer.route("call", {Route(player, leg)})
    until(lambda: PlayerEnded(player) in events, mixer)
    played = customer.samples()
    assert len(played) == 13 * FRAME
    inner = slice(RAMP, len(prompt) - RAMP)
    assert np.abs(played[inner].astype(int) - prompt[inner]).max() <= 64
    assert played[: len(prompt)].any() and not played[len(prompt) :].any()
    time.sleep(0.1)
    mixer.read_events()
    assert events == [PlayerEnded(player)]


def test_looped_music_has_no_seam(mixer: Mixer, phone: Callable[..., Phone]) -> None:
    customer = phone("PCMA")
    leg = customer.join(mixer).port
    music = tone(800.0, 0.0625)  # 50 periods in 500 samples: not whole packets
    player = mixer.open_player(mixer.load_clip(music.tobytes()), loop=True)
    mixer.route("call", {Route(player, leg)})
    every_frame(0.8, lambda _: None)
    played = customer.samples()
    assert len(played) >= 36 * FRAME
    steps = np.diff([packet.sequence for packet in customer.heard]) % 65536
    assert (steps == 1).all()
    expected = np.resize(music, len(played)).astype(int)
    assert np.abs(played - expected)[RAMP:].max() <= 128


def test_a_recording_holds_what_was_said_bit_by_bit(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    customer = phone()
    leg = customer.join(mixer).port
    tap = mixer.open_tap()
    mixer.route("call", {Route(leg, tap.left)})
    sent = bytearray()
    noise = np.random.default_rng(2).integers(-8000, 8000, 50 * FRAME).astype(np.int16)
    time.sleep(0.05)  # a route begins softly
    every_frame(1.0, lambda n: sent.extend(customer.send(noise[n * FRAME : (n + 1) * FRAME])))
    tap.close()
    left = drained(tap)[:, 0]
    said = decode("PCMU", np.frombuffer(sent, np.uint8))
    start = int(np.argmax(left != 0)) - int(np.argmax(said != 0))
    assert 0 <= start <= 10 * FRAME
    overlap = min(len(left) - start, len(said))
    assert overlap >= 47 * FRAME
    assert (left[start : start + overlap] == said[:overlap]).all()


async def test_the_loop_is_woken_when_media_starts_and_when_it_vanishes(
    phone: Callable[..., Phone],
) -> None:
    events: asyncio.Queue[Event] = asyncio.Queue()
    mixer = Mixer(settings(silence_timeout_seconds=0.3), events.put_nowait)
    asyncio.get_running_loop().add_reader(mixer.fileno(), mixer.read_events)
    customer = phone()
    leg = customer.join(mixer).port
    began = time.monotonic()
    customer.send(silence(0.02))
    assert await asyncio.wait_for(events.get(), PATIENCE_SECONDS) == MediaStarted(leg)
    assert await asyncio.wait_for(events.get(), PATIENCE_SECONDS) == MediaTimedOut(leg)
    assert 0.25 <= time.monotonic() - began
    asyncio.get_running_loop().remove_reader(mixer.fileno())
    mixer.close()
    assert events.empty()


def test_on_event_may_close_the_mixer(phone: Callable[..., Phone]) -> None:
    seen: list[Event] = []

    def close_mixer(event: Event) -> None:
        seen.append(event)
        ours.close()

    ours = Mixer(settings(), close_mixer)
    customers = [phone(), phone()]
    for customer in customers:
        customer.join(ours)
        customer.send(silence(0.02))
    until(lambda: len(seen) == 2, ours)
