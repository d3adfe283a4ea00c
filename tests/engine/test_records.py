from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from engine.audit import AuditRecord
from engine.records import (
    ContactRecord,
    DisconnectReason,
    InitiationMethod,
    Leftovers,
    RecordError,
    RecordingKind,
    RecordingRecord,
    RecordingStatus,
    Records,
)

START = datetime(2024, 2, 29, 23, 59, 58, 900_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def contact(number: int, **facts: object) -> ContactRecord:
    contact_id = str(UUID(int=number))
    record = ContactRecord(
        contact_id=contact_id,
        initial_contact_id=contact_id,
        initiation_method=InitiationMethod.INBOUND,
        initiation=START + number * SECOND,
        last_update=START + number * SECOND,
        customer_endpoint="+491701234567",
        system_endpoint="support",
    )
    return replace(record, **facts)  # type: ignore[arg-type]


WHOLE = contact(
    7,
    previous_contact_id=str(UUID(int=3)),
    initial_contact_id=str(UUID(int=2)),
    initiation_method=InitiationMethod.QUEUE_TRANSFER,
    queue="support",
    agent="agent1",
    attributes={"language": "de", "name": "Zoë ☎"},
    recorded=frozenset({"Agent", "Customer"}),
    signalling={"Reason": "Q.850;cause=16"},
    connected_to_system=START + 8 * SECOND,
    enqueue=START + 9 * SECOND,
    dequeue=START + 10 * SECOND,
    connected_to_agent=START + 10 * SECOND,
    disconnect=START + 90 * SECOND,
    disconnect_reason=DisconnectReason.CUSTOMER_DISCONNECT,
)


def url_of(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/var/data/earshot.sqlite"


async def after_a_crash(url: str) -> tuple[Records, Leftovers]:
    store = Records(url)
    return store, await store.open()


async def test_a_contact_comes_back_as_it_was_saved(records: Records) -> None:
    for record in (WHOLE, contact(1)):
        await records.save_contact(record)
        assert await records.contact(record.contact_id) == record
    assert await records.contact("nobody") is None


async def test_saving_again_replaces_the_whole_record(records: Records) -> None:
    await records.save_contact(WHOLE)
    later = replace(WHOLE, agent=None, attributes={}, recorded=frozenset(), disconnect=None)
    await records.save_contact(later)
    assert await records.contact(WHOLE.contact_id) == later
    assert len(await records.contacts()) == 1


async def test_the_last_one_asked_to_be_saved_wins(records: Records) -> None:
    versions = [replace(WHOLE, attributes={"version": str(number)}) for number in range(50)]
    await asyncio.gather(*(records.save_contact(version) for version in versions))
    assert await records.contact(WHOLE.contact_id) == versions[-1]


async def test_contacts_are_listed_newest_first_page_by_page(records: Records) -> None:
    for number in (3, 1, 5, 2, 4):
        await records.save_contact(contact(number))
    first = await records.contacts(limit=2)
    assert first == [contact(5), contact(4)]
    assert await records.contacts(before=first[-1].initiation) == [
        contact(3),
        contact(2),
        contact(1),
    ]


async def test_a_recording_is_there_before_its_first_frame_and_then_has_its_facts(
    records: Records,
) -> None:
    await records.save_contact(WHOLE)
    await records.start_recording(WHOLE.contact_id, "a/b.wav", START)
    expected = RecordingRecord(
        WHOLE.contact_id, RecordingKind.AGENT, "a/b.wav", RecordingStatus.RECORDING, START
    )
    assert await records.contact(WHOLE.contact_id) == replace(WHOLE, recordings=(expected,))
    await records.finish_recording(
        WHOLE.contact_id, RecordingStatus.FAILED, START + SECOND, frames=8000, overruns=3, error="?"
    )
    finished = replace(
        expected,
        status=RecordingStatus.FAILED,
        stop=START + SECOND,
        frames=8000,
        overruns=3,
        error="?",
    )
    assert (await records.contacts())[0].recordings == (finished,)


async def test_saving_a_contact_leaves_its_recordings_alone(records: Records) -> None:
    await records.save_contact(WHOLE)
    await records.start_recording(WHOLE.contact_id, "ivr.wav", START, RecordingKind.IVR)
    await records.start_recording(WHOLE.contact_id, "agent.wav", START + SECOND)
    await records.save_contact(replace(WHOLE, agent="agent2"))
    stored = await records.contact(WHOLE.contact_id)
    assert stored and [it.location for it in stored.recordings] == ["ivr.wav", "agent.wav"]


async def test_a_recording_needs_its_contact_and_is_started_once(records: Records) -> None:
    with pytest.raises(RecordError, match=r"(?i)foreign key"):
        await records.start_recording(WHOLE.contact_id, "a.wav", START)
    await records.save_contact(WHOLE)
    await records.start_recording(WHOLE.contact_id, "a.wav", START)
    with pytest.raises(RecordError, match=r"(?i)unique"):
        await records.start_recording(WHOLE.contact_id, "b.wav", START)
    with pytest.raises(RecordError, match="it was never started"):
        await records.finish_recording(
            WHOLE.contact_id,
            RecordingStatus.AVAILABLE,
            START,
            frames=1,
            kind=RecordingKind.IVR,
        )


async def test_a_crash_leaves_contacts_that_ended_when_last_heard_of(
    records: Records, database_url: str
) -> None:
    open_contact = contact(1, last_update=START + 20 * SECOND)
    await records.save_contact(open_contact)
    await records.save_contact(WHOLE)
    await records.start_recording(open_contact.contact_id, "a.wav", START)
    await records.start_recording(WHOLE.contact_id, "b.wav", START)
    await records.finish_recording(
        WHOLE.contact_id, RecordingStatus.AVAILABLE, START + SECOND, frames=8000
    )
    store, leftovers = await after_a_crash(database_url)
    assert leftovers == Leftovers((open_contact.contact_id,), (open_contact.contact_id,))
    closed = await store.contact(open_contact.contact_id)
    assert closed
    assert closed.disconnect == open_contact.last_update < closed.last_update
    assert closed.disconnect_reason is DisconnectReason.TELECOM_PROBLEM
    assert closed.recordings[0].status is RecordingStatus.INTERRUPTED
    whole = await store.contact(WHOLE.contact_id)
    assert whole and whole.recordings[0].status is RecordingStatus.AVAILABLE
    assert replace(whole, recordings=()) == WHOLE
    await store.close()
    again, nothing = await after_a_crash(database_url)
    assert nothing == Leftovers((), ())
    await again.close()


async def test_what_is_saved_survives_without_a_close(tmp_path: Path) -> None:
    records = Records(url_of(tmp_path))
    await records.open()
    await records.save_contact(WHOLE)
    reader = sqlite3.connect(tmp_path / "var/data/earshot.sqlite")
    try:
        assert reader.execute("select agent from contacts").fetchall() == [("agent1",)]
        assert reader.execute("pragma journal_mode").fetchone() == ("wal",)
    finally:
        reader.close()
        await records.close()


async def test_who_did_what_is_kept_newest_first(records: Records) -> None:
    listened = AuditRecord(START, "manager1", "monitor.start", WHOLE.contact_id, "SILENT_MONITOR")
    came = AuditRecord(START + SECOND, "manager1", "login")
    await records.audit(listened)
    await records.audit(came)
    assert await records.audits() == [came, listened]
    assert len(await records.audits(limit=1)) == 1


async def test_a_time_without_a_zone_is_refused_and_nothing_is_written(records: Records) -> None:
    with pytest.raises(RecordError, match="no time zone"):
        await records.save_contact(replace(WHOLE, enqueue=START.replace(tzinfo=None)))
    assert await records.contact(WHOLE.contact_id) is None


async def test_what_no_text_of_a_database_may_hold_is_kept_legibly(records: Records) -> None:
    await records.save_contact(replace(WHOLE, customer_endpoint="a\0b\ud800"))
    stored = await records.contact(WHOLE.contact_id)
    assert stored and stored.customer_endpoint == "a\N{REPLACEMENT CHARACTER}b?"


async def test_readers_and_writers_do_not_get_into_each_others_way(records: Records) -> None:
    writes = [records.save_contact(contact(number)) for number in range(100)]
    reads = [records.contacts() for _ in range(100)]
    await asyncio.gather(*writes, *reads)
    assert len(await records.contacts()) == 100


@pytest.mark.parametrize(
    "url", ["nonsense", "no+db://x", "postgresql+nodriver://a:secret@b/c", "mssql://a:secret@b/c"]
)
def test_a_url_that_leads_nowhere_is_an_error_that_keeps_the_password(url: str) -> None:
    with pytest.raises(RecordError) as caught:
        Records(url)
    assert "secret" not in str(caught.value)


async def test_a_database_that_cannot_be_opened_is_an_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("not a folder")
    store = Records(url_of(tmp_path))
    with pytest.raises(RecordError, match=r"cannot open the database \(sqlite.*earshot\.sqlite\)"):
        await store.open()
    await store.close()


async def test_a_file_that_is_no_database_is_an_error_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "notes.sqlite").write_text("milk, eggs " * 100)
    store = Records(f"sqlite+aiosqlite:///{tmp_path}/notes.sqlite")
    with pytest.raises(RecordError, match="not a database"):
        await store.open()
    await store.close()


async def test_a_database_in_memory_needs_no_folder() -> None:
    store = Records("sqlite+aiosqlite://")
    await store.open()
    await store.save_contact(WHOLE)
    assert await store.contact(WHOLE.contact_id) == WHOLE
    await store.close()
