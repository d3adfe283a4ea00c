from __future__ import annotations

import hashlib
import io
import os
import stat
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from recorder import sound_file
from recorder.recording import RecordingError
from recorder.sound_file import HEADER_BYTES, LiveFile, Pcm
from tests.recorder.sources import conversation
from tests.rig import tones


def frames_seen_by_two_readers(path: Path) -> tuple[int, int]:
    with wave.open(str(path), "rb") as strict:
        return strict.getnframes(), len(soundfile.read(path)[0])


def test_the_header_is_as_long_as_we_say(tmp_path: Path) -> None:
    file = LiveFile(tmp_path / "live.wav")
    file.write(conversation(0.1))
    file.close()
    assert file.path.read_bytes()[HEADER_BYTES:] == conversation(0.1)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_live_file_is_valid_from_the_first_moment_and_after_every_write(tmp_path: Path) -> None:
    file = LiveFile(tmp_path / "live.wav")
    assert frames_seen_by_two_readers(file.path) == (0, 0)
    for second in (1, 2, 3):
        file.write(conversation(1.0))
        assert frames_seen_by_two_readers(file.path) == (second * 8000, second * 8000)
    file.close()
    assert file.frames == 3 * 8000


def test_a_finished_file_is_stereo_16_bit_8_khz_and_holds_the_very_samples(tmp_path: Path) -> None:
    file = LiveFile(tmp_path / "live.wav")
    file.write(conversation(0.5))
    file.write(b"")
    file.close()
    info = soundfile.info(file.path)
    assert (info.format, info.subtype, info.channels, info.samplerate) == ("WAV", "PCM_16", 2, 8000)
    assert tones.read_wav(file.path)[0].astype("<i2").tobytes() == conversation(0.5)


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "live.wav").write_bytes(b"precious")
    with pytest.raises(RecordingError, match="File exists"):
        LiveFile(tmp_path / "live.wav")
    assert (tmp_path / "live.wav").read_bytes() == b"precious"


def test_a_file_that_lost_frames_behind_our_back_is_found_out_at_close(tmp_path: Path) -> None:
    file = LiveFile(tmp_path / "live.wav")
    file.write(conversation(1.0))
    with file.path.open("r+b") as thief:
        thief.truncate(HEADER_BYTES + 4000)
    with pytest.raises(RecordingError, match="8000 frames written"):
        file.close()
    file.salvage()
    assert (file.frames, file.frames) == frames_seen_by_two_readers(file.path)


@pytest.mark.parametrize("unannounced", [0, 1, 4, 31, 32_000])
def test_repair_announces_what_a_kill_left_behind_the_header(
    tmp_path: Path, unannounced: int
) -> None:
    path = tmp_path / "killed.wav"
    file = LiveFile(path)
    file.write(conversation(1.0))
    file.close()
    path.write_bytes(path.read_bytes() + b"\5" * unannounced)
    frames = sound_file.repair(path)
    assert frames == 8000 + unannounced // 4
    assert frames_seen_by_two_readers(path) == (frames, frames)


@pytest.mark.parametrize("content", [b"", b"RIFF", bytes(100), b"RIFF" + bytes(100)])
def test_repair_says_when_there_is_nothing_to_save_and_leaves_it_as_it_is(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "strange.wav").write_bytes(content)
    with pytest.raises(RecordingError, match=r"strange\.wav has no header of ours"):
        sound_file.repair(tmp_path / "strange.wav")
    assert (tmp_path / "strange.wav").read_bytes() == content


def test_a_header_that_announces_more_than_there_is_is_cut_to_size(tmp_path: Path) -> None:
    file = LiveFile(tmp_path / "live.wav")
    file.write(conversation(1.0))
    file.close()
    os.truncate(file.path, HEADER_BYTES + 4 * 3000 + 1)
    assert sound_file.repair(file.path) == 3000
    assert frames_seen_by_two_readers(file.path) == (3000, 3000)


def test_files_are_closed_and_no_descriptor_stays(tmp_path: Path) -> None:
    before = open_descriptors()
    for number in range(20):
        file = LiveFile(tmp_path / f"{number}.wav")
        file.write(conversation(0.1))
        file.close()
        sound_file.repair(file.path)
    assert open_descriptors() == before


def test_any_sound_file_is_read_with_its_rate_and_channels(tmp_path: Path) -> None:
    stereo = np.stack([tones.tone(440, 0.1), tones.tone(700, 0.1)], axis=1)
    soundfile.write(tmp_path / "prompt.flac", stereo, 44100)
    assert sound_file.read(tmp_path / "prompt.flac") == Pcm(stereo.tobytes(), 44100, 2)
    memory = io.BytesIO((tmp_path / "prompt.flac").read_bytes())
    assert sound_file.read(memory).rate == 44100


def test_what_is_no_sound_file_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "notes.wav").write_text("milk, eggs")
    for path in (tmp_path / "notes.wav", tmp_path / "absent.wav"):
        with pytest.raises(RecordingError, match=path.name):
            sound_file.read(path)
        with pytest.raises(RecordingError, match=path.name):
            sound_file.length(path)


def wav(path: Path, seconds: float) -> Path:
    file = LiveFile(path)
    file.write(conversation(seconds))
    file.close()
    return path


def test_a_lossless_copy_has_the_same_samples_and_the_same_hash(tmp_path: Path) -> None:
    source, copy = wav(tmp_path / "a.wav", 11.5), tmp_path / "a.flac"
    sound_file.encode(source, copy, "flac")
    assert b"".join(sound_file.blocks(copy)) == conversation(11.5)
    digest = hashlib.sha256(conversation(11.5)).hexdigest()
    assert sound_file.pcm_sha256(source) == sound_file.pcm_sha256(copy) == digest
    assert stat.S_IMODE(copy.stat().st_mode) == 0o640


@pytest.mark.parametrize("frames", [1, 159, 8001])
def test_a_lossy_copy_is_as_long(tmp_path: Path, frames: int) -> None:
    source, copy = wav(tmp_path / "a.wav", frames / 8000), tmp_path / "a.opus"
    sound_file.encode(source, copy, "opus")
    assert sound_file.length(copy) == frames


def test_a_copy_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    source = wav(tmp_path / "a.wav", 0.1)
    with pytest.raises(RecordingError, match="cannot be written"):
        sound_file.encode(source, tmp_path / "absent" / "a.flac", "flac")
    with pytest.raises(RecordingError, match="absent"):
        sound_file.encode(tmp_path / "absent.wav", tmp_path / "a.flac", "flac")


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_the_samples_of_a_wav_are_mapped_as_they_lie(tmp_path: Path, seconds: float) -> None:
    mapped = sound_file.samples(wav(tmp_path / "a.wav", seconds))
    assert mapped.shape == (seconds * 8000, 2)
    assert mapped.tobytes() == conversation(seconds)
