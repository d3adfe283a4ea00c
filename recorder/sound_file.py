"""The one place that touches soundfile: WAV while it grows, its repair, its lasting formats."""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from recorder.recording import CHANNELS, FRAME_BYTES, SAMPLE_RATE, RecordingError

SFC_UPDATE_HEADER_NOW = 0x1060  # libsndfile, sf_command(3)
SFC_SET_UPDATE_HEADER_AUTO = 0x1061
HEADER_BYTES, RIFF_SIZE_AT, RATE_AT, DATA_SIZE_AT = (
    44,
    4,
    24,
    40,
)  # of a WAV with nothing but its sound
ENCODINGS = {"flac": ("FLAC", "PCM_16"), "opus": ("OGG", "OPUS")}  # by the ending of the name
LOSSLESS = frozenset({"wav", "flac"})
DECODE_FRAMES = 10 * SAMPLE_RATE  # at once
FILE_MODE = 0o640  # a conversation is nobody's business but the operator's


class LiveFile:
    """A stereo WAV, PCM 16 bit, whose header is valid after every write.

    The file must not exist yet. Every method raises RecordingError with the system's reason.
    """

    def __init__(self, path: Path, rate: int = SAMPLE_RATE) -> None:
        self.path = path
        self.frames = 0
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE)
        except OSError as error:
            raise RecordingError(f"{path} cannot be created: {error.strerror}") from error
        try:
            self._file = soundfile.SoundFile(
                descriptor,
                "w",
                samplerate=rate,
                channels=CHANNELS,
                format="WAV",
                subtype="PCM_16",
            )
            _keep_header_valid(self._file)
        except soundfile.SoundFileError as error:
            path.unlink()
            reason = _reason(soundfile._ffi.NULL)
            raise RecordingError(f"{path} cannot be created: {reason}") from error

    def write(self, block: bytes) -> None:
        """Append whole frames."""
        try:
            self._file.buffer_write(block, "int16")
        except soundfile.SoundFileError as error:
            raise RecordingError(f"{self.path}: {_reason(self._file._file)}") from error
        self.frames += len(block) // FRAME_BYTES

    def close(self) -> None:
        """Close, and look what the file says of itself: it must be all that was written."""
        try:
            self._file.close()
        except soundfile.SoundFileError as error:
            raise RecordingError(f"{self.path} cannot be closed: {error}") from error
        if (found := length(self.path)) != self.frames:
            raise RecordingError(f"{self.path}: {self.frames} frames written, {found} found")

    def salvage(self) -> None:
        """Close a file that broke and make it playable as far as it got: `frames` says how far."""
        self.frames = 0
        with contextlib.suppress(soundfile.SoundFileError):
            self._file.close()
        self.frames = repair(self.path)


def length(sound: Path | BinaryIO) -> int:
    """Frames in a sound file, as its header has it. Raises RecordingError."""
    return int(_info(sound).frames)


def rate(sound: Path | BinaryIO) -> int:
    """Frames a second of a sound file. Raises RecordingError."""
    return int(_info(sound).samplerate)


def wav_header(frames: int, rate: int) -> bytes:
    """Of a stereo WAV, PCM 16 bit, with nothing but its sound: HEADER_BYTES."""
    size = frames * FRAME_BYTES
    shape = (16, 1, CHANNELS, rate, rate * FRAME_BYTES, FRAME_BYTES, 16)
    sizes = struct.pack("<I", size + HEADER_BYTES - 8), struct.pack("<I", size)
    return b"RIFF" + sizes[0] + b"WAVEfmt " + struct.pack("<IHHIIHH", *shape) + b"data" + sizes[1]


def wav_rate(header: bytes) -> int:
    """Frames a second, by the header of a WAV of ours."""
    return int(struct.unpack_from("<I", header, RATE_AT)[0])


def repair(path: Path) -> int:
    """Make the header of an unfinished LiveFile agree with its size; its length in frames.

    Not left to libsndfile: where a process was killed between a block and its header, it believes
    the header. Raises RecordingError when the file is none of ours.
    """
    try:
        with path.open("r+b") as file:
            header = file.read(HEADER_BYTES)
            if header[:4] != b"RIFF" or header[DATA_SIZE_AT - 4 : DATA_SIZE_AT] != b"data":
                raise RecordingError(f"{path} has no header of ours")
            frames = (file.seek(0, os.SEEK_END) - HEADER_BYTES) // FRAME_BYTES
            size = HEADER_BYTES + frames * FRAME_BYTES
            file.truncate(size)
            for position in (RIFF_SIZE_AT, DATA_SIZE_AT):  # each counts what comes after itself
                file.seek(position)
                file.write(struct.pack("<I", size - position - 4))
    except OSError as error:
        raise RecordingError(f"{path} cannot be repaired: {error.strerror}") from error
    return length(path)


