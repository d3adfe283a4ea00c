"""Recordings made in a moment, for the tests of what happens to them afterwards."""

from __future__ import annotations

from pathlib import Path

from recorder import Archive, Facts, Finished, Manifest
from recorder.archive import manifest_path
from recorder.space import Watermarks
from recorder.store import Marked, Store
from recorder.vault import Vault
from tests.recorder.sources import STARTED, contact_id, conversation


def recorded(
    directory: Path,
    number: int,
    seconds: float = 0.5,
    vault: Vault | None = None,
    rate: int = 8000,
) -> Finished:
    """A finished recording that waits for its manifest; `seconds` where it is at 8 kHz."""
    store = Store(directory, Watermarks.above(0))
    path = store.reserve(contact_id(number), STARTED, rate)
    file = (vault or Vault()).create(path, rate)
    file.write(conversation(seconds))
    file.close()
    finished = Finished(contact_id(number), file.path, file.frames, rate, 0)
    store.advance(Marked(STARTED, finished))
    return finished


def sealed(archive: Archive, directory: Path, number: int, seconds: float = 0.5) -> Manifest:
    return archive.seal(recorded(directory, number, seconds), Facts(STARTED))


def shelf(directory: Path, count: int) -> tuple[Archive, list[Path]]:
    """An archive of so many sealed recordings, and the paths of their manifests."""
    archive = Archive(directory)
    paths = []
    for number in range(1, count + 1):
        finished = recorded(directory, number)
        archive.seal(finished, Facts(STARTED))
        paths.append(manifest_path(finished.path))
    return archive, paths


def flip(path: Path, position: int) -> None:
    """Turn over the lowest bit of one byte."""
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
