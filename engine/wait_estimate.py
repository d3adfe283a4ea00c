"""How long somebody would wait who came to a queue now: by how long its agents were lately busy
with each of its contacts, after-contact work included, and by how many come first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from engine.models import ContactRow
from engine.records import Records

LATELY = timedelta(hours=1)
"""Contacts that began before count no more."""
MAX_CONTACTS = 100
"""Of a queue: the newest say it."""


async def handle_times(records: Records, queue: str, now: datetime) -> list[float]:
    """Seconds that agents had each of the last contacts of the queue. Raises RecordError."""
    lately = (
        select(ContactRow.connected_to_agent, ContactRow.disconnect, ContactRow.work_end)
        .where(ContactRow.queue == queue, ContactRow.initiation.between(now - LATELY, now))
        .where(ContactRow.disconnect.is_not(None), ContactRow.connected_to_agent.is_not(None))
        .order_by(ContactRow.initiation.desc())
        .limit(MAX_CONTACTS)
    )
    async with records.reading("read the last contacts of a queue") as session:
        rows = await session.execute(lately)
        return [
            ((worked or ended) - begun).total_seconds()
            for begun, ended, worked in rows
            if begun and ended
        ]


def estimate(before: int, staffed: int, available: int, handled: Iterable[float]) -> float | None:
    """Seconds; None where nobody can tell: no agent is there, or none has had a contact lately.

    `before` wait already, `staffed` agents serve the queue, `available` of them just now.
    """
    if available > before:
        return 0.0
    seconds = list(handled)
    if not staffed or not seconds:
        return None
    return (before + 1 - available) * sum(seconds) / len(seconds) / staffed
