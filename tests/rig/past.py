"""Contacts that are over, with recordings that can be heard, made in a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.app import Running
from engine.records import RecordingStatus
from recorder import Facts, Finished
from recorder.manifest import Hold
from recorder.space import Watermarks
from recorder.store import Store
from recorder.timeline import Suspended
from tests.recorder.sources import conversation
from tests.rig.contacts import contact_record

RATE = 8000


async def past_contact(one: Running, seconds: float = 0.0, **facts: Any) -> str:
    """Its id. It ended a moment ago, and was recorded where `seconds` are given."""
    over = datetime.now(UTC).replace(microsecond=0)
    begun = over - timedelta(seconds=seconds + 20)
    talk = over - timedelta(seconds=seconds)
    record = replace(
        contact_record(),
        initiation=begun,
        connected_to_system=begun,
        enqueue=begun + timedelta(seconds=8),
        dequeue=talk,
        connected_to_agent=talk,
        disconnect=over,
        work_start=over,
        work_end=over + timedelta(seconds=5),
        agent="agent1",
        agents=("agent1",),
        queue="support",
        **facts,
    )
    await one.house.records.save_contact(record)
    if seconds:
        await _record(one, record.contact_id, talk, seconds)
    return record.contact_id


async def _record(one: Running, contact_id: str, started: datetime, seconds: float) -> None:
    """The customer's tone and the agent's; the third quarter was suspended, the second on hold."""
    archive = one.house.errands.archive
    path = Store(archive.directory, Watermarks.above(0)).reserve(contact_id, started, RATE)
    file = archive.vault.create(path, RATE)
    file.write(conversation(seconds))
    file.close()
    frames = file.frames
    quarter = frames // 4
    suspended = Suspended(2 * quarter, 2 * quarter, 3 * quarter, "card number", "agent1")
    finished = Finished(contact_id, file.path, frames, RATE, 0, suspended=(suspended,))
    archive.seal(finished, Facts(started, holds=(Hold(quarter, 2 * quarter),)))
    records = one.house.records
    await records.start_recording(contact_id, str(file.path), started)
    over = started + timedelta(seconds=seconds)
    await records.finish_recording(contact_id, RecordingStatus.AVAILABLE, over, frames=frames)
