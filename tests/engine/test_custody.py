from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.custody import MAX_REASON_CHARACTERS, Custody, Hold
from engine.records import ContactRecord, RecordError, RecordingStatus, Records
from engine.refused import Refused
from recorder.errand import Errand, State, Task
from tests.rig.contacts import NOON, contact_record

DAYS = timedelta(days=14)


@pytest.fixture
def custody(records: Records) -> Custody:
    return Custody(records)


def name_of(contact: ContactRecord) -> str:
    return f"{contact.contact_id}_20261122T12:00_UTC"


async def recorded(
    records: Records, status: RecordingStatus = RecordingStatus.AVAILABLE
) -> ContactRecord:
    contact = contact_record()
    await records.save_contact(contact)
    path = f"/var/CallRecordings/2026/11/22/{name_of(contact)}.wav"
    await records.start_recording(contact.contact_id, path, NOON)
    await records.finish_recording(contact.contact_id, status, NOON, frames=1)
    return contact


def errand(contact: ContactRecord, task: Task = Task.UPLOAD) -> Errand:
    return Errand(name_of(contact), contact.contact_id, task, since=NOON, due=NOON)


async def test_what_is_due_is_told_the_oldest_first_and_not_twice_at_once(
    records: Records, custody: Custody
) -> None:
    older, newer, later = [errand(await recorded(records)) for _ in range(3)]
    await custody.add(replace(newer, due=NOON + timedelta(seconds=1)))
    await custody.add(older)
    await custody.add(replace(later, due=NOON + timedelta(hours=1)))
    await custody.add(replace(older, attempts=7))
    due = await custody.due(NOON + timedelta(minutes=1), 10)
    assert [one.name for one in due] == [older.name, newer.name]
    assert due[0].attempts == 0
    assert [one.name for one in await custody.due(NOON, 10, without=[older.name])] == []
    assert len(await custody.due(NOON + timedelta(days=1), 1)) == 1
    assert len(await custody.errands()) == 3


async def test_an_errand_that_is_done_is_gone_and_one_that_failed_comes_again(
    records: Records, custody: Custody
) -> None:
    done, failed = errand(await recorded(records)), errand(await recorded(records))
    for one in (done, failed):
        await custody.add(one)
    await custody.settle(done, done.succeed())
    await custody.settle(failed, failed.fail("away", NOON, DAYS))
    [left] = await custody.errands()
    assert (left.name, left.error, left.attempts) == (failed.name, "away", 1)
    assert left.due == NOON + timedelta(seconds=5)


async def test_dead_letters_are_tried_again_when_an_operator_says_so(
    records: Records, custody: Custody
) -> None:
    dead, waiting = errand(await recorded(records)), errand(await recorded(records))
    for one in (dead, waiting):
        await custody.add(one)
    await custody.settle(dead, dead.refuse("no"))
    await custody.settle(waiting, waiting.fail("away", NOON, DAYS))
    assert await custody.due(NOON, 10) == []
    assert await custody.retry([], NOON) == 1
    assert [one.name for one in await custody.due(NOON, 10)] == [dead.name]
    assert await custody.retry([waiting.name], NOON) == 1
    assert await custody.retry(["nothing"], NOON) == 0
    assert len(await custody.due(NOON, 10)) == 2


async def test_recordings_outside_of_the_store_are_found_once(
    records: Records, custody: Custody
) -> None:
    inside, busy, outside, failed = [await recorded(records) for _ in range(4)]
    await custody.place(errand(inside), "s3://bank/x/CallRecordings/one.wav")
    await custody.add(errand(busy))
    await records.finish_recording(failed.contact_id, RecordingStatus.FAILED, NOON, frames=0)
    assert [one.contact_id for one in await custody.outside("s3://bank/x")] == [outside.contact_id]
    found = await records.contact(inside.contact_id)
    assert found and found.recordings[0].place == "bank/x/CallRecordings/one.wav"
    with pytest.raises(RecordError, match="no recording is called"):
        await custody.recording(errand(contact_record()))


async def test_a_deletion_is_in_the_row_the_audit_trail_and_an_errand_at_once(
    records: Records, custody: Custody
) -> None:
    contact = await recorded(records)
    await custody.add(errand(contact))
    assert await custody.delete(contact.contact_id, "ann", "asked", NOON) == [name_of(contact)]
    found = await records.contact(contact.contact_id)
    assert found
    [row] = found.recordings
    assert row.status is RecordingStatus.DELETED
    assert (row.deleted, row.deleted_by, row.deletion_reason) == (NOON, "ann", "asked")
    [left] = await custody.errands()
    assert (left.task, left.state, left.due) == (Task.ERASE, State.WAITING, NOON)
    [line] = await records.audits()
    assert (line.who, line.action, line.detail) == ("ann", "DELETE_RECORDING", "asked")
    with pytest.raises(Refused, match="has no recording"):
        await custody.delete(contact.contact_id, "ann", "asked", NOON)


async def test_an_upload_that_ends_during_the_deletion_does_not_end_the_deletion(
    records: Records, custody: Custody
) -> None:
    contact = await recorded(records)
    upload = errand(contact)
    await custody.add(upload)
    await custody.delete(contact.contact_id, "ann", "asked", NOON)
    await custody.settle(upload, upload.succeed())
    await custody.settle(upload, upload.fail("away", NOON, DAYS))
    [left] = await custody.errands()
    assert (left.task, left.error) == (Task.ERASE, None)


async def test_a_legal_hold_beats_a_deletion_until_it_is_released(
    records: Records, custody: Custody
) -> None:
    contact = await recorded(records)
    contact_id = contact.contact_id
    await custody.hold(contact_id, "ann", "court", NOON)
    await custody.hold(contact_id, "bob", "second court", NOON)
    assert await custody.holds() == [Hold(contact_id, NOON, "bob", "second court")]
    with pytest.raises(Refused, match=r"is held: second court \(bob, 2026-11-22\)"):
        await custody.delete(contact_id, "ann", "asked", NOON)
    assert await custody.errands() == []
    await custody.release(contact_id, "bob", "settled", NOON)
    with pytest.raises(Refused, match="is not held"):
        await custody.release(contact_id, "bob", "settled", NOON)
    assert await custody.delete(contact_id, "ann", "asked", NOON)
    said = [(line.who, line.action, line.detail) for line in await records.audits()]
    assert said == [
        ("ann", "DELETE_RECORDING", "asked"),
        ("bob", "LEGAL_HOLD_RELEASE", "settled"),
        ("bob", "LEGAL_HOLD", "second court"),
        ("ann", "LEGAL_HOLD", "court"),
    ]


async def test_nothing_is_deleted_or_held_without_a_contact_a_name_and_a_reason(
    records: Records, custody: Custody
) -> None:
    contact = await recorded(records)
    running = contact_record()
    await records.save_contact(running)
    await records.start_recording(running.contact_id, f"/{name_of(running)}.wav", NOON)
    now = datetime.now(UTC)
    for contact_id, who, why, complaint in (
        ("nobody", "ann", "asked", "no contact nobody"),
        (contact.contact_id, " ", "asked", "must be said"),
        (contact.contact_id, "ann", "", "must be said"),
        (contact.contact_id, "ann", "x" * (MAX_REASON_CHARACTERS + 1), "characters at most"),
        (running.contact_id, "ann", "asked", "still being recorded"),
    ):
        with pytest.raises(Refused, match=complaint):
            await custody.delete(contact_id, who, why, now)
    with pytest.raises(Refused, match="no contact"):
        await custody.hold("nobody", "ann", "court", now)
    assert await records.audits() == []
