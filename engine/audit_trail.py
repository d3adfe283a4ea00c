"""Reading the audit trail: a page of it, all of it, and whether its chain holds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from engine.audit import BEGINNING, AuditLine, AuditRecord, chained
from engine.models import AuditHeadRow, AuditRow
from engine.records import MAX_ROWS, Records
from recorder.verification import Anchor


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines; what is None does not restrict."""

    who: str | None = None
    action: str | None = None
    contact_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        for column, value in (
            (AuditRow.who, self.who),
            (AuditRow.action, self.action),
            (AuditRow.contact_id, self.contact_id),
        ):
            if value is not None:
                yield column == value
        if self.since:
            yield AuditRow.at >= self.since
        if self.until:
            yield AuditRow.at < self.until


@dataclass(frozen=True, slots=True)
class Verdict:
    """`broken` says where the chain does not hold, if anywhere; `head` is worth noting down."""

    lines: int
    head: Anchor
    broken: str | None = None


class AuditTrail:
    """Every method raises RecordError."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def page(
        self, wanted: Wanted, size: int, before: int | None = None
    ) -> tuple[list[AuditLine], bool]:
        """The newest first, those before that number; and whether there are more."""
        rows = select(AuditRow).where(*wanted.conditions()).order_by(AuditRow.number.desc())
        if before is not None:
            rows = rows.where(AuditRow.number < before)
        found = await self._lines(rows.limit(size + 1))
        return found[:size], len(found) > size

    async def all(self, wanted: Wanted) -> AsyncIterator[AuditLine]:
        """In the order in which they came, read page by page."""
        rows = select(AuditRow).where(*wanted.conditions()).order_by(AuditRow.number)
        last = 0
        while found := await self._lines(rows.where(AuditRow.number > last).limit(MAX_ROWS)):
            for line in found:
                yield line
            last = found[-1].number

    async def verify(self, anchor: Anchor | None = None) -> Verdict:
        """Walk the chain to the first link that does not hold; an `anchor` has to be one of it."""
        async with self._records.reading("read the head of the audit trail") as session:
            head = (await session.execute(select(AuditHeadRow.number, AuditHeadRow.digest))).one()
        number, digest = 0, BEGINNING
        async for line in self.all(Wanted()):
            number += 1
            digest = chained(digest, number, line.record)
            if broken := _difference(line, number, digest, anchor):
                return Verdict(number, Anchor(number, digest), broken)
        beyond = anchor is not None and anchor.sequence > number
        missing = number < head.number or beyond
        broken = f"line {number + 1}: missing, as are all after it" if missing else None
        return Verdict(number, Anchor(number, digest), broken)

    async def _lines(self, rows: Select[Any]) -> list[AuditLine]:
        async with self._records.reading("read the audit trail") as session:
            return [_line(row) for row in await session.scalars(rows)]


def _difference(line: AuditLine, number: int, digest: str, anchor: Anchor | None) -> str | None:
    if line.number != number:
        return f"line {number}: missing"
    if line.digest != digest:
        return f"line {number}: not what was written, or not after what stands before it"
    if anchor and anchor.sequence == number and anchor.digest != digest:
        return f"line {number}: not the one that was noted down"
    return None


def _line(row: AuditRow) -> AuditLine:
    record = AuditRecord(row.at, row.who, row.action, row.contact_id, row.detail)
    return AuditLine(row.number, record, row.digest)
