"""Writes what is said in chats to the disk, a second after it was said at the latest.

While a chat goes on its transcript lies among the unfinished ones, written anew with each change;
when it is over it is written to its place. What a crash left unfinished goes there as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path

import structlog

from engine.chat.chat import Chat
from engine.chat.chats import Chats
from engine.chat.document import (
    FOLDER,
    UNFINISHED,
    document,
    draft,
    encoded,
    is_transcript,
    name_of,
    place,
)
from engine.ledger import Ledger
from engine.records import RecordError, RecordingKind
from recorder import RecordingError, Vault
from recorder.archive import make_folder, remove_text
from recorder.vault import key_path

DELAY_SECONDS = 1.0
"""What is said may be lost for so long when the engine is killed."""
KIND = RecordingKind.TRANSCRIPT
log = structlog.get_logger("engine.chat.transcripts")


class Transcripts:
    """`directory` is that of the recordings."""

    def __init__(
        self, directory: Path, vault: Vault, instance_arn: str, chats: Chats, ledger: Ledger
    ) -> None:
        self._directory, self._vault, self._arn = directory, vault, instance_arn
        self._ledger, self._loop = ledger, asyncio.get_running_loop()
        self._changed: dict[str, Chat] = {}
        self._begun: dict[str, asyncio.Task[bool]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Lock()
        chats.listen(self._touch)
        chats.listen_to_ends(self._end)

    async def close(self) -> None:
        """Everything is written, and said to be; after the last chat has ended."""
        if self._timer:
            self._timer.cancel()
        while self._writing:
            await asyncio.gather(*self._writing)

    def _touch(self, chat: Chat) -> None:
        if chat.record.disconnect:
            return  # it is written once more at its end
        self._begin(chat)
        self._changed[chat.contact_id] = chat
        if self._timer is None:
            self._timer = self._loop.call_later(DELAY_SECONDS, self._write_what_changed)

    def _begin(self, chat: Chat) -> None:
        if chat.contact_id not in self._begun:
            task = self._loop.create_task(self._note(chat))
            self._begun[chat.contact_id] = task

    async def _note(self, chat: Chat) -> bool:
        """The row of the transcript; whether there is one."""
        started = chat.record.initiation
        path = place(self._directory, name_of(chat.contact_id, started))
        try:
            await self._ledger.begin_recording(chat.contact_id, started, path, KIND)
        except RecordError as error:
            log.error("no transcript", contact_id=chat.contact_id, error=str(error))
            return False
        return True

    def _write_what_changed(self) -> None:
        changed, self._changed, self._timer = self._changed, {}, None
        self._spawn(self._write_drafts(list(changed.values())))

    async def _write_drafts(self, chats: list[Chat]) -> None:
        async with self._gate:
            for chat in chats:
                if chat.contact_id not in self._begun:
                    continue  # it is over, and in its place
                path = draft(self._directory, name_of(chat.contact_id, chat.record.initiation))
                try:
                    await asyncio.to_thread(self._store, path, document(chat, self._arn))
                except RecordingError as error:
                    log.error("transcript not kept", contact_id=chat.contact_id, error=str(error))

    def _end(self, chat: Chat) -> None:
        self._begin(chat)
        self._changed.pop(chat.contact_id, None)
        self._spawn(self._finish(chat, self._begun.pop(chat.contact_id)))

    async def _finish(self, chat: Chat, begun: asyncio.Task[bool]) -> None:
        name = name_of(chat.contact_id, chat.record.initiation)
        error: str | None = None
        async with self._gate:  # no draft is on its way
            try:
                path = place(self._directory, name)
                await asyncio.to_thread(self._store, path, document(chat, self._arn))
                await asyncio.to_thread(remove_draft, draft(self._directory, name))
            except RecordingError as failure:
                error = str(failure)
                log.error("transcript not written", contact_id=chat.contact_id, error=error)
        if not await begun:
            return
        try:
            await self._ledger.end_text(chat.contact_id, datetime.now(UTC), error)
        except RecordError as failure:
            log.error("transcript not noted", contact_id=chat.contact_id, error=str(failure))

    def _store(self, path: Path, told: dict[str, object]) -> None:
        make_folder(path.parent)
        self._vault.store(path, encoded(told))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)


def remove_draft(path: Path) -> None:
    if path.parent.exists():
        remove_text(path)


def rescue(directory: Path) -> list[Path]:
    """What a crash left unfinished goes to its place, as far as it had come. For use before any
    chat. Raises RecordingError."""
    found = []
    for path in sorted((directory / FOLDER / UNFINISHED).glob("*.json")):
        if is_transcript(path):
            there = place(directory, path.name)
            make_folder(there.parent)
            if not there.exists():
                move(path, there)
                found.append(there)
            remove_text(path)
    return found


def move(path: Path, there: Path) -> None:
    """With its key, that first: without it nobody could read what has moved."""
    try:
        if key_path(path).exists():
            key_path(path).replace(key_path(there))
        path.replace(there)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error
