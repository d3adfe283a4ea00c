"""The sound of prompts that the API has made: a copy of what was given, by its SHA-256.

    <prompts.directory>/made/<digest>.wav     as the mixer plays it

So what a call plays stays whole while the prompt gets another sound.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from config.settings import PromptSettings
from engine.directory import Kind, Resource, Resources
from engine.prompts import PromptError, telephone, write_wav
from recorder import RecordingError, sound_file

SOUND = "Sound"
"""Fact of a prompt: the digest."""


class PromptShelf:
    """Methods that touch the disk block for a moment."""

    def __init__(self, settings: PromptSettings, resources: Resources) -> None:
        self._folder, self._resources = settings.directory / "made", resources

    def find(self, reference: str) -> Path | None:
        """By id, name or ARN; None where the API has made no such prompt."""
        key = reference.rpartition("/")[2] if reference.startswith("arn:") else reference
        one = self._resources.find(Kind.PROMPT, key) or self._resources.named(Kind.PROMPT, key)
        return self.path(one) if one else None

    def path(self, one: Resource) -> Path:
        return self._path(one.facts[SOUND])

    def keep(self, content: bytes) -> str:
        """The digest of a file's sound, which is kept from now on. Raises PromptError."""
        try:
            sound = telephone(sound_file.read(io.BytesIO(content)))
        except RecordingError as error:
            raise PromptError(f"no sound can be read from it: {error}") from error
        digest = hashlib.sha256(sound).hexdigest()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_wav(self._path(digest), sound)
        except OSError as error:
            raise PromptError(f"it cannot be kept: {error.strerror}") from error
        return digest

    def forget(self, digest: str) -> None:
        """Unless a prompt has it."""
        if all(one.facts[SOUND] != digest for one in self._resources.all(Kind.PROMPT)):
            self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.wav"
