from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from config import RetentionRule
from engine import retention
from engine.custody import Custody
from engine.lease import LocalLease
from engine.records import ContactRecord, RecordingStatus, Records
from engine.retention import Retention
from recorder.errand import Task
from tests.rig.contacts import NOON, contact_record
from tests.rig.patience import until

RULES = (RetentionRule(queue="sales", days=30), RetentionRule(flow="survey", days=7))


async def ended(
    records: Records,
    days: float,
    queue: str | None = None,
    flow: str | None = None,
    status: RecordingStatus = RecordingStatus.AVAILABLE,
) -> ContactRecord:
    """A recorded contact that ended so long ago."""
    contact = replace(
        contact_record(), queue=queue, flow=flow, disconnect=NOON - timedelta(days=days)
    )
    name = f"{contact.contact_id}_20261122T12:00_UTC"
    await records.save_contact(contact)
    await records.start_recording(contact.contact_id, f"/{name}.wav", NOON)
    await records.finish_recording(contact.contact_id, status, NOON, frames=1)
    return contact


async def status(records: Records, contact: ContactRecord) -> RecordingStatus:
    found = await records.contact(contact.contact_id)
    assert found
    return found.recordings[0].status


async def test_what_is_too_old_by_its_queue_or_flow_goes_and_the_rest_stays(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PAGE", 2)  # so that there are several
    old = [
        await ended(records, 31, "sales"),
        await ended(records, 8, "support", "survey"),
        await ended(records, 31, "sales", status=RecordingStatus.FAILED),
    ]
    new = [
        await ended(records, 29, "sales"),
        await ended(records, 29, "sales", "survey"),
        await ended(records, 9, "support", "main"),
        await ended(records, 6, "support", "survey"),
    ]
    custody = Custody(records)
    sweeper = Retention(custody, RULES, LocalLease())
    assert await sweeper.sweep(NOON) == 3
    assert await sweeper.sweep(NOON) == 0
    assert {await status(records, one) for one in old} == {RecordingStatus.DELETED}
    assert {await status(records, one) for one in new} == {RecordingStatus.AVAILABLE}
    assert {one.contact_id for one in await custody.errands()} == {one.contact_id for one in old}
    assert {one.task for one in await custody.errands()} == {Task.ERASE}
    said = {(line.who, line.detail) for line in await records.audits()}
    assert said == {
        ("retention", "kept for 30 days, queue sales"),
        ("retention", "kept for 7 days, flow survey"),
    }


async def test_a_legal_hold_beats_every_rule_for_as_long_as_it_stands(records: Records) -> None:
    contact = await ended(records, 1000, "sales")
    custody = Custody(records)
    await custody.hold(contact.contact_id, "ann", "court", NOON)
    assert await Retention(custody, RULES, LocalLease()).sweep(NOON) == 0
    assert await status(records, contact) is RecordingStatus.AVAILABLE
    await custody.release(contact.contact_id, "ann", "settled", NOON)
    assert await Retention(custody, RULES, LocalLease()).sweep(NOON) == 1


async def test_it_sweeps_when_it_starts_and_stops_when_told(records: Records) -> None:
    contact = await ended(records, 10_000, "sales")
    sweeper = Retention(Custody(records), RULES, LocalLease())
    sweeper.start()

    async def gone() -> bool:
        return await status(records, contact) is RecordingStatus.DELETED

    await until(gone)
    await sweeper.stop()
    idle = Retention(Custody(records), (), LocalLease())
    idle.start()
    await idle.stop()


class Taken(LocalLease):
    """Another node has everything."""

    asked = 0

    async def create(self, key: str, holder: str, seconds: float) -> bool:
        self.asked += 1
        return False


async def test_of_several_nodes_one_sweeps(records: Records) -> None:
    contact, lease = await ended(records, 10_000, "sales"), Taken()
    sweeper = Retention(Custody(records), RULES, lease)
    sweeper.start()
    await until(lambda: lease.asked)
    await sweeper.stop()
    assert await status(records, contact) is RecordingStatus.AVAILABLE
