from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from recorder.manifest import (
    Audio,
    Channels,
    Facts,
    Hold,
    Loss,
    Manifest,
    Masked,
    Recorded,
    Segment,
    Sound,
    describe,
)
from recorder.recording import Finished, RecordingError
from recorder.timeline import Gap, Suspended
from tests.recorder.sources import STARTED, contact_id

SOUND = Sound(64_044, "a" * 64, "b" * 64)
NAME = f"{contact_id(1)}_20240229T23:59_UTC"
FINISHED = Finished(
    contact_id(1),
    Path(f"/archive/{NAME}.wav"),
    16_000,
    8000,
    30,
    None,
    (Suspended(100, 120, 400, "card number", "agent1"),),
    (Gap(500, 700, 30),),
)
FACTS = Facts(
    STARTED,
    segments=(Segment(STARTED, 0, 16_000),),
    holds=(Hold(800, 900),),
    masked=(Masked(850, 990, "left"),),
    left_loss=Loss(100, 3, 3),
)


def sign(message: bytes) -> str:
    return f"signed {len(message)}"


def accepts(message: bytes, signature: str) -> bool:
    return signature == sign(message)


def link(facts: Facts = FACTS, finished: Finished = FINISHED) -> Recorded:
    return describe(finished, facts, SOUND, sequence=2, previous="c" * 64, healed=None)


def manifest() -> Manifest:
    audio = Audio(
        recording=link().digest(),
        file=f"{NAME}.wav",
        format="wav",
        size=SOUND.size,
        sha256=SOUND.sha256,
        peaks_sha256=None,
    )
    return Manifest.sign(link(), audio, sign)


def test_a_manifest_says_all_that_is_known_of_a_recording() -> None:
    values = json.loads(manifest().text())["recording"]
    assert values == {
        "version": 1,
        "sequence": 2,
        "previous": "c" * 64,
        "healed": None,
        "contact_id": contact_id(1),
        "name": NAME,
        "channels": {"left": "customer", "right": "agent"},
        "sample_rate": 8000,
        "frames": 16000,
        "started": "2024-02-29T23:59:30Z",
        "stopped": "2024-02-29T23:59:32Z",
        "segments": [{"started": "2024-02-29T23:59:30Z", "first": 0, "end": 16000}],
        "suspended": [
            {"asked": 100, "first": 120, "end": 400, "reason": "card number", "who": "agent1"}
        ],
        "holds": [{"first": 800, "end": 900}],
        "masked": [{"first": 850, "end": 990, "channel": "left"}],
        "gaps": [{"first": 500, "end": 700, "lost": 30}],
        "overruns": 30,
        "left_loss": {"received": 100, "lost": 3, "concealed_ms": 3},
        "right_loss": None,
        "error": None,
        "pcm_sha256": "b" * 64,
    }


def test_it_is_read_as_it_was_written() -> None:
    assert Manifest.parse(manifest().text()) == manifest()
    assert manifest().faults(accepts) == []


def test_without_segments_the_recording_is_one() -> None:
    assert link(Facts(STARTED)).segments == (Segment(STARTED, 0, 16_000),)


def test_times_are_in_utc_whatever_zone_they_came_in() -> None:
    berlin = timezone(timedelta(hours=1))
    told = Facts(datetime(2024, 3, 1, 0, 59, 30, tzinfo=berlin), Channels("prompts", "customer"))
    assert link(told).model_dump(mode="json")["started"] == "2024-02-29T23:59:30Z"


def test_any_byte_that_is_another_is_found() -> None:
    said = {
        (manifest().recording.canonical(), manifest().signature),
        (manifest().audio.canonical(), manifest().audio_signature),
    }
    for position in range(len(manifest().text())):
        text = bytearray(manifest().text())
        text[position] ^= 1
        try:
            changed = Manifest.parse(bytes(text))
        except RecordingError:
            continue
        assert changed.faults(lambda message, signature: (message, signature) in said), position


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b" ", b"\t", 1),
        lambda text: text + b"\n",
        lambda text: text.replace(b'"version": 1', b'"version": 1.0'),
        lambda text: text.replace(b"}", b', "note": 1}', 1),
        lambda text: text.replace(b"23:59:30Z", b"23:59:30+00:00"),
        lambda text: b"",
        lambda text: b"[]",
        lambda text: b"\xff",
    ],
)
def test_no_other_spelling_of_the_same_is_a_manifest(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(RecordingError, match="not a"):
        Manifest.parse(change(manifest().text()))


def test_the_audio_of_another_recording_is_found_out() -> None:
    stranger = link(finished=replace(FINISHED, frames=8000))
    mixed = Manifest.sign(stranger, manifest().audio, sign)
    assert mixed.faults(accepts) == ["the audio belongs to another recording"]


def test_the_digest_is_that_of_the_canonical_form_of_the_recording_alone() -> None:
    assert b" " not in link().model_copy(update={"suspended": ()}).canonical()
    converted = manifest().audio.model_copy(update={"format": "flac", "file": f"{NAME}.flac"})
    again = Manifest.sign(link(), converted, sign)
    assert again.recording.digest() == manifest().recording.digest()
    assert again.faults(accepts) == []
