"""What a contact went through, as spans of time in their order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.contact_record import ContactRecord


@dataclass(frozen=True, slots=True)
class Stage:
    """`kind`: FLOW, QUEUE, RING, TALK, HOLD, TRANSFERRED or WORK. HOLD lies within TALK; a phone
    that rang for nothing is part of QUEUE. `end`: None while it goes on."""

    kind: str
    start: datetime
    end: datetime | None


def stages(
    record: ContactRecord, held: Iterable[tuple[float, float]], recorded_from: datetime | None
) -> list[Stage]:
    """`held`: holds in seconds from the start of the conversation's recording."""
    known = [*_walked(record), *_held(held, recorded_from)]
    return sorted(known, key=lambda stage: stage.start)


def _walked(record: ContactRecord) -> Iterator[Stage]:
    over = record.disconnect
    met = record.connected_to_system or record.initiation
    rang, talked = record.ring_start, record.connected_to_agent
    yield Stage("FLOW", met, record.enqueue or rang or talked or over)
    if record.enqueue:
        yield Stage("QUEUE", record.enqueue, rang or record.dequeue or talked or over)
    if rang:
        answered = talked if talked and talked >= rang else None
        yield Stage("RING", rang, answered or over)
    if record.connected_to_agent:
        yield Stage("TALK", record.connected_to_agent, record.transfer_completed or over)
    if record.transfer_completed:
        yield Stage("TRANSFERRED", record.transfer_completed, over)
    if record.work_start:
        yield Stage("WORK", record.work_start, record.work_end)


def _held(held: Iterable[tuple[float, float]], begun: datetime | None) -> Iterator[Stage]:
    for start, end in held if begun else ():
        assert begun
        yield Stage("HOLD", begun + timedelta(seconds=start), begun + timedelta(seconds=end))
