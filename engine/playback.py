"""A contact's recording to be heard, from the first second after the call, wherever it is by then.

The API checks who may, and says so in the audit trail, before it comes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.contact_record import PLAYABLE, RecordingKind, RecordingRecord
from engine.records import Records
from engine.refused import Refused
from recorder import Archive, RecordingError
from recorder.object_store import ObjectStore, StoreError
from recorder.playback import Heard, in_store, on_disk
from recorder.store import recording_path


@dataclass(slots=True)
class Playback:
    """One that is open; it follows the recording when that leaves the disk."""

    player: Player
    contact_id: str
    kind: RecordingKind
    heard: Heard

    async def read(self, first: int, end: int) -> bytes:
        """Bytes `first` to before `end` of the file, or as far as it goes.

        Raises RecordingError, also where it has another format by now.
        """
        try:
            return await self.heard.read(first, end)
        except RecordingError:
            again = await self.player.find(self.contact_id, self.kind)
            if (again.name, again.size) != (self.heard.name, self.heard.size):
                raise
            self.heard = again
            return await again.read(first, end)


class Player:
    """Opens recordings. Methods raise Refused, RecordError, RecordingError."""

    def __init__(self, records: Records, archive: Archive, store: ObjectStore | None) -> None:
        self._records, self._archive, self._store = records, archive, store

    async def open(self, contact_id: str, kind: RecordingKind = RecordingKind.AGENT) -> Playback:
        return Playback(self, contact_id, kind, await self.find(contact_id, kind))

    async def find(self, contact_id: str, kind: RecordingKind) -> Heard:
        """Looked up again where it moved in just that moment."""
        recording = await self.recording(contact_id, kind)
        try:
            return await self._open(recording)
        except RecordingError:
            moved = await self.recording(contact_id, kind)
            if moved.location == recording.location:
                raise
            return await self._open(moved)

    async def _open(self, recording: RecordingRecord) -> Heard:
        if "://" not in recording.location:
            return await on_disk(Path(recording.location), self._archive.vault)
        if self._store is None or self._store.key(recording.location) is None:
            raise StoreError(f"{recording.location} is in a store that is not configured")
        name = recording.location.rpartition("/")[2]
        path = recording_path(self._archive.directory, name)
        return await in_store(self._store, path, self._archive.vault)

    async def recording(self, contact_id: str, kind: RecordingKind) -> RecordingRecord:
        """One that can be heard."""
        contact = await self._records.contact(contact_id)
        for one in contact.recordings if contact else ():
            if one.kind is kind and one.status in PLAYABLE:
                return one
            if one.kind is kind:
                raise Refused.not_found(f"the recording of {contact_id} is {one.status}")
        raise Refused.not_found(f"{contact_id} has no such recording")
