"""What is left of a deleted recording beside its manifest: who deleted it, when and why. Signed.

<recording>.tombstone
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, Self

from pydantic import ValidationError

from recorder.manifest import Digest, Signed
from recorder.recording import RecordingError


class Deletion(Signed):
    """`recording` is the digest of the link that stays in the chain; None where none was sealed."""

    version: Literal[1] = 1
    name: str
    recording: Digest | None
    deleted: datetime
    who: str
    why: str


class Tombstone(Signed):
    deletion: Deletion
    signature: str

    @classmethod
    def sign(cls, deletion: Deletion, sign: Callable[[bytes], str]) -> Self:
        return cls(deletion=deletion, signature=sign(deletion.canonical()))

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Raises RecordingError."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise RecordingError("not a tombstone") from error

    def faults(
        self, name: str, recording: str | None, accepts: Callable[[bytes, str], bool]
    ) -> list[str]:
        """What is wrong with it as the tombstone of that recording."""
        wrong = {
            "the signature of the tombstone is wrong": not accepts(
                self.deletion.canonical(), self.signature
            ),
            "the tombstone is of another recording": (
                (self.deletion.name, self.deletion.recording) != (name, recording)
            ),
        }
        return [fault for fault, found in wrong.items() if found]
