from datetime import timedelta

from engine.after_contact_work import AfterContactWork
from engine.ledger import Ledger
from engine.records import Records
from engine.registry import Registry
from tests.rig.contacts import NOON, contact_record, live_contact

LATER = NOON + timedelta(seconds=42)


async def test_work_is_noted_in_the_record_of_a_contact_that_is_over(records: Records) -> None:
    ledger, record = Ledger(records), contact_record()
    ledger.save(record)
    work = AfterContactWork(records, ledger, Registry())
    work.over(record.contact_id, NOON, LATER)
    work.over("nobody's", NOON, LATER)
    await work.stop()
    await ledger.flush()
    found = await records.contact(record.contact_id)
    assert found and (found.work_seconds, found.last_update) == (42, LATER)


async def test_work_of_one_agent_on_a_contact_that_goes_on_is_noted_there(records: Records) -> None:
    ledger, live, registry = Ledger(records), live_contact(), Registry()
    registry.add(live)
    AfterContactWork(records, ledger, registry).over(live.contact_id, NOON, LATER)
    assert live.record.work_seconds == 42
