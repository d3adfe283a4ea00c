"""After the call: the lasting format of a recording, and its waveform, in a process that yields.

One worker process, at the lowest priority, runs `serve`: one recording after the other. It reads
jobs and writes answers, a line of JSON each, and ends with its input, so it dies with us. It holds
no key but that of the recording it works on: the manifest is signed here.

    1  the copy is written beside, synced, and compared with the WAV    worker
    2  the manifest names the copy                                      Transcoder
    3  whoever else names the WAV learns the new name                   the caller
    4  the WAV goes, and the mark                                       Archive.converted

A crash in between leaves a file too many, never one too few; the recording stays marked as
unconverted and goes through all of it again.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from io import BytesIO
from pathlib import Path
from queue import Empty, SimpleQueue

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from recorder import archive, disk, sound_file
from recorder.archive import Archive
from recorder.encrypted_file import encrypt
from recorder.manifest import Audio, Digest, Format, Manifest
from recorder.peaks import peaks
from recorder.recording import RecordingError
from recorder.sound_file import samples_of
from recorder.vault import decrypted

NICENESS = 19
STOP_SECONDS = 5.0
IDLE_SECONDS = 3.0  # it holds 70 MB while it lives, and takes half a second to start
THREAD_NAME = "earshot-transcoder"


class TranscoderStopped(RecordingError):
    """The job was cut off, or not begun, because the engine stops: the next start does it."""


class Job(BaseModel):
    """A WAV, what its samples must hash to, what is wanted; and its key, hex, where it has one."""

    model_config = ConfigDict(frozen=True)
    wav: Path
    pcm_sha256: Digest
    format: Format
    data_key: str | None = Field(default=None, repr=False)

    @property
    def key(self) -> bytes | None:
        return bytes.fromhex(self.data_key) if self.data_key else None


class Done(BaseModel):
    """What the worker made of a job; with an error it left everything as it was."""

    model_config = ConfigDict(frozen=True)
    file: str = ""
    size: int = 0
    sha256: str = ""
    peaks_sha256: str = ""
    error: str | None = None


class Transcoder:
    """Converts sealed recordings one at a time. Its methods may be called from any thread."""

    def __init__(self, archive: Archive, format: Format) -> None:
        self._archive, self._format = archive, format
        self._jobs: SimpleQueue[tuple[Path, Future[Manifest]] | None] = SimpleQueue()
        self._worker: subprocess.Popen[bytes] | None = None
        self._gate = threading.Lock()  # no job may come in after the last
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, path: Path) -> Future[Manifest]:
        """Convert the recording of that manifest; the result is the manifest as it is then.

        The WAV is still there; `Archive.converted` lets it go. A recording that is done already is
        left alone. The future fails with RecordingError: TranscoderStopped after stop().
        """
        future: Future[Manifest] = Future()
        with self._gate:
            if self._stopping.is_set():
                future.set_exception(TranscoderStopped(f"{path} waits for the next start"))
            else:
                self._jobs.put((path, future))
        return future

    def stop(self) -> None:
        """End at once. What is not done stays marked and is found by `Archive.unconverted`."""
        with self._gate:
            self._stopping.set()
            self._jobs.put(None)
        if worker := self._worker:
            worker.kill()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while job := self._next():
            path, future = job
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._convert(path))
            except Exception as error:  # whoever waits is told; the next may fare better
                future.set_exception(error)
        self._end_worker()

    def _next(self) -> tuple[Path, Future[Manifest]] | None:
        """The next job; None at the stop. A worker that has had nothing to do for a while goes."""
        while True:
            try:
                return self._jobs.get(timeout=IDLE_SECONDS if self._worker else None)
            except Empty:
                self._end_worker()

    def _convert(self, path: Path) -> Manifest:
        self._check_running(path)
        manifest = archive.read(path)
        wanted: Format = self._format if manifest.recording.frames else "wav"  # no FLAC is empty
        audio = manifest.audio
        if audio.format != "wav" or (audio.format == wanted and audio.peaks_sha256):
            return manifest
        return self._archive.replace_audio(path, self._audio(path, manifest, wanted))

    def _audio(self, path: Path, manifest: Manifest, wanted: Format) -> Audio:
        recording = manifest.recording
        wav = path.with_suffix(".wav")
        key = self._archive.vault.data_key(wav)
        done = self._ask(
            Job(
                wav=wav,
                pcm_sha256=recording.pcm_sha256,
                format=wanted,
                data_key=key.hex() if key else None,
            )
        )
        if done.error:
            raise RecordingError(done.error)
        return Audio(
            recording=recording.digest(),
            file=done.file,
            format=wanted,
            size=done.size,
            sha256=done.sha256,
            peaks_sha256=done.peaks_sha256,
        )

    def _ask(self, job: Job) -> Done:
        """A worker that died is replaced for the next job; this one has failed."""
        worker = self._living_worker()
        self._check_running(job.wav)  # stop() knew nothing of one that began just now
        assert worker.stdin and worker.stdout
        try:
            worker.stdin.write(job.model_dump_json().encode() + b"\n")
            worker.stdin.flush()
            return Done.model_validate_json(worker.stdout.readline())
        except (OSError, ValidationError) as error:
            self._end_worker()
            self._check_running(job.wav)  # it was we who killed it
            raise RecordingError(f"the transcoder died at {job.wav}") from error

    def _check_running(self, path: Path) -> None:
        if self._stopping.is_set():
            raise TranscoderStopped(f"{path} waits for the next start")

    def _living_worker(self) -> subprocess.Popen[bytes]:
        if self._worker is None or self._worker.poll() is not None:
            self._end_worker()
            self._worker = subprocess.Popen(
                [sys.executable, "-c", "from recorder.transcode import serve; serve()"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for us; what runs is ended by stop()
            )
        return self._worker

    def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker:
            worker.kill()
            worker.communicate()


def work(job: Job) -> Done:
    """Make the copy and the waveform of one recording. Raises RecordingError or OSError."""
    wav = decrypted(job.wav, job.key) if job.key else job.wav
    if sound_file.pcm_sha256(wav) != job.pcm_sha256:
        raise RecordingError(f"{job.wav} is not what was sealed")
    heard = sound_file.samples(wav) if isinstance(wav, Path) else samples_of(wav.getvalue())
    picture = job.wav.with_suffix(".peaks")
    put(BytesIO(peaks(heard).tobytes()), picture, job.key)
    final = job.wav if job.format == "wav" else encode(job, wav)
    return Done(
        file=final.name,
        size=final.stat().st_size,
        sha256=disk.file_sha256(final),
        peaks_sha256=disk.file_sha256(picture),
    )


def encode(job: Job, wav: Path | BytesIO) -> Path:
    """The copy; what is encrypted is so from its first byte on the disk."""
    final = job.wav.with_suffix(f".{job.format}")
    if isinstance(wav, BytesIO):
        copy = BytesIO()
        sound_file.encode(wav, copy, job.format)
        put(copy, final, job.key)
        return final
    fresh = job.wav.with_suffix(".fresh")
    try:
        sound_file.encode(wav, fresh, job.format)
        disk.settle(fresh, final)
    except (RecordingError, OSError):
        fresh.unlink(missing_ok=True)
        raise
    return final


def put(content: BytesIO, path: Path, key: bytes | None) -> None:
    """A file with that content, encrypted where there is a key."""
    if key is None:
        disk.write(path, content.getvalue())
        return
    fresh = path.with_suffix(".fresh")
    content.seek(0)
    try:
        encrypt(content, fresh, key)
        disk.settle(fresh, path)
    except (RecordingError, OSError):
        fresh.unlink(missing_ok=True)
        raise


def serve() -> None:
    """The worker: jobs on stdin, answers on stdout, until there are no more."""
    os.nice(NICENESS)
    for line in sys.stdin.buffer:
        try:
            done = work(Job.model_validate_json(line))
        except (RecordingError, OSError) as error:
            done = Done(error=str(error))
        with contextlib.suppress(BrokenPipeError):  # nobody waits any more
            print(done.model_dump_json(), flush=True)