@dataclass(frozen=True, slots=True)
class Pcm:
    """Samples int16 LE, interleaved by channel; `rate` in hertz."""

    samples: bytes
    rate: int
    channels: int


def read(sound: Path | BinaryIO) -> Pcm:
    """All of a sound file of any format libsndfile reads. Raises RecordingError."""
    try:
        with soundfile.SoundFile(sound) as file:
            samples = bytes(file.buffer_read(dtype="int16"))
            return Pcm(samples, int(file.samplerate), int(file.channels))
    except soundfile.SoundFileError as error:
        raise RecordingError(str(error)) from error


def blocks(sound: Path | BinaryIO) -> Iterator[bytes]:
    """The samples of a sound file, int16 LE, DECODE_FRAMES at a time. Raises RecordingError."""
    try:
        with soundfile.SoundFile(_begin(sound)) as file:
            while block := bytes(file.buffer_read(DECODE_FRAMES, "int16")):
                yield block
    except soundfile.SoundFileError as error:
        raise RecordingError(f"{sound}: {error}") from error


def pcm_sha256(sound: Path | BinaryIO) -> str:
    """Of the samples, hex; the same for a WAV and its lossless copy. Raises RecordingError."""
    samples = hashlib.sha256()
    for block in blocks(sound):
        samples.update(block)
    return samples.hexdigest()


def encode(source: Path | BinaryIO, target: Path | BinaryIO, ending: str) -> None:
    """Write `target` in the format of that ending. Raises RecordingError.

    A lossless copy is decoded again and compared frame by frame, a lossy one by its length.
    """
    container, codec = ENCODINGS[ending]
    try:
        with soundfile.SoundFile(
            _new(target), "w", rate(source), CHANNELS, format=container, subtype=codec
        ) as file:
            for block in blocks(source):
                file.buffer_write(block, "int16")
    except (soundfile.SoundFileError, OSError) as error:
        raise RecordingError(f"{target} cannot be written: {error}") from error
    if ending in LOSSLESS and not _same_frames(source, target):
        raise RecordingError(f"{target} does not sound like {source}")
    if length(source) != length(target):
        raise RecordingError(f"{target} is not as long as {source}")


def samples(path: Path) -> NDArray[np.int16]:
    """The samples of a WAV of ours, shape (frames, 2), mapped, not read."""
    if path.stat().st_size <= HEADER_BYTES:
        return np.empty((0, CHANNELS), np.int16)
    flat = np.memmap(path, "<i2", "r", HEADER_BYTES)
    return flat.reshape(-1, CHANNELS)


def _info(sound: Path | BinaryIO) -> soundfile._SoundFileInfo:
    try:
        return soundfile.info(_begin(sound))
    except soundfile.SoundFileError as error:
        raise RecordingError(f"{sound}: {error}") from error


def samples_of(wav: bytes) -> NDArray[np.int16]:
    """The same of one in memory."""
    return np.frombuffer(wav, "<i2", offset=HEADER_BYTES).reshape(-1, CHANNELS)


def _begin(sound: Path | BinaryIO) -> Path | BinaryIO:
    if not isinstance(sound, Path):
        sound.seek(0)
    return sound


def _new(target: Path | BinaryIO) -> int | BinaryIO:
    if not isinstance(target, Path):
        return target
    return os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, FILE_MODE)


def _same_frames(one: Path | BinaryIO, other: Path | BinaryIO) -> bool:
    return all(mine == theirs for mine, theirs in zip_longest(blocks(one), blocks(other)))


def _keep_header_valid(file: soundfile.SoundFile) -> None:
    """Write the header now and with every block. soundfile has no public name for these commands,
    so the library's own handle is borrowed here and in `_reason`."""
    for command, value in ((SFC_UPDATE_HEADER_NOW, 0), (SFC_SET_UPDATE_HEADER_AUTO, 1)):
        soundfile._snd.sf_command(file._file, command, soundfile._ffi.NULL, value)


def _reason(handle: object) -> str:
    """The system's words: the exception only says "System error". NULL is for a failed open."""
    text: bytes = soundfile._ffi.string(soundfile._snd.sf_strerror(handle))
    return text.decode(errors="replace").strip()
