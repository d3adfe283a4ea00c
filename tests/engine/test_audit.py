from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from engine.audit import BEGINNING, MAX_DETAIL_CHARACTERS, AuditRecord, append, chained
from engine.audit_trail import AuditTrail
from engine.records import RecordError, Records

NOON = datetime(2026, 5, 4, 12, 0, 0, 250_000, tzinfo=UTC)
LISTENED = AuditRecord(NOON, "manager1", "monitor.start", "a-contact", "SILENT_MONITOR")


@pytest.mark.parametrize(
    "changed",
    [
        {"at": NOON + timedelta(microseconds=1)},
        {"who": "manager2"},
        {"action": "monitor.stop"},
        {"contact_id": None},
        {"detail": ""},
    ],
)
def test_every_fact_is_in_the_digest(changed: dict[str, object]) -> None:
    other = replace(LISTENED, **changed)  # type: ignore[arg-type]
    assert chained(BEGINNING, 1, LISTENED) != chained(BEGINNING, 1, other)


def test_so_are_the_place_and_what_stands_before_but_not_the_time_zone() -> None:
    digest = chained(BEGINNING, 1, LISTENED)
    assert digest != chained(BEGINNING, 2, LISTENED) != chained(digest, 2, LISTENED)
    elsewhere = replace(LISTENED, at=NOON.astimezone(timezone(timedelta(hours=9))))
    assert digest == chained(BEGINNING, 1, elsewhere)


async def test_lines_of_many_writers_make_one_chain(database_url: str) -> None:
    nodes = [Records(database_url) for _ in range(3)]
    try:
        for node in nodes:
            await node.open()
        await asyncio.gather(*(node.audit(LISTENED) for node in nodes for _ in range(7)))
        verdict = await AuditTrail(nodes[0]).verify()
        assert (verdict.lines, verdict.broken) == (21, None)
    finally:
        for node in nodes:
            await node.close()


async def test_a_line_is_written_with_what_it_speaks_of_or_not_at_all(records: Records) -> None:
    with pytest.raises(RuntimeError):
        async with records.writing("do something") as session:
            await append(session, LISTENED)
            raise RuntimeError("which then fails")
    assert await records.audits() == []
    await records.audit(LISTENED)
    assert (await AuditTrail(records).verify()).broken is None


async def test_a_long_or_illegible_detail_is_cut_and_still_proven(records: Records) -> None:
    await records.audit(replace(LISTENED, who="a\0", detail="\0\ud800" + "x" * 5000))
    [line] = await records.audits()
    assert len(line.detail) == MAX_DETAIL_CHARACTERS and "\0" not in line.who + line.detail
    assert (await AuditTrail(records).verify()).broken is None


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
async def test_the_database_refuses_to_change_a_line(records: Records, change: str) -> None:
    await records.audit(LISTENED)
    with pytest.raises(RecordError, match="only added to"):
        async with records.writing("cover up") as session:
            await session.execute(text(change))
    assert await records.audits() == [LISTENED]
