"""How a recording is encrypted: AES-256-GCM in chunks, so any part of it can be read by itself.

    header    MAGIC, version, reserved, salt, rate    HEADER_BYTES
    chunk     CHUNK_BYTES of plain text and a tag of TAG_BYTES, as often as there is text
    last      1 to CHUNK_BYTES and a tag; where there is no text at all, only the tag

Each file has a key of its own, HKDF-SHA256 of the recording's data key and the salt. The nonce of a
chunk is its number, its length and whether it is the last (the STREAM construction of Hoang,
Reyhanitabar, Rogaway and Vizár), and the header is authenticated with each. So nobody can cut a
file short, or exchange its chunks or those of two files, and not be found out.

A file that is still written ends in a chunk that is not the last. It is written again when more
text comes: with another length the nonce is another, and with the same length so is the text.

The text is a file as it is, where `rate` is 0; otherwise samples, int16 LE, stereo, and whoever
reads is shown the WAV header that belongs to them: what grows needs no header rewritten in it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from recorder.recording import RecordingError

MAGIC, VERSION = b"EARSHOT", 1
LAYOUT = struct.Struct(">7sB4x16sI")
HEADER_BYTES = LAYOUT.size
SALT_BYTES, KEY_BYTES = 16, 32
CHUNK_BYTES = 8192
TAG_BYTES = 16
SEALED_BYTES = CHUNK_BYTES + TAG_BYTES
PURPOSE = b"earshot recording"


class Tampered(RecordingError):
    """What is there was not written with this key, or is not where it was written."""


@dataclass(frozen=True, slots=True)
class Header:
    salt: bytes
    rate: int
    """Of samples, in hertz; 0 where the text is a file."""

    def encode(self) -> bytes:
        assert len(self.salt) == SALT_BYTES
        return LAYOUT.pack(MAGIC, VERSION, self.salt, self.rate)

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Raises RecordingError."""
        if not is_encrypted(octets) or len(octets) < HEADER_BYTES:
            raise RecordingError("not an encrypted recording")
        _, version, salt, rate = LAYOUT.unpack(octets[:HEADER_BYTES])
        if version != VERSION:
            raise RecordingError(f"encrypted in version {version}, which is not known here")
        return cls(salt, rate)


class Cipher:
    """Seals and opens the chunks of one file."""

    def __init__(self, data_key: bytes, header: Header) -> None:
        assert len(data_key) == KEY_BYTES
        key = HKDF(SHA256(), KEY_BYTES, header.salt, PURPOSE).derive(data_key)
        self._aead, self._header = AESGCM(key), header.encode()

    def seal(self, number: int, text: bytes, *, last: bool) -> bytes:
        return self._aead.encrypt(nonce(number, len(text), last), text, self._header)

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """Raises Tampered."""
        try:
            wanted = nonce(number, len(sealed) - TAG_BYTES, last)
            return self._aead.decrypt(wanted, sealed, self._header)
        except (InvalidTag, ValueError, struct.error):
            raise Tampered(f"chunk {number} is not what was encrypted") from None


def nonce(number: int, length: int, last: bool) -> bytes:
    """12 bytes, and no two chunks of a file have the same."""
    return struct.pack(">QHBB", number, length, 0, last)


def is_encrypted(octets: bytes) -> bool:
    """Whether a file that begins so is one of these."""
    return octets.startswith(MAGIC)


@dataclass(frozen=True, slots=True)
class Extent:
    """Where the text lies in a finished file of so many bytes."""

    file_bytes: int

    @property
    def chunks(self) -> int:
        """At least one. Raises Tampered when it cannot be a finished file."""
        body = self.file_bytes - HEADER_BYTES
        count = max(1, -(-body // SEALED_BYTES))
        rest = body - (count - 1) * SEALED_BYTES
        if rest < TAG_BYTES or (rest == TAG_BYTES and count > 1):
            raise Tampered("cut short")
        return count

    @property
    def text_bytes(self) -> int:
        return self.file_bytes - HEADER_BYTES - self.chunks * TAG_BYTES

    def chunks_of(self, first: int, end: int) -> range:
        """Those that hold the text from `first` to before `end`."""
        return range(first // CHUNK_BYTES, -(-end // CHUNK_BYTES))

    def place(self, chunks: range) -> tuple[int, int]:
        """From where to before where these chunks lie in the file."""
        end = HEADER_BYTES + chunks.stop * SEALED_BYTES
        return HEADER_BYTES + chunks.start * SEALED_BYTES, min(end, self.file_bytes)

    def open(self, cipher: Cipher, chunks: range, sealed: bytes) -> bytes:
        """The text of chunks that were read from their place. Raises Tampered."""
        last = self.chunks - 1
        return b"".join(
            cipher.open(
                number,
                sealed[at * SEALED_BYTES : (at + 1) * SEALED_BYTES],
                last=number == last,
            )
            for at, number in enumerate(chunks)
        )
