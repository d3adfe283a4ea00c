from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.ledger import Ledger
from engine.records import RecordError, RecordingKind, RecordingStatus, Records
from recorder import Finished
from tests.rig.contacts import NOON, contact_record
from tests.rig.patience import until


async def test_a_saved_contact_reaches_the_database_by_itself(records: Records) -> None:
    ledger, record = Ledger(records), contact_record()
    ledger.start()
    ledger.save(record)
    await until(lambda: records.contact(record.contact_id))
    await ledger.stop()


async def test_only_the_latest_form_of_a_contact_counts(records: Records) -> None:
    ledger, record = Ledger(records), contact_record()
    for agent in ("agent1", "agent2"):
        ledger.save(replace(record, agent=agent))
    assert await ledger.flush()
    stored = await records.contact(record.contact_id)
    assert stored and stored.agent == "agent2"


async def test_what_was_audited_is_written_whole(records: Records) -> None:
    ledger = Ledger(records)
    ledger.audit("ann", "recording.play", "a-contact", "AGENT bytes=0-99")
    assert await ledger.flush()
    [line] = await records.audits()
    assert (line.who, line.contact_id, line.detail) == ("ann", "a-contact", "AGENT bytes=0-99")


async def test_what_still_waits_is_written_at_the_stop(records: Records) -> None:
    ledger, record = Ledger(records), contact_record()
    ledger.start()
    ledger.save(record)
    ledger.audit("manager1", "monitor.start", record.contact_id)
    await ledger.stop()
    assert await records.contact(record.contact_id)
    assert [(one.who, one.action) for one in await records.audits()] == [
        ("manager1", "monitor.start")
    ]


async def test_the_row_of_a_recording_comes_after_that_of_its_contact(records: Records) -> None:
    ledger, record = Ledger(records), contact_record()
    ledger.save(record)
    await ledger.begin_recording(record.contact_id, NOON, Path("a.wav"), RecordingKind.AGENT)
    stored = await records.contact(record.contact_id)
    assert stored and stored.recordings[0].status is RecordingStatus.RECORDING
    finished = Finished(record.contact_id, Path("a.wav"), 8000, 8000, 0)
    await ledger.end_recording(finished, NOON + timedelta(seconds=1), RecordingKind.AGENT)
    stored = await records.contact(record.contact_id)
    assert stored and stored.recordings[0].status is RecordingStatus.AVAILABLE
    assert stored.recordings[0].frames == 8000


async def test_what_the_database_refuses_is_kept_and_written_when_it_is_back(
    records: Records, tmp_path: Path
) -> None:
    elsewhere = Records(f"sqlite+aiosqlite:///{tmp_path}/later.sqlite")
    ledger, record = Ledger(elsewhere), contact_record()
    ledger.save(record)
    assert not await ledger.flush()  # it has no tables yet
    with pytest.raises(RecordError):
        await ledger.begin_recording(record.contact_id, NOON, Path("a.wav"), RecordingKind.AGENT)
    await elsewhere.open()
    assert await ledger.flush()
    assert await elsewhere.contact(record.contact_id)
    await elsewhere.close()


async def test_whoever_listens_is_told_every_form_of_a_contact(records: Records) -> None:
    ledger, record, told = Ledger(records), contact_record(), list[str | None]()
    ledger.listen(lambda form: told.append(form.agent))
    for agent in ("agent1", "agent2"):
        ledger.save(replace(record, agent=agent))
    assert told == ["agent1", "agent2"]
