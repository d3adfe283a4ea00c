"""Deleting a recording: a tombstone first, then every copy, here and in the object store.

The manifest stays, so the chain does; it says nothing of what was said. Keys go before what they
open. Each step may be done again, so what a crash or a store that is away left over goes later.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from recorder.archive import LEFTOVERS, Archive
from recorder.object_store import ObjectStore
from recorder.upload import key_of


async def erase(
    archive: Archive, store: ObjectStore | None, name: str, who: str, why: str, at: datetime
) -> None:
    """`name` has no ending. Raises RecordingError; StoreError where that was the store."""
    tombstone = await asyncio.to_thread(archive.bury, name, who, why, at)
    if store:
        for ending in LEFTOVERS:
            await store.remove(key_of(f"{name}{ending}"))
        await store.replace(key_of(f"{name}.tombstone"), tombstone)
