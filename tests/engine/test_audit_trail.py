from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from engine.audit import AuditRecord
from engine.audit_trail import AuditTrail, Wanted
from engine.records import Records
from recorder.verification import Anchor

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
UNGUARD = {
    "sqlite": ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"),
    "postgresql": ("DROP TRIGGER audit_only_grows ON audit",),
}


@pytest.fixture
async def trail(records: Records) -> AuditTrail:
    """Five lines, of two people by turns."""
    for minute in range(5):
        who, action = ("ann", "login") if minute % 2 == 0 else ("ben", "recording.play")
        await records.audit(AuditRecord(NOON + minute * MINUTE, who, action, f"contact-{minute}"))
    return AuditTrail(records)


async def tamper(records: Records, change: str) -> None:
    """As somebody would who may do anything in the database."""
    async with records.writing("tamper") as session:
        for statement in (*UNGUARD[session.get_bind().dialect.name], change):
            await session.execute(text(statement))


async def numbers(trail: AuditTrail, wanted: Wanted) -> list[int]:
    return [line.number for line in (await trail.page(wanted, 10))[0]]


async def test_pages_go_from_the_newest_to_the_oldest(trail: AuditTrail) -> None:
    first, more = await trail.page(Wanted(), 3)
    assert ([line.number for line in first], more) == ([5, 4, 3], True)
    rest, more = await trail.page(Wanted(), 3, before=3)
    assert ([line.number for line in rest], more) == ([2, 1], False)
    assert [line.number async for line in trail.all(Wanted())] == [1, 2, 3, 4, 5]


async def test_lines_are_found_by_who_what_which_and_when(trail: AuditTrail) -> None:
    assert await numbers(trail, Wanted(who="ben")) == [4, 2]
    assert await numbers(trail, Wanted(action="login")) == [5, 3, 1]
    assert await numbers(trail, Wanted(contact_id="contact-2")) == [3]
    between = Wanted(since=NOON + MINUTE, until=NOON + 3 * MINUTE)
    assert await numbers(trail, between) == [3, 2]


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE audit SET who = 'nobody' WHERE number = 3", "line 3: not what was written"),
        ("DELETE FROM audit WHERE number = 2", "line 2: missing"),
        ("DELETE FROM audit WHERE number > 3", "line 4: missing, as are all after it"),
        ("UPDATE audit SET digest = '' WHERE number = 1", "line 1: not what was written"),
    ],
)
async def test_the_first_broken_link_is_told(
    trail: AuditTrail, records: Records, change: str, broken: str
) -> None:
    assert (await trail.verify()).broken is None
    await tamper(records, change)
    assert broken in ((await trail.verify()).broken or "")


async def test_a_chain_made_anew_does_not_have_the_head_that_was_noted_down(
    trail: AuditTrail, records: Records
) -> None:
    noted = (await trail.verify()).head
    await records.audit(AuditRecord(NOON, "ann", "logout"))
    assert (await trail.verify(noted)).broken is None
    other = Anchor(noted.sequence, "f" * 64)
    assert "noted down" in ((await trail.verify(other)).broken or "")
    assert "missing" in ((await trail.verify(Anchor(99, "f" * 64))).broken or "")
