"""Whether a recording sounds like what was said: PESQ (ITU-T P.862) over a good and a bad wire."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.resample import resample
from mixer import Bridge, Ear, Leg, Mixer, Role
from tests.mixer.phone import FRAME, PTIME, Phone, decode, encode
from tests.mixer.waiting import drained
from tests.rig.needs import needs
from tests.rig.promptness import prompt
from tests.rig.tones import Samples, read_wav

pesq = pytest.importorskip("pesq", reason="pesq is not installed")
pytestmark = [
    needs("espeak-ng"),
]
VOICE = "en-us+f3"  # of those of espeak-ng G.711 itself costs others more than 0.2
TEXT = "The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background."


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """Two of the Harvard sentences, whole frames at 8000 Hz."""
    path: Path = tmp_path_factory.mktemp("speech") / "speech.wav"
    subprocess.run(["espeak-ng", "-v", VOICE, "-s", "150", "-w", path, TEXT], check=True)
    samples, rate = read_wav(path)
    narrow = np.rint(resample(samples.astype(float), rate, 8000)).astype(np.int16)
    return narrow[: len(narrow) // FRAME * FRAME]


def mos(said: Samples, heard: Samples) -> float:
    """Listening quality as P.862.1 maps it, at most 4.55."""
    score: float = pesq.pesq(8000, said, heard, "nb")
    return score


def say(phone: Phone, samples: Samples, loss: float, jitter: float) -> Iterator[None]:
    """Over a wire that loses packets and delays each by 0 to `jitter` seconds: some overtake."""
    dice = random.Random(7)
    frames = range(len(samples) // FRAME)
    sent = [number for number in frames if dice.random() >= loss]
    wire = sorted((number * PTIME + dice.uniform(0, jitter), number) for number in sent)
    begin, sequence, timestamp = time.monotonic(), phone.sequence, phone.timestamp
    for due, number in wire:
        time.sleep(max(0.0, begin + due - time.monotonic()))
        phone.sequence = sequence + number & 0xFFFF
        phone.timestamp = timestamp + number * FRAME & 0xFFFFFFFF
        phone.send(samples[number * FRAME : (number + 1) * FRAME])
        yield


def recorded(
    mixer: Mixer, phone: Callable[..., Phone], samples: Samples, *, loss: float, jitter: float
) -> tuple[Samples, Samples]:
    """Both sides of a call in which one speaks and the other says nothing."""
    customer, agent = phone(), phone("PCMA")
    legs = (
        Leg(customer.join(mixer).port, Role.CUSTOMER),
        Leg(agent.join(mixer).port, Role.AGENT),
    )
    tap = mixer.open_tap()
    ears = (
        Ear(tap.left, frozenset({Role.CUSTOMER})),
        Ear(tap.right, frozenset({Role.AGENT})),
    )
    mixer.route("call", Bridge(legs, ears).routes())
    with prompt():
        frames = b"".join(tap.read(16000) for _ in say(customer, samples, loss, jitter))
    time.sleep(0.4)
    tap.close()
    sides = np.concatenate([np.frombuffer(frames, np.int16).reshape(-1, 2), drained(tap)])
    return sides[:, 0], sides[:, 1]


def test_clean_speech_is_recorded_as_it_was_said_and_on_its_own_side_alone(
    mixer: Mixer, phone: Callable[..., Phone], speech: Samples
) -> None:
    left, right = recorded(mixer, phone, speech, loss=0.0, jitter=0.0)
    score, unsent = mos(speech, left), mos(speech, decode("PCMU", encode("PCMU", speech)))
    loud = np.sqrt(np.mean(left.astype(float) ** 2))
    leaked = np.sqrt(np.mean(right.astype(float) ** 2))
    assert score >= 4.3 and score >= unsent - 0.05
    assert leaked <= loud / 1000  # -60 dB


def test_speech_over_a_bad_wire_is_still_good(
    mixer: Mixer, phone: Callable[..., Phone], speech: Samples
) -> None:
    left, _ = recorded(mixer, phone, speech, loss=0.05, jitter=0.03)
    assert mos(speech, left) >= 3.0
