from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile

from recorder import (
    Archive,
    Facts,
    Manifest,
    RecordingError,
    Transcoder,
    TranscoderStopped,
    transcode,
)
from recorder.archive import read
from recorder.manifest import Format
from recorder.peaks import BUCKETS
from recorder.transcode import Done, Job
from tests.recorder.desk import wait_until
from tests.recorder.shelf import flip, recorded, sealed, shelf
from tests.recorder.sources import AGENT_HZ, CUSTOMER_HZ, STARTED, conversation
from tests.rig import tones
from tests.rig.patience import PATIENCE_SECONDS


@contextmanager
def transcoder(archive: Archive, wanted: Format) -> Iterator[Transcoder]:
    one = Transcoder(archive, wanted)
    one.start()
    try:
        yield one
    finally:
        one.stop()


def converted(archive: Archive, path: Path, wanted: Format) -> Manifest:
    with transcoder(archive, wanted) as one:
        return one.submit(path).result(PATIENCE_SECONDS)


def workers() -> dict[int, int]:
    """Niceness of the child processes that run a worker, by process id."""
    found = {}
    for children in Path("/proc/self/task").glob("*/children"):
        for child in children.read_text().split():
            if b"recorder.transcode" in Path(f"/proc/{child}/cmdline").read_bytes():
                found[int(child)] = os.getpriority(os.PRIO_PROCESS, int(child))
    return found


def until_working(path: Path) -> None:
    """Until the worker writes the copy of that recording."""
    wait_until(lambda: path.with_suffix(".fresh").exists())


def test_flac_holds_the_very_samples_and_the_manifest_names_it(tmp_path: Path) -> None:
    archive, (path,) = shelf(tmp_path, 1)
    before = read(path)
    manifest = converted(archive, path, "flac")
    flac = path.with_suffix(".flac")
    assert soundfile.read(flac, dtype="int16")[0].tobytes() == conversation(0.5)
    assert manifest == read(path)
    assert manifest.recording == before.recording
    assert (manifest.audio.file, manifest.audio.format) == (flac.name, "flac")
    assert manifest.audio.sha256 == hashlib.sha256(flac.read_bytes()).hexdigest()
    assert manifest.audio.size == flac.stat().st_size < path.with_suffix(".wav").stat().st_size
    assert path.with_suffix(".wav").exists()
    archive.converted(path)
    assert not path.with_suffix(".wav").exists()


