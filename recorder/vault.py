"""Recordings as files, encrypted or not: whoever has the vault need not know which.

Without a master key nothing is encrypted; with one everything new is. A file says of itself whether
it is, so those from before go on to be read.
"""

from __future__ import annotations

import hashlib
import secrets
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Protocol

from recorder import disk, sound_file
from recorder.cipher import MAGIC, is_encrypted
from recorder.data_key import KEY_BYTES, NONCE_BYTES, MasterKeys, WrappedKey
from recorder.encrypted_file import EncryptedLiveFile, PlainFile, encrypt, repair
from recorder.manifest import Sound
from recorder.recording import SAMPLE_RATE, RecordingError
from recorder.sound_file import HEADER_BYTES, LiveFile, wav_rate

HASH_BYTES = 1 << 20


class Growing(Protocol):
    """A recording that is written: `LiveFile`, or one that is encrypted."""

    path: Path
    frames: int

    def write(self, block: bytes) -> None: ...
    def close(self) -> None: ...
    def salvage(self) -> None: ...


class Vault:
    """Methods raise RecordingError."""

    def __init__(self, masters: MasterKeys | None = None) -> None:
        self._masters = masters

    def create(self, path: Path, rate: int = SAMPLE_RATE) -> Growing:
        """A new recording; the key of an encrypted one is on the disk before its first frame."""
        if self._masters is None:
            return LiveFile(path, rate)
        key = secrets.token_bytes(KEY_BYTES)
        nonce = secrets.token_bytes(NONCE_BYTES)
        kept = key_path(path)
        disk.write(kept, self._masters.current.wrap(key, path.stem, nonce).text())
        try:
            return EncryptedLiveFile(path, key, rate)
        except RecordingError:
            kept.unlink(missing_ok=True)
            raise

    def store(self, path: Path, text: bytes) -> None:
        """A text, whole or not at all, in place of what was there, encrypted where recordings are.

        Its key is that which is there, or a new one. Raises RecordingError.
        """
        if self._masters is None:
            disk.write(path, text)
            return
        fresh = path.with_suffix(".fresh")
        try:
            encrypt(BytesIO(text), fresh, self._key_of(path))
        except OSError as error:
            raise RecordingError(f"{path} cannot be written: {error.strerror}") from error
        disk.settle(fresh, path)

    def _key_of(self, path: Path) -> bytes:
        assert self._masters, "nothing is encrypted"
        if key_path(path).exists():
            return self.unwrap(path)
        key, nonce = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(NONCE_BYTES)
        disk.write(key_path(path), self._masters.current.wrap(key, path.stem, nonce).text())
        return key

    def repair(self, path: Path) -> int:
        """Make an unfinished recording whole as far as it got; its length in frames."""
        key = self.data_key(path)
        return sound_file.repair(path) if key is None else repair(path, key)

    def rate(self, path: Path) -> int:
        """Frames a second of a closed WAV of ours."""
        with self.open(path) as file:
            return wav_rate(file.read(HEADER_BYTES))

    def data_key(self, path: Path) -> bytes | None:
        """Of a file of a recording; None where it is not encrypted."""
        return self.unwrap(path) if encrypted(path) else None

    def unwrap(self, path: Path) -> bytes:
        """The data key of an encrypted recording that may be elsewhere: its key is here."""
        if self._masters is None:
            raise RecordingError(f"{path} is encrypted, and no master key is configured")
        return self._masters.unwrap(read_key(key_path(path)), path.stem)

    def open(self, path: Path) -> BufferedReader | PlainFile:
        """Its plain content, to be read and sought; reading raises Tampered where it was altered.

        Raises OSError too.
        """
        key = self.data_key(path)
        return path.open("rb") if key is None else PlainFile(path, key)

    def decoded(self, path: Path) -> Path | BytesIO:
        """The same for who decodes sound: in memory where it is encrypted."""
        key = self.data_key(path)
        return path if key is None else decrypted(path, key)

    def measure(self, path: Path) -> Sound:
        """Size and hash of a closed WAV of ours as it lies there, and of its samples."""
        samples = hashlib.sha256()
        try:
            with self.open(path) as file:
                file.seek(HEADER_BYTES)
                while block := file.read(HASH_BYTES):
                    samples.update(block)
        except OSError as error:
            raise RecordingError(f"{path}: {error.strerror}") from error
        size = disk.file_size(path)
        assert size is not None, "it was read a moment ago"
        return Sound(size, disk.file_sha256(path), samples.hexdigest())

    def rewrap(self, path: Path) -> bool:
        """Wrap the key in that file by the current master key; whether it was not before."""
        assert self._masters, "rewrapping without a master key"
        wrapped, current = read_key(path), self._masters.current
        if wrapped.master == current.id:
            return False
        key = self._masters.unwrap(wrapped, path.stem)
        disk.write(path, current.wrap(key, path.stem, secrets.token_bytes(NONCE_BYTES)).text())
        return True


def key_path(recording: Path) -> Path:
    return recording.with_suffix(".key")


def read_key(path: Path) -> WrappedKey:
    """Raises RecordingError."""
    try:
        return WrappedKey.parse(path.read_bytes())
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from error


def encrypted(path: Path) -> bool:
    """Raises RecordingError."""
    try:
        with path.open("rb") as file:
            return is_encrypted(file.read(len(MAGIC)))
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error


def decrypted(path: Path, data_key: bytes) -> BytesIO:
    """All of an encrypted file. Raises RecordingError."""
    with PlainFile(path, data_key) as file:
        return BytesIO(file.whole())
