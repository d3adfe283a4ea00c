"""Files of `cipher`: one that grows, its repair, one made of another, and one that is read."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from recorder.cipher import (
    CHUNK_BYTES,
    HEADER_BYTES,
    SALT_BYTES,
    SEALED_BYTES,
    TAG_BYTES,
    Cipher,
    Extent,
    Header,
    Tampered,
)
from recorder.recording import FRAME_BYTES, SAMPLE_RATE, RecordingError
from recorder.sound_file import FILE_MODE, wav_header

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_READ_BYTES = 256 * CHUNK_BYTES  # opened at once


class EncryptedLiveFile:
    """As `sound_file.LiveFile`, and whatever was written can be read whenever the process dies.

    Killed within a write it may lose the chunk that was written again, CHUNK_BYTES at most.
    """

    def __init__(self, path: Path, data_key: bytes, rate: int = SAMPLE_RATE) -> None:
        self.path = path
        self.frames = 0
        self._key = data_key
        header = Header(secrets.token_bytes(SALT_BYTES), rate)
        self._cipher = Cipher(data_key, header)
        self._number, self._tail = 0, b""  # the chunk that is written again, and its text
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE)
        except OSError as error:
            raise RecordingError(f"{path} cannot be created: {error.strerror}") from error
        try:
            write_all(self._file, header.encode(), 0)
            self.write(b"")
        except (OSError, RecordingError) as error:
            os.close(self._file)
            path.unlink()
            raise RecordingError(f"{path} cannot be created: {error}") from error

    def write(self, block: bytes) -> None:
        """Append whole frames."""
        place = HEADER_BYTES + self._number * SEALED_BYTES
        chunks = pieces(self._tail + block)
        sealed = [
            self._cipher.seal(self._number + at, text, last=False) for at, text in enumerate(chunks)
        ]
        try:
            write_all(self._file, b"".join(sealed), place)
        except OSError as error:
            raise RecordingError(f"{self.path}: {error.strerror}") from error
        self._number += len(chunks) - 1
        self._tail = chunks[-1]
        self.frames += len(block) // FRAME_BYTES

    def close(self) -> None:
        """Seal the last chunk as such, and look what is there: it must be all that was written."""
        try:
            self._finish()
            found = Extent(os.fstat(self._file).st_size).text_bytes // FRAME_BYTES
            self._close()
        except OSError as error:
            raise RecordingError(f"{self.path} cannot be closed: {error.strerror}") from error
        if found != self.frames:
            raise RecordingError(f"{self.path}: {self.frames} frames written, {found} found")

    def salvage(self) -> None:
        """Close a file that broke and make it playable as far as it got: `frames` says how far."""
        try:
            self._finish()  # in the place of what was written before: it needs no space
        except OSError:
            self.frames = repair(self.path, self._key)
        finally:
            with contextlib.suppress(OSError):
                self._close()

    def _finish(self) -> None:
        place = HEADER_BYTES + self._number * SEALED_BYTES
        sealed = self._cipher.seal(self._number, self._tail, last=True)
        write_all(self._file, sealed, place)
        os.ftruncate(self._file, place + len(sealed))

    def _close(self) -> None:
        descriptor, self._file = self._file, -1
        if descriptor >= 0:
            os.close(descriptor)


def pieces(text: bytes) -> list[bytes]:
    """Chunks of text; all but the last are full, and there is one at least."""
    return [text[at : at + CHUNK_BYTES] for at in range(0, max(1, len(text)), CHUNK_BYTES)]


def write_all(descriptor: int, content: bytes, place: int) -> None:
    """Raises OSError: also where the disk took a part of it."""
    written = 0
    while written < len(content):
        written += os.pwrite(descriptor, content[written:], place + written)


def repair(path: Path, data_key: bytes) -> int:
    """End an unfinished file after the last chunk that is whole; its length in frames.

    Raises RecordingError when it is none of ours, or not of this key.
    """
    try:
        with path.open("r+b") as file:
            cipher = Cipher(data_key, Header.decode(file.read(HEADER_BYTES)))
            size = file.seek(0, os.SEEK_END)
            for number in range(max(0, size - HEADER_BYTES) // SEALED_BYTES, -1, -1):
                text = _whole(file, cipher, number)
                if text or (text is not None and not number):
                    return _end(file, cipher, number, text)
    except OSError as error:
        raise RecordingError(f"{path} cannot be repaired: {error.strerror}") from error
    raise RecordingError(f"{path}: not even its first chunk can be opened")


def _whole(file: BinaryIO, cipher: Cipher, number: int) -> bytes | None:
    """The text of a chunk, finished or not; None where it cannot be opened."""
    file.seek(HEADER_BYTES + number * SEALED_BYTES)
    sealed = file.read(SEALED_BYTES)
    for last in (False, True):
        with contextlib.suppress(Tampered):
            return cipher.open(number, sealed, last=last)
    return None


def _end(file: BinaryIO, cipher: Cipher, number: int, text: bytes) -> int:
    text = text[: len(text) - len(text) % FRAME_BYTES]
    place = HEADER_BYTES + number * SEALED_BYTES
    file.seek(place)
    file.write(cipher.seal(number, text, last=True))
    file.truncate(place + len(text) + TAG_BYTES)
    return (number * CHUNK_BYTES + len(text)) // FRAME_BYTES


def encrypt(source: BinaryIO, target: Path, data_key: bytes) -> None:
    """Write a file anew, encrypted, as it is. Raises OSError."""
    header = Header(secrets.token_bytes(SALT_BYTES), 0)
    cipher, number = Cipher(data_key, header), 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(header.encode())
        text = source.read(CHUNK_BYTES)
        while True:
            following = source.read(CHUNK_BYTES)
            file.write(cipher.seal(number, text, last=not following))
            if not following:
                return
            text, number = following, number + 1


class Text:
    """What is in a finished file of that size; samples with the header of a WAV before them."""

    def __init__(self, header: Header, file_bytes: int, data_key: bytes) -> None:
        self._extent, self._cipher = Extent(file_bytes), Cipher(data_key, header)
        samples = self._extent.text_bytes
        self._front = wav_header(samples // FRAME_BYTES, header.rate) if header.rate else b""
        self.size = len(self._front) + samples

    def needs(self, first: int, end: int) -> tuple[int, int]:
        """Which bytes of the file hold bytes `first` to before `end` of the text."""
        return self._extent.place(self._chunks(first, end))

    def part(self, first: int, end: int, sealed: bytes) -> bytes:
        """Those of the text, or as far as it goes, out of what it needs. Raises Tampered."""
        chunks = self._chunks(first, end)
        opened = self._front + self._extent.open(self._cipher, chunks, sealed)
        skipped = chunks.start * CHUNK_BYTES
        if first >= len(self._front):
            return opened[first - skipped : max(first, end) - skipped]
        return opened[first:end]

    def _chunks(self, first: int, end: int) -> range:
        """Empty where it is all in the header, or beyond the end."""
        begin, stop = (max(0, min(at, self.size) - len(self._front)) for at in (first, end))
        return self._extent.chunks_of(begin, stop) if begin < stop else range(0)


class PlainFile(io.RawIOBase):
    """The text of a finished file on the disk, to be read and sought. Raises RecordingError.

    Everything raises Tampered where it was altered.
    """

    def __init__(self, path: Path, data_key: bytes) -> None:
        self._at = 0
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise RecordingError(f"{path}: {error.strerror}") from error
        try:
            header = Header.decode(self._file.read(HEADER_BYTES))
            self._text = Text(header, self._file.seek(0, os.SEEK_END), data_key)
        except RecordingError as error:
            self._file.close()
            raise type(error)(f"{path}: {error}") from error
        self.size = self._text.size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, target: WriteableBuffer) -> int:
        view = memoryview(target).cast("B")
        found = self.part(self._at, min(self._at + len(view), self.size))
        view[: len(found)] = found
        self._at += len(found)
        return len(found)

    def whole(self) -> bytes:
        steps = range(0, self.size, MAX_READ_BYTES)
        return b"".join(self.part(first, first + MAX_READ_BYTES) for first in steps)

    def part(self, first: int, end: int) -> bytes:
        """Bytes `first` to before `end`, or as far as it goes."""
        begin, stop = self._text.needs(first, end)
        self._file.seek(begin)
        return self._text.part(first, end, self._file.read(stop - begin))

    def close(self) -> None:
        if not self.closed and hasattr(self, "_file"):
            self._file.close()
        super().close()
