"""Callbacks that wait, in the database. Every function raises RecordError."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, select

from engine.contact_record import ContactRecord
from engine.models import CallbackRow
from engine.records import Records


@dataclass(frozen=True, slots=True)
class KeptCallback:
    """What is to be known of one besides its contact."""

    contact_id: str
    queue: str
    hooks: Mapping[str, str]
    retry_seconds: float
    attempts: int
    """That are left."""
    due: datetime
    """When it joins its queue, or did."""


async def load(records: Records) -> list[tuple[KeptCallback, ContactRecord]]:
    """The one that is due first is the first; those whose contact is over are not there."""
    async with records.reading("read callbacks") as session:
        order = (CallbackRow.due, CallbackRow.contact_id)
        rows = list(await session.scalars(select(CallbackRow).order_by(*order)))
    found = [(_kept(row), await records.contact(row.contact_id)) for row in rows]
    return [(kept, record) for kept, record in found if record and record.disconnect is None]


async def save(records: Records, one: KeptCallback) -> None:
    async with records.writing("keep a callback") as session:
        await session.merge(CallbackRow(**asdict(one)))


async def drop(records: Records, contact_id: str) -> None:
    async with records.writing("drop a callback") as session:
        await session.execute(delete(CallbackRow).where(CallbackRow.contact_id == contact_id))


def _kept(row: CallbackRow) -> KeptCallback:
    return KeptCallback(
        *(row.contact_id, row.queue, row.hooks, row.retry_seconds, row.attempts, row.due)
    )
