"""The key of one recording, and how it is kept: wrapped by a master key, in a file beside it.

    <recording>.key    JSON; without a master key of that id it is worth nothing

When the master key changes only these files are written again: nothing that was recorded is.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, ValidationError

from recorder.recording import RecordingError

KEY_BYTES, NONCE_BYTES = 32, 12
ID_CHARACTERS = 16


class WrappedKey(BaseModel):
    """`master` is the id of the master key; base64 of the nonce and of what AES-256-GCM made."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: Literal[1] = 1
    master: str
    nonce: str
    wrapped: str

    def text(self) -> bytes:
        return self.model_dump_json(indent=1).encode() + b"\n"

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Raises RecordingError."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise RecordingError("not a wrapped key") from error


@dataclass(frozen=True, slots=True)
class MasterKey:
    key: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Says which it is, and nothing of what it is."""
        return sha256(b"earshot master key" + self.key).hexdigest()[:ID_CHARACTERS]

    def wrap(self, data_key: bytes, name: str, nonce: bytes) -> WrappedKey:
        """For the recording of that name and no other; `nonce` is random and used once."""
        wrapped = AESGCM(self.key).encrypt(nonce, data_key, name.encode())
        return WrappedKey(
            master=self.id, nonce=b64encode(nonce).decode(), wrapped=b64encode(wrapped).decode()
        )

    def unwrap(self, wrapped: WrappedKey, name: str) -> bytes:
        """Raises RecordingError."""
        try:
            nonce = b64decode(wrapped.nonce, validate=True)
            sealed = b64decode(wrapped.wrapped, validate=True)
            return AESGCM(self.key).decrypt(nonce, sealed, name.encode())
        except (InvalidTag, NotBase64, ValueError):
            raise RecordingError(f"the key of {name} is not what was wrapped") from None


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The first wraps, all unwrap: so a new one can take over before the old one goes."""

    keys: tuple[MasterKey, ...]

    @classmethod
    def parse(cls, lines: Sequence[str]) -> Self:
        """One a line, base64 of 32 bytes; empty lines and those that begin with # are skipped.

        Raises RecordingError, which never holds a key.
        """
        found = []
        for line in (line.strip() for line in lines):
            if line and not line.startswith("#"):
                try:
                    key = b64decode(line, validate=True)
                except (NotBase64, ValueError):
                    key = b""
                if len(key) != KEY_BYTES:
                    raise RecordingError("a master key is 32 bytes in base64, one a line")
                found.append(MasterKey(key))
        if not found:
            raise RecordingError("there is no master key")
        return cls(tuple(found))

    @property
    def current(self) -> MasterKey:
        return self.keys[0]

    def unwrap(self, wrapped: WrappedKey, name: str) -> bytes:
        """Raises RecordingError."""
        for one in self.keys:
            if one.id == wrapped.master:
                return one.unwrap(wrapped, name)
        raise RecordingError(f"the key of {name} is wrapped by {wrapped.master}, which is not here")