def test_opus_is_as_long_and_each_voice_is_on_its_side(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sealed(archive, tmp_path, 1, seconds=2.0)
    (path,) = archive.unconverted()
    manifest = converted(archive, path, "opus")
    sound, rate = soundfile.read(path.with_suffix(".opus"), dtype="int16")
    assert (sound.shape, rate, manifest.audio.format) == ((16_000, 2), 8000, "opus")
    assert tones.dominant_frequency(sound[:, 0]) == pytest.approx(CUSTOMER_HZ, abs=1)
    assert tones.dominant_frequency(sound[:, 1]) == pytest.approx(AGENT_HZ, abs=1)


@pytest.mark.parametrize("wanted", ["flac", "opus"])
def test_a_wideband_recording_stays_wideband(tmp_path: Path, wanted: Format) -> None:
    archive = Archive(tmp_path)
    archive.seal(recorded(tmp_path, 1, seconds=2.0, rate=16_000), Facts(STARTED))
    (path,) = archive.unconverted()
    manifest = converted(archive, path, wanted)
    info = soundfile.info(path.with_suffix(f".{wanted}"))
    assert (info.samplerate, info.frames) == (16_000, 16_000)
    recording = manifest.recording
    assert (recording.sample_rate, recording.stopped - recording.started) == (
        16_000,
        timedelta(seconds=1),
    )


def test_a_wav_that_stays_one_gets_its_waveform(tmp_path: Path) -> None:
    archive, (path,) = shelf(tmp_path, 1)
    manifest = converted(archive, path, "wav")
    picture = path.with_suffix(".peaks").read_bytes()
    assert manifest.audio.peaks_sha256 == hashlib.sha256(picture).hexdigest()
    assert manifest.audio.format == "wav"
    shown = np.frombuffer(picture, np.int8).reshape(2, BUCKETS, 2)
    assert shown[:, :, 1].max() == 12  # of a tone 20 dB below full scale


def test_an_empty_recording_stays_a_wav(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sealed(archive, tmp_path, 1, seconds=0.0)
    (path,) = archive.unconverted()
    assert converted(archive, path, "flac").audio.format == "wav"
    assert len(path.with_suffix(".peaks").read_bytes()) == 2 * BUCKETS * 2


def test_one_worker_at_the_lowest_priority_does_all_of_them(tmp_path: Path) -> None:
    archive, paths = shelf(tmp_path, 5)
    with transcoder(archive, "flac") as one:
        futures = [one.submit(path) for path in paths]
        assert [future.result(PATIENCE_SECONDS).audio.format for future in futures] == ["flac"] * 5
        assert list(workers().values()) == [19]
    assert workers() == {}
    assert not [thread for thread in threading.enumerate() if "transcoder" in thread.name]


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    archive, (path,) = shelf(tmp_path, 1)
    first = converted(archive, path, "flac")
    path.with_suffix(".wav").unlink()
    assert converted(archive, path, "flac") == first
    assert converted(archive, path, "wav") == first


def test_a_wav_that_is_not_what_was_sealed_stays_as_it_is_and_the_next_is_done(
    tmp_path: Path,
) -> None:
    archive, paths = shelf(tmp_path, 2)
    flip(paths[0].with_suffix(".wav"), 1000)
    with transcoder(archive, "flac") as one:
        with pytest.raises(RecordingError, match="is not what was sealed"):
            one.submit(paths[0]).result(PATIENCE_SECONDS)
        one.submit(paths[1]).result(PATIENCE_SECONDS)
    assert read(paths[0]).audio.format == "wav"
    assert not paths[0].with_suffix(".flac").exists()
    assert paths[0] in archive.unconverted()


def test_a_worker_that_dies_costs_its_own_recording_only(tmp_path: Path) -> None:
    archive, paths = shelf(tmp_path, 2)
    with transcoder(archive, "flac") as one:
        one.submit(paths[0]).result(PATIENCE_SECONDS)
        (worker,) = workers()
        os.kill(worker, signal.SIGKILL)
        os.waitid(os.P_PID, worker, os.WEXITED | os.WNOWAIT)
        assert one.submit(paths[1]).result(PATIENCE_SECONDS).audio.format == "flac"
        assert list(workers()) != [worker]


def test_what_waits_at_the_stop_is_still_marked_and_has_not_failed(tmp_path: Path) -> None:
    archive, paths = shelf(tmp_path, 3)
    one = Transcoder(archive, "flac")
    futures = [one.submit(path) for path in paths]
    one.stop()
    one.start()
    assert {type(future.exception(PATIENCE_SECONDS)) for future in futures} == {TranscoderStopped}
    assert archive.unconverted() == paths


def test_what_is_cut_off_by_the_stop_is_still_marked_and_has_not_failed(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sealed(archive, tmp_path, 1, seconds=300.0)
    (path,) = archive.unconverted()
    with transcoder(archive, "flac") as one:
        future = one.submit(path)
        until_working(path)
    assert isinstance(future.exception(PATIENCE_SECONDS), TranscoderStopped)
    assert archive.unconverted() == [path]
    assert path.with_suffix(".wav").exists()


def test_a_recording_without_a_manifest_is_an_error(tmp_path: Path) -> None:
    with transcoder(Archive(tmp_path), "flac") as one:
        with pytest.raises(RecordingError, match="absent"):
            one.submit(tmp_path / "absent.json").result(PATIENCE_SECONDS)


def test_a_copy_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    _, (path,) = shelf(tmp_path, 1)
    path.with_suffix(".flac").mkdir()
    manifest = read(path)
    job = Job(wav=path.with_suffix(".wav"), pcm_sha256=manifest.recording.pcm_sha256, format="flac")
    with pytest.raises(RecordingError, match="directory"):
        transcode.work(job)
    assert not list(tmp_path.rglob("*.fresh"))


def test_the_worker_answers_every_line_with_one_and_ends_with_its_input(tmp_path: Path) -> None:
    _, (path,) = shelf(tmp_path, 1)
    manifest = read(path)
    jobs = [
        Job(wav=path.with_suffix(".wav"), pcm_sha256=digest, format="wav").model_dump_json()
        for digest in (manifest.recording.pcm_sha256, "0" * 64)
    ]
    worker = subprocess.run(
        [sys.executable, "-c", "from recorder.transcode import serve; serve()"],
        input="\n".join(jobs),
        capture_output=True,
        check=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    done, failed = map(Done.model_validate_json, worker.stdout.splitlines())
    assert (done.error, done.sha256, worker.stderr) == (None, manifest.audio.sha256, "")
    assert failed.error and "not what was sealed" in failed.error


def test_a_job_that_comes_after_the_stop_is_refused_and_nobody_waits_for_it(
    tmp_path: Path,
) -> None:
    transcoder = Transcoder(Archive(tmp_path), "flac")
    transcoder.start()
    transcoder.stop()
    refused = transcoder.submit(tmp_path / "none.json").exception(0)
    assert isinstance(refused, TranscoderStopped)
