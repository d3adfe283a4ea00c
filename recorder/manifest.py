"""What a recording is, in words that can be checked: the JSON file beside each.

    recording          what happened; written once, numbered, and chained to the one before
    signature          of `recording`
    audio              the file it is in now; written again when the format changes
    audio_signature    of `audio`

The chain runs over `recording` only, so a later change of format breaks no link. Signed and hashed
is the canonical form: keys sorted, no spaces, UTF-8. Times are ISO 8601 in UTC; frames are counted
from `started`, `sample_rate` to a second; spans run from `first` to before `end`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from recorder.recording import Finished, RecordingError
from recorder.timeline import Gap, Suspended, duration

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256, hex."""
Count = Annotated[int, Field(ge=0)]
Format = Literal["wav", "flac", "opus"]


@dataclass(frozen=True, slots=True)
class Channels:
    """Who is where: of an agent's conversation everybody who comes in is on the left."""

    left: str = "customer"
    right: str = "agent"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch with a start of its own on the wall clock."""

    started: datetime
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Hold:
    """The customer was on hold: the left channel is silent."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """Keys that sounded: one channel is silent."""

    first: int
    end: int
    channel: Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Loss:
    """Packets of one channel that came and that never came; how much sound was made up for them."""

    received: int
    lost: int
    concealed_ms: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What only the engine knows of a recording. `started`: the wall-clock time of frame 0."""

    started: datetime
    channels: Channels = Channels()
    segments: tuple[Segment, ...] = ()
    holds: tuple[Hold, ...] = ()
    masked: tuple[Masked, ...] = ()
    left_loss: Loss | None = None
    right_loss: Loss | None = None


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound file: its size and hash, and the hash of the samples that were recorded."""

    size: int
    sha256: str
    pcm_sha256: str


class Signed(BaseModel):
    """A value that has one canonical form; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def canonical(self) -> bytes:
        values = self.model_dump(mode="json")
        return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()

    def digest(self) -> str:
        return hashlib.sha256(self.canonical()).hexdigest()


class Recorded(Signed):
    """One link of the chain. `healed`: what was wrong with the chain when it was continued."""

    version: Literal[1] = 1
    sequence: Annotated[int, Field(ge=1)]
    previous: Digest | None
    healed: str | None
    contact_id: str
    name: str
    channels: Channels
    sample_rate: Count
    frames: Count
    started: datetime
    stopped: datetime
    segments: tuple[Segment, ...]
    suspended: tuple[Suspended, ...]
    holds: tuple[Hold, ...]
    masked: tuple[Masked, ...]
    gaps: tuple[Gap, ...]
    overruns: Count
    left_loss: Loss | None
    right_loss: Loss | None
    error: str | None
    pcm_sha256: Digest


class Audio(Signed):
    """The file that holds a recording now. `recording` is the digest of the link it belongs to."""

    recording: Digest
    file: str
    format: Format
    size: Count
    sha256: Digest
    peaks_sha256: Digest | None


class Manifest(Signed):
    recording: Recorded
    signature: str
    audio: Audio
    audio_signature: str

    def text(self) -> bytes:
        """The file, byte by byte: there is no other spelling of it."""
        return (json.dumps(self.model_dump(mode="json"), indent=1) + "\n").encode()

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Raises RecordingError for everything but the bytes that `text` once gave."""
        try:
            manifest = cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise RecordingError(f"not a manifest: {where}: {first['msg']}") from error
        if manifest.text() != text:
            raise RecordingError("not as it was written")
        return manifest

    @classmethod
    def sign(cls, recording: Recorded, audio: Audio, sign: Callable[[bytes], str]) -> Self:
        return cls(
            recording=recording,
            signature=sign(recording.canonical()),
            audio=audio,
            audio_signature=sign(audio.canonical()),
        )

    def faults(self, accepts: Callable[[bytes, str], bool]) -> list[str]:
        """What is wrong with the signatures, and between the two parts."""
        wrong = {
            "the signature of the recording is wrong": not accepts(
                self.recording.canonical(), self.signature
            ),
            "the signature of the audio is wrong": not accepts(
                self.audio.canonical(), self.audio_signature
            ),
            "the audio belongs to another recording": (
                self.audio.recording != self.recording.digest()
                or self.audio.file != f"{self.recording.name}.{self.audio.format}"
            ),
        }
        return [fault for fault, found in wrong.items() if found]


def describe(
    finished: Finished,
    facts: Facts,
    sound: Sound,
    *,
    sequence: int,
    previous: str | None,
    healed: str | None,
) -> Recorded:
    """The link for a finished recording."""
    started = facts.started.astimezone(UTC)
    return Recorded(
        sequence=sequence,
        previous=previous,
        healed=healed,
        contact_id=finished.contact_id,
        name=finished.path.stem,
        channels=facts.channels,
        sample_rate=finished.sample_rate,
        frames=finished.frames,
        started=started,
        stopped=started + duration(finished.frames, finished.sample_rate),
        segments=facts.segments or (Segment(started, 0, finished.frames),),
        suspended=finished.suspended,
        holds=facts.holds,
        masked=facts.masked,
        gaps=finished.gaps,
        overruns=finished.overruns,
        left_loss=facts.left_loss,
        right_loss=facts.right_loss,
        error=finished.error,
        pcm_sha256=sound.pcm_sha256,
    )
