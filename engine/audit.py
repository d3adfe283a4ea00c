"""The audit trail: who did what, only ever added to, each line chained to the one before.

A line's digest covers the line and the digest before it, so what is changed, left out or put
between later breaks the chain there; the head, kept apart, tells when lines are missing at the end.
Whoever may write to the database could make the whole chain anew: against that helps a head that
was noted down elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.models import AuditHeadRow, AuditRow, storable

BEGINNING = "0" * 64
"""What the first line is chained to."""
MAX_DETAIL_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class AuditRecord:
    at: datetime
    who: str
    action: str
    contact_id: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A record in its place; numbers begin with 1 and leave none out."""

    number: int
    record: AuditRecord
    digest: str


def chained(before: str, number: int, record: AuditRecord) -> str:
    """SHA-256, in hexadecimal, of a record in its place after that digest."""
    moment = record.at.astimezone(UTC).isoformat(timespec="microseconds")
    line = [before, number, moment, record.who, record.action, record.contact_id, record.detail]
    return hashlib.sha256(json.dumps(line).encode()).hexdigest()


async def append(session: AsyncSession, record: AuditRecord) -> None:
    """Add a line within a transaction; until it ends, every other writer waits for the head."""
    record = replace(
        record, who=storable(record.who), detail=storable(record.detail)[:MAX_DETAIL_CHARACTERS]
    )
    head = update(AuditHeadRow).values(number=AuditHeadRow.number + 1)
    taken = head.returning(AuditHeadRow.number, AuditHeadRow.digest)
    number, before = (await session.execute(taken)).one()
    digest = chained(before, number, record)
    facts = {"at": record.at, "who": record.who, "action": record.action}
    more = {"contact_id": record.contact_id, "detail": record.detail, "digest": digest}
    await session.execute(insert(AuditRow).values(number=number, **facts, **more))
    await session.execute(update(AuditHeadRow).values(digest=digest))
