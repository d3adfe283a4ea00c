"""A recording to be heard, in parts, wherever it lies and whether it is encrypted or not."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from recorder.cipher import HEADER_BYTES, Header, is_encrypted
from recorder.encrypted_file import Text
from recorder.object_store import ObjectStore, StoreError
from recorder.recording import RecordingError
from recorder.upload import key_of
from recorder.vault import Vault


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A sound file as a player wants it: `size` bytes of the format that `name` ends in.

    Nothing is kept open between two reads, so the file may go to the store meanwhile.
    """

    path: Path
    size: int
    vault: Vault

    @property
    def name(self) -> str:
        return self.path.name

    async def read(self, first: int, end: int) -> bytes:
        """Bytes `first` to before `end`, or as far as it goes. Raises RecordingError."""
        return await asyncio.to_thread(self._read, first, end)

    def _read(self, first: int, end: int) -> bytes:
        try:
            with self.vault.open(self.path) as file:
                file.seek(first)
                return file.read(max(0, min(end, self.size) - first)) or b""
        except OSError as error:
            raise RecordingError(f"{self.path}: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class InStore:
    """The same of an object; `text` where it is encrypted."""

    name: str
    size: int
    store: ObjectStore
    text: Text | None

    async def read(self, first: int, end: int) -> bytes:
        """Bytes `first` to before `end`, or as far as it goes. Raises RecordingError."""
        end = min(end, self.size)
        if self.text is None:
            return await self.store.read(key_of(self.name), first, end)
        sealed = await self.store.read(key_of(self.name), *self.text.needs(first, end))
        return self.text.part(first, end, sealed)


Heard = OnDisk | InStore


async def on_disk(path: Path, vault: Vault) -> OnDisk:
    """Raises RecordingError when it is not there, or cannot be opened."""

    def size() -> int:
        try:
            with vault.open(path) as file:
                return file.seek(0, os.SEEK_END)
        except OSError as error:
            raise RecordingError(f"{path}: {error.strerror}") from error

    return OnDisk(path, await asyncio.to_thread(size), vault)


async def in_store(store: ObjectStore, path: Path, vault: Vault) -> InStore:
    """`path` is where it was, and where its wrapped key is. Raises RecordingError."""
    key = key_of(path.name)
    size = await store.size(key)
    if size is None:
        raise StoreError(f"{store.url(key)} is not there")
    octets = await store.read(key, 0, min(size, HEADER_BYTES))
    if not is_encrypted(octets):
        return InStore(path.name, size, store, None)
    data_key = await asyncio.to_thread(vault.unwrap, path)
    text = Text(Header.decode(octets), size, data_key)
    return InStore(path.name, text.size, store, text)
