"""A new master key takes over: every wrapped key is written again, here and in the object store.

May be done again after it was cut off: what is done is left alone.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from recorder.object_store import ObjectStore
from recorder.upload import content_of, key_of
from recorder.vault import Vault

FOLDERS = ("CallRecordings", "ChatTranscripts")
"""Below the directory of recordings."""


async def rewrap_all(vault: Vault, directory: Path, store: ObjectStore | None) -> int:
    """How many were wrapped by another before. Raises RecordingError where one cannot be."""
    changed = 0
    for folder in FOLDERS:
        for path in sorted((directory / folder).rglob("*_UTC*.key")):
            changed += await asyncio.to_thread(vault.rewrap, path)
            if store:
                await _follow(store, path)
    return changed


async def _follow(store: ObjectStore, path: Path) -> None:
    """The copy in the store, if there is one, is that of the disk."""
    key = key_of(path.name)
    there = await store.content(key)
    if there and there != await asyncio.to_thread(content_of, path):
        await store.replace(key, await asyncio.to_thread(path.read_bytes))
