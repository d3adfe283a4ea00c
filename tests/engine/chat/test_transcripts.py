"""What is said in chats is on the disk soon, whole, and safe from strangers."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest

from engine.app import Running
from engine.chat import transcripts
from engine.chat.chat import Chat
from engine.chat.chats import Wanted
from engine.chat.transcripts import rescue
from engine.contact_record import DisconnectReason, RecordingKind, RecordingRecord, RecordingStatus
from tests.rig.chatting import published
from tests.rig.house import action, engine, flow
from tests.rig.patience import until

SECRET = "my number is 4711"


async def begun(one: Running) -> Chat:
    wait = action("wait", "Wait", "bye", TimeLimitSeconds="600")
    await published(one, "chat", flow(wait))
    chat = one.house.chats.start(Wanted("chat", "Carla", 600.0))
    one.house.chats.say(chat, chat.customer, "text/plain", SECRET)
    return chat


async def row(one: Running, contact_id: str) -> RecordingRecord | None:
    record = await one.house.records.contact(contact_id)
    return next(iter(record.recordings), None) if record else None


async def finished(one: Running, chat: Chat) -> RecordingRecord:
    one.house.chats.end(chat, DisconnectReason.CUSTOMER_DISCONNECT)

    async def there() -> RecordingRecord | None:
        found = await row(one, chat.contact_id)
        return found if found and found.status is not RecordingStatus.RECORDING else None

    return await until(there)


def files(folder: Path) -> list[Path]:
    return sorted(each for each in (folder / "recordings/ChatTranscripts").rglob("*.json"))


def contents(text: bytes) -> list[Any]:
    return [item.get("Content") for item in json.loads(text)["Transcript"]]


async def test_a_chat_that_is_over_leaves_its_transcript_and_a_row(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        found = await finished(one, await begun(one))
        assert (found.kind, found.status) == (RecordingKind.TRANSCRIPT, RecordingStatus.AVAILABLE)
        [path] = files(tmp_path)
        assert str(path) == found.location
        assert SECRET in contents(path.read_bytes())


async def test_what_is_said_is_on_the_disk_before_the_end_and_a_crash_leaves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcripts, "DELAY_SECONDS", 0.01)
    async with engine(tmp_path) as one:
        await begun(one)
        [path] = await until(lambda: files(tmp_path))
        assert path.parent.name == "Unfinished"
        await until(lambda: SECRET in contents(path.read_bytes()))
        copy = tmp_path / "crashed/recordings/ChatTranscripts/Unfinished"
        copy.mkdir(parents=True)
        (copy / path.name).write_bytes(path.read_bytes())
    [saved] = await asyncio.to_thread(rescue, tmp_path / "crashed/recordings")
    assert saved.name == path.name and SECRET in contents(saved.read_bytes())
    assert files(tmp_path / "crashed") == [saved]
    assert await asyncio.to_thread(rescue, tmp_path / "crashed/recordings") == []


async def test_a_transcript_is_encrypted_where_recordings_are(tmp_path: Path) -> None:
    key = tmp_path / "master.key"
    key.write_bytes(base64.b64encode(bytes(32)))
    key.chmod(0o600)
    async with engine(tmp_path, encryption={"master_key": f"file:{key}"}) as one:
        await finished(one, await begun(one))
        [path] = files(tmp_path)
        assert SECRET.encode() not in path.read_bytes()
        with one.house.errands.archive.vault.open(path) as file:
            assert SECRET in contents(file.read())


async def test_without_storage_nothing_is_kept(tmp_path: Path) -> None:
    async with engine(tmp_path, chat={"transcripts": "never"}) as one:
        chat = await begun(one)
        one.house.chats.end(chat, DisconnectReason.CUSTOMER_DISCONNECT)
        await one.house.ledger.flush()
        assert await row(one, chat.contact_id) is None
    assert files(tmp_path) == []


async def test_an_engine_that_stops_writes_what_was_said(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        await begun(one)
    [path] = files(tmp_path)
    assert path.parent.name != "Unfinished" and SECRET in contents(path.read_bytes())
