"""The one place that touches obstore: recordings in a bucket of S3, or in a folder elsewhere.

    <prefix>/CallRecordings/YYYY/MM/DD/<contactId>_YYYYMMDDThh:mm_UTC.wav     and its ending

Methods are coroutines; the work is done in threads of the library. Tries nothing twice: whoever
asks knows better when to come again.
"""

from __future__ import annotations

import configparser
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, S3Store

from config.storage import StoreSettings
from recorder.recording import RecordingError

WHOLE_BYTES = 256 << 20  # what is larger goes in parts: then nobody else may create the same
STREAM_BYTES = 256 << 10  # hashed at once, in the event loop
CONNECT_SECONDS = 10
REASON_CHARACTERS = 300
FOLDER_MODE = 0o750  # what is in it has the modes of the process


class StoreError(RecordingError):
    """The store refused or could not be reached; it may be better later."""


class Taken(StoreError):
    """There is something else under that key."""


@dataclass(frozen=True, slots=True)
class Content:
    """Of an object or a file: how long, and SHA-256 in hex."""

    size: int
    sha256: str


class ObjectStore:
    """Keys are relative to the prefix. Methods raise StoreError."""

    def __init__(self, settings: StoreSettings) -> None:
        """Asks nobody yet. Raises RecordingError when the settings lead nowhere."""
        assert settings.location, "a store without a location"
        self._url = settings.location.rstrip("/")
        self._store = _open(settings)

    def url(self, key: str) -> str:
        return f"{self._url}/{key}"

    def key(self, url: str) -> str | None:
        """The key of what `url` gave; None when it is not in this store."""
        prefix = f"{self._url}/"
        return url.removeprefix(prefix) if url.startswith(prefix) else None

    async def create(self, key: str, file: Path, size: int) -> None:
        """Raises Taken when there is something already, whatever it is."""
        large = size > WHOLE_BYTES
        if large and await self.size(key) is not None:
            raise Taken(f"{self.url(key)} exists already")
        async with self._errors(key):
            await obstore.put_async(
                self._store,
                key,
                file,
                mode="overwrite" if large else "create",
                use_multipart=large,
            )

    async def replace(self, key: str, content: bytes) -> None:
        async with self._errors(key):
            await obstore.put_async(self._store, key, content, use_multipart=False)

    async def content(self, key: str) -> Content | None:
        """What really lies there, read to its end; None when there is nothing."""
        size, digest = 0, hashlib.sha256()
        try:
            async with self._errors(key):
                found = await obstore.get_async(self._store, key)
                async for block in found.stream(STREAM_BYTES):
                    size += len(block)
                    digest.update(block)
        except FileNotFoundError:
            return None
        return Content(size, digest.hexdigest())

    async def size(self, key: str) -> int | None:
        """None when there is nothing."""
        try:
            async with self._errors(key):
                return int((await obstore.head_async(self._store, key))["size"])
        except FileNotFoundError:
            return None

    async def read(self, key: str, first: int, end: int) -> bytes:
        """Bytes `first` to before `end`, which must be there."""
        if first >= end:
            return b""
        try:
            async with self._errors(key):
                return bytes(await obstore.get_range_async(self._store, key, start=first, end=end))
        except FileNotFoundError as error:
            raise StoreError(f"{self.url(key)} is not there") from error

    async def remove(self, key: str) -> None:
        """What is not there is removed."""
        try:
            async with self._errors(key):
                await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            pass

    async def keys(self) -> list[str]:
        """All below CallRecordings/."""
        async with self._errors("CallRecordings"):
            found = obstore.list(self._store, "CallRecordings")
            return [one["path"] async for page in found for one in page]

    @asynccontextmanager
    async def _errors(self, key: str) -> AsyncIterator[None]:
        try:
            yield
        except AlreadyExistsError as error:
            raise Taken(f"{self.url(key)} exists already") from error
        except FileNotFoundError:
            raise
        except (BaseError, OSError, ValueError) as error:
            raise StoreError(f"{self.url(key)}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """Its first line: the rest is the library's view of itself."""
    return str(error).partition("\n")[0][:REASON_CHARACTERS]


def _open(settings: StoreSettings) -> S3Store | LocalStore:
    parts = urlsplit(settings.location or "")
    try:
        if parts.scheme == "file":
            Path(parts.path).mkdir(FOLDER_MODE, parents=True, exist_ok=True)
            return LocalStore(parts.path)
        return S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            region=settings.region,
            virtual_hosted_style_request=settings.addressing == "virtual",
            disable_bulk_delete=True,  # not every server has it
            client_options={
                "allow_http": (settings.endpoint or "").startswith("http://"),
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                "timeout": timedelta(seconds=settings.timeout_seconds),
            },
            retry_config={"max_retries": 0},
            **_endpoint(settings, parts.netloc),
            **_credentials(settings.credentials),
        )
    except (BaseError, OSError, ValueError) as error:
        raise RecordingError(f"store {settings.location}: {_reason(error)}") from error


def _endpoint(settings: StoreSettings, bucket: str) -> dict[str, Any]:
    if settings.endpoint is None:
        return {}
    if settings.addressing == "path":
        return {"endpoint": settings.endpoint}
    scheme, _, host = settings.endpoint.partition("://")
    return {"endpoint": f"{scheme}://{bucket}.{host}"}


def _credentials(path: Path | None) -> dict[str, Any]:
    """None leaves it to the environment. Raises ValueError, which never holds a value."""
    if path is None:
        return {}
    if os.stat(path).st_mode & 0o077:
        raise ValueError(f"{path} may be read by others: chmod 600")
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(path.read_text())
        given = parser["default"]
        names = ("access_key_id", "secret_access_key")
        found = {name: given[f"aws_{name}"] for name in names}
    except (configparser.Error, KeyError, UnicodeDecodeError):
        raise ValueError(
            f"{path} has no [default] with aws_access_key_id and aws_secret_access_key"
        ) from None
    if token := given.get("aws_session_token"):
        found["session_token"] = token
    return found
