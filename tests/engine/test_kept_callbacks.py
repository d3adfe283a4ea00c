from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from engine import kept_callbacks
from engine.kept_callbacks import KeptCallback
from engine.ledger import Ledger
from engine.records import ContactRecord, DisconnectReason, Records
from tests.rig.contacts import NOON, contact_record

HOOKS = {"AgentWhisper": "brief"}


def kept(record: ContactRecord, minutes: int = 0, attempts: int = 2) -> KeptCallback:
    due = NOON + timedelta(minutes=minutes)
    return KeptCallback(record.contact_id, "support", HOOKS, 30.0, attempts, due)


async def test_what_waits_is_read_in_its_order_with_its_contact(records: Records) -> None:
    first, second = contact_record(), contact_record()
    for record, minutes in ((second, 5), (first, 1)):
        await records.save_contact(record)
        await kept_callbacks.save(records, kept(record, minutes))
    await kept_callbacks.save(records, kept(first, 2, attempts=1))
    assert await kept_callbacks.load(records) == [
        (kept(first, 2, attempts=1), first),
        (kept(second, 5), second),
    ]
    await kept_callbacks.drop(records, first.contact_id)
    assert await kept_callbacks.load(records) == [(kept(second, 5), second)]


async def test_a_contact_that_is_over_or_gone_does_not_wait(records: Records) -> None:
    over = replace(contact_record(), disconnect=NOON, disconnect_reason=DisconnectReason.OTHER)
    await records.save_contact(over)
    for record in (over, contact_record()):
        await kept_callbacks.save(records, kept(record))
    assert await kept_callbacks.load(records) == []


async def test_a_contact_that_waits_is_not_closed_at_the_next_start(records: Records) -> None:
    waits, crashed = contact_record(), contact_record()
    for record in (waits, crashed):
        await records.save_contact(record)
    await kept_callbacks.save(records, kept(waits))
    assert (await records.open()).contacts == (crashed.contact_id,)
    assert [record for _, record in await kept_callbacks.load(records)] == [waits]


async def test_the_ledger_writes_the_last_word_on_each(records: Records) -> None:
    ledger, stays, goes = Ledger(records), contact_record(), contact_record()
    for record in (stays, goes):
        ledger.save(record)
        ledger.keep(kept(record))
    ledger.keep(kept(stays, 3))
    ledger.forget(goes.contact_id)
    assert await ledger.flush()
    assert await kept_callbacks.load(records) == [(kept(stays, 3), stays)]
