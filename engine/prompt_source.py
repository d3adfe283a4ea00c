"""Where the API has the sound of a prompt from: the folder of prompts, or the store of recordings.

s3://<prompts.bucket>/<name> is a file of the folder; what begins with store.location is read there.
Nothing else is: an address that a request brings leads nowhere by itself.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from config.settings import PromptSettings
from engine.prompts import FILE_NAME, PromptError
from recorder.object_store import ObjectStore, StoreError

MAX_BYTES = 50_000_000


async def fetch(uri: str, settings: PromptSettings, store: ObjectStore | None) -> bytes:
    """The whole file. Raises PromptError."""
    if settings.bucket and uri.startswith(folder := f"s3://{settings.bucket}/"):
        name = uri.removeprefix(folder)
        if not FILE_NAME.fullmatch(name):
            raise PromptError(f"{uri}: {name} is not the name of a file")
        return await asyncio.to_thread(_read, settings.directory / name, uri)
    key = store.key(uri) if store else None
    if store is None or key is None:
        raise PromptError(f"{uri} is neither in the folder of prompts nor in the store")
    try:
        size = await store.size(key)
        _check(size, uri)
        return await store.read(key, 0, size or 0)
    except StoreError as error:
        raise PromptError(str(error)) from error


def _read(path: Path, uri: str) -> bytes:
    try:
        _check(path.stat().st_size if path.is_file() else None, uri)
        return path.read_bytes()
    except OSError as error:
        raise PromptError(f"{uri} cannot be read: {error.strerror}") from error


def _check(size: int | None, uri: str) -> None:
    """Raises PromptError; None is the size of what is not there."""
    if size is None:
        raise PromptError(f"{uri} is not there")
    if size > MAX_BYTES:
        raise PromptError(f"{uri} has {size} bytes, at most {MAX_BYTES} are taken")
